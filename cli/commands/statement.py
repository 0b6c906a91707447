"""`cloudcost statement`: what one team is shown or charged for a billing period."""

import datetime as dt
from collections.abc import Iterable

from cli.commands.run import CommandError, parse_period
from cli.output.tables import Format, print_rows
from cloudcost.installation import Installation
from core.instants import utc_now
from warehouse import WarehouseError

_PARTS = ("direct", "credit", "shared_in", "shared_out")
_STATEMENT = f"""
with known as (
    -- of all teams: one that used nothing yesterday is known through yesterday
    select source_name, billing_currency, max(charge_date) as known_through
    from marts.fct_cost_daily
    where billing_period = ? and charge_date >= ? and charge_date <= ?
    group by 1, 2
)
select s.source_name as source, s.billing_currency as currency,
    {", ".join(f"s.{part}_{{measure}}" for part in _PARTS)}, s.{{measure}},
    case when s.is_reconciled then 'reconciled' else 'preliminary' end as status, k.known_through
from marts.fct_statement_monthly as s
left join known as k using (source_name, billing_currency)
where s.team = ? and s.billing_period = ?
order by 2, 1
"""


def print_statement(
    installation: Installation, team: str, period: str, measure: str, output: Format, today: dt.date | None = None
) -> None:
    """The team's statement per source and currency; amounts of different currencies are never added up.

    A month that still runs (``today``, UTC) is `open`, whatever is reconciled of it, and shows to which day it is
    known.
    """
    if measure not in ("billed_cost", "effective_cost"):
        raise CommandError(f"--measure {measure!r} is neither billed_cost nor effective_cost")
    month = parse_period(period)
    if not installation.warehouse.has_table("marts", "fct_statement_monthly"):
        raise WarehouseError(
            f"{installation.warehouse.place}: there is no statement yet", "`cloudcost run` builds them"
        )
    with installation.warehouse.connect(read_only=True) as connection:
        today = today or utc_now().date()
        end = (month + dt.timedelta(days=31)).replace(day=1)
        last = min(today, end - dt.timedelta(days=1))
        cursor = connection.execute(_STATEMENT.format(measure=measure), [month, month, last, team.lower(), month])
        columns = [d[0] for d in cursor.description or []]
        rows = cursor.fetchall()
        if not rows:
            query = "select distinct team from marts.fct_statement_monthly where billing_period = ?"
            teams = sorted(name for (name,) in connection.execute(query, [month]).fetchall())
            known = f"there are {', '.join(teams)}" if teams else "no team has"
            raise CommandError(f"team {team!r} has no cost in {period}; {known}")
    title = f"{team}, {period}"
    if today < end:
        rows = [(*row[:-2], f"open, {row[-2]} so far", row[-1]) for row in rows]
        title = f"{title}: the month is open; {describe_known(row[-1] for row in rows)}"
    print_rows(columns, rows, output, title=title)


def describe_known(days: Iterable[dt.date | None]) -> str:
    """To which day costs of an open month are known, over its rows."""
    known = sorted({day for day in days if day is not None})
    if not known:
        return "no day of it is known yet"
    if len(known) == 1:
        return f"its costs are known through {known[0]}"
    return f"its costs are known through {known[0]} to {known[-1]}, depending on the source"
