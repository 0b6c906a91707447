{#- A share or rate for people to read, in billionths, so that two engines round it alike; null of nothing. -#}
{% macro share_of(part, whole) -%}
    cast(cast({{ part }} as double precision) / nullif(cast({{ whole }} as double precision), 0) as numeric(18, 9))
{%- endmacro %}
