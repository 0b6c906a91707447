{#-
    Views and tables of DuckDB, replaced in place in one transaction: readers see the old one until it is committed, and a
    model that fails leaves it. dbt-duckdb's own ways build beside it under another name, rename both and drop the old one.
    No model of ours has grants, indexes or foreign keys.
-#}
{% materialization view, adapter='duckdb' -%}
    {{- run_hooks(pre_hooks) -}}
    {%- do drop_another_kind(this, 'view') -%}
    {%- set target = this.incorporate(type='view') -%}
    {%- call statement('main') -%}
        {{ get_create_view_as_sql(target, sql) }}
    {%- endcall -%}
    {{- run_hooks(post_hooks) -}}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}


{% materialization table, adapter='duckdb' -%}
    {{- run_hooks(pre_hooks) -}}
    {%- do drop_another_kind(this, 'nothing of it may stay') -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- call statement('main') -%}
        {{ create_table_as(false, target, compiled_code) }}
    {%- endcall -%}
    {{- run_hooks(post_hooks) -}}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}


{#- Drop what stands under a name, unless it is of this kind; within the transaction that builds it anew. -#}
{% macro drop_another_kind(relation, kind) -%}
    {%- set existing = load_cached_relation(relation) -%}
    {%- if existing is not none and existing.type != kind -%}
        {%- call statement('drop') -%}
            drop {{ existing.type }} {{ existing }}
        {%- endcall -%}
        {%- do adapter.cache_dropped(existing) -%}
    {%- endif -%}
{%- endmacro %}


{% macro duckdb__create_view_as(relation, sql) -%}
    {%- if config.get('contract').enforced -%} {{ get_assert_columns_equivalent(sql) }} {%- endif %}
    create or replace view {{ relation }} as (
        {{ sql }}
    )
{%- endmacro %}
