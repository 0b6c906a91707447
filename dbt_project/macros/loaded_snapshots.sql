{#-
    The table `intermediate.loaded_snapshots`: which snapshots each incremental model was built from. It is written by
    hooks inside the transaction of the model, so the two never disagree, whatever is killed when.
-#}
{% macro loaded_snapshots() %}
    {{ return(api.Relation.create(database=target.database, schema='intermediate', identifier='loaded_snapshots')) }}
{% endmacro %}


{#- Pre-hook of the first model. -#}
{% macro create_loaded_snapshots() %}
    create table if not exists {{ loaded_snapshots() }} (
        model_name {{ text_type() }},
        source_name {{ text_type() }},
        billing_period date,
        dataset {{ text_type() }},
        delivery_id {{ text_type() }}
    )
{% endmacro %}


{#-
    Post-hook: this model now holds, for the changed periods, what `upstream` held; the first model holds what is
    current in the raw schema.
-#}
{% macro record_loaded_snapshots(upstream=none) %}
    delete from {{ loaded_snapshots() }} where model_name = '{{ this.name }}' and {{ changed_periods_filter() }};
    insert into {{ loaded_snapshots() }} (model_name, source_name, billing_period, dataset, delivery_id)
    select '{{ this.name }}', source_name, billing_period, dataset, delivery_id
    {%- if upstream %}
    from {{ loaded_snapshots() }}
    where model_name = '{{ upstream }}' and {{ changed_periods_filter() }}
    {%- else %}
    from {{ source('raw', 'current_snapshots') }}
    where {{ changed_periods_filter() }}
    {%- endif %};
    {{ record_loaded_settings() }}
{% endmacro %}


{#- Aggregate: the names of a column in order, with commas between. -#}
{% macro list_names(column) -%} {{ dbt.listagg(column, "','", 'order by ' ~ column) }} {%- endmacro %}


{#- Of some tables of schema `raw` those that have a current snapshot; all of them where none has one. -#}
{% macro delivered_tables(tables) %}
    {%- set delivered = [] -%}
    {%- if execute -%}
        {%- set snapshots = api.Relation.create(
            database=target.database, schema='raw', identifier='current_snapshots'
        ) -%}
        {%- for row in run_query('select distinct table_name from ' ~ snapshots) -%}
            {%- do delivered.append(row['table_name']) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(tables | select('in', delivered) | list or tables | list) }}
{% endmacro %}
