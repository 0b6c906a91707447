"""Realised savings as rows of ml.realised_savings: one for each closed finding, those of one change by the plan."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from savings.plan import add_money, as_money, make_plan
from savings.realised.baseline import ZERO
from savings.realised.changes import Change
from savings.realised.closings import Closing, Cluster, Verdict
from savings.realised.parameters import MONTH
from savings.realised.verdicts import Net

Row = dict[str, Any]
_FACTS = (
    "recommendation_id check_name title provider source_name account_id region resource_id resource_name service_name "
    "lever component billing_currency status last_seen monthly_saving x_team"
).split()
_MEASURES = (
    "changed_on change_kind days_before days_after known_until expected_cost actual_cost unused_commitment_cost "
    "rebound_cost rebound_kind rebound_on realised_saving realised_low realised_high saved_to_date billed_cost_before "
    "billed_cost_after"
).split()
#: What the plan asks of a finding and the book does not keep: what its commitment is worth is measured here.
_ABSENT = {"covered_cost": Decimal(0), "commitment_pool": "", "purchase_pool": "", "pool_on_demand_cost": Decimal(0)}


def make_row(closing: Closing, verdict: Verdict, reason: str, change: Change | None = None) -> Row:
    """A finding that nothing is measured of."""
    row = {name: closing.row[name] for name in _FACTS} | dict.fromkeys(_MEASURES)
    row["promised_saving"] = closing.row["monthly_saving"]
    if change is not None:
        row |= {"changed_on": change.day, "change_kind": change.kind}
    return row | {"verdict": verdict, "reason": reason}


def make_rows(cluster: Cluster, verdict: Verdict, reason: str) -> list[Row]:
    """The findings of a change that nothing is measured of yet."""
    rows = [make_row(closing, verdict, reason, change) for closing, change in cluster.members]
    return [row | {"promised_saving": part} for row, part in zip(rows, _plan(cluster), strict=True)]


def promise(cluster: Cluster) -> Fraction | None:
    """What its findings were to save together in 30 days; None where none of them stated an amount."""
    stated = [Fraction(part) for part in _plan(cluster) if part is not None]
    return sum(stated, ZERO) if stated else None


def split(cluster: Cluster, net: Net, verdict: Verdict, reason: str) -> list[Row]:
    """A row of each finding with its share; every amount sums exactly to that of the change."""
    measured, windows = net.measured, net.measured.windows
    shares = _find_shares(cluster)
    amounts = {
        "expected_cost": measured.expected,
        "actual_cost": measured.actual,
        "unused_commitment_cost": net.unused.amount,
        "rebound_cost": net.returned.amount,
        "realised_low": net.low,
        "realised_high": net.high,
        "billed_cost_before": measured.billed_before,
        "billed_cost_after": measured.billed_after,
    }
    parts = {name: _share_out(amount * MONTH, shares) for name, amount in amounts.items()}
    to_date = _share_out(net.saved_to_date, shares)
    rebound_on, kind = measured.back_since or net.returned.since, "resource" if measured.back_since else "scope"
    rows = []
    for place, row in enumerate(make_rows(cluster, verdict, reason)):
        row |= {
            "days_before": len(windows.before), "days_after": len(windows.after), "known_until": windows.all_after[-1],
            "rebound_on": rebound_on, "rebound_kind": kind if rebound_on else None,
        }  # fmt: skip
        row |= {name: part[place] for name, part in parts.items()} | {"saved_to_date": to_date[place]}
        row["realised_saving"] = add_money(
            [row["expected_cost"], *(-row[n] for n in ("actual_cost", "unused_commitment_cost", "rebound_cost"))]
        )
        rows.append(row)
    return rows


def _find_shares(cluster: Cluster) -> list[Fraction]:
    """The findings' shares of what one change saved: as they are of the plan, else the same for each."""
    planned = [Fraction(part or 0) for part in _plan(cluster)]
    total = sum(planned, ZERO)
    return [part / total for part in planned] if total else [Fraction(1, len(planned))] * len(planned)


def _plan(cluster: Cluster) -> list[Decimal | None]:
    """What each of the findings was to save, with the others: alternatives count once. None: nobody knew."""
    rows: list[Mapping[str, Any]] = [{**_ABSENT, **closing.row} for closing, _ in cluster.members]
    parts = make_plan(rows).parts
    return [None if row["monthly_saving"] is None else parts[row["recommendation_id"]].saving for row in rows]


def _share_out(amount: Fraction, shares: Sequence[Fraction]) -> list[Decimal]:
    """The amount in money by these shares; what rounding leaves goes to the first."""
    parts = [as_money(amount * share) for share in shares]
    rest = Fraction(as_money(amount)) - sum((Fraction(part) for part in parts), ZERO)
    return [add_money([parts[0], as_money(rest)]), *parts[1:]]
