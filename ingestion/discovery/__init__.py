"""What has been delivered at a location: native manifests and folders turned into `Delivery` objects."""

from collections.abc import Sequence
from dataclasses import replace

from core.errors import SourceError
from ingestion.contracts import FileRef, Location, Provider
from ingestion.discovery.aws import discover_aws
from ingestion.discovery.aws import has_manifest as has_aws_manifest
from ingestion.discovery.azure import describes_export, discover_azure
from ingestion.discovery.deliveries import (
    Discovery,
    Problem,
    delivery_id_for,
    find_period,
    is_data_file,
    name_some,
    show_name,
    verify,
)
from ingestion.discovery.gcp import discover_gcp, has_invoice_months
from ingestion.discovery.plain import discover_plain

#: No bucket takes a longer one.
LONGEST_NAME = 1_024


def discover(
    source_name: str, provider: Provider, location: Location, files: Sequence[FileRef] | None = None
) -> Discovery:
    """The deliveries at a location, ordered by period; ``files`` is its listing where the caller has it already.

    A FOCUS source may be the export of any cloud, so its manifests are recognised by their names. Raises
    `SourceError` where there is nothing to load at all or where loading would count costs twice, and `LocationError`
    where the location fails; everything else is a problem of one period.
    """
    files, odd = _set_odd_apart(location.list_files() if files is None else files)
    found = _discover(source_name, provider, location, files)
    found = replace(found, problems=(*found.problems, *odd))
    if not found.deliveries and not found.problems:
        others = f" (of {len(files)} files there none is an export: {name_some(found.ignored)})" if files else ""
        raise SourceError(f"no export files below {location.uri}{others}")
    return found


def _set_odd_apart(files: Sequence[FileRef]) -> tuple[list[FileRef], list[Problem]]:
    """The files that can be named and read, and what is wrong with the others: each costs itself alone."""
    odd = {file.name: file.fault or _find_odd_name(file.name) for file in files}
    problems = [
        Problem(find_period(name), f"{show_name(name)}: {fault}") for name, fault in odd.items() if fault is not None
    ]
    return [file for file in files if odd[file.name] is None], problems


def _find_odd_name(name: str) -> str | None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return "its name is not written in UTF-8"
    return f"its name is longer than {LONGEST_NAME:,} characters" if len(name) > LONGEST_NAME else None


def _discover(source_name: str, provider: Provider, location: Location, files: Sequence[FileRef]) -> Discovery:
    if provider in ("aws", "focus") and has_aws_manifest(files):
        return discover_aws(source_name, provider, location, files)
    elif provider == "azure" or (provider == "focus" and describes_export(location, files)):
        return discover_azure(source_name, provider, location, files)
    elif provider == "gcp" or has_invoice_months(files):
        return discover_gcp(source_name, provider, files)
    return discover_plain(source_name, provider, files)


__all__ = ["Discovery", "Problem", "delivery_id_for", "discover", "is_data_file", "verify"]
