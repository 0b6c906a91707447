"""What truth.json says is what the written files add up to, worked out from the files alone."""

from decimal import Decimal

import duckdb
import pytest

from tests.integration.simulator.conftest import Simulation
from tests.integration.simulator.native_totals import (
    COMMITTED,
    MEASURES,
    TOTALS,
    aws_files,
    azure_files,
    exact,
    gcp_files,
    product,
    read_csv,
)


@pytest.mark.parametrize("provider", sorted(TOTALS))
def test_totals_equal_truth_in_every_month(simulation: Simulation, provider: str) -> None:
    for label, stated in simulation.truth["sources"][provider]["periods"].items():
        added = TOTALS[provider](simulation.root / provider, label)
        assert added == {name: Decimal(stated[name]) for name in MEASURES}, label


@pytest.mark.parametrize("provider", sorted(TOTALS))
def test_earlier_delivery_equals_truth_and_differs(simulation: Simulation, provider: str) -> None:
    restated = next(entry for entry in simulation.truth["restatements"] if entry["source"] == provider)
    added = TOTALS[provider](simulation.root / restated["path"], restated["period"])
    assert added == {name: Decimal(restated["before"][name]) for name in MEASURES}
    assert restated["after"] == simulation.truth["sources"][provider]["periods"][restated["period"]]
    assert all(restated["before"][name] != restated["after"][name] for name in MEASURES)
    assert restated["before"]["rows"] != restated["after"]["rows"]


@pytest.mark.parametrize("provider", sorted(TOTALS))
def test_daily_totals_add_up_to_the_months(simulation: Simulation, provider: str) -> None:
    source = simulation.truth["sources"][provider]
    for name in MEASURES:
        days = sum(Decimal(day.get(name, "0")) for day in source["daily"].values())
        assert days == sum(Decimal(period[name]) for period in source["periods"].values())


def test_savings_plan_negation_cancels_covered_usage(simulation: Simulation) -> None:
    rows = duckdb.execute(
        f"""SELECT line_item_usage_account_id, savings_plan_savings_plan_a_r_n,
              sum({exact("line_item_unblended_cost")}), count(*) FROM read_parquet($files)
            WHERE line_item_line_item_type IN ('SavingsPlanCoveredUsage', 'SavingsPlanNegation') GROUP BY ALL""",
        {"files": aws_files(simulation.root / "aws", "2026-10")},
    ).fetchall()
    assert len(rows) >= 2
    assert all(total == 0 and plan and count % 2 == 0 for _, plan, total, count in rows)


def test_aws_has_every_line_item_type(simulation: Simulation) -> None:
    found = duckdb.execute(
        "SELECT DISTINCT line_item_line_item_type FROM read_parquet($files)",
        {"files": aws_files(simulation.root / "aws", "*")},
    ).fetchall()
    assert {kind for (kind,) in found} == {
        "Usage", "DiscountedUsage", "SavingsPlanCoveredUsage", "SavingsPlanNegation", "SavingsPlanRecurringFee",
        "SavingsPlanUpfrontFee", "RIFee", "Fee", "Credit", "Refund", "Tax",
    }  # fmt: skip


def test_commitments_are_never_used_beyond_what_was_bought(simulation: Simulation) -> None:
    worst_plan, worst_reservation = duckdb.execute(
        """SELECT min(savings_plan_total_commitment_to_date - savings_plan_used_commitment),
             min(reservation_unused_quantity) FROM read_parquet($files)""",
        {"files": aws_files(simulation.root / "aws", "*")},
    ).fetchall()[0]
    assert worst_plan > 0 and worst_reservation > 0
    for label in simulation.truth["sources"]["azure"]["periods"]:
        files = {"files": azure_files(simulation.root / "azure", label, "amortized")}
        (least,) = duckdb.execute(
            f"""SELECT min(CAST(CostInBillingCurrency AS DECIMAL(38,12))) FROM {read_csv("files")}
                WHERE ChargeType LIKE 'Unused%'""",
            files,
        ).fetchall()[0]
        assert least > 0


def test_azure_amortises_exactly_what_was_purchased(simulation: Simulation) -> None:
    for label in simulation.truth["sources"]["azure"]["periods"]:
        (bought,), (spread,) = (
            duckdb.execute(
                f"SELECT sum(CAST(CostInBillingCurrency AS DECIMAL(38,12))) FROM {read_csv('files')} WHERE {COMMITTED}",
                {"files": azure_files(simulation.root / "azure", label, export)},
            ).fetchall()[0]
            for export in ("actual", "amortized")
        )
        assert bought == spread > 0


def test_azure_exports_agree_on_what_no_commitment_touches(simulation: Simulation) -> None:
    for label in simulation.truth["sources"]["azure"]["periods"]:
        actual, amortised = (
            duckdb.execute(
                f"""SELECT SubscriptionId, Date, count(*), sum(CAST(CostInBillingCurrency AS DECIMAL(38,12)))
                    FROM {read_csv("files")} WHERE NOT {COMMITTED} GROUP BY ALL ORDER BY ALL""",
                {"files": azure_files(simulation.root / "azure", label, export)},
            ).fetchall()
            for export in ("actual", "amortized")
        )
        assert actual == amortised and actual


def test_azure_cost_is_quantity_times_price(simulation: Simulation) -> None:
    for export in ("actual", "amortized"):
        wrong = duckdb.execute(
            f"""SELECT count(*) FROM {read_csv("files")} WHERE ChargeType = 'Usage'
                AND CAST(CostInBillingCurrency AS DECIMAL(38,12)) <> {product("EffectivePrice", "Quantity")}""",
            {"files": azure_files(simulation.root / "azure", "2026-10", export)},
        ).fetchall()
        assert wrong == [(0,)]


def test_gcp_fee_and_offset_leave_the_unused_commitment(simulation: Simulation) -> None:
    files = {"files": gcp_files(simulation.root / "gcp", "2026-10")}
    fee, offset = duckdb.execute(
        f"""SELECT sum({exact("cost")}), sum({exact("credits[1].amount")}) FROM read_parquet($files)
            WHERE credits[1].type = 'FEE_UTILIZATION_OFFSET' AND project IS NULL""",
        files,
    ).fetchall()[0]
    (used,) = duckdb.execute(
        f"""SELECT sum({exact("cost")}) FROM read_parquet($files)
            WHERE consumption_model.description <> 'Default' AND subscription.instance_id IS NOT NULL""",
        files,
    ).fetchall()[0]
    assert used == -offset
    assert 0 < fee + offset < fee


def test_gcp_late_usage_is_on_the_next_invoice(simulation: Simulation) -> None:
    days = duckdb.execute(
        "SELECT CAST(usage_start_time AS DATE)::VARCHAR, count(*) FROM read_parquet($files) GROUP BY 1 ORDER BY 1",
        {"files": gcp_files(simulation.root / "gcp", "2026-09")},
    ).fetchall()
    assert days[0][0] == "2026-08-31" and days[1][0] == "2026-09-01"
    assert 0 < days[0][1] < days[1][1] / 3


def test_gcp_has_every_kind_of_row_and_credit(simulation: Simulation) -> None:
    files = {"files": gcp_files(simulation.root / "gcp", "*")}
    types = duckdb.execute("SELECT DISTINCT cost_type FROM read_parquet($files)", files).fetchall()
    assert {kind for (kind,) in types} == {"regular", "tax", "adjustment", "rounding_error"}
    credits = duckdb.execute("SELECT DISTINCT unnest(credits).type FROM read_parquet($files)", files).fetchall()
    assert {kind for (kind,) in credits} == {
        "FEE_UTILIZATION_OFFSET", "SUSTAINED_USAGE_DISCOUNT", "FREE_TIER", "DISCOUNT", "PROMOTION",
    }  # fmt: skip
