"""`cloudcost statement`: what one team is shown or charged for a billing period."""

from orchestration.cli.output import Format, print_rows
from orchestration.cli.run import CommandError, parse_period
from orchestration.installation import Installation
from orchestration.warehouse import WarehouseError

_PARTS = ("direct", "credit", "shared_in", "shared_out")
_STATEMENT = f"""
select source_name as source, billing_currency as currency,
    {", ".join(f"{part}_{{measure}}" for part in _PARTS)}, {{measure}},
    case when is_reconciled then 'reconciled' else 'preliminary' end as status
from marts.fct_statement_monthly
where team = ? and billing_period = ?
order by 2, 1
"""


def print_statement(installation: Installation, team: str, period: str, measure: str, output: Format) -> None:
    """The team's statement per source and currency; amounts of different currencies are never added up."""
    if measure not in ("billed_cost", "effective_cost"):
        raise CommandError(f"--measure {measure!r} is neither billed_cost nor effective_cost")
    month = parse_period(period)
    if not installation.warehouse.has_table("marts", "fct_statement_monthly"):
        raise WarehouseError(f"{installation.warehouse.place}: there is no statement yet; `cloudcost run` builds them")
    with installation.warehouse.connect(read_only=True) as connection:
        cursor = connection.execute(_STATEMENT.format(measure=measure), [team.lower(), month])
        columns = [d[0] for d in cursor.description or []]
        rows = cursor.fetchall()
        if not rows:
            query = "select distinct team from marts.fct_statement_monthly where billing_period = ?"
            teams = sorted(name for (name,) in connection.execute(query, [month]).fetchall())
            known = f"there are {', '.join(teams)}" if teams else "no team has"
            raise CommandError(f"team {team!r} has no cost in {period}; {known}")
    print_rows(columns, rows, output, title=f"{team}, {period}")
