"""Which Cost Management exports of the configured scopes no source reads."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from clouds.azure.management import AzureExport, CostManagement
from clouds.politeness import Politeness
from core.errors import LocationError
from ingestion.routing import normalise_place

if TYPE_CHECKING:
    from ingestion.sections.sources import SourceConfig

_COSTS = ("actualcost", "amortizedcost", "focuscost", "usage")


def find_unread_azure_exports(
    sources: "Sequence[SourceConfig]",
    environ: Mapping[str, str],
    readable: Collection[str],
    politeness: Politeness | None = None,
) -> list[str]:
    """A line per cost export of ``access.azure.query_scope`` that no source reads; a refusal is a line too."""
    from ingestion.sections.sources import overlap

    azure = [s for s in sources if s.access.azure.query_scope]
    places = [normalise_place(s.location) for s in sources if s.scheme in ("az", "https")]
    lines: list[str] = []
    for access in dict.fromkeys(s.access.azure for s in azure if s.name in readable):
        try:
            exports = CostManagement(access.query_scope or "", access, politeness, environ).list_exports()
        except LocationError as error:
            lines.append(f"Azure exports cannot be listed ({error.reason.replace('_', ' ')}): {error}")
            continue
        unread = [e for e in exports if not any(overlap(place, e.location) for place in places)]
        lines += [describe_export(e) for e in unread if e.kind.lower() in _COSTS]
    return list(dict.fromkeys(lines))


def describe_export(export: AzureExport) -> str:
    """An export as one line of `cloudcost check`."""
    state = "" if export.is_active else ", which is switched off"
    return f"Azure export {export.name!r} ({export.kind}){state}: location {export.location}"
