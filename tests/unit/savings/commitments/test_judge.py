"""What the judge says where it recommends nothing, and how rows become pools."""

import csv
import datetime as dt
from decimal import Decimal
from typing import Any

from savings.checks.any.coverable_on_demand import COVERABLE_ON_DEMAND
from savings.commitments.judge import judge_commitments
from savings.commitments.pools import read_months, read_pools
from savings.evidence import SEEDS

D = Decimal
FIRST, DAYS = dt.date(2026, 10, 1), 31
VALUES = {one.name: one.value for one in COVERABLE_ON_DEMAND.parameters}


def make_row(day: int = 0, hour: int = 0, cost: str = "1", **columns: Any) -> dict[str, Any]:
    """An hour of usage_hourly."""
    return {
        "source_name": "aws", "cloud": "aws", "billing_account_id": "payer", "currency": "USD", "pool": "compute",
        "family_group": "ec2", "family": "m5", "region": "eu-west-1", "pricing_category": "Standard",
        "commitment_type": None, "plan_type": None, "term": None, "payment": None, "commitment_end_date": None,
        "started_at": dt.datetime.combine(FIRST + dt.timedelta(days=day), dt.time(hour)), "period_hours": 1,
        "billing_period": FIRST, "cost": D(cost), "contracted_cost": D(cost), "units": D(4),
        "first_day": FIRST, "last_day": FIRST + dt.timedelta(days=DAYS - 1),
    } | columns  # fmt: skip


def offers() -> list[dict[str, Any]]:
    with (SEEDS / "commitment_offers.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def judge(rows: list[dict[str, Any]], **changed: Any) -> tuple[list[str], list[str]]:
    found, skipped = judge_commitments(rows, {"commitment_offers": offers()}, VALUES | changed)
    return [one["offer"] for one in found], [one.reason for one in skipped]


def test_too_few_weeks_are_said_to_be_too_few() -> None:
    rows = [make_row(day, hour) for day in range(DAYS) for hour in range(24)]
    assert judge(rows) == (["Compute Savings Plan"], [])
    assert judge(rows, min_weeks=5) == (
        [],
        [
            "on-demand usage of compute (aws, USD): 4 whole weeks of it are too few to say whether a purchase pays, "
            "5 are needed"
        ],
    )


def test_a_purchase_that_does_not_pay_is_said_not_to() -> None:
    rows = [make_row(day, hour) for day in range(DAYS) for hour in range(8, 18)]
    assert judge(rows) == (
        [],
        ["on-demand usage of compute (aws, USD): no purchase saves money without losing it in too many weeks"],
    )


def test_a_risk_that_is_asked_for_is_taken() -> None:
    # one week of four without usage: three quarters of the hours are not enough at 0.81, but at 0.573
    rows = [make_row(day, hour) for day in range(DAYS) if not 10 <= day < 17 for hour in range(24)]
    assert judge(rows, max_term_months=36)[0] == []
    assert judge(rows, max_term_months=36, max_losing_share=1)[0] == ["Compute Savings Plan"]


def test_what_other_savings_take_away_is_not_committed_to() -> None:
    rows = [make_row(day, hour) for day in range(DAYS) for hour in range(24)]
    key = ("aws", "aws", "payer", "compute", "USD")
    seeds = {"commitment_offers": offers()}
    (found,), _ = judge_commitments(rows, seeds, VALUES, {key: {"m5 eu-west-1": D("0.5")}})
    assert (found["hourly_commitment"], found["monthly_cost"]) == ("0.405", D(360))
    assert judge_commitments(rows, seeds, VALUES, {key: {"m5 eu-west-1": D(1)}})[0] == []


def test_what_is_left_evenly_is_covered_by_as_much_less() -> None:
    """The plan takes the same share from a purchase as from its pool: what judging the rest again comes to."""
    rows = [make_row(day, hour) for day in range(DAYS) for hour in range(24)]
    rows += [make_row(day, hour, cost="0.7") for day in range(DAYS) for hour in range(day % 3, 22)]
    key, seeds = ("aws", "aws", "payer", "compute", "USD"), {"commitment_offers": offers()}
    (whole,), _ = judge_commitments(rows, seeds, VALUES)
    for share in (D("0.1"), D("0.37"), D("0.8")):
        (left,), _ = judge_commitments(rows, seeds, VALUES, {key: {"m5 eu-west-1": share}})
        # a level is a whole number of thousandths an hour
        assert abs(left["monthly_saving"] - whole["monthly_saving"] * (1 - share)) < D("0.001") * 24 * 30
    assert 0 < whole["monthly_saving"] < whole["monthly_cost"]


def test_gaps_are_hours_without_usage_and_discounts_no_negative_ones() -> None:
    rows = [make_row(0, 5), make_row(0, 5, cost="-0.25"), make_row(2, 0, cost="-3"), make_row(3)]
    rows[3]["cost"] = D(4)
    (pool,) = read_pools(rows)
    assert pool.usage.amounts.shape == (DAYS * 24, 1)
    assert pool.usage.amounts.sum() == D("4.75") and pool.usage.amounts[5, 0] == D("0.75")


def test_usage_of_a_commitment_that_is_over_counts_as_on_demand() -> None:
    covered: dict[str, Any] = {
        "pricing_category": "Committed",
        "commitment_type": "Savings Plan",
        "contracted_cost": D(3),
    }
    over, lasting = FIRST + dt.timedelta(days=9), FIRST + dt.timedelta(days=90)
    rows = [make_row(20), make_row(5, **covered, commitment_end_date=over)]
    rows.append(make_row(6, **covered, commitment_end_date=lasting))
    (pool,) = read_pools(rows)
    assert pool.usage.amounts.sum() == D(4) and list(pool.returning) == [lasting]
    assert pool.returning[lasting].sum() == D(3)


def test_a_trifle_by_the_day_does_not_coarsen_a_pool() -> None:
    rows = [make_row(day, hour) for day in range(DAYS) for hour in range(24)]
    assert read_pools([*rows, make_row(cost="5", period_hours=24)])[0].usage.hours == 1
    (pool,) = read_pools([*rows, make_row(cost="50", period_hours=24)])
    assert pool.usage.hours == 24 and pool.usage.amounts.shape == (DAYS, 1)
    assert pool.usage.amounts[0, 0] == D(74)


def test_terms_are_read_as_bills_write_them() -> None:
    terms = ["1yr", "3 Years", "P1Y", "36 months", "P3M", "12", "", None]
    assert [read_months(term) for term in terms] == [12, 36, 12, 36, 3, 12, None, None]
