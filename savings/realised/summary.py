"""What all closed findings saved, per currency."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from savings.plan import add_money
from savings.realised.closings import MEASURED


@dataclass(frozen=True)
class RealisedSum:
    """saved + not_saved + unclear = realised, exactly; amounts of 30 days.

    ``saved``: of findings with an interval above zero; ``not_saved`` and ``unclear``: what the others came to, as often
    above zero as below by chance, so that the sum is not made of lucky ones alone. ``promised`` of those that are
    measured, ``waiting`` of those that it is too early for. ``saved_to_date``: until the last known day.
    """

    currency: str
    findings: int
    not_judged: int
    promised: Decimal
    saved: Decimal
    not_saved: Decimal
    unclear: Decimal
    realised: Decimal
    waiting: Decimal
    saved_to_date: Decimal


def add_up_realised(rows: Iterable[Mapping[str, Any]]) -> list[RealisedSum]:
    """The sum of each currency, of rows of ml.realised_savings."""
    currencies: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        currencies[row["billing_currency"]].append(row)
    return [_add_up(currency, found) for currency, found in sorted(currencies.items())]


def _add_up(currency: str, rows: list[Mapping[str, Any]]) -> RealisedSum:
    def total(column: str, *verdicts: str) -> Decimal:
        return add_money([row[column] for row in rows if row["verdict"] in verdicts and row[column] is not None])

    saved, not_saved, unclear = (total("realised_saving", one) for one in ("saved", "not_saved", "unclear"))
    return RealisedSum(
        currency=currency,
        findings=len(rows),
        not_judged=sum(1 for row in rows if row["verdict"] == "not_judged"),
        promised=total("promised_saving", *MEASURED),
        saved=saved,
        not_saved=not_saved,
        unclear=unclear,
        realised=add_money([saved, not_saved, unclear]),
        waiting=total("promised_saving", "too_early"),
        saved_to_date=total("saved_to_date", *MEASURED),
    )
