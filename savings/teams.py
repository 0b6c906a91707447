"""Whose findings are: the one team that all of a resource's cost is of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import duckdb

from savings.findings import Recommendation

#: Of resources, and of accounts in a region (an empty resource_id) for findings that name none. The newest week: what
#: is tagged anew is its new team's by then.
_TEAMS = """
select
    source_name, cloud, account_id, region,
    case when grouping(resource_id) = 1 then '' else coalesce(resource_id, '') end as resource_id,
    max(team) as team
from usage_daily
where charge_category = 'Usage' and (days_ago < 7 or (period_days >= 27 and days_ago < 31))
group by grouping sets ((source_name, cloud, account_id, region), (source_name, cloud, account_id, region, resource_id))
having min(first_team) = max(coalesce(team, '')) and max(team) <> ''
    and not (grouping(resource_id) = 0 and resource_id is null)
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
