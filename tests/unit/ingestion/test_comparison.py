"""When a delivery that differs from the one before is doubted, and when it is kept out."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.formats import get_format
from ingestion.judging.comparison import Drift, compare_columns, compare_figures, was_closed
from ingestion.judging.expectations import COMPARED, DeliveryVerdict, find_failed, judge_delivery, list_limits
from ingestion.judging.profile import DeliveryProfile
from ingestion.sections.deliveries import ChangeThresholds, DropThresholds, IngestionSettings
from ingestion.snapshots import ControlTotal, Snapshot, SnapshotKey

SEPTEMBER = dt.date(2026, 9, 1)
OPEN, CLOSED = dt.datetime(2026, 10, 20, tzinfo=dt.UTC), dt.datetime(2026, 10, 22, tzinfo=dt.UTC)
FORMAT = get_format("aws_cur")


def totals(**costs: str) -> tuple[ControlTotal, ...]:
    return tuple(
        ControlTotal(currency, "billed_cost", Decimal(cost), Decimal(0), 1) for currency, cost in costs.items()
    )


def previous(rows: int = 1000, **costs: str) -> Snapshot:
    key = SnapshotKey("aws_prod", SEPTEMBER, "cost")
    return Snapshot(key, "before", "aws_cur", "aws_cur", (), rows, totals(**costs), (), ("a", "b"), ("x", "y"))


def judge(
    rows: int,
    costs: dict[str, str],
    before: Snapshot,
    at: dt.datetime = OPEN,
    settings: IngestionSettings | None = None,
    accepted: bool = False,
) -> DeliveryVerdict:
    settings = settings or IngestionSettings()
    profile = DeliveryProfile(rows, ("USD",), totals(**costs), {}, {"repeated_line_items": 0})
    compared = compare_figures(profile, before, at, settings)
    return judge_delivery(FORMAT, profile, compared, settings, accepted)


@pytest.mark.parametrize(
    ("rows", "cost", "at", "outcome"),
    [
        (1000, "500", OPEN, "fine"),
        (900, "450", OPEN, "fine"),  # exactly what still passes
        (899, "500", OPEN, "warns"),
        (500, "500", OPEN, "warns"),
        (499, "500", OPEN, "blocks"),
        (0, "500", OPEN, "blocks"),
        (5000, "500", CLOSED, "fine"),  # more rows are no fault
        (1000, "449.99", OPEN, "warns"),
        (1000, "249.99", OPEN, "blocks"),
        (1000, "-500", OPEN, "blocks"),
        (1000, "5000", OPEN, "fine"),  # the month still fills
        (1000, "550", CLOSED, "fine"),
        (1000, "550.01", CLOSED, "warns"),
        (1000, "750.01", CLOSED, "blocks"),
    ],
)
def test_thresholds(rows: int, cost: str, at: dt.datetime, outcome: str) -> None:
    verdict = judge(rows, {"USD": cost}, previous(USD="500"), at)
    found = "blocks" if verdict.failures else "warns" if verdict.warnings else "fine"
    assert found == outcome
    assert verdict.is_acceptable  # nothing else is wrong with it


def test_the_reason_has_the_numbers() -> None:
    verdict = judge(400, {"USD": "120.5"}, previous(USD="500", EUR="90"))
    assert verdict.failures == (
        "400 rows where delivery before had 1,000 (-60.0 %): more than 50 % blocks",
        "billed_cost 120.50 USD where delivery before had 500.00 USD (-75.9 %): more than 50 % blocks",
    )
    assert {e.name: e.observed for e in verdict.expectations if e.is_comparison} == {
        "row_count_drop": 60.0, "total_change": 75.9,
    }  # fmt: skip
    accepted = judge(400, {"USD": "120.5"}, previous(USD="500"), accepted=True)
    assert accepted.failures == () and accepted.warnings[0].endswith("(-60.0 %): more than 50 % was accepted")


def test_a_currency_that_vanished_blocks() -> None:
    verdict = judge(1000, {"USD": "500"}, previous(USD="500", EUR="200"))
    assert verdict.failures == (
        "billed_cost 0.00 EUR where delivery before had 200.00 EUR (-100.0 %): more than 50 % blocks",
    )


def test_what_is_small_is_not_compared() -> None:
    assert judge(1, {"USD": "1"}, previous(rows=99, USD="500")).expectations[1:] == ()
    assert judge(1000, {"USD": "1"}, previous(USD="99.99")).warnings == ()


def test_blocking_can_be_switched_off() -> None:
    settings = IngestionSettings(
        row_count_drop=DropThresholds(block_percent=None), total_change=ChangeThresholds(block_percent=None)
    )
    verdict = judge(1, {"USD": "1"}, previous(USD="500"), settings=settings)
    assert verdict.failures == () and len(verdict.warnings) == 2
    with pytest.raises(ValueError, match="warn_percent must not be above block_percent"):
        DropThresholds(warn_percent=60)


def test_a_fault_cannot_be_accepted() -> None:
    profile = DeliveryProfile(10, ("USD",), totals(USD="1"), {}, {"repeated_line_items": 3})
    verdict = judge_delivery(FORMAT, profile, is_accepted=True)
    assert verdict.failures == ("3 rows repeat the identity of another line item",) and not verdict.is_acceptable


def test_columns_that_drifted() -> None:
    drift = compare_columns(("b", "c"), ("y", "z"), previous())
    assert drift == Drift(new=("a", "z"), vanished=("c", "x"))
    assert drift.message == "2 new columns: a, z; 2 vanished columns: c, x"
    assert compare_columns(("a", "b"), ("x", "y"), previous()).message == ""


def test_when_a_month_is_closed() -> None:
    end = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    assert not was_closed(SEPTEMBER, end + dt.timedelta(days=20), 20)
    assert was_closed(SEPTEMBER, end + dt.timedelta(days=20, microseconds=1), 20)
    december = dt.date(2026, 12, 1)
    assert not was_closed(december, dt.datetime(2027, 1, 1, tzinfo=dt.UTC), 0)
    assert was_closed(december, dt.datetime(2027, 1, 2, tzinfo=dt.UTC), 0)


@given(
    st.lists(st.sampled_from([0, 1, 7]), min_size=2, max_size=2),
    st.lists(st.sampled_from([0.0, 9.99, 10.0, 10.01, 49.9, 50.0, 50.1, 300.0]), min_size=2, max_size=2),
)
@settings(max_examples=25)
def test_great_expectations_would_not_fault_what_it_is_not_asked_about(
    counts: list[int], percents: list[float]
) -> None:
    checks = dict(zip(("repeated_line_items", "unreadable_values"), counts, strict=True))
    limits = list_limits(sorted(checks), IngestionSettings())
    figures = {**checks, **dict(zip(COMPARED, percents, strict=True))}
    beyond = {(column, severity) for column, limit, severity in limits if not 0 <= figures[column] <= limit}
    assert find_failed(FORMAT, figures, limits) == beyond
