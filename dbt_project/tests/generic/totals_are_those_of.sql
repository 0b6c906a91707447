{#- Fails for every source, billing period and currency of which a measure differs from that of another model. -#}
{% test totals_are_those_of(model, other, measures) %}
with sides as (
    select
        source_name,
        billing_period,
        billing_currency
        {%- for measure in measures %},
        {{ measure }}
        {%- endfor %}
    from {{ model }}
    union all
    select
        source_name,
        billing_period,
        billing_currency
        {%- for measure in measures %},
        -{{ measure }} as {{ measure }}
        {%- endfor %}
    from {{ other }}
)

select
    source_name,
    billing_period,
    billing_currency
    {%- for measure in measures %},
    sum({{ measure }}) as {{ measure }}
    {%- endfor %}
from sides
group by source_name, billing_period, billing_currency
having
    {%- for measure in measures %}
    {{ 'or ' if not loop.first }}sum({{ measure }}) <> 0
    {%- endfor %}
{% endtest %}
