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
    {%- elif target.name == 'ducklake' and not temporary and config.get('period_files') -%}
        {%- if config.get('contract').enforced %} {{ get_assert_columns_equivalent(compiled_code) }} {% endif %}
        {#- a file holds one source and month, so that replacing these rows takes whole files out -#}
        create table {{ relation }} as select * from ({{ compiled_code }}) as charges limit 0;
        alter table {{ relation }} set partitioned by (source_name, billing_period);
        insert into {{ relation }} select * from ({{ compiled_code }}) as charges
    {%- else -%}
        {{- dbt.duckdb__create_table_as(temporary, relation, compiled_code, language, partitioned_by, sorted_by) }}
    {%- endif -%}
{%- endmacro %}
