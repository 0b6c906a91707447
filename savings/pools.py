"""Which usage can take over what becomes free of a commitment, as the bill shows it.

A pool is the usage of one service that one payer's commitments are shared over: source, billing account (the source
where the bill names none), provider, service and currency. Its on-demand cost is that of the kinds of usage (operation,
meter category, unit) of which a commitment covers some in the same pool: hours of machines, not the disks beside them.
Only what a commitment was seen to cover is believed to be coverable; sizes and regions that one commitment does not
reach are not told apart.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import duckdb

from savings.findings import Recommendation

#: The usage of every pool: what is covered, and what is on demand of the same kinds.
_USAGE = """
create or replace temp table pool_usage as
with covered as (
    select distinct
        source_name, cloud, coalesce(billing_account_id, source_name) as payer, coalesce(service_name, '') as service,
        currency, operation, meter_category, pricing_unit
    from usage_30d
    where pricing_category = 'Committed'
)
select covered.payer, covered.service, usage.*
from covered
inner join usage_30d as usage
    on covered.source_name = usage.source_name
    and covered.cloud = usage.cloud
    and covered.payer = coalesce(usage.billing_account_id, usage.source_name)
    and covered.service = coalesce(usage.service_name, '')
    and covered.currency = usage.currency
    and covered.operation is not distinct from usage.operation
    and covered.meter_category is not distinct from usage.meter_category
    and covered.pricing_unit is not distinct from usage.pricing_unit
    and usage.pricing_category in ('Committed', 'Standard')
"""
_POOLS = """
select
    source_name, payer, cloud, service, currency,
    sum(case when pricing_category = 'Standard' and monthly_cost > 0 then monthly_cost else 0 end) as on_demand_cost
from pool_usage
group by all
"""
_RESOURCES = """
select
    source_name, cloud, account_id, region, resource_id, currency,
    max_by(payer, monthly_cost) as payer,
    max_by(service, monthly_cost) as service
from pool_usage
where resource_id is not null
group by all
"""
#: What commitments cover; what else a resource costs is in no pool.
_COVERABLE = ("all", "compute")
_Key = tuple[str, ...]


@dataclass(frozen=True)
class Pools:
    """The on-demand cost of each pool in 30 days, and the pool of each resource that has usage of its kinds."""

    on_demand: Mapping[str, Decimal]
    resources: Mapping[_Key, str]

    def assign(self, found: Iterable[Recommendation]) -> list[Recommendation]:
        """The findings, those on what a commitment covers or could cover with their pool."""
        return [self._assign(one) if one.covered_cost > 0 or one.component in _COVERABLE else one for one in found]

    def _assign(self, one: Recommendation) -> Recommendation:
        place = (one.source_name, one.provider, one.account_id, one.region, one.resource_id, one.billing_currency)
        pool = self.resources.get(place, "")
        return (
            one
            if not pool
            else replace(one, commitment_pool=pool, pool_on_demand_cost=self.on_demand.get(pool, Decimal(0)))
        )


def find_pools(evidence: duckdb.DuckDBPyConnection) -> Pools:
    """The pools of a bill, by `savings.evidence`."""
    evidence.execute(_USAGE)
    pools = {_name(*row[:5]): row[5] for row in evidence.execute(_POOLS).fetchall()}
    resources = {
        tuple(part or "" for part in row[:6]): _name(row[0], row[6], row[1], row[7], row[5])
        for row in evidence.execute(_RESOURCES).fetchall()
    }
    return Pools(pools, resources)


def _name(*parts: str) -> str:
    return json.dumps(parts)
