"""What dbt makes of hand-written charges, against figures added up by hand."""

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.integration.dbt.warehouse import Warehouse, read_raw_schema

D = Decimal
JANUARY = dt.date(2025, 1, 1)


@pytest.mark.parametrize(
    ("source", "period", "billed", "effective", "listed", "contracted", "rows"),
    [
        # 13 line items less the negation, with two unused parts and what the negation left over
        ("aws_legacy", "2025-01-01", "419.100000000001", "54.1", "436.6", "433.1", 15),
        ("aws_two", "2025-01-01", "419.100000000001", "54.1", "436.6", "433.1", 15),
        ("aws_legacy", "2025-02-01", "8.5", "8.5", "10", "8.5", 1),
        # vm 10 once, purchase 90, reserved 2.5, unused 0.5, disk 5 and 4, tax 1.9 once
        ("azure_both", "2025-01-01", "106.9", "18.9", "112.9", "108.9", 7),
        ("azure_actual", "2025-01-01", "106.9", "106.9", "108.9", "105.9", 5),
        ("azure_amortised", "2025-01-01", "15.9", "18.9", "22.9", "18.9", 5),
        ("gcp", "2025-01-01", "9.19", "9.19", "16.69", "12.69", 8),
        ("o'neill", "2025-01-01", "0.63", "0.62", "0.7", "0.63", 2),
    ],
)
def test_every_measure_is_the_sum_of_the_charges(
    built: Warehouse, source: str, period: str, billed: str, effective: str, listed: str, contracted: str, rows: int
) -> None:
    expected = [(D(billed), D(effective), D(listed), D(contracted), rows)]
    for table, count in (
        ("intermediate.int_focus__unioned", "count(*)"),
        ("marts.fct_cost_daily", "sum(line_item_count)"),
        ("marts.fct_cost_monthly", "sum(line_item_count)"),
    ):
        sums = built.rows(
            f"select sum(billed_cost), sum(effective_cost), sum(list_cost), sum(contracted_cost), {count} "
            f"from {table} where source_name = ? and billing_period = ?",
            [source, period],
        )
        assert sums == expected, table


def test_every_amount_is_reconciled_with_the_file(built: Warehouse) -> None:
    rows = built.rows(
        "select is_reconciled, variance, count(*) from marts.fct_reconciliation "
        "where account_level = 'period' group by 1, 2"
    )
    assert rows == [(True, D(0), 9 * 4)]
    stated = built.rows(
        "select source_name, measure, file_total from marts.fct_reconciliation "
        "where account_level = 'period' and source_name like 'azure%' and file_total is not null order by 1, 2"
    )
    assert stated == [
        ("azure_actual", "billed_cost", D("106.9")),
        ("azure_amortised", "effective_cost", D("18.9")),
        ("azure_both", "billed_cost", D("106.9")),
        ("azure_both", "effective_cost", D("18.9")),
        ("azure_large", "billed_cost", D(1)),
    ]


def test_a_total_that_differs_from_the_file_is_shown_and_fails(copied: Warehouse) -> None:
    copied.execute("update raw.control_totals set file_total = file_total + 0.000000000001 where source_name = 'gcp'")
    result = copied.dbt("build", "--select", "fct_reconciliation", changed_periods=[("gcp", "2025-01-01")])
    assert not result.success
    assert "every_amount_is_reconciled" in result.output
    rows = copied.rows("select distinct source_name, variance from marts.fct_reconciliation where not is_reconciled")
    assert rows == [("gcp", D("-0.000000000001"))]


def test_a_period_without_file_totals_is_not_called_reconciled(copied: Warehouse) -> None:
    copied.execute("delete from raw.control_totals where source_name = 'gcp'")
    copied.dbt("run", "--select", "fct_reconciliation", changed_periods=[("gcp", "2025-01-01")])
    rows = copied.rows("select distinct source_name from marts.fct_reconciliation where not is_reconciled")
    assert rows == [("gcp",)]


def test_a_recurring_fee_is_a_purchase_and_its_unused_part_usage(built: Warehouse) -> None:
    rows = built.rows(
        """select x_line_item_id, charge_category, charge_frequency, commitment_discount_category,
            commitment_discount_status, pricing_category, billed_cost, effective_cost
        from intermediate.int_focus__unioned
        where source_name = 'aws_two' and x_line_item_id in ('li-RIFee', 'li-SavingsPlanRecurringFee')
        order by 1, 2"""
    )
    assert rows == [
        ("li-RIFee", "Purchase", "Recurring", "Usage", None, "Standard", D(30), D(0)),
        ("li-RIFee", "Usage", "Usage-Based", "Usage", "Unused", "Committed", D(0), D(5)),
        ("li-SavingsPlanRecurringFee", "Purchase", "Recurring", "Spend", None, "Standard", D(12), D(0)),
        ("li-SavingsPlanRecurringFee", "Usage", "Usage-Based", "Spend", "Unused", "Committed", D(0), D(3)),
    ]


def test_what_a_negation_leaves_over_is_one_adjustment(built: Warehouse) -> None:
    rows = built.rows(
        """select charge_category, commitment_discount_id, sub_account_id, billed_cost, effective_cost
        from intermediate.int_focus__unioned where x_usage_type = 'SavingsPlanNegation' and source_name = 'aws_two'"""
    )
    plan = "arn:aws:savingsplans::111111111111:savingsplan/sp-1"
    assert rows == [("Adjustment", plan, "222222222222", D("0.000000000001"), D(0))]


def test_azure_days_that_disagree_keep_both_sides(built: Warehouse) -> None:
    rows = built.rows(
        """select x_usage_type, dataset, billed_cost, effective_cost, list_cost, contracted_cost
        from intermediate.int_focus__unioned where source_name = 'azure_both' order by 1, 2"""
    )
    assert rows == [
        ("disk", "actual", D(5), D(0), D(0), D(0)),
        ("disk", "amortised", D(0), D(4), D(4), D(4)),
        ("purchase", "actual", D(90), D(0), D(90), D(90)),
        ("reserved", "amortised", D(0), D("2.5"), D(5), D(4)),
        ("tax", "actual", D("1.9"), D("1.9"), D("1.9"), D("1.9")),
        ("unused", "amortised", D(0), D("0.5"), D(0), D(0)),
        ("vm", "actual", D(10), D(10), D(12), D(9)),
    ]


def test_an_azure_price_times_a_large_quantity_is_exact(built: Warehouse) -> None:
    exact = (D("0.000000123457") * D("98765432109.123456789012")).quantize(D("1e-12"), ROUND_HALF_UP)
    assert built.rows("select list_cost from intermediate.int_focus__unioned where source_name = 'azure_large'") == [
        (exact,)
    ]


def test_capacity_that_google_labels_as_unused_is_unused(built: Warehouse) -> None:
    rows = built.rows(
        """select distinct x_usage_type, charge_category, capacity_reservation_id, capacity_reservation_status
        from intermediate.int_focus__unioned where source_name = 'gcp' and resource_id is not null order by 2"""
    )
    assert rows == [
        ("N2 core", "Credit", None, None),
        ("N2 core", "Usage", "//reservation-1", "Unused"),
    ]


def test_a_promotion_is_a_credit_row_and_a_discount_is_not(built: Warehouse) -> None:
    rows = built.rows(
        """select x_usage_type, charge_category, billed_cost, effective_cost, list_cost, contracted_cost, x_team
        from intermediate.int_focus__unioned where source_name = 'gcp' order by 1, 2, 3"""
    )
    assert rows == [
        ("Commitment v1: N2 Cpu", "Purchase", D(7), D(0), D(7), D(7), None),
        ("Committed use discounts", "Usage", D(0), D("5.5"), D(0), D(0), None),
        ("Correction", "Adjustment", D("0.2"), D("0.2"), D("0.2"), D("0.2"), None),
        ("N2 core", "Credit", D(-4), D(-4), D(-4), D(-4), "search"),
        ("N2 core", "Usage", D(0), D("1.5"), D("3.6"), D(3), "search"),
        ("N2 core", "Usage", D("4.5"), D("4.5"), D("8.4"), D(5), "search"),
        ("Rounding", "Adjustment", D("-0.01"), D("-0.01"), D("-0.01"), D("-0.01"), None),
        ("Tax", "Tax", D("1.5"), D("1.5"), D("1.5"), D("1.5"), None),
    ]


def test_tags_services_and_periods_are_in_focus_terms(built: Warehouse) -> None:
    rows = built.rows(
        """select source_name, x_team, x_environment, service_name, service_category, service_subcategory
        from intermediate.int_focus__unioned
        where (source_name = 'aws_two' and x_line_item_id = 'li-Usage')
            or (source_name = 'o''neill' and charge_category = 'Usage')
            or (source_name = 'azure_actual' and x_usage_type = 'vm')
        order by 1"""
    )
    assert rows == [
        ("aws_two", "payments", "prod", "Amazon Elastic Compute Cloud", "Compute", "Virtual Machines"),
        ("azure_actual", None, None, "Virtual Machines", "Compute", "Virtual Machines"),
        ("o'neill", None, "test", "Block Storage", "Storage", "Other (Storage)"),
    ]
    azure_day = built.rows(
        """select charge_period_start, charge_period_end, billing_period_start, billing_period_end
        from intermediate.int_focus__unioned where source_name = 'azure_actual' and x_usage_type = 'disk'"""
    )
    assert azure_day == [
        (dt.datetime(2025, 1, 2), dt.datetime(2025, 1, 3), dt.datetime(2025, 1, 1), dt.datetime(2025, 2, 1))
    ]


def test_dimensions_hold_each_account_and_service_once(built: Warehouse) -> None:
    accounts = built.rows(
        "select billing_account_id, billing_account_name, sub_account_id, first_seen_date, last_seen_date "
        "from marts.dim_account where service_provider_name = 'AWS'"
    )
    assert accounts == [("111111111111", "Payer", "222222222222", JANUARY, dt.date(2025, 1, 3))]
    services = built.rows("select service_name from marts.dim_service where service_provider_name = 'AWS' order by 1")
    assert services == [
        ("AWS Support (Business)",), ("Amazon Elastic Compute Cloud",), ("Savings Plans for AWS Compute usage",),
    ]  # fmt: skip


def test_a_second_row_for_a_service_is_caught(copied: Warehouse) -> None:
    copied.execute(
        "insert into staging.service_categories "
        "select * from staging.service_categories where native_value = 'amazonec2'"
    )
    result = copied.dbt("test", "--select", "service_native_values_are_unique")
    assert not result.success
    assert "Got 1 result" in result.output


def test_a_real_cost_and_usage_report_keeps_its_total(realdata: Callable[[str], Path], tmp_path: Path) -> None:
    report = realdata("aws_cur_2018_10/Oct2018-WorkshopCUR-00001.snappy.parquet")
    warehouse = Warehouse.create(tmp_path)
    native = {name: kind for name, kind, *_ in warehouse.rows(f"describe select * from '{report}'")}
    fixed = {
        "source_name": "'real'", "billing_period": "date '2018-10-01'", "dataset": "'cost'", "delivery_id": "'d'",
        "source_file": "'f'",
    }  # fmt: skip
    expressions = []
    for name, kind in read_raw_schema()["aws_cur"].items():
        if name in fixed:
            expressions.append(fixed[name])
        elif native.get(name) == "DOUBLE":
            expressions.append(f"cast(round_even(cast({name} as decimal(38, 18)), 12) as {kind})")
        else:
            expressions.append(f"cast(nullif(cast({name} as varchar), '') as {kind})" if name in native else "null")
    warehouse.execute(f"insert into raw.aws_cur select {', '.join(expressions)} from '{report}'")
    warehouse.execute(
        "insert into raw.current_snapshots values ('real', '2018-10-01', 'cost', 'd', 'aws_cur', 119307, '2018-11-01')"
    )
    alone = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious")
    warehouse.build("--select", "+fct_cost_monthly", *alone)
    rows = warehouse.rows("select billed_cost, effective_cost, line_item_count from marts.fct_cost_monthly")
    assert [(b.quantize(D("1e-6")), e.quantize(D("1e-6")), n) for b, e, n in rows] == [
        (D("4064.483132"), D("4195.957109"), 119310)
    ]
    # what its reservations cost: the recurring fees, used and unused, and the month's share of what was paid upfront
    ((fees, unused, used),) = warehouse.rows(
        """select sum(case when charge_category = 'Purchase' then billed_cost end),
            sum(case when commitment_discount_status = 'Unused' then effective_cost end),
            sum(case when commitment_discount_status = 'Used' then effective_cost end)
        from intermediate.int_focus__unioned where commitment_discount_id is not null"""
    )
    ((recurring_used, recurring_unused, upfront),) = warehouse.rows(
        """select sum(reservation_recurring_fee_for_usage), sum(reservation_unused_recurring_fee),
            sum(reservation_amortized_upfront_fee_for_billing_period) from raw.aws_cur"""
    )
    assert (recurring_used, recurring_unused, upfront) == (D("123.1168046"), D("26.65857449"), D("131.4739726"))
    # AWS rounds the fee itself to six places and the effective cost of every hour to ten
    assert fees == round(recurring_used + recurring_unused, 6)
    assert (used, unused) == (D("232.25379599"), D("48.99556079"))
    assert abs(used + unused - recurring_used - recurring_unused - upfront) < D("0.00001")


def test_focus_1_4_has_its_columns_in_order_and_every_cost(built: Warehouse) -> None:
    found = [name for name, *_ in built.rows("describe focus.focus_1_4")]
    specified = [name for name in found if not name.startswith("x_")]
    # the specification lists its 65 columns by name; those of 1.3 less two and more two
    assert specified == sorted(specified) and len(specified) == 65
    earlier = {name for name, *_ in built.rows("describe focus.focus_1_3")}
    assert earlier - set(found) == {"ProviderName", "PublisherName"}
    assert set(found) - earlier == {"CommitmentProgramEligibilityDetails", "InvoiceDetailId"}
    (newest,) = built.rows('select sum("BilledCost"), sum("EffectiveCost"), count(*) from focus.focus_1_4')
    (table,) = built.rows("select sum(billed_cost), sum(effective_cost), count(*) from intermediate.int_focus__unioned")
    assert newest == table
