"""Savings that billing evidence and the live inventory agree on."""

import datetime as dt
from typing import Any

import dagster as dg
import pyarrow as pa

from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.cloud_clients import open_clients
from cloudcost.installation import Installation
from core.instants import utc_now
from orchestration.defs.warehouse.checks import RECONCILIATION
from orchestration.resources.installation import InstallationResource
from orchestration.written_specs import describe_written
from savings.inventory import Inventory, read_aws_volumes
from savings.registry import find_checks
from savings.run import run_checks
from warehouse import fetch_records
from warehouse.written_tables import find_written_table, write_table

RECOMMENDATIONS = find_written_table("ml", "recommendations")

_COSTS = """
with recent as (
    -- an id is what stands behind the last slash of an ARN
    select source_name, billing_currency, effective_cost, cast(charge_period_start as date) as charge_date,
        billing_period, regexp_replace(resource_id, '^.*/', '') as resource_id
    from marts.fct_charges
    where resource_id is not null and charge_category = 'Usage'
        and billing_period >= cast(? as date) and charge_period_start >= cast(? as date)
        and charge_period_start < cast(? as date)
)
select source_name, billing_currency, resource_id, sum(effective_cost) as effective_cost,
    count(distinct charge_date) as days_seen, max(billing_period) as billing_period
from recent where resource_id in ({marks}) group by 1, 2, 3 order by 1, 2, 3
"""


@dg.asset(
    **describe_written("ml", "recommendations"),
    group_name="ml",
    kinds={"python"},
    deps=[["marts", "fct_charges"], RECONCILIATION],
    pool="warehouse",
    check_specs=[dg.AssetCheckSpec("every_check_ran", asset=["ml", "recommendations"], description="No check failed.")],
)
def recommendations(context: dg.AssetExecutionContext, installation: InstallationResource) -> dg.MaterializeResult:
    """Replaces ml.recommendations."""
    opened = installation.open()
    settings = opened.config.actions
    inventory = read_aws_volumes(open_clients(opened), settings.allowed_accounts, settings.allowed_regions)
    today = utc_now().date()
    costs = read_volume_costs(opened, [str(v["volume_id"]) for v in inventory.volumes], ScoredDays.until(today))
    inputs = {"inventory": inventory.volumes, "costs": costs}
    done = run_checks(find_checks(), inputs, today, tuple(inventory.incomplete))
    billed = {cost["resource_id"]: cost for cost in reversed(costs)}
    found = done.findings.recommendations
    rows = [describe(r.to_record(), billed[r.resource_id]) for r in found if r.resource_id in billed]
    write_table(opened.warehouse, "ml", "recommendations", pa.Table.from_pylist(rows, RECOMMENDATIONS.columns))
    reasons = [f"{s.resource_id or s.account_id or s.check_name}: {s.reason}" for s in done.findings.skipped]
    reasons += [f"{r.resource_id}: no bill shows what it costs" for r in found if r.resource_id not in billed]
    reasons += [f"{account} {region}: {why}" for (_, account, region), why in inventory.incomplete.items()]
    for reason in reasons:
        context.log.info(f"not judged: {reason}")
    return dg.MaterializeResult(
        metadata=summarise(inventory, rows, reasons, bool(settings.allowed_accounts)),
        check_results=[
            dg.AssetCheckResult(check_name="every_check_ran", passed=not done.failed, metadata={**done.failed})
        ],
    )


def read_volume_costs(installation: Installation, volume_ids: list[str], days: ScoredDays) -> list[dict[str, Any]]:
    """What each volume was billed in the last 30 of these days that have usage, as exact decimals."""
    if not volume_ids or not installation.warehouse.has_table("marts", "fct_charges"):
        return []
    with installation.warehouse.connect(read_only=True) as connection:
        last = connection.execute(
            "select max(charge_date) from marts.fct_cost_daily "
            f"where charge_category = 'Usage' and {days.condition('charge_date')}"
        )
        as_of = last.fetchall()[0][0]
        if as_of is None:
            return []
        month = (as_of - dt.timedelta(days=31)).replace(day=1)
        query = _COSTS.format(marks=", ".join("?" for _ in volume_ids))
        span = [as_of - dt.timedelta(days=29), as_of + dt.timedelta(days=1)]
        return fetch_records(connection.execute(query, [month, *span, *volume_ids]))


def describe(record: dict[str, Any], evidence: dict[str, Any]) -> dict[str, Any]:
    """A recommendation with the source and billing period of its evidence."""
    return {
        **record,
        "provider": record["service_provider_name"],
        "source_name": evidence["source_name"],
        "billing_period": evidence["billing_period"],
    }


def summarise(
    inventory: Inventory, rows: list[dict[str, Any]], reasons: list[str], has_accounts: bool
) -> dict[str, dg.MetadataValue]:
    """The figures of a run; without accounts to look into, that is the reason for finding nothing."""
    note = "; ".join(reasons[:20])
    if not has_accounts:
        note = "no account is configured (actions.allowed_accounts), so no inventory was read and nothing was judged"
    return {
        "dagster/row_count": dg.MetadataValue.int(len(rows)),
        "volumes seen": dg.MetadataValue.int(len(inventory.volumes)),
        "not judged": dg.MetadataValue.int(len(reasons)),
        "why": dg.MetadataValue.text(note or "everything was judged"),
    }
