"""Savings that the bill shows, and those that the live inventory and the bill agree on."""

from collections import Counter
from collections.abc import Iterator

import dagster as dg

from cloudcost.analytics.realised_savings import realise_savings, write_realised
from cloudcost.analytics.savings import Judgement, find_savings, list_unjudged, write_savings
from core.instants import utc_now
from orchestration.defs.warehouse.checks import RECONCILIATION
from orchestration.resources.installation import InstallationResource
from orchestration.written_specs import describe_written, written_spec

RECOMMENDATIONS = dg.AssetKey(["ml", "recommendations"])
CHARGES = dg.AssetKey(["marts", "fct_charges"])
COST_DAILY = dg.AssetKey(["marts", "fct_cost_daily"])


@dg.multi_asset(
    name="savings",
    specs=[
        written_spec("ml", name, [CHARGES, COST_DAILY, RECONCILIATION], "ml", {"python", "duckdb"})
        for name in ("recommendations", "savings_history", "unjudged_savings")
    ],
    pool="warehouse",
    check_specs=[dg.AssetCheckSpec("every_check_ran", asset=RECOMMENDATIONS, description="No check failed.")],
)
def savings(
    context: dg.AssetExecutionContext, installation: InstallationResource
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Replaces what is found, what was, and what could not be judged; what people decided stays in the state."""
    opened = installation.open()
    judgement = find_savings(opened, utc_now().date())
    counts = write_savings(opened, judgement)
    for one in list_unjudged(judgement):
        context.log.info(f"not judged: {one.resource_id or one.account_id or one.check_name}: {one.reason}")
    facts = summarise(judgement)
    for name, rows in counts.items():
        yield dg.MaterializeResult(asset_key=["ml", name], metadata={"dagster/row_count": rows, **facts})
    failed = dict(judgement.done.failed)
    yield dg.AssetCheckResult(
        check_name="every_check_ran", asset_key=RECOMMENDATIONS, passed=not failed, metadata=failed
    )


@dg.asset(
    **describe_written("ml", "realised_savings"),
    deps=[RECOMMENDATIONS, CHARGES, COST_DAILY, RECONCILIATION],
    group_name="ml",
    kinds={"python", "duckdb"},
    pool="warehouse",
)
def realised_savings(installation: InstallationResource) -> dg.MaterializeResult:
    """Judges every closed finding by the bill as it is now, so that one that was restated is judged anew."""
    opened = installation.open()
    rows = realise_savings(opened, utc_now().date())
    found = Counter(str(row["verdict"]) for row in rows)
    return dg.MaterializeResult(metadata={"dagster/row_count": write_realised(opened, rows), **found})


def summarise(judgement: Judgement) -> dict[str, dg.MetadataValue]:
    """The figures of a run; without accounts to look into, that is the reason for not looking."""
    reasons = [f"{one.resource_id or one.check_name}: {one.reason}" for one in list_unjudged(judgement)]
    if not judgement.taken.looked:
        reasons = ["no account is configured (savings.inventory), so no inventory was read", *reasons]
    return {
        "resources seen": dg.MetadataValue.int(sum(map(len, judgement.taken.rows.values()))),
        "not judged": dg.MetadataValue.int(len(list_unjudged(judgement))),
        "why": dg.MetadataValue.text("; ".join(reasons[:20]) or "everything was judged"),
    }
