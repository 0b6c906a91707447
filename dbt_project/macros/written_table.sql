{#-
    A table that the pipeline writes beside dbt (forecasts, recommendations, queried metrics), with the columns and types
    that models/written.yml declares: no rows while nothing wrote it yet, nulls where an earlier version wrote fewer.
-#}
{% macro written_table(schema, name) -%}
    {%- set relation = source(schema, name) -%}
    {%- if execute -%}
    {%- set declared = graph.sources.values() | selectattr('source_name', 'equalto', schema)
        | selectattr('name', 'equalto', name) | first -%}
    {%- set found = load_relation(relation) -%}
    {%- set known = adapter.get_columns_in_relation(found) | map(attribute='name') | list if found else [] -%}
    (
        select
        {%- for column in declared.columns.values() %}
            {{ column.name if column.name in known else 'cast(null as ' ~ sql_type(column.data_type) ~ ')' }}
            as {{ column.name }}
            {{- ',' if not loop.last }}
        {%- endfor %}
        {{ 'from ' ~ relation if found else 'where 1 = 0' }}
    )
    {%- else -%}
    (select * from {{ relation }})
    {%- endif -%}
{%- endmacro %}


{#- A declared type as the engine calls it. -#}
{% macro sql_type(data_type) -%}
    {{ return(text_type() if data_type == 'text' else data_type) }}
{%- endmacro %}
