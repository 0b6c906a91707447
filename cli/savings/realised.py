"""What `cloudcost savings realised` prints: closed findings with what they saved, and the sums."""

import sys
from collections.abc import Mapping
from typing import Any

from cli.output.tables import Format, print_rows
from cli.savings.listing import Wanted, round_money
from cloudcost.analytics.realised_savings import TABLE
from cloudcost.analytics.savings_lifecycle import read_rows
from cloudcost.installation import Installation
from savings.realised.summary import add_up_realised

#: As programs get them: their names, and the columns of ml.realised_savings.
COLUMNS = {
    "id": "recommendation_id", "check": "check_name", "cloud": "provider", "account": "account_id", "region": "region",
    "resource": "resource_id", "team": "x_team", "status": "status", "change": "change_kind",
    "changed_on": "changed_on",
    "verdict": "verdict", "promised": "promised_saving", "realised": "realised_saving", "low": "realised_low",
    "high": "realised_high", "saved_to_date": "saved_to_date", "currency": "billing_currency",
    "expected_cost": "expected_cost", "actual_cost": "actual_cost", "unused_commitment": "unused_commitment_cost",
    "rebound": "rebound_cost", "rebound_on": "rebound_on", "days_after": "days_after", "known_until": "known_until",
    "title": "title", "reason": "reason",
}  # fmt: skip
#: As people get them.
SHORT = ("id", "check", "account", "resource", "changed_on", "verdict", "promised", "realised", "low", "high",
         "saved_to_date", "currency", "reason")  # fmt: skip
SUMS = ("currency", "findings", "not_judged", "promised", "saved", "not_saved", "unclear", "realised", "waiting",
        "saved_to_date")  # fmt: skip


def print_realised(installation: Installation, wanted: Mapping[str, list[str] | None], output: Format) -> None:
    """The closed findings, the latest change first. For programs the rest goes to standard error."""
    asked = Wanted({name: tuple(values or ()) for name, values in wanted.items()})
    found = sorted(read_rows(installation, TABLE), key=_order)
    shown = [row for row in found if asked.fits(row)]
    names = SHORT if output is Format.TABLE else tuple(COLUMNS)
    cells = [[round_money(row[COLUMNS[name]], output) for name in names] for row in shown]
    if cells or output is not Format.TABLE:
        print_rows(names, cells, output)
    if output is Format.TABLE and shown:
        sums = [[round_money(getattr(one, name), output) for name in SUMS] for one in add_up_realised(shown)]
        title = "A month: saved + not saved + unclear = realised; promised is what those were to save"
        print_rows(SUMS, sums, output, title if asked.asks_for_all else f"{title}; of the findings shown")
    if not shown:
        print(_explain_nothing(found), file=sys.stdout if output is Format.TABLE else sys.stderr)


def _explain_nothing(found: list[dict[str, Any]]) -> str:
    if found:
        return f"none of the {len(found)} closed findings is as asked for"
    return "no finding was done, verified or lapsed in the last 90 days: there is nothing to compare yet"


def _order(row: Mapping[str, Any]) -> tuple[int, str]:
    changed = row["changed_on"]
    return (0 if changed is None else -changed.toordinal(), str(row["recommendation_id"]))
