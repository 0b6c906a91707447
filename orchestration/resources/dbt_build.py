"""dbt's results as Dagster's events: what they mean is dagster-dbt's to say."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from cloudcost.dbt.running import run_dbt
from cloudcost.installation import Installation
from orchestration.resources.dbt import WarehouseTranslator


def build_assets(context: dg.AssetExecutionContext, installation: Installation, periods: str) -> Iterator[Any]:
    """Build what this run selected of a dbt asset group: outputs of models and seeds, and results of checks."""
    invocation = get_updated_cli_invocation_params_for_context(context, {}, WarehouseTranslator())
    arguments = ["build", "--exclude-resource-type", "unit_test", *invocation.selection_args]
    if "--exclude" not in arguments:  # some of the group: dbt would take along all tests of what is selected
        arguments += ["--exclude", "tag:nightly"]
    if invocation.indirect_selection:
        arguments += ["--indirect-selection", invocation.indirect_selection]
    for event in run_dbt(installation, arguments, periods):
        yield from DbtCoreCliEventMessage(raw_event=event, event_history_metadata={}).to_default_asset_events(
            invocation.manifest, invocation.dagster_dbt_translator, context, installation.dbt_target
        )
