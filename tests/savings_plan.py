"""Findings for tests of the plan, and what a plan of a few findings is worth by trying all of them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

Row = Mapping[str, Any]


def finding(name: str, saving: str | None, **fields: Any) -> dict[str, Any]:
    """A row of ml.recommendations: on the compute of resource r-1, at twice what it saves, by changing its size."""
    amount = None if saving is None else Decimal(saving)
    return {
        "recommendation_id": name,
        "check_name": f"check_{name}",
        "title": "A title",
        "provider": "aws",
        "source_name": "bills",
        "billing_period": dt.date(2026, 10, 1),
        "account_id": "111111111111",
        "region": "us-east-1",
        "resource_id": "r-1",
        "resource_name": None,
        "service_name": "Compute",
        "monthly_cost": Decimal(0) if amount is None else amount * 2,
        "monthly_saving": amount,
        "covered_cost": Decimal(0),
        "commitment_pool": "",
        "pool_on_demand_cost": Decimal(0),
        "purchase_pool": "",
        "x_team": None,
        "billing_currency": "USD",
        "lever": "rightsize",
        "component": "compute",
        "effort": "low",
        "confidence": "high",
        "risk_class": "reversible",
        "remediation": "",
        "evidence_kind": "bill",
        "reason": "it is too large",
        "evidence": "{}",
        "created_on": dt.date(2026, 11, 1),
    } | fields


def try_all(rows: Sequence[Row]) -> Fraction:
    """The largest saving of any set of these findings that may be followed together; without freed commitments."""
    usable = [row for row in rows if row["monthly_saving"] is not None and row["lever"] != "none"]
    sets = (chosen for count in range(len(usable) + 1) for chosen in combinations(usable, count))
    return max(worth(chosen) for chosen in sets if may_stand_together(chosen))


def may_stand_together(rows: Sequence[Row]) -> bool:
    """No two alternatives, and nothing beside a deletion of all."""
    for one, two in combinations(rows, 2):
        if is_offer(one) != is_offer(two):
            continue
        if is_offer(one):
            if overlaps(one, two):
                return False
        elif resource(one) == resource(two):
            if one["lever"] == two["lever"] and one["component"] == two["component"]:
                return False
            if any(row["lever"] == "delete" and row["component"] == "all" for row in (one, two)):
                return False
    return True


def worth(rows: Sequence[Row]) -> Fraction:
    """What a set saves: resources by the cent of each layer, and offers on what is left."""
    total = sum((Fraction(row["monthly_saving"]) for row in rows if is_offer(row)), Fraction(0))
    for key in {resource(row) for row in rows if not is_offer(row)}:
        found = [row for row in rows if not is_offer(row) and resource(row) == key]
        whole = [row for row in found if row["component"] == "all"]
        total += integrate(whole) * keep(rows, found, "all")
        for component in {row["component"] for row in found} - {"all"}:
            parts = integrate([row for row in found if row["component"] == component])
            for row in whole:
                parts *= 1 - share(row)
            total += parts * keep(rows, found, component)
    return total


def integrate(rows: Sequence[Row]) -> Fraction:
    """Of bases that lie in one another: each layer's width by what the findings that reach it save of it."""
    edges = sorted({Fraction(0), *(Fraction(row["monthly_cost"]) for row in rows)})
    saved = Fraction(0)
    for low, high in pairwise(edges):
        left = Fraction(1)
        for row in rows:
            if row["monthly_cost"] >= high:
                left *= 1 - share(row)
        saved += (high - low) * (1 - left)
    return saved


def keep(rows: Sequence[Row], found: Sequence[Row], component: str) -> Fraction:
    """What of a saving counts beside the offers: the one with the largest share takes from it."""
    parts = [row for row in found if row["component"] == component]
    return 1 - max((share(o) for o in rows if is_offer(o) and any(overlaps(o, p) for p in parts)), default=Fraction(0))


def overlaps(one: Row, two: Row) -> bool:
    """Whether two are about the same usage; what is empty fits all."""
    names = ("source_name", "provider", "account_id", "region", "service_name")
    is_near = all(not one[n] or not two[n] or one[n] == two[n] for n in names)
    is_part = one["component"] == two["component"] or "all" in (one["component"], two["component"])
    return is_near and is_part and one["billing_currency"] == two["billing_currency"]


def is_offer(row: Row) -> bool:
    """Whether it is about an account's rates."""
    return row["lever"] in ("commit", "rate") and not row["resource_id"]


def share(row: Row) -> Fraction:
    """What of its cost a finding saves."""
    return Fraction(row["monthly_saving"]) / Fraction(row["monthly_cost"])


def resource(row: Row) -> tuple[Any, ...]:
    """What names the resource."""
    names = ("source_name", "provider", "account_id", "region", "resource_id", "billing_currency")
    return (*(row[name] for name in names), row["resource_id"] or row["check_name"])
