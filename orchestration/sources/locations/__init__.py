"""Where exports lie: one `Location` per kind of place, opened from its URI.

Client libraries are imported when a location is used, not when this package is imported.
"""

import re
from collections.abc import Callable
from pathlib import Path

from orchestration.sources.contracts import Location, LocationError
from orchestration.sources.locations.azure_blob import AzureBlobLocation
from orchestration.sources.locations.bigquery import BigQueryLocation
from orchestration.sources.locations.gcs import GcsLocation
from orchestration.sources.locations.local import LocalLocation
from orchestration.sources.locations.s3 import S3Location

#: Scheme -> how its location is opened from the URI and the folder that relative paths start from. A new kind of
#: place is one line here.
SCHEMES: dict[str, Callable[[str, Path], Location]] = {
    "": LocalLocation,
    "file": LocalLocation,
    "s3": lambda uri, _: S3Location(uri),
    "az": lambda uri, _: AzureBlobLocation(uri),
    "https": lambda uri, _: AzureBlobLocation(uri),
    "gs": lambda uri, _: GcsLocation(uri),
    "bigquery": lambda uri, _: BigQueryLocation(uri),
}

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")


def open_location(uri: str, base_dir: Path) -> Location:
    """The location that a URI names; nothing is read yet, so only a malformed URI raises `LocationError` here.

    A relative local path starts from ``base_dir`` (the folder of the configuration file).
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
    return SCHEMES[scheme](uri, base_dir)


__all__ = ["SCHEMES", "open_location"]
