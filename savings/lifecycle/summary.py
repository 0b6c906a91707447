"""How the one total of a currency adds up: what was found, less what overlaps, is dismissed or done."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from savings.lifecycle.status import OPEN
from savings.plan import add_money, as_money

ZERO = Decimal(0)


@dataclass(frozen=True)
class Sum:
    """found + freed - overlaps - dismissed - done = total, exactly; amounts of 30 days.

    ``found``: the savings of all findings, each by itself; ``freed``: commitments that others use; ``overlaps``: what
    alternatives and levers on the same cost save only once; ``done``: of findings whose action is carried out.
    ``findings`` counts all, ``without_amount`` those of them that state none.
    """

    currency: str
    findings: int
    without_amount: int
    found: Decimal
    freed: Decimal
    overlaps: Decimal
    dismissed: Decimal
    done: Decimal
    total: Decimal


def add_up(rows: Iterable[Mapping[str, Any]]) -> list[Sum]:
    """The sum of each currency, of rows of ml.recommendations."""
    currencies: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        currencies[row["billing_currency"]].append(row)
    return [_add_up(currency, found) for currency, found in sorted(currencies.items())]


def _add_up(currency: str, rows: list[Mapping[str, Any]]) -> Sum:
    stated = [row for row in rows if row["lever"] != "none" and (row["monthly_saving"] or ZERO) > 0]
    found = add_money([row["monthly_saving"] for row in stated])
    freed = add_money([row["freed_saving"] for row in rows])
    total = add_money([row["planned_saving"] for row in rows])
    dismissed = add_money([row["monthly_saving"] for row in stated if row["status"] == "dismissed"])
    done = add_money([row["monthly_saving"] for row in stated if row["status"] not in (*OPEN, "dismissed")])
    overlaps = Fraction(found) + Fraction(freed) - Fraction(dismissed) - Fraction(done) - Fraction(total)
    return Sum(currency, len(rows), len(rows) - len(stated), found, freed, as_money(overlaps), dismissed, done, total)
