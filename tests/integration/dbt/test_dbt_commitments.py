"""Commitments by FOCUS's rules: the specification's worked examples, and nothing lost in random bills."""

import datetime as dt
import random
from decimal import Decimal

import pytest

from tests.integration.dbt.focus_examples import EXAMPLES, Example
from tests.integration.dbt.random_bills import MEASURES, make_aws, make_azure, make_gcp
from tests.integration.dbt.warehouse import Warehouse

D = Decimal
JANUARY = "2025-01-01"
SEEDS = range(4)
Totals = dict[str, dict[str, Decimal]]


@pytest.fixture(scope="module")
def totals() -> Totals:
    """Source -> its totals; filled when the warehouse is built."""
    return {}


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory, totals: Totals) -> Warehouse:
    """The specification's examples and random bills, each a source of its own, in one warehouse."""
    warehouse = Warehouse.create(tmp_path_factory.mktemp("commitments"))
    for example in EXAMPLES:
        for dataset, rows in (example.dataset_rows or {"cost": example.rows}).items():
            warehouse.deliver(example.table, rows, source_name=example.name, billing_period=JANUARY, dataset=dataset)
    for seed in SEEDS:
        rng = random.Random(seed)
        for table, source in (("aws_cur2", f"aws_{seed}"), ("gcp_billing", f"gcp_{seed}")):
            rows, totals[source] = (make_aws if table == "aws_cur2" else make_gcp)(rng, 90)
            warehouse.deliver(table, rows, source_name=source, billing_period=JANUARY)
        exports, totals[f"azure_{seed}"] = make_azure(rng, 60)
        for dataset, rows in exports.items():
            warehouse.deliver(
                "azure_cost_details", rows, source_name=f"azure_{seed}", billing_period=JANUARY, dataset=dataset
            )
    warehouse.build(
        "--select", "+focus_1_2 +focus_1_3 +fct_cost_monthly +fct_commitment_utilization +fct_commitment_coverage "
        "+dim_commitment", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious",
    )  # fmt: skip
    return warehouse


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_the_specifications_examples_have_its_effective_cost(committed: Warehouse, example: Example) -> None:
    rows = committed.rows(
        """select coalesce("CommitmentDiscountStatus", case "ChargeCategory" when 'Purchase' then 'Purchase'
                else 'Standard' end), count(*), sum("BilledCost"), sum("EffectiveCost")
        from focus.focus_1_2 where "x_SourceName" = ? group by 1""",
        [example.name],
    )
    expected = {kind: (n, D(billed), D(effective)) for kind, (n, billed, effective) in example.summary.items()}
    assert {kind: tuple(figures) for kind, *figures in rows} == expected


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_the_specifications_examples_have_its_quantities(committed: Warehouse, example: Example) -> None:
    for kind, quantity in example.quantities.items():
        category, _, frequency = kind.partition(" ")
        rows = committed.rows(
            """select distinct "CommitmentDiscountQuantity" from focus.focus_1_2 where "x_SourceName" = ?
            and coalesce("CommitmentDiscountStatus", "ChargeCategory") = ? and (? = '' or "ChargeFrequency" = ?)
            and "CommitmentDiscountId" is not null and ("BilledCost" <> 0 or "EffectiveCost" <> 0)""",
            [example.name, category, frequency, frequency],
        )
        assert rows == [(D(quantity),)], kind


def test_used_usage_shows_what_it_would_have_cost(committed: Warehouse) -> None:
    rows = committed.rows(
        """select distinct "x_SourceName", "ListCost" from focus.focus_1_3 where "CommitmentDiscountStatus" = 'Used'
        and "x_SourceName" in ('aws_reserved_instance_all_upfront_100pct', 'gcp_resource_cud_no_upfront_100pct',
            'gcp_flex_cud_no_upfront_100pct', 'azure_reservation_no_upfront_100pct') order by 1"""
    )
    assert rows == [
        ("aws_reserved_instance_all_upfront_100pct", D(69)), ("azure_reservation_no_upfront_100pct", D("113.70")),
        ("gcp_flex_cud_no_upfront_100pct", D("94.70")), ("gcp_resource_cud_no_upfront_100pct", D("44.18")),
    ]  # fmt: skip


@pytest.mark.parametrize("source", [f"{provider}_{seed}" for provider in ("aws", "azure", "gcp") for seed in SEEDS])
def test_random_bills_keep_their_totals_through_every_model(committed: Warehouse, totals: Totals, source: str) -> None:
    expected = totals[source]
    for table in (f"intermediate.int_{source.split('_')[0]}__focus", "intermediate.int_focus__unioned",
                  "marts.fct_cost_daily", "marts.fct_cost_monthly"):  # fmt: skip
        sums = committed.rows(f"select {', '.join(f'sum({m})' for m in expected)} from {table} where source_name = ?",
                              [source])  # fmt: skip
        assert dict(zip(expected, sums[0], strict=True)) == expected, table
    for view in ("focus_1_2", "focus_1_3"):
        names = [m.replace("_", " ").title().replace(" ", "") for m in MEASURES if m in expected]
        sums = committed.rows(
            f"""select {", ".join(f'sum("{n}")' for n in names)} from focus.{view} where "x_SourceName" = ?""", [source]
        )
        assert list(sums[0]) == list(expected.values()), view


def test_every_row_keeps_the_rules_of_commitments(committed: Warehouse) -> None:
    broken = committed.rows(
        """select "x_SourceName", "ChargeCategory", "CommitmentDiscountStatus", "BilledCost", "EffectiveCost"
        from focus.focus_1_2 where "CommitmentDiscountId" is not null and (
            ("ChargeCategory" = 'Purchase' and "EffectiveCost" <> 0)
            or ("CommitmentDiscountStatus" = 'Unused' and "BilledCost" <> 0)
            or ("ChargeCategory" = 'Usage') <> ("CommitmentDiscountStatus" is not null)
            or ("ChargeCategory" in ('Usage', 'Purchase')) <> ("CommitmentDiscountQuantity" is not null)
            or "CommitmentDiscountCategory" is null or "CommitmentDiscountType" is null)"""
    )
    assert broken == []


def test_google_fees_are_spread_to_the_last_decimal(committed: Warehouse) -> None:
    """What the fees of a commitment cost is what its usage effectively costs, used and unused."""
    rows = committed.rows(
        """select source_name, commitment_discount_id,
            sum(case when charge_category = 'Purchase' then billed_cost else 0 end)
            - sum(effective_cost - case when commitment_discount_status = 'Used' then billed_cost else 0 end) as rest
        from intermediate.int_focus__unioned
        where source_name like 'gcp%' and commitment_discount_id like '%/committed-use-discounts/%'
        group by 1, 2 order by 1, 2"""
    )
    assert len(rows) > 8
    assert {rest for *_, rest in rows} == {D(0)}


def test_unit_prices_times_quantities_are_the_costs(committed: Warehouse) -> None:
    for price, cost in (("ListUnitPrice", "ListCost"), ("ContractedUnitPrice", "ContractedCost")):
        broken = committed.rows(
            f"""select "x_SourceName", "{price}", "PricingQuantity", "{cost}" from focus.focus_1_2
            where "ChargeCategory" in ('Usage', 'Purchase') and coalesce("ChargeClass", '') <> 'Correction'
            -- no quantity has a price for each of two costs of which one is money back
            and not ("ListCost" < 0 and "ContractedCost" > 0) and not ("ListCost" > 0 and "ContractedCost" < 0) and (
                "{price}" is null or "{price}" < 0 or "PricingQuantity" is null or "PricingUnit" is null
                or abs("{price}"::double * "PricingQuantity"::double - "{cost}"::double)
                    > 1e-9 * greatest(abs("{cost}"::double), 1, abs("PricingQuantity"::double) * 1e-3))"""
        )
        assert broken == []


def test_utilization_is_used_of_used_and_unused(committed: Warehouse) -> None:
    rows = committed.rows(
        """select purchased_cost, used_cost, unused_cost, utilization_rate, used_list_cost, savings,
            effective_savings_rate
        from marts.fct_commitment_utilization where source_name = 'aws_savings_plan_all_upfront_75pct'"""
    )
    # 18 hours of 52.40 at a list price of 78.60; 1414.80 - 1257.60 = 157.20, a ninth of the list price
    used, unused, listed = D("943.2"), D("314.4"), D("1414.8")
    assert rows == [
        (D(459000), used, unused, D("0.75"), listed, D("157.2"), (D(1) / 9).quantize(D("1e-9")))
    ]  # fmt: skip


def test_coverage_counts_eligible_usage_alone(committed: Warehouse) -> None:
    # 24 hours at 69 are covered; the usage at 25.98 has no meter that a commitment covers
    rows = committed.rows(
        """select covered_list_cost, on_demand_list_cost, eligible_list_cost, coverage_rate
        from marts.fct_commitment_coverage where source_name = 'aws_reserved_instance_all_upfront_100pct'"""
    )
    assert rows == [(D(1656), D(0), D(1656), D(1))]


def test_terms_come_from_the_export_where_it_tells_them(committed: Warehouse) -> None:
    rows = committed.rows(
        """select commitment_discount_id, start_date, end_date, start_date_source, end_date_source
        from marts.dim_commitment where commitment_discount_id in ('ri', 'flexible') order by 1"""
    )
    assert rows == [
        ("flexible", dt.date(2025, 1, 5), dt.date(2025, 1, 5), "first seen", "last seen"),
        ("ri", dt.date(2025, 1, 1), dt.date(2026, 1, 1), "export", "export"),
    ]
