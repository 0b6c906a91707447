"""A configured source as ingestion reads it, and the one format that its files of a billing period have."""

from dataclasses import dataclass

from ingestion.contracts import DeliveryError, ExportFormat, Location, Provider
from ingestion.formats import FORMATS, get_format
from ingestion.incoming import IncomingFile
from ingestion.planning import PendingSnapshot

FORMAT_NAMES = {
    "cur": "aws_cur",
    "cur2": "aws_cur2",
    "cost_details": "azure_cost_details",
    "standard": "gcp_billing",
    "detailed": "gcp_billing",
    "focus": "focus",
}


def list_read_formats(provider: Provider, format_name: str) -> frozenset[str]:
    """The names of the formats of costs that a source of this provider and format reads in a folder it shares."""
    if format_name != "auto":
        return frozenset({FORMAT_NAMES[format_name]})
    return frozenset(fmt.name for fmt in FORMATS if provider == "focus" or fmt.provider == provider)


@dataclass(frozen=True)
class Source:
    """A configured source, ready to be read; ``beside_formats`` are those that other sources read in its folder."""

    name: str
    provider: Provider
    format: str
    location: Location
    default_currency: str
    beside_formats: frozenset[str] = frozenset()

    @property
    def declared_format(self) -> ExportFormat | None:
        """The format that the configuration names; None for ``auto``."""
        return None if self.format == "auto" else get_format(FORMAT_NAMES[self.format])


def name_reading(source: Source) -> str:
    """What decides how the files of a source are read, beside what they hold; a file is read anew where it changes."""
    others = ",".join(sorted(source.beside_formats))
    return "\0".join([source.provider, source.format, source.default_currency, others])


def find_only_format(pending: PendingSnapshot, incoming: list[IncomingFile], source: Source) -> ExportFormat:
    """The one format of all files; two formats in one billing period would count its costs twice."""
    names = sorted({i.format_name for i in incoming})
    if len(names) > 1:
        raise DeliveryError(
            f"{pending.key.billing_period:%Y-%m} is there in two formats ({', '.join(names)}): its cost would "
            "be counted twice; point the source at one of them"
        )
    if names:
        return get_format(names[0])
    fallback = {"aws": "aws_cur2", "azure": "azure_cost_details", "gcp": "gcp_billing", "focus": "focus"}
    return source.declared_format or get_format(fallback[source.provider])
