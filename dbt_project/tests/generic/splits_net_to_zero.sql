{#- Fails for every split and day whose shared-out and shared-in rows do not add up to zero. -#}
{% test splits_net_to_zero(model) %}
select
    source_name,
    billing_period,
    charge_date,
    billing_currency,
    rule_name
    {%- for measure in cost_measures() %},
    sum({{ measure }}) as {{ measure }}
    {%- endfor %}
from {{ model }}
where allocation_kind <> 'direct'
group by source_name, billing_period, charge_date, billing_currency, rule_name
having
    {%- for measure in cost_measures() %}
    {{ 'or ' if not loop.first }}sum({{ measure }}) <> 0
    {%- endfor %}
{% endtest %}
