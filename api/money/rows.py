"""Which rows a caller sees: the one place where a table is named in a statement of the API.

Every table comes in as a relation that has no other row, by the rules of the dashboards (`dashboards/scopes.py`).
"""

from collections.abc import Mapping
from functools import cache

from api.callers import Caller
from api.problems import ProblemError
from api.published import Snapshot
from api.services import Services
from dashboards.scopes import scope_clause

#: Tables that the dashboards read through a query of their own, by which these columns come as they are.
_BEHIND_QUERIES = ("marts.fct_cost_reporting_daily", "ml.cost_anomalies")


@cache
def list_scope_columns() -> Mapping[str, Mapping[str, str]]:
    """By table, the columns that hold team and account, as the dashboards have them."""
    from dashboards.design.pages import DATASETS

    named = {f"{one.schema}.{one.table}": one for one in DATASETS}
    return {name: dict(one.scope) for name, one in named.items() if one.sql is None or name in _BEHIND_QUERIES}


def relation(services: Services, caller: Caller, table: str, snapshot: Snapshot | None = None) -> str:
    """A table of the warehouse as this caller sees it, to stand after `from`; a table without columns for scopes is
    empty for whoever sees a part of the costs.

    ``snapshot``: of a table that the pipeline writes. A column that an earlier release published without is null, and
    so of nobody's scope.
    """
    name = table
    lacking = snapshot.lacking.get(table, {}) if snapshot is not None else {}
    if lacking:
        added = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in lacking.items())
        table = f"(select *, {added} from {table})"  # noqa: S608 - names of ours
    if caller.person.sees_all_rows:
        return table
    conditions = [
        scope_clause(scope.model_dump(), list_scope_columns().get(name, {}))
        for scope in services.installation.config.dashboards.scopes
        if scope.name in caller.person.scopes
    ]
    condition = " or ".join(f"({one})" for one in conditions) or "1 = 0"
    return f"(select * from {table} where {condition})"  # noqa: S608 - tables are the code's own, values are quoted


def sees(services: Services, caller: Caller, account: str | None, team: str | None = None) -> bool:
    """Whether the caller sees what is about this account, or about this team alone; None where it is not known: by the
    rule of `relation` for a table that has columns for both."""
    if caller.person.sees_all_rows:
        return True
    scopes = services.installation.config.dashboards.scopes
    mine = [scope for scope in scopes if scope.name in caller.person.scopes]
    return any(account in scope.accounts or team in scope.teams for scope in mine)


def require_all_rows(caller: Caller, what: str) -> None:
    """A problem of status 403 for somebody who sees a part of the costs, where something is about all of them."""
    if not caller.person.sees_all_rows:
        raise ProblemError(403, "forbidden", f"{what} is about all costs, and you see those of your scopes.")
