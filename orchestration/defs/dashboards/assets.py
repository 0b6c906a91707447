"""What dashboards read: the state of operations as tables, and the published copy of the warehouse."""

import json
from pathlib import Path

import dagster as dg

from cloudcost.installation import Installation
from cloudcost.operations import OPERATIONS
from core.instants import utc_now
from dashboards.people import readers_of
from dashboards.publish import publish_warehouse
from dashboards.scoped_copies import make_scoped_copies
from orchestration.check_results import list_checks
from orchestration.defs.warehouse.checks import RECONCILIATION
from orchestration.resources.installation import InstallationResource
from orchestration.written_specs import written_spec
from warehouse import DuckDbWarehouse
from warehouse.written_tables import write_tables

#: What changes the state that is shown.
DECIDED = (["alerts", "incidents"], ["actions", "proposals"], ["actions", "verified_savings"])
PUBLISHED = dg.AssetKey(["dashboards", "published"])


@dg.multi_asset(
    name="operations",
    pool="warehouse",
    specs=[
        written_spec("ops", "checks", [RECONCILIATION], "dashboards", {"python"}),
        *(written_spec("ops", name, DECIDED, "dashboards", {"python"}) for name in OPERATIONS),
    ],
)
def operations(context: dg.AssetExecutionContext, installation: InstallationResource):  # type: ignore[no-untyped-def]
    """Replaces the tables of schema ``ops``."""
    opened = installation.open()
    tables = {name: read(opened, utc_now()) for name, read in OPERATIONS.items()}
    tables["checks"] = list_checks(context.instance)
    for name, rows in write_tables(opened.warehouse, "ops", tables).items():
        yield dg.MaterializeResult(asset_key=["ops", name], metadata={"dagster/row_count": rows})


def list_marts(manifest: Path) -> list[dg.AssetKey]:
    """Every mart there is: what is published has all of them as they are after one run."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    names = sorted(n["name"] for n in nodes if n["resource_type"] == "model" and n["fqn"][1] == "marts")
    return [dg.AssetKey(["marts", name]) for name in names]


def build_published_asset(manifest: Path) -> dg.AssetsDefinition:
    """The asset that publishes what dashboards read; it waits for every mart of the dbt project."""

    @dg.asset(
        key=PUBLISHED,
        group_name="dashboards",
        kinds={"superset"},
        deps=[RECONCILIATION, *list_marts(manifest), *(["ops", name] for name in (*OPERATIONS, "checks"))],
        pool="warehouse",
        description="A copy of the warehouse that dashboards read. Only figures that reconcile get here.",
    )
    def published(installation: InstallationResource) -> dg.MaterializeResult:
        """Publishes the warehouse file, see `publish`."""
        return publish(installation.open())

    return published


def publish(opened: Installation) -> dg.MaterializeResult:
    """Publish the warehouse file; readers never wait. Refuses figures that do not reconcile, whatever ran before."""
    with opened.warehouse.connect(read_only=True) as connection:
        query = "select count(*) from marts.fct_reconciliation where is_reconciled is not true"
        differing = connection.execute(query).fetchall()[0][0]
    if differing:
        raise dg.Failure(f"{differing} totals do not reconcile: what was published before stays", allow_retries=False)
    opened.mark_stage("dashboards")
    if not isinstance(opened.warehouse, DuckDbWarehouse):
        return dg.MaterializeResult(
            metadata={"published": "readers of the warehouse see each build as it is committed"}
        )
    settings = opened.config.dashboards
    people = readers_of(opened).people
    done = publish_warehouse(
        opened.warehouse.path,
        opened.warehouse.connect,
        opened.serving,
        lambda copy: make_scoped_copies(copy, settings, people),
        settings.keep_published_days,
    )
    return dg.MaterializeResult(
        metadata={
            "folder": done.folder.name,
            "megabytes": round(done.size / 1e6, 1),
            "seconds": round(done.seconds, 2),
        }
    )


publish_job = dg.define_asset_job(
    "publish_job",
    selection=dg.AssetSelection.assets(PUBLISHED).upstream(depth=1) & dg.AssetSelection.groups("dashboards"),
    description="Brings what dashboards show of incidents and actions up to date, between two pipeline runs.",
)

publish_schedule = dg.ScheduleDefinition(
    name="publish_schedule",
    job=publish_job,
    cron_schedule="45 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every hour: approvals and acknowledgements are seen within the hour.",
)
