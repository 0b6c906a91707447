"""Which source reads an object that an event reports."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from ingestion.sections.sources import SourceConfig


def find_source(address: str, sources: "Sequence[SourceConfig]") -> str | None:
    """The first of the sources below whose location an object lies; ``s3://…`` or ``az://…``."""
    for source in sources:
        if source.scheme == "bcm-data-exports" and address.startswith("s3://"):
            return source.name  # where the export writes is known to AWS; its queue hears of nothing else
        place = normalise_place(source.location)
        if address == place or address.startswith(f"{place}/"):
            return source.name
    return None


def normalise_place(location: str) -> str:
    """A location as events spell it."""
    parts = urlsplit(location)
    if parts.scheme.lower() == "https":
        return f"az://{parts.netloc.split('.', 1)[0]}/{unquote(parts.path.strip('/'))}"
    scheme, mark, path = location.partition("://")
    return f"{scheme.lower()}{mark}{path.rstrip('/')}"
