"""Everything Dagster serves: loads the configuration, builds the assets of its sources and binds the resources."""

import dagster as dg

from cloudcost.identity.home_access import write_privately
from cloudcost.installation import Installation
from orchestration.defs.actions.assets import (
    approved_action_sensor,
    execute_action_job,
    proposals,
    rollback_action_job,
    verified_savings,
)
from orchestration.defs.alerts.assets import incidents, outbox_sensor, send_alerts_job
from orchestration.defs.dashboards.assets import build_published_asset, operations, publish_job, publish_schedule
from orchestration.defs.ingestion.assets import build_raw_asset, build_snapshots_asset, expired_snapshots
from orchestration.defs.ingestion.cross_checks import build_cross_checks
from orchestration.defs.ingestion.freshness import freshness_job, freshness_schedule
from orchestration.defs.ingestion.sensors import export_event_sensor
from orchestration.defs.jobs import cost_pipeline_job, daily_cost_schedule, new_delivery_sensor
from orchestration.defs.ml.anomalies import contributions_add_up, cost_anomalies, detector_is_as_good_as_before
from orchestration.defs.ml.forecasts import cost_forecasts, forecast_accuracy_holds
from orchestration.defs.savings.assets import recommendations
from orchestration.defs.warehouse.assets import build_dbt_assets
from orchestration.defs.warehouse.checks import every_cost_has_a_rate, totals_reconcile
from orchestration.defs.warehouse.metrics import metric_values
from orchestration.defs.warehouse.settings import publish_settings
from orchestration.partitions import billing_periods
from orchestration.resources.dbt import prepare_manifest
from orchestration.resources.installation import InstallationResource


def build_definitions(installation: Installation) -> dg.Definitions:
    """The definitions of one installation."""
    sources = [s.name for s in installation.config.sources]
    partitions = billing_periods(installation.first_period(), installation.months_ahead())
    manifest = prepare_manifest(installation)
    return dg.Definitions(
        assets=[
            *(build_raw_asset(source, partitions) for source in installation.config.sources),
            build_snapshots_asset(sources, installation.config.warehouse.backend),
            publish_settings,
            *build_dbt_assets(manifest, partitions),
            expired_snapshots,
            cost_forecasts,
            cost_anomalies,
            recommendations,
            metric_values,
            incidents,
            proposals,
            verified_savings,
            operations,
            build_published_asset(manifest),
        ],
        asset_checks=[
            totals_reconcile,
            every_cost_has_a_rate,
            forecast_accuracy_holds,
            contributions_add_up,
            detector_is_as_good_as_before,
            *build_cross_checks(installation.config.sources),
        ],
        jobs=[cost_pipeline_job, send_alerts_job, execute_action_job, rollback_action_job, freshness_job, publish_job],
        schedules=[daily_cost_schedule, freshness_schedule, publish_schedule],
        sensors=[new_delivery_sensor, export_event_sensor, outbox_sensor, approved_action_sensor],
        executor=dg.multiprocess_executor.configured(take_no_settings, config_schema={}),
        resources={
            "installation": InstallationResource.of(installation),
            "io_manager": dg.IOManagerDefinition(open_outputs, config_schema={}),
        },
    )


def take_no_settings(_: object) -> dict[str, object]:
    """The settings of the executor: none. Dagster would let every run configure which modules its processes import, and
    whoever has a session of the UI writes a run's configuration.
    """
    return {}


def open_outputs(context: dg.InitResourceContext) -> dg.IOManager:
    """Where Dagster keeps outputs by itself; its own definition would let every run name the folder."""
    assert context.instance is not None  # noqa: S101 - a run has one
    return dg.FilesystemIOManager(base_dir=context.instance.storage_directory()).create_io_manager(context)


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions of the installation that the environment names."""
    write_privately()
    return build_definitions(Installation.find())
