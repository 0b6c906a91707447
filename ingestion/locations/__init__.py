"""Where exports lie: one `Location` per kind of place, opened from its URI.

Client libraries are imported when a location is used, not when this package is imported.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clouds.access import SourceAccess
from core.errors import LocationError
from ingestion.contracts import Location
from ingestion.locations.azure_blob import AzureBlobLocation
from ingestion.locations.azure_query import AzureQueryLocation
from ingestion.locations.bigquery import BigQueryLocation
from ingestion.locations.data_export import DataExportLocation
from ingestion.locations.gcs import GcsLocation
from ingestion.locations.local import LocalLocation
from ingestion.locations.s3 import S3Location


@dataclass(frozen=True)
class Opening:
    """What a location is opened with beside its URI."""

    #: the folder that relative paths start from
    base_dir: Path
    access: SourceAccess = field(default_factory=SourceAccess)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


#: Scheme -> how its location is opened. A new kind of place is one line here.
SCHEMES: dict[str, Callable[[str, Opening], Location]] = {
    "": lambda uri, given: LocalLocation(uri, given.base_dir),
    "file": lambda uri, given: LocalLocation(uri, given.base_dir),
    "s3": lambda uri, given: S3Location(uri, access=given.access.aws, environ=given.environ),
    "bcm-data-exports": lambda uri, given: DataExportLocation(uri, given.access.aws, environ=given.environ),
    "az": lambda uri, given: AzureBlobLocation(uri, access=given.access.azure, environ=given.environ),
    "https": lambda uri, given: AzureBlobLocation(uri, access=given.access.azure, environ=given.environ),
    "azure-query": lambda uri, given: AzureQueryLocation(uri, given.access.azure, environ=given.environ),
    "gs": lambda uri, given: GcsLocation(uri, access=given.access.gcp),
    "bigquery": lambda uri, given: BigQueryLocation(uri, access=given.access.gcp),
}

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")


def open_location(
    uri: str, base_dir: Path, access: SourceAccess | None = None, environ: Mapping[str, str] = os.environ
) -> Location:
    """The location that a URI names; nothing is read yet, so only a malformed URI raises `LocationError` here.

    A relative local path starts from ``base_dir`` (the folder of the configuration file); ``access`` states as whom the
    provider is called, and ``environ`` holds the values that it names.
    """
    match = _SCHEME.match(uri)
    scheme = match.group(1).lower() if match else ""
    if not uri.strip():
        raise LocationError("the location is empty: give a folder, a file or a URI", "invalid")
    if scheme not in SCHEMES:
        known = ", ".join(f"{name}://" for name in SCHEMES if name)
        raise LocationError(
            f"'{scheme}://' is not a known kind of location: use a local path or one of {known}", "invalid"
        )
    return SCHEMES[scheme](uri, Opening(base_dir, access or SourceAccess(), environ))


__all__ = ["SCHEMES", "Opening", "open_location"]
