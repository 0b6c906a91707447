"""Which usage can take over what becomes free of a commitment, as the bill shows it.

A pool is the usage of one service that one payer's commitments are shared over: source, billing account (the source
where the bill names none), provider, service and currency. Its on-demand cost is that of the kinds of usage (operation,
meter category, unit) of which a commitment covers some in the same pool: hours of machines, not the disks beside them.
Only what a commitment was seen to cover is believed to be coverable.

A narrow commitment (AWS reservations and EC2 Instance Savings Plans, Azure reservations, Google's resource-based
commitments) covers one family of machines in one region, whatever their size: it has a pool of that family and region.
On-demand usage that both a narrow and a wide commitment could cover counts once: for the narrow one where findings free
some of it, which can use no other, else for the wide one.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import duckdb

from savings.findings import Recommendation

#: The usage of every pool: what is covered, and what is on demand of the same kinds. What a commitment's fee is called
#: tells EC2 Instance Savings Plans from others, and Google's commitments to cores and memory from those to spend.
_USAGE = """
create or replace temp table pool_usage as
with commitments as (
    select
        source_name, commitment_discount_id,
        max(commitment_discount_type) in ('Reserved', 'Reservation')
        or bool_or(usage_type like '%EC2InstanceSP%')
        or bool_or(usage_type like 'Commitment v1%') as is_narrow
    from usage_daily
    where commitment_discount_id is not null
    group by all
),
sized as (
    select
        usage.*,
        coalesce(usage.billing_account_id, usage.source_name) as payer,
        coalesce(usage.service_name, '') as service,
        coalesce(usage.region, '') as place,
        case usage.cloud
            when 'aws' then regexp_replace(split_part(usage.usage_type, ':', 2), '\\.[^.]*$', '')
            when 'azure' then regexp_replace(coalesce(usage.meter_subcategory, ''), ' Windows$', '')
            when 'gcp' then split_part(usage.usage_type, ' ', 1)
            else ''
        end as family,
        usage.pricing_category = 'Committed' as is_covered,
        usage.pricing_category = 'Committed' and coalesce(commitments.is_narrow, false) as is_narrow
    from usage_30d as usage
    left join commitments
        on usage.source_name = commitments.source_name
        and usage.commitment_discount_id = commitments.commitment_discount_id
    where usage.pricing_category in ('Committed', 'Standard')
),
covered as (
    select distinct
        source_name, cloud, payer, service, currency, operation, meter_category, pricing_unit, is_narrow,
        case when is_narrow then family end as family,
        case when is_narrow then place end as place
    from sized
    where is_covered
)
select
    sized.* exclude (is_narrow),
    bool_or(covered.is_narrow) as is_narrow,
    bool_or(not covered.is_narrow) as is_wide
from sized
inner join covered
    on sized.source_name = covered.source_name
    and sized.cloud = covered.cloud
    and sized.payer = covered.payer
    and sized.service = covered.service
    and sized.currency = covered.currency
    and sized.operation is not distinct from covered.operation
    and sized.meter_category is not distinct from covered.meter_category
    and sized.pricing_unit is not distinct from covered.pricing_unit
    and (not covered.is_narrow or (sized.family = covered.family and sized.place = covered.place))
    -- what is covered is in the pool of what covers it
    and (not sized.is_covered or sized.is_narrow = covered.is_narrow)
group by all
"""
_POOLS = """
select
    source_name, payer, cloud, service, currency, family, place, is_narrow, is_wide,
    sum(case when not is_covered and monthly_cost > 0 then monthly_cost else 0 end) as on_demand_cost
from pool_usage
group by all
"""
_RESOURCES = """
select
    source_name, cloud, account_id, region, resource_id, currency,
    max_by(payer, monthly_cost) as payer,
    max_by(service, monthly_cost) as service,
    max_by(family, monthly_cost) as family,
    max_by(place, monthly_cost) as place,
    coalesce(max_by(is_narrow, monthly_cost) filter (where is_covered), bool_or(is_narrow)) as is_narrow,
    coalesce(max_by(is_wide, monthly_cost) filter (where is_covered), bool_or(is_wide)) as is_wide
from pool_usage
where resource_id is not null
group by all
"""
#: What commitments cover; what else a resource costs is in no pool.
_COVERABLE = ("all", "compute")
_Key = tuple[str, ...]


@dataclass(frozen=True)
class Pools:
    """The on-demand cost of each pool in 30 days, and the pools of each resource that has usage of its kinds.

    ``resources``: the wide pool, where there is one, else the narrow one; ``narrow``: the narrow one of those that are
    in both. ``shared``: what of a narrow pool is in a wide one too, and in which.
    """

    on_demand: Mapping[str, Decimal]
    resources: Mapping[_Key, str]
    narrow: Mapping[_Key, str]
    shared: Mapping[str, tuple[str, Decimal]]

    def assign(self, found: Iterable[Recommendation]) -> list[Recommendation]:
        """All findings of a bill, those on what a commitment covers or could cover with their pool."""
        placed = [(one, self.resources.get(_place(one), "")) for one in found]
        freed = {name for one, name in placed if one.covered_cost > 0}
        left = dict(self.on_demand)
        for narrow in freed & self.shared.keys():
            wide, amount = self.shared[narrow]
            left[wide] -= amount
        return [self._assign(one, name, freed, left) for one, name in placed]

    def _assign(
        self, one: Recommendation, pool: str, freed: set[str], on_demand: Mapping[str, Decimal]
    ) -> Recommendation:
        if not pool or (one.covered_cost <= 0 and one.component not in _COVERABLE):
            return one
        narrow = self.narrow.get(_place(one), "")
        name = narrow if narrow in freed else pool
        return replace(one, commitment_pool=name, pool_on_demand_cost=on_demand.get(name, Decimal(0)))


def find_pools(evidence: duckdb.DuckDBPyConnection) -> Pools:
    """The pools of a bill, by `savings.evidence`."""
    evidence.execute(_USAGE)
    on_demand: dict[str, Decimal] = {}
    shared: dict[str, tuple[str, Decimal]] = {}
    for *base, family, place, is_narrow, is_wide, cost in evidence.execute(_POOLS).fetchall():
        wide, narrow = _name(*base), _name(*base, family, place)
        for name in [wide] * is_wide + [narrow] * is_narrow:
            on_demand[name] = on_demand.get(name, Decimal(0)) + cost
        if is_wide and is_narrow:
            shared[narrow] = (wide, shared.get(narrow, (wide, Decimal(0)))[1] + cost)
    resources, both = {}, {}
    for *key, payer, service, family, place, is_narrow, is_wide in evidence.execute(_RESOURCES).fetchall():
        source, cloud, currency = key[0], key[1], key[5]
        wide = _name(source, payer, cloud, service, currency)
        narrow = _name(source, payer, cloud, service, currency, family, place)
        found = tuple(part or "" for part in key)
        resources[found] = wide if is_wide else narrow
        if is_wide and is_narrow:
            both[found] = narrow
    return Pools(on_demand, resources, both, shared)


def _place(one: Recommendation) -> _Key:
    return (one.source_name, one.provider, one.account_id, one.region, one.resource_id, one.billing_currency)


def _name(*parts: str) -> str:
    return json.dumps(parts)
