"""Usage by the hour that commitments could cover, by pool, read from the warehouse.

``usage_hourly``: a row per source, billing account, currency, pool, family, region, commitment and hour (day, where the
export is daily: ``period_hours`` 24) of the last 62 days. ``cost`` is the effective cost, ``contracted_cost`` what it
costs without any commitment, ``units`` the hours in normalised instance sizes. Rows are on demand
(``pricing_category`` Standard) or covered by a commitment (Committed), which is told by its type, by what its fee is
called (``plan_type``), by term, payment and end date. Which meters belong to a pool: seed commitment_eligibility, the
first row that fits; those of no pool are left out, and so is what is billed for more than a day at once.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).parents[1] / "seeds"
ELIGIBLE = (
    "cloud", "pool", "family_group", "family_from", "service_like", "usage_type_like", "detail_like",
)  # fmt: skip

#: What a meter is told by: the cloud, its name for the service, its name for the meter, and what Azure adds to it.
METER = """
        case
            when charges.provider_name in ('AWS', 'Amazon Web Services') then 'aws'
            when charges.provider_name like 'Microsoft%' then 'azure'
            when charges.provider_name like 'Google%' then 'gcp'
        end as cloud,
        case
            when charges.provider_name like 'Microsoft%' then coalesce(charges.x_sku_meter_category, '')
            when charges.provider_name like 'Google%' then coalesce(charges.service_name, '')
            else coalesce(charges.x_service_code, '')
        end as service,
        coalesce(charges.x_usage_type, charges.sku_meter, charges.sku_id, '') as usage_type,
        coalesce(charges.x_sku_meter_subcategory, '') as detail"""

#: Runs on every engine. `{eligible}` and `{factors}` are the seeds as rows of parameters, `{meter}` is
#: METER. The meters are read on their own, so that no charge is held in memory.
USAGE_HOURLY = """
with source_days as ({source_days}),
eligible as ({eligible}),
factors as ({factors}),
meters as (
    select distinct
{meter}
    from marts.fct_charges as charges
    where ({since}) and charges.charge_category = 'Usage'
),
matched as (
    select
        meters.cloud,
        meters.service,
        meters.usage_type,
        meters.detail,
        min(eligible.place) as place
    from meters
    inner join eligible
        on meters.cloud = eligible.cloud
        and meters.service like eligible.service_like
        and meters.usage_type like eligible.usage_type_like
        and meters.detail like eligible.detail_like
    group by 1, 2, 3, 4
),
sized as (
    select
        row_number() over (order by matched.cloud, matched.service, matched.usage_type, matched.detail) as meter,
        matched.cloud,
        matched.service,
        matched.usage_type,
        matched.detail,
        eligible.pool,
        eligible.family_group,
        case eligible.family_from
            when 'instance' then split_part(split_part(matched.usage_type, ':', 2), '.', 1)
            when 'db_instance'
                then
                    split_part(split_part(matched.usage_type, ':', 2), '.', 1)
                    || '.' || split_part(split_part(matched.usage_type, ':', 2), '.', 2)
            when 'node' then split_part(matched.usage_type, ':', 2)
            when 'detail' then matched.detail
            when 'word' then split_part(matched.usage_type, ' ', 1)
            else eligible.family_group
        end as family,
        case eligible.family_from
            when 'instance' then split_part(split_part(matched.usage_type, ':', 2), '.', 2)
            when 'db_instance' then split_part(split_part(matched.usage_type, ':', 2), '.', 3)
            else ''
        end as size
    from matched
    inner join eligible on matched.place = eligible.place
    where eligible.pool <> 'none'
),
charges as (
    select
        charges.source_name,
        charges.billing_account_id,
        charges.billing_currency as currency,
        charges.billing_period,
        coalesce(charges.region_id, '') as region,
{meter},
        charges.pricing_category,
        charges.commitment_discount_id,
        date_trunc('hour', charges.charge_period_start) as started_at,
        extract(epoch from charges.charge_period_end) - extract(epoch from charges.charge_period_start) as seconds,
        charges.effective_cost,
        -- where no price is agreed on, what is paid
        coalesce(charges.contracted_cost, charges.effective_cost) as contracted_cost,
        -- a discount's line repeats the quantity that it is on
        case when charges.x_line_item_type like '%Discount' then 0 else charges.pricing_quantity end
            as pricing_quantity
    from marts.fct_charges as charges
    inner join source_days on charges.source_name = source_days.source_name
    where ({since})
        and charges.charge_category = 'Usage'
        and charges.pricing_category in ('Standard', 'Committed')
        and coalesce(charges.commitment_discount_status, '') <> 'Unused'
        and cast(charges.charge_period_start as date) > source_days.last_day - {days}
        and cast(charges.charge_period_start as date) <= source_days.last_day
),
hours as (
    select
        charges.source_name,
        charges.billing_account_id,
        charges.currency,
        charges.region,
        sized.meter,
        charges.pricing_category,
        charges.commitment_discount_id,
        charges.started_at,
        case when charges.seconds <= 3600 then 1 else 24 end as period_hours,
        max(charges.billing_period) as billing_period,
        sum(charges.effective_cost) as cost,
        sum(charges.contracted_cost) as contracted_cost,
        sum(charges.pricing_quantity) as quantity
    from charges
    inner join sized
        on charges.cloud = sized.cloud
        and charges.service = sized.service
        and charges.usage_type = sized.usage_type
        and charges.detail = sized.detail
    where charges.seconds <= 90000
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),
plans as (
    select
        charges.source_name,
        charges.commitment_discount_id,
        max(case when charges.charge_category = 'Purchase' then charges.x_usage_type end) as plan_type,
        max(charges.commitment_discount_type) as commitment_type,
        max(charges.x_commitment_term) as term,
        max(charges.x_commitment_payment_option) as payment,
        cast(max(charges.x_commitment_end_at) as date) as commitment_end_date
    from marts.fct_charges as charges
    where ({since}) and charges.commitment_discount_id is not null
    group by 1, 2
)
select
    hours.source_name,
    sized.cloud,
    hours.billing_account_id,
    hours.currency,
    sized.pool,
    sized.family_group,
    sized.family,
    hours.region,
    hours.pricing_category,
    plans.commitment_type,
    plans.plan_type,
    plans.term,
    plans.payment,
    plans.commitment_end_date,
    hours.started_at,
    hours.period_hours,
    max(hours.billing_period) as billing_period,
    cast(sum(hours.cost) as numeric(38, 12)) as cost,
    cast(sum(hours.contracted_cost) as numeric(38, 12)) as contracted_cost,
    cast(sum(hours.quantity * coalesce(factors.factor, 1)) as numeric(38, 12)) as units
from hours
inner join sized on hours.meter = sized.meter
left join factors on sized.size = factors.size
left join plans
    on hours.source_name = plans.source_name
    and hours.commitment_discount_id = plans.commitment_discount_id
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
"""


def hourly_seeds() -> tuple[dict[str, str], list[Any]]:
    """What stands for the seeds and for `{meter}` in the statement, and the parameters of the seeds in their order."""
    eligible, parameters = hourly_eligible()
    sizes = [(row["size"], row["factor"]) for row in _read("instance_size_factors")]
    factors = _select(sizes, ("size", "factor"), ("varchar(20)", "numeric(18, 6)"))
    texts = {"eligible": eligible, "factors": factors, "meter": METER.strip()}
    return texts, [*parameters, *(value for row in sizes for value in row)]


def hourly_eligible() -> tuple[str, list[Any]]:
    """The meters of each pool as rows of parameters, with these; of those that fit, the one of the first place."""
    rows = [(place, *(row[name] for name in ELIGIBLE)) for place, row in enumerate(_read("commitment_eligibility"))]
    text = _select(rows, ("place", *ELIGIBLE), ("integer", *["varchar(200)"] * len(ELIGIBLE)))
    return text, [value for row in rows for value in row]


def _select(rows: Sequence[Sequence[Any]], names: Sequence[str], types: Sequence[str]) -> str:
    columns = ", ".join(f"cast(? as {kind}) as {name}" for name, kind in zip(names, types, strict=True))
    return " union all ".join([f"select {columns}"] * len(rows))


def _read(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
