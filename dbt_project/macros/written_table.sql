{#-
    A table that the pipeline writes after the marts (forecasts, recommendations, queried metrics), or no rows of the
    same columns while there is none: before the first run, and where there was nothing to write.
-#}
{% macro written_table(schema, name, columns) -%}
    {%- set relation = source(schema, name) -%}
    {%- if not execute or load_relation(relation) -%}
    (select {{ columns.keys() | join(', ') }} from {{ relation }})
    {%- else -%}
    (
        select
        {%- for column, type in columns.items() %}
            cast(null as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
        where 1 = 0
    )
    {%- endif -%}
{%- endmacro %}
