"""The blocking check: what the warehouse holds is, to the last decimal, what the exports state."""

import dagster as dg

from orchestration.defs.alerts import incident_book
from orchestration.findings import describe_unreconciled
from orchestration.resources.installation import InstallationResource

RECONCILIATION = dg.AssetKey(["marts", "fct_reconciliation"])


@dg.asset_check(
    asset=RECONCILIATION,
    name="totals_reconcile",
    blocking=True,
    pool="warehouse",
    description="Per source, billing period, currency and cost measure: export file = staging = FOCUS = every cost "
    "mart, as exact decimals. Nothing downstream runs on figures that do not reconcile.",
)
def totals_reconcile(installation: InstallationResource) -> dg.AssetCheckResult:
    """Reads the reconciliation mart; a difference is an incident and stops what builds on it."""
    opened = installation.open()
    with opened.warehouse.connect(read_only=True) as connection:
        rows, periods = connection.execute(
            "select sum(total_count), count(*) from (select source_name, billing_period, count(*) as total_count "
            "from marts.fct_reconciliation group by 1, 2) as periods"
        ).fetchall()[0]
        differing = connection.execute(
            "select source_name, billing_period, billing_currency, measure, variance "
            "from marts.fct_reconciliation where not is_reconciled order by 1, 2, 3, 4"
        ).fetchall()
    book = incident_book(opened)
    for source_name, period, currency, measure, variance in differing:
        book.open(describe_unreconciled(source_name, period, currency, measure, f"{variance:f}"))
    return dg.AssetCheckResult(
        passed=not differing,
        metadata={
            "totals compared": int(rows or 0),
            "source periods": periods,
            "differing": len(differing),
            "first differences": [" ".join(str(part) for part in row) for row in differing[:20]],
        },
    )
