{#-
    Incremental strategy `append_changes`: nothing is ever deleted. The model selects what differs from its own sum, so
    running it again, or after a crash, appends nothing.
-#}
{% macro get_incremental_append_changes_sql(arg_dict) %}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) %}
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{% endmacro %}


{#- The measures whose changes are remembered; the count tells a period without rows from one whose costs are zero. -#}
{% macro changing_measures() %}
    {{ return(['billed_cost', 'effective_cost', 'list_cost', 'contracted_cost', 'line_item_count']) }}
{% endmacro %}


{#- The grain at which changes are remembered, below source and billing period. -#}
{% macro changing_keys() %}
    {{ return([
        'charge_date', 'billing_currency', 'service_provider_name', 'billing_account_id', 'sub_account_id', 'service_name'
    ]) }}
{% endmacro %}


{#- The type of a measure. -#}
{% macro measure_type(measure) -%}
    {{ 'bigint' if measure == 'line_item_count' else money_type() }}
{%- endmacro %}


{#-
    The deliveries that a model holds per changed period, as one text: the delivery id, or `dataset=id` of each where
    a period has several exports (Azure's actual and amortised).
-#}
{% macro name_deliveries(model_name) -%}
    select
        loaded.source_name,
        loaded.billing_period,
        case
            when count(*) = 1 then max(loaded.delivery_id)
            else {{ list_datasets('loaded') }}
        end as deliveries,
        max(current_snapshots.promoted_at) as promoted_at
    from {{ loaded_snapshots() }} as loaded
    left join {{ source('raw', 'current_snapshots') }} as current_snapshots
        on
            loaded.source_name = current_snapshots.source_name
            and loaded.billing_period = current_snapshots.billing_period
            and loaded.dataset = current_snapshots.dataset
            and loaded.delivery_id = current_snapshots.delivery_id
    where loaded.model_name = '{{ model_name }}' and {{ changed_periods_filter('loaded') }}
    group by loaded.source_name, loaded.billing_period
{%- endmacro %}


{#- The moment at which this dbt invocation started, in UTC. -#}
{% macro run_moment() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") if execute else "1970-01-01" }}' as timestamp)
{%- endmacro %}


{#- Aggregate: `dataset=delivery` of every row, in the order of the dataset. -#}
{% macro list_datasets(alias) -%} {{ return(adapter.dispatch('list_datasets')(alias)) }} {%- endmacro %}

{% macro default__list_datasets(alias) -%}
    {{ dbt.listagg(alias ~ ".dataset || '=' || " ~ alias ~ ".delivery_id", "' '", "order by " ~ alias ~ ".dataset") }}
{%- endmacro %}
