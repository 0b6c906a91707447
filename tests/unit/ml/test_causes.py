from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml.causes import ANY, DIMENSIONS, EFFECTS, REST, explain_anomalies, list_days, list_queries, split_effects

START = date(2025, 3, 1)
COLUMNS = (
    "charge_date date, billing_currency varchar, service_provider_name varchar, sub_account_id varchar, "
    "service_name varchar, region_id varchar, x_usage_type varchar, resource_id varchar, x_team varchar, "
    "charge_category varchar, charge_frequency varchar, pricing_category varchar, effective_cost decimal(38, 12), "
    "contracted_cost decimal(38, 12), consumed_quantity decimal(38, 12)"
)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute(f"create table charges ({COLUMNS})")
        yield opened


def day(number: int) -> date:
    return START + timedelta(days=number)


def charge(at: int, cost: str, quantity: str = "1", contracted: str | None = None, **fields: str) -> tuple[Any, ...]:
    base = {
        "currency": "USD", "provider": "AWS", "account": "a1", "service": "EC2", "region": "eu", "usage": "box",
        "resource": "i-1", "team": "web", "category": "Usage", "frequency": "Usage-Based", "pricing": "Standard",
    } | fields  # fmt: skip
    return (day(at), *base.values(), Decimal(cost), Decimal(contracted or cost), Decimal(quantity))


def explain(connection: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]], **anomaly: Any) -> Any:
    connection.executemany(f"insert into charges values ({', '.join('?' * 15)})", rows)
    one = {
        "anomaly_id": "x", "scope_level": "account_service", "service_provider_name": "AWS", "sub_account_id": "a1",
        "service_name": "EC2", "region_id": "", "x_usage_type": "", "billing_currency": "USD", "start_date": day(28),
        "end_date": day(28), "expected_cost": 100.0,
    } | anomaly  # fmt: skip
    anomalies = pd.DataFrame([one])
    days = list_days(anomalies)
    connection.register("days", days)
    parts = [
        row
        for query in list_queries("days", "charges", "charges.charge_date")
        for row in connection.execute(query).fetchall()
    ]
    return explain_anomalies(anomalies, days, parts)


def members(found: Any, dimension: str) -> dict[str, Decimal]:
    part = found.causes[found.causes["dimension"] == dimension]
    return dict(zip(part["member"], part["contribution"], strict=True))


def test_every_dimension_and_the_effects_add_up_to_the_last_digit(connection: duckdb.DuckDBPyConnection) -> None:
    rng = np.random.default_rng(1)
    rows = [
        charge(at, f"{rng.uniform(0, 9):.12f}", f"{rng.uniform(0, 5):.4f}", f"{rng.uniform(0, 12):.12f}",
               region=str(rng.choice(["eu", "us", ""])), usage=str(rng.choice(["a", "b", "c"])),
               resource=f"i-{rng.integers(40)}", team=str(rng.choice(["web", "data", ""])))
        for at in range(31) for _ in range(12)
    ]  # fmt: skip
    found = explain(connection, rows, end_date=day(30), expected_cost=123.456789)
    actual = sum((row[12] for row in rows if row[0] >= day(28)), Decimal(0))
    assert found.amounts["x"] == (actual, Decimal("123.456789"), actual - Decimal("123.456789"))
    for dimension in (*DIMENSIONS, "effect"):
        assert sum(members(found, dimension).values()) == actual - Decimal("123.456789")
    assert set(members(found, "effect")) <= {*EFFECTS, REST}
    assert "(other)" in members(found, "resource_id") and "(none)" in members(found, "x_team")


def test_a_contribution_is_the_cost_less_the_weekdays_before(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [charge(at, "60", "60", resource="i-1") for at in range(28)] + [
        charge(at, "40", "40", resource="i-2") for at in range(28)
    ]
    # another weekday counts for nothing
    rows += [charge(27, "5000", resource="i-1")]
    rows += [charge(28, cost, cost, resource=f"i-{n}") for n, cost in enumerate(("65", "30", "205"), start=1)]
    found = explain(connection, rows)
    assert members(found, "resource_id") == {"i-3": 205, "i-2": -10, "i-1": 5}
    assert found.amounts["x"][2] == 200
    assert found.top_causes["x"] == "usage type box: +200.00 USD (100 % of +200.00), by usage"


def test_what_grew_as_expected_is_no_cause(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [charge(at, "60", usage="a") for at in range(28)] + [charge(at, "20", usage="b") for at in range(28)]
    rows += [charge(28, "75", usage="a"), charge(28, "125", usage="b")]
    # 100 were expected of what used to be 80: a quarter more of everything
    assert members(explain(connection, rows), "x_usage_type") == {"b": 100}


def test_a_baseline_far_from_the_expectation_is_not_stretched(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [charge(at, "10") for at in range(28)] + [charge(28, "300")]
    assert members(explain(connection, rows), "x_usage_type") == {"box": 290, REST: -90}


@pytest.mark.parametrize(
    ("now", "effects"),
    [
        (("100", "10", "100"), {"usage": Decimal(50)}),  # twice the hours
        (("80", "5", "80"), {"price": Decimal(30)}),  # the same hours, dearer
        (("30", "5", "50"), {"coverage": Decimal(-20)}),  # the same hours, covered by a commitment
        (("120", "10", "160"), {"usage": Decimal(50), "price": Decimal(60), "coverage": Decimal(-40)}),
    ],
)
def test_each_effect_is_told(
    connection: duckdb.DuckDBPyConnection, now: tuple[str, str, str], effects: dict[str, Decimal]
) -> None:
    rows = [charge(at, "50", "5") for at in range(28)] + [charge(28, *now)]
    assert members(explain(connection, rows, expected_cost=50.0), "effect") == effects


def test_usage_that_moved_to_a_dearer_region_is_mix(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [charge(at, "80", "80", region="eu") for at in range(28)]
    rows += [charge(at, "40", "20", region="us") for at in range(28)]
    rows += [charge(28, "50", "50", region="eu"), charge(28, "100", "50", region="us")]
    assert members(explain(connection, rows, expected_cost=120.0), "effect") == {"mix": Decimal(30)}


def test_usage_types_with_a_line_in_their_names_are_not_one(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [charge(at, "80", "80", usage="gb|out") for at in range(28)]
    rows += [charge(at, "40", "20", usage="gb|in") for at in range(28)]
    rows += [charge(28, "50", "50", usage="gb|out"), charge(28, "100", "50", usage="gb|in")]
    # 30 less of the one at 1, 30 more of the other at 2
    assert members(explain(connection, rows, expected_cost=120.0), "effect") == {"usage": Decimal(30)}


def test_effects_add_up_whatever_the_cells_are() -> None:
    rng = np.random.default_rng(2)

    def draw() -> list[Decimal]:
        return [Decimal(f"{value:.6f}") for value in rng.uniform(0, 10, 3) * (rng.random(3) > 0.2)]

    for _ in range(200):
        cells = {f"u{rng.integers(3)}|r{number}": (draw(), draw()) for number in range(6)}
        effects = split_effects(cells, Decimal(1))
        whole = sum(Fraction(now[0]) - Fraction(before[0]) for now, before in cells.values())
        assert abs(sum(map(Fraction, effects.values()), Fraction(0)) - whole) <= Fraction(3, 10**12)


def test_only_the_scope_and_only_usage_count(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [charge(at, "100") for at in range(28)] + [charge(28, "150")]
    rows += [charge(28, "7", account="a2"), charge(28, "7", service="S3"), charge(28, "7", currency="EUR")]
    rows += [charge(28, "999", category="Tax"), charge(28, "999", frequency="Recurring")]
    assert explain(connection, rows).amounts["x"][0] == 150


def test_the_scope_of_each_level(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [charge(28, "1"), charge(28, "2", region="us"), charge(28, "4", service="S3"), charge(28, "8", account="a2")]
    totals = {}
    for level, fields in {
        "usage_type": {"region_id": "eu", "x_usage_type": "box"},
        "account_service": {},
        "account": {"service_name": ""},
        "service": {"sub_account_id": ""},
        "provider": {"service_name": "", "sub_account_id": ""},
    }.items():
        connection.execute("delete from charges")
        totals[level] = explain(connection, rows, scope_level=level, **fields).amounts["x"][0]
    assert totals == {"usage_type": 1, "account_service": 3, "account": 7, "service": 11, "provider": 15}


def test_days_of_other_anomalies_are_left_out_while_others_remain() -> None:
    scope = {"scope_level": "account_service", "service_provider_name": "AWS", "sub_account_id": "a1",
             "service_name": "EC2", "region_id": "", "x_usage_type": "", "billing_currency": "USD"}  # fmt: skip
    one = {"anomaly_id": "x", "start_date": day(28), "end_date": day(28)} | scope
    two = {"anomaly_id": "y", "start_date": day(21), "end_date": day(21)} | scope
    days = list_days(pd.DataFrame([one, two]))
    mine = days[(days["anomaly_id"] == "x") & ~days["is_inside"]]
    assert mine["charge_date"].tolist() == [day(0), day(7), day(14)]
    assert set(mine["region_id"]) == {ANY} and set(mine["service_name"]) == {"EC2"}


def test_days_before_the_first_are_no_baseline() -> None:
    one = {"anomaly_id": "x", "start_date": day(28), "end_date": day(28), "scope_level": "account_service",
           "service_provider_name": "AWS", "sub_account_id": "a1", "service_name": "EC2", "region_id": "",
           "x_usage_type": "", "billing_currency": "USD"}  # fmt: skip
    days = list_days(pd.DataFrame([one]), day(10))
    assert days["charge_date"].tolist() == [day(28), day(14), day(21)]


@pytest.mark.parametrize(
    ("teams", "expected"),
    [
        (["web"] * 29, "web"),
        ([*["web"] * 28, "data"], None),  # another team's cost on the day itself
        (["data", *["web"] * 28], None),  # or among the days that it is compared with
        ([*["web"] * 28, ""], None),  # a part of nobody
        ([""] * 29, None),
    ],
)
def test_an_anomaly_is_of_the_team_that_has_every_cost_in_it(
    connection: duckdb.DuckDBPyConnection, teams: list[str], expected: str | None
) -> None:
    rows = [charge(at, "100", team=team) for at, team in enumerate(teams)]
    rows += [charge(28, "50", team=teams[-1]), charge(28, "9", team="data", account="another")]
    # every weekday of the four weeks before is compared with
    found = explain(connection, rows, start_date=day(28), end_date=day(34))
    assert found.teams == {"x": expected}
