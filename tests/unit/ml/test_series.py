from collections.abc import Callable
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ml.errors import AnalyticsInputError
from ml.series import SCOPE_COLUMNS, Level, make_unique_id
from tests.unit.ml.rows import build_series, make_rows


def test_currencies_are_never_added() -> None:
    rows = pd.concat([make_rows([1, 2, 3]), make_rows([10, 20, 30], billing_currency="EUR")])
    series = build_series(rows, "total", date(2025, 1, 3), default_immature_days=0)
    assert list(series.keys["unique_id"]) == ["total|EUR", "total|USD"]
    assert series.usage.tolist() == [[10, 20, 30], [1, 2, 3]]


def test_gaps_are_zero_and_immature_days_are_cut() -> None:
    rows = make_rows([1, 2, 3, 4, 5, 6]).drop(index=[2])
    series = build_series(rows, "service", date(2025, 1, 6), immature_days={"AWS": 1})
    assert series.take_usage(0).tolist() == [1, 2, 0, 4, 5]


def test_a_late_export_is_not_a_day_without_cost() -> None:
    series = build_series(make_rows([1, 2, 3]), "service", date(2025, 1, 9), default_immature_days=0)
    assert series.take_usage(0).tolist() == [1, 2, 3]


def test_rows_after_as_of_do_not_exist() -> None:
    series = build_series(make_rows([1, 2, 3]), "service", date(2025, 1, 2), default_immature_days=0)
    assert series.take_usage(0).tolist() == [1, 2]


def test_order_and_splitting_of_rows_do_not_matter() -> None:
    whole = make_rows([1.5, 2.5, 3.5])
    half = whole.assign(effective_cost=whole["effective_cost"] / 2)
    parts = pd.concat([half, half]).sample(frac=1, random_state=3)
    for level in ("total", "provider", "account", "service", "account_service"):
        first = build_series(whole, level, date(2025, 1, 3), default_immature_days=0)
        second = build_series(parts, level, date(2025, 1, 3), default_immature_days=0)
        pd.testing.assert_frame_equal(first.keys, second.keys)
        assert first.usage.tolist() == second.usage.tolist() == [[1.5, 2.5, 3.5]]


def test_a_new_service_starts_with_zeros_of_its_provider() -> None:
    rows = pd.concat([make_rows([5] * 4), make_rows([7], start="2025-01-04", service_name="S3")])
    series = build_series(rows, "account_service", date(2025, 1, 4), default_immature_days=0)
    assert list(series.keys["service_name"]) == ["EC2", "S3"]
    assert series.take_usage(1).tolist() == [0, 0, 0, 7]


@pytest.mark.parametrize(
    ("category", "frequency"), [("Tax", "Usage-Based"), ("Usage", "Recurring"), ("Usage", "One-Time"), ("Credit", "")]
)
def test_what_is_not_usage_is_a_lump(category: str, frequency: str) -> None:
    lump = make_rows([500], start="2025-01-02", charge_category=category, charge_frequency=frequency)
    series = build_series(pd.concat([make_rows([1, 2, 3]), lump]), "service", date(2025, 1, 3), default_immature_days=0)
    assert series.take_usage(0).tolist() == [1, 2, 3]
    assert series.lumps["cost"].tolist() == [500]


def test_levels_add_up_to_the_rows() -> None:
    rng = np.random.default_rng(1)
    parts = [
        make_rows(rng.uniform(1, 9, 20), sub_account_id=account, service_name=service, service_provider_name=provider)
        for account in "12"
        for service in ("a", "b|c", "d")
        for provider in ("AWS", "Microsoft")
    ]
    rows = pd.concat(parts)
    rows = rows.assign(x_team=rows["service_name"].where(rows["service_name"] != "d", None), x_environment="prod")
    sizes: dict[Level, int] = {"total": 1, "provider": 2, "account": 4, "service": 6, "account_service": 12}
    sizes |= {"usage_type": 12, "team": 3, "environment": 1}
    assert set(sizes) == set(SCOPE_COLUMNS)
    for level, count in sizes.items():
        series = build_series(rows, level, date(2025, 1, 20), default_immature_days=0)
        assert series.keys["unique_id"].is_unique
        assert len(series.keys) == count
        assert np.isclose(np.nansum(series.usage), rows["effective_cost"].sum())


def test_a_total_ends_with_its_slowest_provider_and_ignores_an_ended_one() -> None:
    slow = make_rows([1] * 27, service_provider_name="Microsoft")
    ended = make_rows([1] * 5, service_provider_name="Google Cloud")
    rows = pd.concat([make_rows([1] * 30), slow, ended])
    total = build_series(rows, "total", date(2025, 1, 30), default_immature_days=0)
    assert total.take_usage(0).tolist() == [3] * 5 + [2] * 22
    providers = build_series(rows, "provider", date(2025, 1, 30), default_immature_days=0)
    assert list(providers.keys["service_provider_name"]) == ["AWS", "Microsoft"]
    assert providers.skipped["reason"].str.contains("since 2025-01-05").all()


def test_names_with_separators_stay_apart() -> None:
    assert make_unique_id("service", "USD", "a|b", "c") != make_unique_id("service", "USD", "a", "b|c")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.drop(columns="region_id"), "lack the column.*region_id"),
        (lambda rows: rows.assign(effective_cost=[1.0, np.nan, 2.0]), "effective_cost is not a finite.*2025-01-02"),
        (lambda rows: rows.assign(effective_cost=[1.0, np.inf, 2.0]), "effective_cost is not a finite"),
        (lambda rows: rows.assign(billing_currency=["USD", None, "USD"]), "billing_currency is empty"),
        (lambda rows: rows.assign(charge_date=None), "charge_date is empty in 3"),
        (lambda rows: rows.assign(effective_cost="x"), "cannot be read"),
    ],
)
def test_rows_that_cannot_be_judged_are_refused(change: Callable[[pd.DataFrame], pd.DataFrame], message: str) -> None:
    with pytest.raises(AnalyticsInputError, match=message):
        build_series(change(make_rows([1, 2, 3])), "total", date(2025, 1, 3))


def test_what_a_warehouse_returns_is_read() -> None:
    rows = make_rows([1, 2, 3], region_id=None, sub_account_id=None, sub_account_name=np.nan)
    rows["effective_cost"] = [Decimal("1.25"), Decimal("2.5"), Decimal(3)]
    rows["charge_date"] = pd.to_datetime(rows["charge_date"])
    series = build_series(rows, "account", date(2025, 1, 3), default_immature_days=0)
    assert series.take_usage(0).tolist() == [1.25, 2.5, 3]
    assert series.keys["unique_id"].tolist() == ["account|USD|AWS|"]
    arrow = pa.Table.from_pandas(rows).to_pandas(types_mapper=pd.ArrowDtype)
    assert build_series(arrow, "account", date(2025, 1, 3), default_immature_days=0).usage.tolist() == [[1.25, 2.5, 3]]


def test_no_rows_give_no_series() -> None:
    series = build_series(make_rows([]), "service", date(2025, 1, 3))
    assert len(series.keys) == 0 and series.usage.size == 0


def test_unknown_arguments_are_refused() -> None:
    rows = make_rows([1])
    with pytest.raises(AnalyticsInputError, match="level"):
        build_series(rows, "planet", date(2025, 1, 3))  # type: ignore[arg-type]  # what is refused
    with pytest.raises(AnalyticsInputError, match="measure"):
        build_series(rows, "total", date(2025, 1, 3), measure="list_cost")
    with pytest.raises(AnalyticsInputError, match="immature"):
        build_series(rows, "total", date(2025, 1, 3), immature_days={"AWS": -1})
