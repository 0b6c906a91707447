{#-
    Where dbt-duckdb would first write the changed periods into a temporary table and then copy them, `replace_periods`
    reads them once, through a temporary view: half the writing, and no month is ever held in memory. A model that
    reads itself needs the table, because its rows are deleted before the new ones are selected.
-#}
{% macro duckdb__create_table_as(
    temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none
) -%}
    {%- set reads_itself = (this | string) in compiled_code -%}
    {%- if temporary and config.get('incremental_strategy') == 'replace_periods' and not reads_itself -%}
        {%- if config.get('contract').enforced %} {{ get_assert_columns_equivalent(compiled_code) }} {% endif %}
        create temporary view {{ relation.include(database=false, schema=false) }} as (
            {{ compiled_code }}
        )
    {%- else -%}
        {{- dbt.duckdb__create_table_as(temporary, relation, compiled_code, language, partitioned_by, sorted_by) }}
    {%- endif -%}
{%- endmacro %}
