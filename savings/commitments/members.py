"""Which pool of usage that a commitment could be bought for a resource is part of, as the bill shows it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from savings.commitments.hourly_sql import hourly_eligible
from savings.commitments.pools import PoolKey
from savings.findings import Recommendation

#: The same pools as those of `usage_hourly`. `{eligible}` is the seed as rows of parameters.
_MEMBERS = """
create or replace temp table purchase_members as
with eligible as ({eligible}),
meters as (
    select
        source_name, cloud, coalesce(billing_account_id, '') as payer, account_id, region, resource_id, currency,
        coalesce(service_name, '') as named_service, monthly_cost,
        case cloud
            when 'azure' then coalesce(meter_category, '')
            when 'gcp' then coalesce(service_name, '')
            else coalesce(service_code, '')
        end as service,
        coalesce(usage_type, '') as usage_type,
        coalesce(meter_subcategory, '') as detail
    from usage_30d
    where pricing_category in ('Standard', 'Committed') and not is_monthly and monthly_cost > 0
),
matched as (
    select kinds.*, min_by(eligible.pool, eligible.place) as pool
    from (select distinct cloud, service, usage_type, detail from meters) as kinds
    inner join eligible
        on kinds.cloud = eligible.cloud
        and kinds.service like eligible.service_like
        and kinds.usage_type like eligible.usage_type_like
        and kinds.detail like eligible.detail_like
    group by all
)
select
    meters.source_name, meters.cloud, coalesce(meters.account_id, '') as account_id,
    coalesce(meters.region, '') as region, coalesce(meters.resource_id, '') as resource_id, meters.currency,
    meters.named_service, meters.payer, matched.pool, sum(meters.monthly_cost) as monthly_cost
from meters
inner join matched using (cloud, service, usage_type, detail)
where matched.pool <> 'none'
group by all
"""
#: A resource's pool is that of most of its cost; usage of a service in a region and account has one too.
_RESOURCES = """
with sums as (
    select
        source_name, cloud, account_id, region, {resource} as resource_id, currency, {service} as named_service,
        payer, pool, sum(monthly_cost) as monthly_cost
    from purchase_members
    where {is_wanted}
    group by all
)
select * exclude (payer, pool, monthly_cost), arg_max(payer, (monthly_cost, pool)), arg_max(pool, (monthly_cost, pool))
from sums
group by all
"""
_PARTS = ("all", "compute")
_Key = tuple[str, ...]


def name_pool(key: PoolKey) -> str:
    """How findings name a pool."""
    return json.dumps(key)


@dataclass(frozen=True)
class Members:
    """The pool of each resource, and of each service of an account in a region."""

    resources: Mapping[_Key, str]

    def assign(self, one: Recommendation) -> Recommendation:
        """With its pool, where it is about usage of one; a purchase has its own already."""
        if one.purchase_pool or one.lever == "commit" or one.component not in _PARTS:
            return one
        place = (one.source_name, one.provider, one.account_id, one.region, one.resource_id, one.billing_currency)
        pool = self.resources.get((*place, "" if one.resource_id else one.service_name or ""), "")
        return replace(one, purchase_pool=pool) if pool else one


def find_members(evidence: duckdb.DuckDBPyConnection) -> Members:
    """The pools that the usage of a bill is part of, by `savings.evidence`."""
    eligible, parameters = hourly_eligible()
    evidence.execute(_MEMBERS.format(eligible=eligible), parameters)
    found: dict[_Key, str] = {}
    for resource, service, is_wanted in (
        ("resource_id", "''", "resource_id <> ''"),
        ("''", "named_service", "named_service <> ''"),
    ):
        rows: list[tuple[Any, ...]] = evidence.execute(
            _RESOURCES.format(resource=resource, service=service, is_wanted=is_wanted)
        ).fetchall()
        for source, cloud, account, region, name, currency, named, payer, pool in rows:
            place = (source, cloud, account, region, name, currency, named)
            found[place] = name_pool((source, cloud, payer, pool, currency))
    return Members(found)
