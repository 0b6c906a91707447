"""Whose findings are: the one team that all of a resource's cost is of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import duckdb

from savings.findings import Recommendation

#: Of resources, and for findings that name none, of accounts in a region, of whole accounts (an empty region) and of
#: all accounts of a source (an empty account too): one without a region is about every region, not about the usage that
#: has none. The newest week: what is tagged anew is its new team's by then.
_TEAMS = """
select
    source_name, cloud,
    case when grouping(account_id) = 1 then '' else coalesce(account_id, '') end as account_id,
    case when grouping(region) = 1 then '' else coalesce(region, '') end as region,
    case when grouping(resource_id) = 1 then '' else coalesce(resource_id, '') end as resource_id,
    max(team) as team
from usage_daily
where charge_category = 'Usage' and (days_ago < 7 or (period_days >= 27 and days_ago < 31))
group by grouping sets (
    (source_name, cloud),
    (source_name, cloud, account_id),
    (source_name, cloud, account_id, region),
    (source_name, cloud, account_id, region, resource_id)
)
having min(first_team) = max(coalesce(team, '')) and max(team) <> ''
    and not (grouping(resource_id) = 0 and coalesce(resource_id, '') = '')
    and not (grouping(resource_id) = 1 and grouping(region) = 0 and coalesce(region, '') = '')
    and not (grouping(resource_id) = 1 and grouping(account_id) = 0 and coalesce(account_id, '') = '')
"""
_Key = tuple[str, ...]


@dataclass(frozen=True)
class Teams:
    """The team of each resource whose cost is all of one, and of each account and region."""

    of: Mapping[_Key, str]

    def assign(self, one: Recommendation) -> Recommendation:
        """The finding with its team; without one where the cost is of several, or in part of none."""
        team = self.of.get((one.source_name, one.provider, one.account_id, one.region, one.resource_id))
        return replace(one, x_team=team) if team else one


def find_teams(evidence: duckdb.DuckDBPyConnection) -> Teams:
    """The teams of a bill, by `savings.evidence`."""
    rows = evidence.execute(_TEAMS).fetchall()
    return Teams({tuple(part or "" for part in row[:5]): row[5] for row in rows})
