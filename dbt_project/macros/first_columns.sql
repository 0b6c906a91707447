{#- The positions of the first columns of a select list, for `group by` where a loop writes the columns. -#}
{% macro first_columns(count) -%}
    {%- for number in range(1, count + 1) -%} {{ number }}{{ ', ' if not loop.last }} {%- endfor -%}
{%- endmacro %}
