"""Assets settings/<name>: the parts of the configuration that the models read, as tables of the warehouse."""

from collections.abc import Iterator

import dagster as dg

from cloudcost.settings_tables import SETTINGS_TABLES
from orchestration.resources.installation import InstallationResource


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["settings", table.name], group_name="settings", description=table.description, kinds={"python", "yaml"}
        )
        for table in SETTINGS_TABLES
    ],
    pool="warehouse",
)
def publish_settings(installation: InstallationResource) -> Iterator[dg.MaterializeResult]:
    """Writes the tables whose content changed; the models that depend on them are then behind."""
    opened = installation.open()
    settings = opened.read_settings()
    changed = opened.warehouse.publish_settings(settings)
    for content in settings:
        name = content.table.name
        yield dg.MaterializeResult(
            asset_key=["settings", name], metadata={"dagster/row_count": len(content.rows), "changed": name in changed}
        )
