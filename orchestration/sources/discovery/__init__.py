"""What has been delivered at a location: native manifests and folders turned into `Delivery` objects."""

from collections.abc import Sequence

from orchestration.sources.contracts import FileRef, Location, Provider, SourceError
from orchestration.sources.discovery.aws import discover_aws
from orchestration.sources.discovery.aws import has_manifest as has_aws_manifest
from orchestration.sources.discovery.azure import describes_export, discover_azure
from orchestration.sources.discovery.deliveries import (
    Discovery,
    Problem,
    delivery_id_for,
    is_data_file,
    name_some,
    verify,
)
from orchestration.sources.discovery.gcp import discover_gcp, has_invoice_months
from orchestration.sources.discovery.plain import discover_plain


def discover(
    source_name: str, provider: Provider, location: Location, files: Sequence[FileRef] | None = None
) -> Discovery:
    """The deliveries at a location, ordered by period; ``files`` is its listing where the caller has it already.

    A FOCUS source may be the export of any cloud, so its manifests are recognised by their names. Raises
    `SourceError` where there is nothing to load at all or where loading would count costs twice, and `LocationError`
    where the location fails; everything else is a problem of one period.
    """
    files = location.list_files() if files is None else files
    if provider in ("aws", "focus") and has_aws_manifest(files):
        found = discover_aws(source_name, provider, location, files)
    elif provider == "azure" or (provider == "focus" and describes_export(location, files)):
        found = discover_azure(source_name, provider, location, files)
    elif provider == "gcp" or has_invoice_months(files):
        found = discover_gcp(source_name, provider, files)
    else:
        found = discover_plain(source_name, provider, files)
    if not found.deliveries and not found.problems:
        others = f" (of {len(files)} files there none is an export: {name_some(found.ignored)})" if files else ""
        raise SourceError(f"no export files below {location.uri}{others}")
    return found


__all__ = ["Discovery", "Problem", "delivery_id_for", "discover", "is_data_file", "verify"]
