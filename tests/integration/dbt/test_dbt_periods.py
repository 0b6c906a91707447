"""Only the changed periods are replaced, in one transaction, and whatever is cut short is found again."""

from collections.abc import Callable
from decimal import Decimal

from tests.integration.dbt.charges import gcp_row
from tests.integration.dbt.warehouse import Warehouse

D = Decimal
JANUARY = "2025-01-01"
Fingerprint = Callable[[Warehouse], dict[str, tuple[object, ...]]]
RUN = ("run", "--select", "int_focus__unioned+")


def monthly_cost(warehouse: Warehouse, source: str) -> list[tuple[Decimal]]:
    return warehouse.rows("select billed_cost from marts.fct_cost_monthly where source_name = ?", [source])


def pending_periods(warehouse: Warehouse) -> list[tuple[object, ...]]:
    return warehouse.rows(
        "select source_name, cast(billing_period as varchar), model_count from intermediate.int_periods__pending"
    )


def redeliver_gcp(warehouse: Warehouse) -> None:
    warehouse.deliver(
        "gcp_billing", [gcp_row("N2 core", "3")], source_name="gcp", billing_period=JANUARY, delivery_id="d2",
        totals={("USD", "billed_cost"): "3"},
    )  # fmt: skip


def test_a_second_run_changes_nothing(copied: Warehouse, fingerprint: Fingerprint) -> None:
    before = fingerprint(copied)
    assert before["intermediate.int_focus__unioned"][0] == 15 + 15 + 1 + 7 + 5 + 5 + 1 + 8 + 2
    assert copied.dbt(*RUN).success
    assert fingerprint(copied) == before
    assert copied.dbt(*RUN, "--full-refresh", changed_periods=[("gcp", JANUARY)]).success
    assert fingerprint(copied) == before
    assert copied.dbt(*RUN, changed_periods=[]).success
    assert fingerprint(copied) == before
    assert pending_periods(copied) == []


def test_a_new_delivery_replaces_its_period_and_no_other(copied: Warehouse) -> None:
    redeliver_gcp(copied)
    assert pending_periods(copied) == [("gcp", JANUARY, 15)]
    # a mark that a rebuild would wipe out
    copied.mark("int_focus__unioned", "x_team", "mark")
    copied.build(changed_periods=[("gcp", JANUARY)])
    rows = copied.rows(
        "select source_name, delivery_id, count(*) from intermediate.int_focus__unioned "
        "where x_team is distinct from 'mark' group by 1, 2"
    )
    assert rows == [("gcp", "d2", 1)]
    assert monthly_cost(copied, "gcp") == [(D(3),)]
    assert monthly_cost(copied, "azure_both") == [(D("106.9"),)]
    assert pending_periods(copied) == []


def test_periods_of_several_sources_are_replaced_together(copied: Warehouse) -> None:
    redeliver_gcp(copied)
    # capitals sort before small letters in the warehouse
    for period, cost in (("2024-11-01", "5"), ("2025-03-01", "6")):
        copied.deliver("gcp_billing", [gcp_row("N2 core", cost)], source_name="Zeta", billing_period=period)
    changed = [("gcp", JANUARY), ("Zeta", "2024-11-01"), ("Zeta", "2025-03-01")]
    assert copied.dbt(*RUN, changed_periods=changed).success
    assert monthly_cost(copied, "gcp") == [(D(3),)]
    assert sorted(monthly_cost(copied, "Zeta")) == [(D(5),), (D(6),)]
    assert pending_periods(copied) == []


def test_a_withdrawn_period_is_deleted_everywhere(copied: Warehouse) -> None:
    copied.withdraw("focus", source_name="o'neill", billing_period=JANUARY)
    assert pending_periods(copied) == [("o'neill", JANUARY, 15)]
    assert copied.dbt(*RUN, changed_periods=[("o'neill", JANUARY)]).success
    for table in (
        "intermediate.int_focus__unioned", "intermediate.loaded_snapshots", "marts.fct_cost_daily",
        "marts.fct_cost_monthly", "marts.fct_reconciliation",
    ):  # fmt: skip
        assert copied.rows(f"select count(*) from {table} where source_name = 'o''neill'") == [(0,)], table
    assert pending_periods(copied) == []


def test_an_empty_delivery_empties_the_period_and_is_loaded(copied: Warehouse) -> None:
    copied.deliver("gcp_billing", [], source_name="gcp", billing_period=JANUARY, delivery_id="d2")
    assert copied.dbt(*RUN, changed_periods=[("gcp", JANUARY)]).success
    assert monthly_cost(copied, "gcp") == []
    assert pending_periods(copied) == []


def test_a_failure_after_the_rows_are_written_takes_them_back(copied: Warehouse, fingerprint: Fingerprint) -> None:
    before = fingerprint(copied)
    redeliver_gcp(copied)
    # the last statement of the transaction, which records the snapshots, cannot run
    copied.execute("alter table raw.current_snapshots rename column delivery_id to gone")
    assert not copied.dbt("run", "--select", "int_focus__unioned", changed_periods=[("gcp", JANUARY)]).success
    assert fingerprint(copied) == before
    copied.execute("alter table raw.current_snapshots rename column gone to delivery_id")
    assert pending_periods(copied) == [("gcp", JANUARY, 15)]
    assert copied.dbt(*RUN, changed_periods=[("gcp", JANUARY)]).success
    assert monthly_cost(copied, "gcp") == [(D(3),)]


def test_a_run_cut_short_between_two_models_is_found_again(copied: Warehouse) -> None:
    redeliver_gcp(copied)
    assert copied.dbt("run", "--select", "int_focus__unioned", changed_periods=[("gcp", JANUARY)]).success
    assert pending_periods(copied) == [("gcp", JANUARY, 14)]
    assert monthly_cost(copied, "gcp") == [(D("9.19"),)]
    assert copied.dbt(*RUN, changed_periods=[("gcp", JANUARY)]).success
    assert monthly_cost(copied, "gcp") == [(D(3),)]
    assert pending_periods(copied) == []


def test_a_mart_that_is_not_there_is_built_whole(copied: Warehouse, fingerprint: Fingerprint) -> None:
    before = fingerprint(copied)
    copied.execute("drop table intermediate.int_costs__daily")
    assert copied.dbt("run", "--select", "int_costs__daily", changed_periods=[("gcp", JANUARY)]).success
    assert fingerprint(copied) == before


def test_only_the_files_of_the_changed_periods_are_opened(copied: Warehouse) -> None:
    lake = copied.path.parent / "lake"
    files = {}
    for period in (JANUARY, "2025-02-01"):
        files[period] = lake / "source_name=gcp" / f"billing_period={period}" / "part.parquet"
        files[period].parent.mkdir(parents=True)
        copied.execute(
            f"copy (select * exclude (source_name, billing_period) from raw.gcp_billing) to '{files[period]}'"
        )
    copied.execute("drop table raw.gcp_billing")
    copied.execute(
        "create view raw.gcp_billing as select * from "
        f"read_parquet('{lake}/*/*/*.parquet', hive_partitioning = true, hive_types = {{'billing_period': date}})"
    )
    files["2025-02-01"].write_bytes(b"no Parquet file")
    assert copied.dbt(*RUN, changed_periods=[("gcp", JANUARY)]).success
    assert monthly_cost(copied, "gcp") == [(D("9.19"),)]
    everything = copied.dbt(*RUN)
    assert not everything.success
    assert "No magic bytes found" in everything.output
