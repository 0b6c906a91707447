"""What moved between deliveries is remembered to the last digit, and what was believed at any moment can be asked."""

import datetime as dt
import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from alerts.findings import describe_closed_change
from tests.integration.dbt.charges import AZURE_AMORTISED, GCP_ROWS, Row, azure_row, gcp_row
from tests.integration.dbt.warehouse import Warehouse
from warehouse import DuckDbWarehouse

D = Decimal
JANUARY = "2025-01-01"
FIRST = dt.datetime(2025, 6, 1)
MODELS = ("run", "--select", "int_focus__unioned", "int_costs__daily", "int_costs__changed")
COSTS = "sum(billed_cost_difference), sum(effective_cost_difference), sum(list_cost_difference)"


def bring(warehouse: Warehouse, rows: Sequence[Row], delivery_id: str, day: int) -> None:
    """A later delivery of the Google Cloud source, promoted on that day of June, and built."""
    warehouse.deliver(
        "gcp_billing", rows, source_name="gcp", billing_period=JANUARY, delivery_id=delivery_id,
        promoted_at=FIRST.replace(day=day),
    )  # fmt: skip
    build(warehouse, "gcp")


def build(warehouse: Warehouse, source: str, *arguments: str) -> None:
    result = warehouse.dbt(*MODELS, *arguments, changed_periods=[(source, JANUARY)])
    assert result.success, result.output[-3000:]


def changes(warehouse: Warehouse, source: str = "gcp") -> list[tuple[object, ...]]:
    return warehouse.rows(
        f"select change_number, change_kind, from_delivery_id, to_delivery_id, {COSTS} "
        "from marts.fct_cost_restatements where source_name = ? group by 1, 2, 3, 4 order by 1",
        [source],
    )


def believed(warehouse: Warehouse, moment: dt.datetime, source: str = "gcp") -> list[tuple[object, ...]]:
    """Billed, effective, list and contracted cost, asked as the model's description says."""
    return warehouse.rows(
        "select billed_cost, effective_cost, list_cost, contracted_cost from marts.fct_cost_monthly_history "
        "where source_name = ? and valid_from <= ? and (valid_to is null or valid_to > ?) and line_item_count > 0",
        [source, moment, moment],
    )


def read_copy(warehouse: Warehouse) -> DuckDbWarehouse:
    """A copy of the file, as this process's dbt keeps the file itself open; views know the file by its name."""
    warehouse.execute("checkpoint")
    copy = warehouse.path.parent / "copy" / warehouse.path.name
    copy.parent.mkdir()
    return DuckDbWarehouse(Path(shutil.copy(warehouse.path, copy)))


def test_a_first_load_restates_nothing(built: Warehouse) -> None:
    assert built.rows("select count(*) from marts.fct_cost_restatements") == [(0,)]
    # what is remembered and what is shown now are the same figures
    columns = "source_name, billing_period, billing_currency, line_item_count, billed_cost, effective_cost, list_cost"
    now = f"select {columns}, contracted_cost from marts.fct_cost_monthly order by all"
    remembered = f"select {columns}, contracted_cost from marts.fct_cost_monthly_history order by all"
    assert built.rows(now) == built.rows(remembered)
    moments = built.rows("select distinct valid_from, valid_to from marts.fct_cost_monthly_history")
    assert moments == [(FIRST, None)]


def test_every_restatement_is_the_difference_of_two_deliveries(copied: Warehouse) -> None:
    # 5.5 - 4 = 1.5 becomes 6.125 for the core; 7 for the commitment and 1.5 tax stay, as does the
    # correction of the project without an id; the rounding row goes
    second = [gcp_row("N2 core", "6.125"), *GCP_ROWS[1:4], gcp_row("GPU", "1E-12", project_id="p2")]
    bring(copied, second, "d2", day=3)
    moved = copied.rows(
        "select sub_account_id, old_billed_cost, new_billed_cost, billed_cost_difference, charge_date, changed_at "
        "from marts.fct_cost_restatements order by 1"
    )
    day, third = dt.date(2025, 1, 5), FIRST.replace(day=3)
    assert moved == [
        ("p1", D("7.49"), D("13.125"), D("5.635"), day, third),
        ("p2", D(0), D("1E-12"), D("1E-12"), day, third),
        # nothing is covered any more: what of the commitment went unused moves, and nobody is billed for it
        (None, D(0), D(0), D(0), dt.date(2025, 1, 1), third),
    ]
    assert changes(copied) == [
        (2, "restated", "d1", "d2", D("5.635000000001"), D("5.635000000001"), D("-1.864999999999"))
    ]

    build(copied, "gcp")
    build(copied, "gcp", "--full-refresh")
    assert len(changes(copied)) == 1  # built again, nothing moved

    # January ended 122 days before the third of June
    closed = read_copy(copied).closed_changes
    assert [c["to_delivery_id"] for c in closed(121)] == ["d2"] and closed(122) == []
    finding = describe_closed_change(closed(20)[0])
    assert finding.title == "gcp: closed month 2025-01 changed by +5.64 USD billed, +5.64 USD effective"
    assert finding.figures["billed before (USD)"] == "9.190000000000"
    assert finding.figures["effective after (USD)"] == "14.825000000001"
    assert finding.figures["billed difference (USD)"] == "+5.635000000001"

    bring(copied, second, "d3", day=4)
    assert len(changes(copied)) == 1  # delivered again, nothing moved
    bring(copied, GCP_ROWS, "d1", day=5)
    assert changes(copied)[1] == (
        3,
        "restated",
        "d3",
        "d1",
        D("-5.635000000001"),
        D("-5.635000000001"),
        D("1.864999999999"),
    )

    copied.withdraw("gcp_billing", source_name="gcp", billing_period=JANUARY)
    build(copied, "gcp")
    copied.deliver("gcp_billing", GCP_ROWS, source_name="gcp", billing_period=JANUARY, promoted_at=FIRST.replace(day=5))
    build(copied, "gcp")
    assert [c[:5] for c in changes(copied)[2:]] == [
        (4, "withdrawn", "d1", None, D("-9.19")), (5, "returned", None, "d1", D("9.19")),
    ]  # fmt: skip

    first = [(D("9.19"), D("9.19"), D("16.69"), D("12.69"))]
    later = [(D("14.825000000001"),) * 4]
    assert believed(copied, FIRST - dt.timedelta(microseconds=1)) == []
    assert believed(copied, FIRST) == believed(copied, third - dt.timedelta(microseconds=1)) == first
    assert believed(copied, third) == believed(copied, FIRST.replace(day=4, hour=23)) == later
    assert believed(copied, FIRST.replace(day=5)) == first
    ((gone, back),) = copied.rows(
        "select max(valid_from) filter (change_kind = 'withdrawn'), max(valid_from) filter (change_kind = 'returned') "
        "from marts.fct_cost_monthly_history"
    )
    assert FIRST.replace(day=5) < gone < back
    assert believed(copied, gone) == [] and believed(copied, back) == first


def test_one_of_two_exports_of_a_period_is_restated(copied: Warehouse) -> None:
    rows = [*AZURE_AMORTISED[:2], azure_row(1, "UnusedReservation", "Reservation", "0.75", meter_name="unused")]
    copied.deliver(
        "azure_cost_details", rows, source_name="azure_both", billing_period=JANUARY, dataset="amortised",
        delivery_id="d2", promoted_at=FIRST.replace(day=2),
    )  # fmt: skip
    build(copied, "azure_both")
    ((number, kind, before, after, billed, effective, _),) = changes(copied, "azure_both")
    assert (number, kind, before, after) == (2, "restated", "actual=d1 amortised=d1", "actual=d1 amortised=d2")
    # amortised: 18.9 becomes 10 + 2.5 + 0.75
    assert (billed, effective) == (D(0), D("13.25") - D("18.9"))


def test_what_a_run_cut_short_did_not_remember_is_remembered_by_the_next(copied: Warehouse) -> None:
    copied.deliver(
        "gcp_billing", [gcp_row("N2 core", "3")], source_name="gcp", billing_period=JANUARY, delivery_id="d2",
        promoted_at=FIRST.replace(day=2),
    )  # fmt: skip
    assert copied.dbt(*MODELS[:-1], changed_periods=[("gcp", JANUARY)]).success
    assert changes(copied) == []
    [(source, models)] = copied.rows("select source_name, models from intermediate.int_periods__pending")
    built, behind = {"int_focus__unioned", "int_costs__daily"}, set(models.split(","))
    assert source == "gcp"
    assert {"int_costs__changed", "fct_cost_monthly", "fct_reconciliation"} <= behind
    assert not built & behind
    build(copied, "gcp")
    assert [c[:5] for c in changes(copied)] == [(2, "restated", "d1", "d2", D(3) - D("9.19"))]


def test_a_clock_that_ran_ahead_and_back_never_shows_a_month_twice(copied: Warehouse) -> None:
    ahead, day = dt.datetime(2099, 1, 1), dt.timedelta(days=1)
    started = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    # promoted by a clock that was ahead, built by one that is right again: known when it was built
    copied.deliver(
        "gcp_billing", [gcp_row("N2 core", "3")], source_name="gcp", billing_period=JANUARY, delivery_id="d2",
        promoted_at=ahead,
    )  # fmt: skip
    build(copied, "gcp")
    second, third = [(D(3),) * 4], [(D(5),) * 4]
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    assert believed(copied, now) == believed(copied, ahead + day) == second
    assert believed(copied, started) == [(D("9.19"), D("9.19"), D("16.69"), D("12.69"))]

    # the build's clock was ahead too: what comes after is told from that moment on, and never before it
    copied.execute("update intermediate.int_costs__changed set changed_at = ? where change_number = 2", [ahead])
    bring(copied, [gcp_row("N2 core", "5")], "d3", day=20)
    assert believed(copied, ahead) == believed(copied, ahead + day) == third

    # a journal that was written before, out of order
    copied.execute("update intermediate.int_costs__changed set changed_at = ? where change_number = 3", [started])
    assert believed(copied, ahead) == third
    moments = copied.rows("select valid_from from marts.fct_cost_monthly_history where source_name = 'gcp'")
    assert [len(believed(copied, moment)) for (moment,) in moments] == [1, 1, 1]
    assert copied.rows("select * from marts.fct_cost_monthly_history where valid_to < valid_from") == []
