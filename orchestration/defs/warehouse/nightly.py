"""The tests of the models that no run waits for: what they look at follows from the code, or is proven in every run by
another check. They run every night, and each has its check on its asset.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from alerts.findings import CHECK_FAILED, describe_failed_check
from alerts.incident_book import ACTOR, IncidentBook
from cloudcost.dbt.parsed_project import DbtError
from cloudcost.dbt.project import ALL_PERIODS
from cloudcost.dbt.running import run_dbt
from core.instants import utc_now
from orchestration.defs.alerts.assets import incident_book
from orchestration.resources.dbt import WarehouseTranslator
from orchestration.resources.installation import InstallationResource

NIGHTLY = "nightly"
JOB = "nightly_checks_job"
JOB_DESCRIPTION = "The tests of the models that no run waits for."


def find_nightly(manifest: Path) -> dict[str, dg.AssetCheckKey]:
    """dbt's id of every nightly test -> its check, on the model, seed or table of settings that it looks at."""
    whole = json.loads(manifest.read_bytes())
    found = {}
    for unique_id, node in whole["nodes"].items():
        if node["resource_type"] == "test" and NIGHTLY in node["tags"]:
            key = get_asset_check_key_for_test(whole, WarehouseTranslator(), unique_id, project=None)
            if key is None:
                raise ValueError(f"the test {node['name']} is of no one model")
            found[unique_id] = key
    return found


def build_nightly_checks(manifest: Path) -> dg.AssetChecksDefinition:
    """All of them in one invocation of dbt; a failed one is an incident until it passes again."""
    checks = find_nightly(manifest)

    @dg.multi_asset_check(
        name="nightly_checks",
        specs=[
            dg.AssetCheckSpec(key.name, asset=key.asset_key, description="A test of the models that runs every night.")
            for key in checks.values()
        ],
        can_subset=True,
        pool="warehouse",
    )
    def nightly_checks(
        context: dg.AssetCheckExecutionContext, installation: InstallationResource
    ) -> Iterator[dg.AssetCheckResult]:
        opened, selected = installation.open(), context.selected_asset_check_keys
        missing = {unique_id: key for unique_id, key in checks.items() if key in selected}
        names = " ".join(unique_id.split(".")[2] for unique_id in missing)
        book = incident_book(opened)
        try:
            for event in run_dbt(opened, ["test", "--select", names], ALL_PERIODS):
                key = missing.pop(event["data"]["node_info"]["unique_id"], None)
                if key is not None:
                    yield judge(key, event["data"], book)
        except DbtError:
            if missing:  # else it says once more which failed
                raise

    return nightly_checks


def judge(check: dg.AssetCheckKey, result: Mapping[str, Any], book: IncidentBook) -> dg.AssetCheckResult:
    """What dbt says of one test; opens its incident, or ends it."""
    status, rows = str(result["node_info"]["node_status"]), int(result.get("num_failures") or 0)
    passed = status in ("pass", "success")
    asset, today = check.asset_key.to_user_string(), utc_now().date()
    if passed:
        for incident in book.list():
            known = incident.finding
            is_same = known.rule == CHECK_FAILED and (known.scope["asset"], known.scope["check"]) == (asset, check.name)
            if is_same and not incident.is_over:
                book.end(incident.incident_id, ACTOR, "passed again")
    else:
        book.open_anew(lambda times_before: describe_failed_check(asset, check.name, rows, today, times_before))
    severity = dg.AssetCheckSeverity.WARN if status == "warn" else dg.AssetCheckSeverity.ERROR
    return dg.AssetCheckResult(
        passed=passed,
        asset_key=check.asset_key,
        check_name=check.name,
        severity=severity,
        metadata={"status": status, "failing rows": rows},
    )


@dg.schedule(
    job_name=JOB,
    cron_schedule="30 3 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night: what the code or another check promises is looked at in the warehouse itself.",
)
def nightly_checks_schedule(
    context: dg.ScheduleEvaluationContext, installation: InstallationResource
) -> dg.RunRequest | dg.SkipReason:
    """Nothing before the first run has built what there is to look at."""
    if not installation.open().warehouse.has_table("marts", "fct_reconciliation"):
        return dg.SkipReason("the warehouse has not been built yet")
    return dg.RunRequest(run_key=context.scheduled_execution_time.date().isoformat())
