"""What `cloudcost savings list` prints: the findings, the one total and how it adds up, and what was not judged."""

import sys
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cli.output.tables import Format, print_rows
from cloudcost.analytics.savings import list_checks
from cloudcost.analytics.savings_lifecycle import read_findings, read_gone, read_rows
from cloudcost.installation import Installation
from savings.lifecycle.status import OPEN
from savings.lifecycle.summary import add_up
from warehouse import WarehouseError

#: As programs get them: their names, and the columns of ml.recommendations.
COLUMNS = {
    "id": "recommendation_id", "check": "check_name", "cloud": "provider", "account": "account_id", "region": "region",
    "resource": "resource_id", "team": "x_team", "monthly_saving": "monthly_saving", "planned_saving": "planned_saving",
    "currency": "billing_currency", "confidence": "confidence", "effort": "effort", "class": "risk_class",
    "status": "status", "first_seen": "first_seen", "days_persisting": "days_persisting", "title": "title",
    "reason": "reason", "plan_note": "plan_note",
}  # fmt: skip
#: As people get them.
SHORT = ("id", "check", "account", "resource", "monthly_saving", "planned_saving", "currency", "effort", "class",
         "status", "first_seen", "plan_note")  # fmt: skip
SUMS = ("currency", "findings", "found", "freed", "overlaps", "dismissed", "done", "total")
#: Reasons that are named.
NAMED = 3


@dataclass(frozen=True)
class Wanted:
    """Which findings are asked for, by column; what is empty asks for all."""

    values: dict[str, Collection[str]] = field(default_factory=dict)

    def fits(self, row: dict[str, Any]) -> bool:
        """Whether a finding is asked for."""
        return all(not wanted or str(row[column]) in wanted for column, wanted in self.values.items())

    @property
    def asks_for_all(self) -> bool:
        """Whether nothing is left out."""
        return not any(self.values.values())


def print_findings(installation: Installation, wanted: Wanted, output: Format) -> None:
    """The findings, the largest first. For programs the rest goes to standard error."""
    found = read_findings(installation)
    rows = found
    if not OPEN.issuperset(wanted.values.get("status", ())):
        rows = [*found, *read_gone(installation)]
    shown = [row for row in rows if wanted.fits(row)]
    names = SHORT if output is Format.TABLE else tuple(COLUMNS)
    cells = [[round_money(row[COLUMNS[name]], output) for name in names] for row in shown]
    if cells or output is not Format.TABLE:
        print_rows(names, cells, output)
    stream = sys.stdout if output is Format.TABLE else sys.stderr
    # what is found no longer adds nothing up
    there = [row for row in found if wanted.fits(row)]
    if output is Format.TABLE and there:
        sums = [[round_money(getattr(one, name), output) for name in SUMS] for one in add_up(there)]
        title = "A month: found + freed commitments - overlaps - dismissed - done = total"
        print_rows(SUMS, sums, output, title if wanted.asks_for_all else f"{title}; of the findings shown")
    if not shown:
        print(explain_nothing(installation, found), file=stream)
    print(describe_unjudged(installation), file=stream)


def explain_nothing(installation: Installation, found: Sequence[dict[str, Any]]) -> str:
    """Why there is nothing to show."""
    if found:
        return f"none of the {len(found)} findings is as asked for"
    least, reporting = installation.config.savings.minimum_monthly_saving, installation.config.reporting_currency
    amounts = least if isinstance(least, dict) else {reporting: least}
    stated = ", ".join(f"{amount} {currency}" for currency, amount in amounts.items())
    return (
        f"nothing was found: {len(list_checks(installation.config.savings))} checks ran in the last run, and none of "
        f"them found anything that saves {stated} or more in 30 days"
    )


def describe_unjudged(installation: Installation) -> str:
    """How much could not be judged, and the commonest reasons, in a line."""
    try:
        rows = read_rows(installation, "unjudged_savings")
    except WarehouseError:
        rows = []
    if not rows:
        return "everything could be judged"
    reasons = Counter(str(row["reason"]) for row in rows)
    named = "; ".join(f"{count} x {reason}" for reason, count in reasons.most_common(NAMED))
    rest = len(reasons) - NAMED
    return f"not judged: {len(rows)}: {named}" + (f"; and {rest} other reason(s)" if rest > 0 else "")


def round_money(value: Any, output: Format) -> Any:
    """For people an amount has two decimals."""
    return round(value, 2) if output is Format.TABLE and isinstance(value, Decimal) else value
