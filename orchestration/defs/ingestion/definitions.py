"""What Dagster serves of ingestion."""

import dagster as dg

from orchestration.defs.ingestion.assets import build_raw_asset, build_snapshots_asset, expired_snapshots
from orchestration.defs.ingestion.cross_checks import build_cross_checks
from orchestration.defs.ingestion.freshness import freshness_job, freshness_schedule
from orchestration.defs.ingestion.sensors import export_event_sensor, new_delivery_sensor
from orchestration.domains import Domain, Frame


def build(frame: Frame) -> dg.Definitions:
    """The share of an installation."""
    config = frame.installation.config
    return dg.Definitions(
        assets=[
            *(build_raw_asset(source, frame.partitions) for source in config.sources),
            build_snapshots_asset([source.name for source in config.sources], config.warehouse.backend),
            expired_snapshots,
        ],
        asset_checks=build_cross_checks(config.sources),
        jobs=[freshness_job],
        schedules=[freshness_schedule],
        sensors=[new_delivery_sensor, export_event_sensor],
    )


DOMAIN = Domain("ingestion", build)
