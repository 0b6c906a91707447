"""The four costs of written exports, added up by DuckDB in decimals from the files alone."""

from decimal import Decimal
from pathlib import Path

import duckdb

MEASURES = ("billed", "effective", "list", "contracted")


def exact(column: str) -> str:
    """A double or a text as the decimal it names."""
    return f"CAST(CAST({column} AS VARCHAR) AS DECIMAL(38,12))"


def product(left: str, right: str) -> str:
    """An exact product of a price (6 places) and a quantity (4 places)."""
    return f"CAST(CAST({left} AS DECIMAL(18,6)) * CAST({right} AS DECIMAL(18,4)) AS DECIMAL(38,12))"


def _fetch(query: str, **files: list[str]) -> dict[str, Decimal]:
    with duckdb.connect() as connection:
        row = connection.execute(query, files or None).fetchone()
    assert row is not None
    return dict(zip(MEASURES, row, strict=True))


def aws_totals(root: Path, label: str) -> dict[str, Decimal]:
    kind, cost = "line_item_line_item_type", exact("line_item_unblended_cost")
    listed = f"coalesce({exact('pricing_public_on_demand_cost')}, {cost})"
    unused_fee = "reservation_unused_amortized_upfront_fee_for_billing_period"
    return _fetch(
        f"""
        SELECT sum({cost}),
          sum(CASE {kind}
            WHEN 'DiscountedUsage' THEN {exact("reservation_effective_cost")}
            WHEN 'SavingsPlanCoveredUsage' THEN {exact("savings_plan_savings_plan_effective_cost")}
            WHEN 'SavingsPlanNegation' THEN 0
            WHEN 'RIFee' THEN {exact(unused_fee)} + {exact("reservation_unused_recurring_fee")}
            WHEN 'SavingsPlanRecurringFee'
              THEN {exact("savings_plan_total_commitment_to_date")} - {exact("savings_plan_used_commitment")}
            WHEN 'SavingsPlanUpfrontFee' THEN 0
            WHEN 'Fee' THEN CASE WHEN reservation_reservation_a_r_n IS NULL THEN {cost} ELSE 0 END
            ELSE {cost} END),
          sum(CASE WHEN {kind} = 'SavingsPlanNegation' THEN 0
            WHEN {kind} IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') THEN {listed} ELSE {cost} END),
          sum(CASE {kind} WHEN 'SavingsPlanNegation' THEN 0 WHEN 'DiscountedUsage' THEN {listed} ELSE {cost} END)
        FROM read_parquet($files)
        """,
        files=aws_files(root, label),
    )


def aws_files(root: Path, label: str) -> list[str]:
    return [str(path) for path in sorted(root.glob(f"**/data/BILLING_PERIOD={label}/*.parquet"))]


def azure_files(root: Path, label: str, export: str) -> list[str]:
    folder = label.replace("-", "")
    return [str(path) for path in sorted(root.glob(f"**/*{export}*/{folder}*/*/*.csv"))]


def read_csv(name: str) -> str:
    return f"(SELECT * FROM read_csv(${name}, header = true, all_varchar = true))"


COMMITTED = """(coalesce(PricingModel, '') IN ('Reservation', 'SavingsPlan')
    OR ChargeType IN ('UnusedReservation', 'UnusedSavingsPlan')
    OR (ChargeType IN ('Purchase', 'Refund') AND coalesce(ReservationId, benefitId) IS NOT NULL))"""


def azure_totals(root: Path, label: str) -> dict[str, Decimal]:
    cost = "CAST(CostInBillingCurrency AS DECIMAL(38,12))"
    retail = f"""CASE WHEN ChargeType IN ('Purchase') THEN {cost}
        WHEN ChargeType LIKE 'Unused%' THEN 0
        WHEN CAST(PayGPrice AS DECIMAL(38,12)) <> 0 THEN {product("PayGPrice", "Quantity")} ELSE {cost} END"""
    contract = f"""CASE WHEN ChargeType IN ('Purchase') THEN {cost}
        WHEN ChargeType LIKE 'Unused%' THEN 0
        WHEN CAST(UnitPrice AS DECIMAL(38,12)) <> 0 THEN {product("UnitPrice", "Quantity")} ELSE {cost} END"""
    once = f"""SELECT {{}} AS amount FROM actual WHERE NOT {COMMITTED} OR ChargeType = 'Purchase'
        UNION ALL SELECT {{}} FROM amortised WHERE {COMMITTED} AND ChargeType <> 'Purchase'"""
    return _fetch(
        f"""
        WITH actual AS {read_csv("actual")}, amortised AS {read_csv("amortised")}
        SELECT (SELECT sum({cost}) FROM actual), (SELECT sum({cost}) FROM amortised),
          (SELECT sum(amount) FROM ({once.format(retail, retail)})),
          (SELECT sum(amount) FROM ({once.format(contract, contract)}))
        """,
        actual=azure_files(root, label, "actual"),
        amortised=azure_files(root, label, "amortized"),
    )


def gcp_files(root: Path, label: str) -> list[str]:
    return [str(path) for path in sorted(root.glob(f"**/invoice_month={label.replace('-', '')}/*.parquet"))]


def gcp_totals(root: Path, label: str) -> dict[str, Decimal]:
    def credits(*types: str) -> str:
        names = ", ".join(f"'{name}'" for name in types)
        picked = f"list_filter(credits, c -> c.type IN ({names}))"
        return f"""coalesce(list_reduce(list_prepend(CAST(0 AS DECIMAL(38,12)),
            list_transform({picked}, c -> {exact("c.amount")})), (a, b) -> CAST(a + b AS DECIMAL(38,12))), 0)"""

    commitment = credits("COMMITTED_USAGE_DISCOUNT", "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE", "FEE_UTILIZATION_OFFSET")
    negotiated = credits("SUSTAINED_USAGE_DISCOUNT", "DISCOUNT")
    return _fetch(
        f"""
        WITH rows AS (
          SELECT {exact("cost")} AS cost, coalesce({exact("cost_at_list")}, {exact("cost")}) AS listed,
            {commitment} AS commitment, {negotiated} AS negotiated, {credits("FREE_TIER")} AS free,
            {credits("PROMOTION")} AS promotion
          FROM read_parquet($files))
        SELECT sum(cost + commitment + negotiated + free + promotion),
          sum(cost + commitment + negotiated + free + promotion),
          sum(listed + promotion), sum(cost + negotiated + promotion)
        FROM rows
        """,
        files=gcp_files(root, label),
    )


TOTALS = {"aws": aws_totals, "azure": azure_totals, "gcp": gcp_totals}
