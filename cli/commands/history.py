"""`cloudcost totals --as-of`: what was believed at a past moment."""

import datetime as dt
import sys

from cli.commands.run import CommandError
from cli.output.tables import Format, print_rows
from cloudcost.installation import Installation
from warehouse import WarehouseError

_AS_OF = """
select source_name as source, substring(cast(billing_period as varchar(10)), 1, 7) as period,
    billing_currency as currency, billed_cost, effective_cost, list_cost, contracted_cost, to_delivery_id as delivery,
    valid_from as believed_since
from marts.fct_cost_monthly_history
where valid_from <= ? and (valid_to is null or valid_to > ?) and line_item_count > 0
order by 1, 2, 3
"""


def parse_moment(text: str) -> dt.datetime:
    """A moment in UTC from ``2026-04-02T12:00`` (UTC where no offset is given) or ``2026-04-02`` (to its very end)."""
    try:
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise CommandError(
            f"--as-of {text!r} is neither a day such as 2026-04-02 nor a moment such as 2026-04-02T12:00"
        ) from None
    if len(text) == len("2026-04-02"):
        moment = dt.datetime.combine(moment.date(), dt.time.max)
    return moment


def print_totals_as_of(installation: Installation, text: str, output: Format) -> None:
    """Billed, effective, list and contracted cost as they were believed at that moment, and since when."""
    moment = parse_moment(text)
    if not installation.warehouse.has_table("marts", "fct_cost_monthly_history"):
        raise WarehouseError(f"{installation.warehouse.place}: there is no history yet", "`cloudcost run` builds it")
    with installation.warehouse.connect(read_only=True) as connection:
        cursor = connection.execute(_AS_OF, [moment, moment])
        columns = [d[0] for d in cursor.description or []]
        rows = [(*row[:-1], f"{row[-1]:%Y-%m-%dT%H:%M:%SZ}") for row in cursor.fetchall()]
    if not rows:
        print(f"note: nothing was known yet at {moment.isoformat(timespec='seconds')}Z", file=sys.stderr)
    print_rows(columns, rows, output)
