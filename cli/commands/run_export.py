"""`cloudcost run-export`: a run of a Cost Management export, started now."""

from cli.commands.run import CommandError
from cloudcost.installation import Installation
from clouds.azure.management import CostManagement


def start_export(installation: Installation, source_name: str, export: str) -> None:
    """Start a run of a Cost Management export of a source's scope."""
    source = next((s for s in installation.config.sources if s.name == source_name), None)
    scope = source.access.azure.query_scope if source else None
    if source is None or scope is None:
        raise CommandError(f"there is no source {source_name!r} with access.azure.query_scope")
    CostManagement(scope, source.access.azure, environ=installation.environ).run_export(export)
    print(f"{export}: started; its delivery is taken by the next run after it is written")
