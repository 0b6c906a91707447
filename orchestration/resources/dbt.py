"""The asset keys and groups of the dbt project's nodes."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject


class WarehouseTranslator(DagsterDbtTranslator):
    """Asset keys ``<layer>/<model>``; the raw tables are the snapshots that ingestion publishes."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """``snapshots/<raw table>``, ``<schema>/<other source>``, ``seeds/<seed>`` or ``<layer>/<model>``."""
        name = dbt_resource_props["name"]
        if dbt_resource_props["resource_type"] == "source":
            schema = dbt_resource_props["source_name"]
            return dg.AssetKey(["snapshots" if schema == "raw" else schema, name])
        if dbt_resource_props["resource_type"] == "seed":
            return dg.AssetKey(["seeds", name])
        return dg.AssetKey([dbt_resource_props["fqn"][1], name])

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """As dagster-dbt's; seeds wait for the snapshots, as the views do that read both: else they would be a step,
        and an invocation of dbt, of their own.
        """
        spec = super().get_asset_spec(manifest, unique_id, project)
        if manifest["nodes"].get(unique_id, {}).get("resource_type") == "seed":
            return spec.replace_attributes(deps=[dg.AssetKey(["snapshots", "current_snapshots"])])
        return spec

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Seeds stand with the staging models that they serve; models stand with their layer."""
        if dbt_resource_props["resource_type"] == "seed":
            return "staging"
        return str(dbt_resource_props["fqn"][1])
