"""The dbt models as assets: what is replaced per billing period is partitioned, the rest is built whole, last what
reads the results of `ml/`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import dagster as dg
from dagster_dbt import dbt_assets

from cloudcost.dbt.project import ALL_PERIODS
from orchestration.partitions import periods_of
from orchestration.resources.dbt import WarehouseTranslator
from orchestration.resources.dbt_build import build_assets
from orchestration.resources.installation import InstallationResource
from warehouse import ChangedPeriod, changed_periods_json

#: Seeds and the views on the way belong to the run that reads them, so that one dbt invocation does the whole chain.
PARTITIONED = "tag:staging tag:by_period config.materialized:incremental"
#: What joins the marts with forecasts and recommendations, and so is built after these.
SCORED = "tag:scored"
#: Tests that run in `nightly_checks_job`.
NIGHTLY = "tag:nightly"


class BuildConfig(dg.Config):
    """How the partitioned models are built. ``rebuild``: also periods whose snapshots did not change (`all`).

    One of two words, because Dagster takes the name of an environment variable where a truth value or a text is due,
    and reports in the run's log what that holds.
    """

    rebuild: Literal["changed", "all"] = "changed"


def build_dbt_assets(manifest: Path, partitions: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The three groups of dbt assets."""
    translator = WarehouseTranslator()

    @dbt_assets(
        manifest=manifest,
        select=PARTITIONED,
        exclude=NIGHTLY,
        name="dbt_billing_periods",
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        dagster_dbt_translator=translator,
        pool="warehouse",
    )
    def dbt_billing_periods(
        context: dg.AssetExecutionContext, config: BuildConfig, installation: InstallationResource
    ) -> Iterator[Any]:
        # before dbt begins: Dagster would fail over its first result, with everything under way
        periods = periods_of(context)
        opened = installation.open()
        warehouse = opened.warehouse
        with warehouse.claim():
            # whatever else is behind is brought up to date too: what a killed run left, what a removed source left over
            changed: set[ChangedPeriod] = set(warehouse.changed_periods())
            behind = warehouse.pending_models()
            if config.rebuild == "all":
                requested = set(warehouse.loaded_periods(periods))
                changed |= requested
                behind = {pair: models for pair, models in behind.items() if pair not in requested}
            context.log.info(f"billing periods to replace: {len(changed)}")
            yield from build_assets(context, opened, changed_periods_json(sorted(changed), behind))

    @dbt_assets(
        manifest=manifest,
        exclude=f"{PARTITIONED} {SCORED} {NIGHTLY}",
        name="dbt_tables",
        dagster_dbt_translator=translator,
        pool="warehouse",
    )
    def dbt_tables(context: dg.AssetExecutionContext, installation: InstallationResource) -> Iterator[Any]:
        yield from build_assets(context, installation.open(), ALL_PERIODS)

    @dbt_assets(
        manifest=manifest,
        select=SCORED,
        exclude=NIGHTLY,
        name="dbt_scored_tables",
        dagster_dbt_translator=translator,
        pool="warehouse",
    )
    def dbt_scored_tables(context: dg.AssetExecutionContext, installation: InstallationResource) -> Iterator[Any]:
        yield from build_assets(context, installation.open(), ALL_PERIODS)

    return [dbt_billing_periods, dbt_tables, dbt_scored_tables]
