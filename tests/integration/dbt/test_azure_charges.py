"""Azure's prices in the billing currency, billing periods of any day, and charges that no subscription bears."""

import datetime as dt
from decimal import Decimal

import pytest

from tests.integration.dbt.azure_charges import BILLED, MISPLACED, PRICED, PROFILES, draw_priced
from tests.integration.dbt.warehouse import Warehouse

D = Decimal
JANUARY = "2025-01-01"


@pytest.fixture(scope="module")
def charged(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The charges of every kind, with the totals of their files added up from the rows."""
    warehouse = Warehouse.create(tmp_path_factory.mktemp("azure"))
    priced = {**PRICED, **draw_priced(300)}
    sources = {
        "priced": {"actual": [row for row, _ in priced.values()]},
        "billed": {"actual": [row for row, _ in BILLED.values()]},
        "profiles": PROFILES,
        "misplaced": {"amortised": MISPLACED},
    }
    for source, exports in sources.items():
        for dataset, rows in exports.items():
            measures = {"actual": ("billed_cost",), "amortised": ("effective_cost",)}[dataset]
            total = sum((D(row["cost"]) for row in rows), D(0))
            warehouse.deliver(
                "azure_cost_details", rows, source_name=source, billing_period=JANUARY, dataset=dataset,
                totals={(rows[0]["billing_currency"], measure): total for measure in measures},
            )  # fmt: skip
    warehouse.build(
        "--select", "+focus_1_2 +dim_account +fct_reconciliation", "--exclude-resource-type", "unit_test",
        "--indirect-selection", "cautious",
    )  # fmt: skip
    return warehouse


@pytest.mark.parametrize("name", PRICED)
def test_prices_are_converted_to_the_billing_currency(charged: Warehouse, name: str) -> None:
    expected = [None if value is None else D(value) for value in PRICED[name][1]]
    ((listed, contracted, price, currency),) = charged.rows(
        "select list_cost, contracted_cost, list_unit_price, billing_currency from intermediate.int_focus__unioned "
        "where source_name = 'priced' and x_usage_type = ?",
        [name],
    )
    assert [listed, contracted, price] == expected
    assert currency == "SEK"


def test_a_price_a_quantity_and_a_rate_are_multiplied_exactly(charged: Warehouse) -> None:
    drawn = draw_priced(300)
    found = charged.rows(
        "select x_usage_type, list_cost, contracted_cost from intermediate.int_focus__unioned "
        "where x_usage_type like 'drawn %'"
    )
    assert {name: (listed, contracted) for name, listed, contracted in found} == {
        name: (D(listed), D(contracted)) for name, (_, (listed, contracted)) in drawn.items()
    }


@pytest.mark.parametrize("name", BILLED)
def test_a_row_shows_its_own_billing_period_and_account(charged: Warehouse, name: str) -> None:
    start, end, *account = BILLED[name][1]
    rows = charged.rows(
        "select billing_period_start, billing_period_end, billing_account_id, billing_account_type, sub_account_id, "
        "billing_period from intermediate.int_focus__unioned where source_name = 'billed' and x_usage_type = ?",
        [name],
    )
    bounds = [dt.datetime.fromisoformat(day) for day in (start, end)]
    assert rows == [(*bounds, *account, dt.date(2025, 1, 1))]


def test_a_charge_without_a_day_is_of_the_first_day_of_its_billing_period(charged: Warehouse) -> None:
    assert charged.rows(
        "select charge_period_start from intermediate.int_focus__unioned where x_usage_type = 'no day'"
    ) == [(dt.datetime(2025, 1, 14),)]


def test_exports_agree_for_each_billing_profile_or_not(charged: Warehouse) -> None:
    assert charged.rows(
        "select billing_account_id, sum(billed_cost), sum(effective_cost) from marts.fct_cost_daily "
        "where source_name = 'profiles' group by 1 order by 1"
    ) == [("p1", D(10), D(4)), ("p2", D(4), D(10))]


def test_a_purchase_in_an_amortised_export_is_an_adjustment(charged: Warehouse) -> None:
    """Its effective cost is in the file's total, and by FOCUS's rules a purchase of a commitment has none."""
    assert charged.rows(
        "select charge_category, billed_cost, effective_cost from intermediate.int_focus__unioned "
        "where source_name = 'misplaced' order by 1"
    ) == [("Adjustment", D(0), D(90)), ("Usage", D("3.5"), D("3.5"))]


def test_accounts_and_totals_are_those_of_the_files(charged: Warehouse) -> None:
    assert charged.rows(
        "select billing_account_id, sub_account_id from marts.dim_account "
        "where billing_account_id in ('ba-2', 's1', 'enrolment', 'p1') order by 1, 2 nulls first"
    ) == [("ba-2", "s1"), ("enrolment", None), ("enrolment", "s1"), ("p1", None), ("s1", "s1")]
    billed = sum((D(row["cost"]) for row, _ in BILLED.values()), D(0))
    assert billed == D("24.004")
    reconciled = charged.rows(
        "select source_name, billing_currency, file_total, focus_total from marts.fct_reconciliation "
        "where account_level = 'period' and measure = 'billed_cost' and is_reconciled "
        "and file_total is not null order by 1"
    )
    assert [row for row in reconciled if row[0] != "priced"] == [
        ("billed", "CHF", billed, billed), ("profiles", "NOK", D(14), D(14)),
    ]  # fmt: skip
    assert charged.rows("select count(*) from marts.fct_reconciliation where not is_reconciled") == [(0,)]
