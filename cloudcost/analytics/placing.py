"""What is known of a finding beside what its check says: its commitments, its team, and whether it is worth showing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import duckdb

from cloudcost.installation import Installation
from savings.commitments.members import Members, find_members
from savings.findings import Recommendation
from savings.pools import Pools, find_pools
from savings.teams import Teams, find_teams
from warehouse import Warehouse


@dataclass(frozen=True)
class Placing:
    """``find_least``: the least saving in 30 days that is shown of a billing currency."""

    pools: Pools
    members: Members
    teams: Teams
    find_least: Callable[[str], Decimal]

    def place(self, found: Iterable[Recommendation]) -> list[Recommendation]:
        """Those that are worth showing, with what purchase they are part of and team; advice without an amount always
        is."""
        shown = (
            one
            for one in found
            if one.monthly_saving is None or one.monthly_saving >= self.find_least(one.billing_currency)
        )
        return [self.teams.assign(self.members.assign(one)) for one in shown]

    def share_commitments(self, found: Iterable[Recommendation]) -> list[Recommendation]:
        """All findings, those on what a commitment covers or could cover with their pool: who can use what is freed
        depends on what else is found."""
        return self.pools.assign(found)


def find_placing(installation: Installation, evidence: duckdb.DuckDBPyConnection) -> Placing:
    """What the bill's evidence and the configuration say of every finding."""
    reporting = installation.config.reporting_currency
    rates = read_rates(installation.warehouse, reporting)
    find_least = partial(installation.config.savings.find_least, reporting_currency=reporting, rates=rates)
    return Placing(find_pools(evidence), find_members(evidence), find_teams(evidence), find_least)


def read_rates(warehouse: Warehouse, reporting_currency: str) -> dict[str, Decimal]:
    """What one unit of each billing currency was worth in the reporting currency on the newest day that has a rate."""
    if not warehouse.has_table("intermediate", "int_rates__applied"):
        return {}
    query = (
        "select billing_currency, exchange_rate from intermediate.int_rates__applied "
        "where reporting_currency = ? and exchange_rate > 0 order by charge_date, billing_period"
    )
    with warehouse.connect(read_only=True) as connection:
        return dict(connection.execute(query, [reporting_currency]).fetchall())
