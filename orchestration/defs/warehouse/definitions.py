"""What Dagster serves of the warehouse."""

import dagster as dg

from orchestration.defs.warehouse.assets import build_dbt_assets
from orchestration.defs.warehouse.checks import every_cost_has_a_rate, totals_reconcile
from orchestration.defs.warehouse.files import expired_files
from orchestration.defs.warehouse.metrics import metric_values
from orchestration.defs.warehouse.nightly import JOB, JOB_DESCRIPTION, build_nightly_checks, nightly_checks_schedule
from orchestration.defs.warehouse.settings import publish_settings
from orchestration.domains import Domain, Frame


def build(frame: Frame) -> dg.Definitions:
    """The share of an installation."""
    nightly = build_nightly_checks(frame.manifest)
    nightly_job = dg.define_asset_job(JOB, selection=dg.AssetSelection.checks(nightly), description=JOB_DESCRIPTION)
    return dg.Definitions(
        assets=[publish_settings, *build_dbt_assets(frame.manifest, frame.partitions), metric_values, expired_files],
        asset_checks=[totals_reconcile, every_cost_has_a_rate, nightly],
        jobs=[nightly_job],
        schedules=[nightly_checks_schedule],
    )


DOMAIN = Domain("warehouse", build)
