"""The statements behind `savings.realised.evidence`; they run on every engine.

Parameters, in order: source and account of each owner (where a statement has owners), first billing period, first day
of a charge, names, and what a statement has beside them.
"""

_METER = "coalesce(charges.x_usage_type, charges.sku_meter, charges.sku_id)"
_DAY = "cast(charges.charge_period_start as date)"
#: A line of an hour ends on its own day or at the midnight after it.
_PERIOD = f"greatest(cast(charges.charge_period_end as date) - {_DAY}, 1)"
_MONTHLY = "coalesce(lower(charges.pricing_unit) like '%month%', false)"
_SINCE = """charges.billing_period >= cast(? as date)
    and charges.charge_period_start >= cast(? as date)"""
_BOUNDS = f"({{owners}})\n    and {_SINCE}"
_AMOUNTS = """cast(sum(charges.effective_cost) as numeric(38, 12)) as cost,
    cast(sum(charges.billed_cost) as numeric(38, 12)) as billed_cost"""

#: By whole id, whose letters are not always billed in the same case; or by its last part, which is all that the
#: inventory of an account knows.
BY_ID, BY_LAST_PART = "lower(charges.resource_id)", "regexp_replace(charges.resource_id, '^.*/', '')"
#: The lines of resources: a day, meter and commitment each. `{match}` is one of the two below.
LINES = f"""
select
    charges.source_name,
    charges.sub_account_id as account_id,
    charges.region_id as region,
    charges.service_name,
    charges.resource_id,
    {_METER} as usage_type,
    charges.commitment_discount_id,
    charges.billing_currency as currency,
    {_MONTHLY} as is_month_priced,
    {_DAY} as usage_date,
    {_PERIOD} as period_days,
    {_AMOUNTS},
    -- a discount's line repeats the quantity that it is on
    cast(
        sum(case when charges.x_line_item_type like '%Discount' then 0 else charges.consumed_quantity end)
        as numeric(38, 12)
    ) as quantity
from marts.fct_charges as charges
where {_BOUNDS}
    and charges.charge_category = 'Usage'
    and {{match}} in ({{names}})
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
order by 1, 2, 5, 10, 6, 7, 11
"""

#: What commitments nobody used, whoever they are billed to.
UNUSED = f"""
select
    charges.source_name,
    charges.commitment_discount_id,
    charges.billing_currency as currency,
    {_DAY} as usage_date,
    {_PERIOD} as period_days,
    {_AMOUNTS}
from marts.fct_charges as charges
where {_SINCE}
    and charges.commitment_discount_status = 'Unused'
    and charges.commitment_discount_id in ({{names}})
group by 1, 2, 3, 4, 5
"""

#: What a meter costs in an account and region, of all resources.
METERS = f"""
select
    charges.source_name,
    charges.sub_account_id as account_id,
    charges.region_id as region,
    {_METER} as usage_type,
    charges.billing_currency as currency,
    {_MONTHLY} as is_month_priced,
    {_DAY} as usage_date,
    {_PERIOD} as period_days,
    {_AMOUNTS}
from marts.fct_charges as charges
where {_BOUNDS}
    and charges.charge_category = 'Usage'
    and {_METER} in ({{names}})
group by 1, 2, 3, 4, 5, 6, 7, 8
"""

#: Resources of these meters that were first billed on a day or later; the day is the last parameter.
NEWCOMERS = f"""
select
    charges.source_name,
    charges.sub_account_id as account_id,
    charges.region_id as region,
    {_METER} as usage_type,
    charges.billing_currency as currency,
    charges.resource_id,
    min({_DAY}) as first_day,
    max({_DAY}) - min({_DAY}) + 1 as days_seen,
    cast(sum(charges.effective_cost) as numeric(38, 12)) as cost
from marts.fct_charges as charges
where {_BOUNDS}
    and charges.charge_category = 'Usage'
    and charges.resource_id is not null
    and {_METER} in ({{names}})
group by 1, 2, 3, 4, 5, 6
having min({_DAY}) >= cast(? as date)
order by 1, 2, 3, 4, 6
"""

#: What services cost in accounts and regions. What of a commitment is unused is no movement of the scope.
SCOPES = f"""
select
    charges.source_name,
    charges.sub_account_id as account_id,
    charges.region_id as region,
    charges.service_name,
    charges.billing_currency as currency,
    charges.x_usage_type as usage_type,
    charges.charge_date as usage_date,
    1 as period_days,
    {_AMOUNTS}
from marts.fct_cost_daily as charges
where ({{owners}})
    and charges.billing_period >= cast(? as date)
    and charges.charge_date >= cast(? as date)
    and charges.charge_category = 'Usage'
    and coalesce(charges.commitment_discount_status, '') <> 'Unused'
    and coalesce(charges.service_name, '') in ({{names}})
group by 1, 2, 3, 4, 5, 6, 7
"""

#: The days on which an account has usage: one that is billed no more would show every saving.
ACCOUNT_DAYS = """
select distinct charges.source_name, charges.sub_account_id as account_id, charges.charge_date as usage_date
from marts.fct_cost_daily as charges
where ({owners})
    and charges.billing_period >= cast(? as date)
    and charges.charge_date >= cast(? as date)
    and charges.charge_category = 'Usage'
order by 1, 2, 3
"""
