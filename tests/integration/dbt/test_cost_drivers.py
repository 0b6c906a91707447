"""The effects of the month-over-month change, against a second way of working them out in whole fractions."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest

from tests.integration.dbt.warehouse import Warehouse

D = Decimal
EFFECTS = (
    "usage", "price", "mix", "commitment", "new", "ended", "unmetered", "fee", "credit", "tax", "adjustment",
)  # fmt: skip
CATEGORY_EFFECTS = {"Purchase": "fee", "Credit": "credit", "Tax": "tax", "Adjustment": "adjustment"}
JANUARY, FEBRUARY = dt.date(2025, 1, 1), dt.date(2025, 2, 1)
#: Two quotients are rounded to 12 places each and multiplied by less than 1e6, per item.
ROUNDING = Fraction(1, 10**4)

#: Month -> region -> what is there.
ByMonthAndRegion = dict[dt.date, defaultdict[str | None, Fraction]]


@dataclass(frozen=True)
class Charge:
    """One row of int_costs__monthly."""

    usage_type: str | None
    month: dt.date
    region: str | None
    category: str
    status: str | None
    effective: Decimal
    contracted: Decimal
    quantity: Decimal | None
    account: str | None = "a1"


def store(warehouse: Warehouse, charges: list[Charge], source: str = "made") -> None:
    """Put the charges where the model reads them; nothing else of this source is there."""
    query = (
        "insert into intermediate.int_costs__monthly by name select ? as source_name, ? as billing_period, "
        "'USD' as billing_currency, 'AWS' as service_provider_name, 'payer' as billing_account_id, "
        "? as sub_account_id, 'EC2' as service_name, ? as x_usage_type, ? as region_id, ? as charge_category, "
        "? as commitment_discount_status, 0 as billed_cost, ?::decimal(38,12) as effective_cost, 0 as list_cost, "
        "?::decimal(38,12) as contracted_cost, ?::decimal(38,12) as consumed_quantity, 1 as line_item_count"
    )
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.begin()
        for c in charges:
            quantity = None if c.quantity is None else str(c.quantity)
            connection.execute(
                query,
                [source, c.month, c.account, c.usage_type, c.region, c.category, c.status, str(c.effective),
                 str(c.contracted), quantity],
            )  # fmt: skip
        connection.commit()


def read_effects(warehouse: Warehouse, source: str = "made") -> dict[str | None, dict[str, Decimal]]:
    """Usage type -> effects of February, from the mart."""
    result = warehouse.dbt("run", "--select", "fct_cost_change_monthly")
    assert result.success, result.output[-3000:]
    columns = ", ".join(f"{name}_effect" for name in EFFECTS)
    rows = warehouse.rows(
        f"select x_usage_type, cost_change, {columns} from marts.fct_cost_change_monthly where source_name = ?",
        [source],
    )
    return {row[0]: dict(zip(("change", *EFFECTS), row[1:], strict=True)) for row in rows}


def add_up(by_region: Mapping[str | None, Fraction]) -> Fraction:
    return sum(by_region.values(), Fraction(0))


def explain(charges: list[Charge]) -> dict[str, Fraction]:
    """The effects of one usage type as the definition has them, in fractions and without any remainder."""
    effects = dict.fromkeys(EFFECTS, Fraction(0))
    cost: ByMonthAndRegion = {month: defaultdict(Fraction) for month in (JANUARY, FEBRUARY)}
    quantity: ByMonthAndRegion = {month: defaultdict(Fraction) for month in (JANUARY, FEBRUARY)}
    effective = dict.fromkeys((JANUARY, FEBRUARY), Fraction(0))
    for c in charges:
        sign = 1 if c.month == FEBRUARY else -1
        if c.category != "Usage":
            effects[CATEGORY_EFFECTS[c.category]] += sign * Fraction(c.effective)
        elif c.status == "Unused":
            effects["commitment"] += sign * Fraction(c.effective)
        else:
            cost[c.month][c.region] += Fraction(c.contracted)
            quantity[c.month][c.region] += Fraction(c.quantity or 0)
            effective[c.month] += Fraction(c.effective)
    old, new = cost[JANUARY], cost[FEBRUARY]
    if not old or not new:
        effects["new" if new else "ended"] += effective[FEBRUARY] - effective[JANUARY]
        return effects
    change = add_up(new) - add_up(old)
    effects["commitment"] += effective[FEBRUARY] - effective[JANUARY] - change
    old_quantity, new_quantity = add_up(quantity[JANUARY]), add_up(quantity[FEBRUARY])
    if not (old_quantity > 0 and new_quantity > 0):
        effects["unmetered"] = change
        return effects
    effects["usage"] = add_up(old) * (new_quantity / old_quantity - 1)
    for region in old.keys() & new.keys():
        before, now = quantity[JANUARY][region], quantity[FEBRUARY][region]
        if before > 0 and now > 0:
            effects["price"] += new[region] - old[region] * now / before
    effects["mix"] = change - effects["usage"] - effects["price"]
    return effects


def test_each_effect_is_what_a_simple_case_says(copied: Warehouse) -> None:
    def usage(usage_type: str, month: dt.date, region: str, cost: str, quantity: str | None, **more: str) -> Charge:
        return Charge(usage_type, month, region, "Usage", None, D(more.get("effective", cost)), D(cost),
                      None if quantity is None else D(quantity))  # fmt: skip

    store(
        copied,
        [
            # ten hours at 2 become fifteen at 3: five more hours at the old 2, fifteen hours 1 dearer
            usage("hours", JANUARY, "eu", "20", "10"), usage("hours", FEBRUARY, "eu", "45", "15"),
            # the same ten hours at the same prices, but three of them where an hour costs 5 and not 1
            usage("moved", JANUARY, "eu", "10", "10"), usage("moved", FEBRUARY, "eu", "7", "7"),
            usage("moved", FEBRUARY, "us", "15", "3"),
            # a commitment takes 4 off what costs the same as before
            usage("covered", JANUARY, "eu", "10", "10"), usage("covered", FEBRUARY, "eu", "10", "10", effective="6"),
            usage("gone", JANUARY, "eu", "3", "1"), usage("come", FEBRUARY, "eu", "8", "1"),
            usage("flat", JANUARY, "eu", "3", None), usage("flat", FEBRUARY, "eu", "5", None),
            Charge("fee", JANUARY, None, "Purchase", None, D(1), D(1), None),
            Charge("fee", FEBRUARY, None, "Tax", None, D("0.5"), D("0.5"), None),
            Charge("plan", FEBRUARY, None, "Usage", "Unused", D(9), D(0), None),
        ],
    )  # fmt: skip
    reported = {
        name: {effect: amount for effect, amount in effects.items() if amount}
        for name, effects in read_effects(copied).items()
    }
    assert reported == {
        "hours": {"change": 25, "usage": 10, "price": 15},
        "moved": {"change": 12, "mix": 12},
        "covered": {"change": -4, "commitment": -4},
        "gone": {"change": -3, "ended": -3},
        "come": {"change": 8, "new": 8},
        "flat": {"change": 2, "unmetered": 2},
        "fee": {"change": D("-0.5"), "fee": -1, "tax": D("0.5")},
        "plan": {"change": 9, "commitment": 9},
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_effects_of_random_charges_add_up_exactly_and_are_as_defined(copied: Warehouse, seed: int) -> None:
    chance = random.Random(seed)
    by_type: dict[str | None, list[Charge]] = {}
    for number in range(40):
        usage_type = None if number == 0 else f"type {number}"
        by_type[usage_type] = [
            Charge(
                usage_type, month, region, category, status,
                D(chance.randint(-(10**15), 10**17)).scaleb(-12),
                D(chance.randint(0, 10**17)).scaleb(-12),
                chance.choice([None, D(0), D(chance.randint(1, 10**16)).scaleb(-12), D(chance.randint(1, 10**9))]),
                account=None if number % 7 == 0 else "a1",
            )
            for month in (JANUARY, FEBRUARY)
            for region in (None, "eu", "us")
            for category, status in (
                ("Usage", None), ("Usage", "Unused"), ("Purchase", None), ("Credit", None), ("Tax", None),
                ("Adjustment", None),
            )
            if chance.random() < 0.5
        ]  # fmt: skip
    by_type = {name: charges for name, charges in by_type.items() if charges}
    store(copied, [c for charges in by_type.values() for c in charges])
    reported = read_effects(copied)
    assert reported.keys() == by_type.keys()
    for name, charges in by_type.items():
        change = sum((c.effective if c.month == FEBRUARY else -c.effective for c in charges), D(0))
        assert reported[name]["change"] == change
        assert sum(reported[name][effect] for effect in EFFECTS) == change, name
        for effect, expected in explain(charges).items():
            assert abs(Fraction(reported[name][effect]) - expected) <= ROUNDING, (name, effect)


def test_quantities_of_any_size_leave_no_hole(copied: Warehouse) -> None:
    sizes = [
        "0.000000000001",
        "0.5",
        "999999999999.999999999999",
        "2600000000000000000000",
        "10000000000000000000000000",
    ]
    charges = []
    for old in sizes:
        for new in sizes:
            charges += [
                Charge(f"{old} {new}", month, "eu", "Usage", None, D(cost), D(cost), D(quantity))
                for month, cost, quantity in ((JANUARY, "7", old), (FEBRUARY, "11", new))
            ]
    store(copied, charges)
    for name, effects in read_effects(copied).items():
        assert sum(effects[effect] for effect in EFFECTS) == effects["change"] == 4, name
        before, after = (Fraction(D(size)) for size in str(name).split())
        if after > before * 10**9:
            assert effects["unmetered"] == 4
        else:
            assert abs(Fraction(effects["usage"]) - 7 * (after / before - 1)) <= abs(
                7 * after / before
            ) / 10**8 + Fraction(1, 10**11)


def test_a_source_is_compared_only_with_its_own_month_before(copied: Warehouse) -> None:
    march = dt.date(2025, 3, 1)
    for month in (JANUARY, march):
        store(copied, [Charge("hours", month, "eu", "Usage", None, D(1), D(1), D(1))], source="gap")
    store(copied, [Charge("hours", FEBRUARY, "eu", "Usage", None, D(1), D(1), D(1))], source="single")
    read_effects(copied)
    assert copied.rows("select * from marts.fct_cost_change_monthly where source_name in ('gap', 'single')") == []


def test_a_quotient_has_the_digits_of_exact_arithmetic(copied: Warehouse) -> None:
    """The macro that divides, compiled by dbt, beside Python's fractions."""
    chance = random.Random(3)
    pairs = [
        tuple(D(chance.choice([-1, 1]) * chance.randint(1, 10**25)).scaleb(-12) for _ in range(2)) for _ in range(300)
    ]
    small = D("0.000000000001")
    pairs += [(D(1), D(3)), (D(2), D(3)), (small, D(2)), (-small, D(2)), (D(0), D(-5)), (D(1), D(0))]
    with duckdb.connect(str(copied.path)) as connection:
        connection.execute("create table pairs (n integer, a decimal(38,12), b decimal(38,12))")
        rows = [[number, str(a), str(b)] for number, (a, b) in enumerate(pairs)]
        connection.executemany("insert into pairs values (?, ?, ?)", rows)
    query = "select n, a, b, {{ divide_exactly('a', 'b') }} as q from pairs order by n"
    result = copied.dbt("compile", "--inline", query)
    assert result.success, result.output[-2000:]
    compiled = next((copied.path.parent / "target").rglob("inline_query")).read_text()
    for n, a, b, quotient in copied.rows(compiled):
        if b == 0:
            assert quotient is None
            continue
        exact = abs(Fraction(a) / Fraction(b)) * 10**12
        rounded = exact.numerator // exact.denominator + (exact % 1 >= Fraction(1, 2))
        assert abs(Fraction(quotient)) * 10**12 == rounded and quotient * a * b >= 0, pairs[n]
