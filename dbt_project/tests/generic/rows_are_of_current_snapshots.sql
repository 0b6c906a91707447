{#- Fails for every delivery that has rows in the model without being a recorded snapshot of it. -#}
{% test rows_are_of_current_snapshots(model) %}
with deliveries as (
    select distinct
        source_name,
        billing_period,
        dataset,
        delivery_id
    from {{ model }}
)

select deliveries.*
from deliveries
left join {{ loaded_snapshots() }} as snapshots
    on
        deliveries.source_name = snapshots.source_name
        and deliveries.billing_period = snapshots.billing_period
        and deliveries.dataset = snapshots.dataset
        and deliveries.delivery_id = snapshots.delivery_id
        and snapshots.model_name = '{{ model.identifier }}'
where snapshots.delivery_id is null
{% endtest %}
