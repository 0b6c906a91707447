"""The blocking checks: what the warehouse holds is what the exports state, and every cost has an exchange rate."""

import dagster as dg

from alerts.findings import describe_missing_rate, describe_unreconciled
from orchestration.defs.alerts.assets import incident_book
from orchestration.resources.installation import InstallationResource

RECONCILIATION = dg.AssetKey(["marts", "fct_reconciliation"])
RATES = dg.AssetKey(["intermediate", "int_rates__applied"])


@dg.asset_check(
    asset=RECONCILIATION,
    name="totals_reconcile",
    blocking=True,
    pool="warehouse",
    description="Per source, billing period, account, currency and cost measure: export file = staging = FOCUS = every "
    "cost mart, as exact decimals. Nothing downstream runs on figures that do not reconcile. An invoice that differs "
    "stops nothing but is reported, and actions and budget alerts leave its month alone.",
)
def totals_reconcile(installation: InstallationResource) -> dg.AssetCheckResult:
    """Reads the reconciliation mart; a difference is an incident, one in the chain stops what builds on it."""
    opened = installation.open()
    with opened.warehouse.connect(read_only=True) as connection:
        rows, periods = connection.execute(
            "select sum(total_count), count(*) from (select source_name, billing_period, count(*) as total_count "
            "from marts.fct_reconciliation group by 1, 2) as periods"
        ).fetchall()[0]
        found = connection.execute(
            "select status, source_name, billing_period, billing_currency, measure, "
            "case when status = 'differs' then variance else invoice_variance end as variance, "
            "coalesce(sub_account_id, billing_account_id) as account from marts.fct_reconciliation "
            "where status in ('differs', 'invoice differs') "
            # the whole period first: what differs in it is one incident, whichever accounts it is in
            "order by 1, 2, 3, 4, 5, case account_level when 'period' then 1 when 'billing_account' then 2 else 3 end, "
            "7, 6"
        ).fetchall()
    differing = [row[1:] for row in found if row[0] == "differs"]
    book, reported = incident_book(opened), set()
    for status, source_name, period, currency, measure, variance, account in found:
        totals = (status, source_name, period, currency, measure)
        if totals not in reported:
            reported.add(totals)
            finding = describe_unreconciled(
                source_name=source_name,
                period=period,
                currency=currency,
                measure=measure,
                variance="an unknown amount" if variance is None else f"{variance:f}",
                account=account,
                is_invoice=status != "differs",
            )
            book.open(finding)
    return dg.AssetCheckResult(
        passed=not differing,
        metadata={
            "totals compared": int(rows or 0),
            "source periods": periods,
            "differing": len(differing),
            "first differences": [" ".join(str(part) for part in row) for row in differing[:20]],
            "invoices that differ": len({row[1:4] for row in found if row[0] != "differs"}),
        },
    )


@dg.asset_check(
    asset=RATES,
    name="every_cost_has_a_rate",
    blocking=True,
    pool="warehouse",
    description="Every day on which a cost is in another currency than reports are has an exchange rate. A missing one "
    "is an error where `currency:` is configured, never taken for 1.0; else it is a warning, and the cost has no "
    "amount in the reporting currency.",
)
def every_cost_has_a_rate(installation: InstallationResource) -> dg.AssetCheckResult:
    """Names every pair and day without a rate."""
    opened = installation.open()
    with opened.warehouse.connect(read_only=True) as connection:
        missing = connection.execute(
            "select distinct billing_currency, reporting_currency, charge_date "
            "from intermediate.int_rates__applied where exchange_rate is null order by 1, 2, 3"
        ).fetchall()
    is_required = "currency" in opened.config.model_fields_set
    pairs = sorted({(start, end) for start, end, _ in missing})
    if is_required:
        for start, end in pairs:
            days = [day for *pair, day in missing if tuple(pair) == (start, end)]
            incident_book(opened).open(describe_missing_rate(start, end, days))
    return dg.AssetCheckResult(
        passed=not missing,
        severity=dg.AssetCheckSeverity.ERROR if is_required else dg.AssetCheckSeverity.WARN,
        metadata={
            "missing rates": len(missing),
            "pairs": [f"{start} to {end}" for start, end in pairs],
            "first missing": [f"{start} to {end} on {day}" for start, end, day in missing[:50]],
        },
    )
