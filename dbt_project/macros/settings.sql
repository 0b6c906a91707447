{#-
    The rows of a settings table, read when the model is compiled: for settings that shape the SQL itself. The names of
    the columns are those of the table. Nothing while dbt only parses.
-#}
{% macro read_settings(table_name, order_by) %}
    {%- if not execute -%} {{ return([]) }} {%- endif -%}
    {#- not `source()`: a unit test would take it for a table that it has to be given -#}
    {%- set relation = api.Relation.create(database=target.database, schema='settings', identifier=table_name) -%}
    {{ return(run_query('select * from ' ~ relation ~ ' order by ' ~ order_by)) }}
{% endmacro %}


{#- The table `settings.fingerprints`: a hash of each settings table's content. -#}
{% macro settings_fingerprints() %}
    {{ return(api.Relation.create(database=target.database, schema='settings', identifier='fingerprints')) }}
{% endmacro %}


{#-
    The table `intermediate.loaded_settings`: with which settings each incremental model was built, per source and
    billing period. A model names the settings tables that it depends on in `config(meta={'settings': [...]})`; when
    one of them changes, all its periods are behind.
-#}
{% macro loaded_settings() %}
    {{ return(api.Relation.create(database=target.database, schema='intermediate', identifier='loaded_settings')) }}
{% endmacro %}


{#- Pre-hook of the first model. -#}
{% macro create_loaded_settings() %}
    create table if not exists {{ loaded_settings() }} (
        model_name {{ text_type() }},
        source_name {{ text_type() }},
        billing_period date,
        table_name {{ text_type() }},
        fingerprint {{ text_type() }}
    )
{% endmacro %}


{#- The settings tables that a node depends on: its own, and those of every model that it is built on. -#}
{% macro settings_of(unique_id) %}
    {%- set lineage, tables = [], [] -%}
    {%- do add_lineage(unique_id, lineage) -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name in lineage -%}
        {%- do tables.extend(node.config.meta.get('settings', [])) -%}
    {%- endfor -%}
    {{ return(tables | unique | sort) }}
{% endmacro %}


{#- Part of the post-hook: the periods that this model now holds were built with these settings. -#}
{% macro record_loaded_settings() %}
    delete from {{ loaded_settings() }} where model_name = '{{ this.name }}' and {{ changed_periods_filter() }};
    insert into {{ loaded_settings() }} (model_name, source_name, billing_period, table_name, fingerprint)
    select '{{ this.name }}', periods.source_name, periods.billing_period, fingerprints.table_name, fingerprints.fingerprint
    from (
        select distinct source_name, billing_period
        from {{ loaded_snapshots() }}
        where model_name = '{{ this.name }}' and {{ changed_periods_filter() }}
    ) as periods
    cross join {{ settings_fingerprints() }} as fingerprints
    where fingerprints.table_name in ({{ quote_list(settings_of(model.unique_id) if execute else []) or "''" }})
{% endmacro %}
