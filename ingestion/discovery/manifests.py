"""Reading manifests and finding the files that they name, also where the export was copied somewhere else."""

import json
import re
from collections.abc import Iterable
from typing import Any

from core.errors import LocationError, SourceError
from ingestion.contracts import FileRef, Location

_PERIOD = re.compile(r"billing_period=\d{4}-\d\d|\d{8}-\d{8}|year=\d{4}", re.IGNORECASE)

#: A manifest of a hundred thousand files has a few megabytes.
LARGEST_MANIFEST = 64 * 1024 * 1024


class FileIndex:
    """The listed files, found by the keys that manifests name."""

    def __init__(self, files: Iterable[FileRef]) -> None:
        self._exact = {file.name.lstrip("/"): file for file in files}
        self._folded: dict[str, FileRef | None] = {}
        for name, file in self._exact.items():
            folded = name.casefold()
            self._folded[folded] = None if folded in self._folded else file

    def resolve(self, key: str, manifest: str) -> FileRef | None:
        """The file that a manifest means by a key, or None where it is not there.

        Keys are written from the root of the bucket, names are relative to the location, and a copied-down folder
        starts anywhere: so the end of the key is looked up below each folder above the manifest, the longest end
        first. Where the manifest lies in a period's folder the copy has kept its folders, so a key's own period folder
        is never cut off: another month's file of the same name must not be taken for it.
        """
        parts = [part for part in re.sub(r"^[a-z][a-z0-9]*://[^/]+/", "", key, flags=re.IGNORECASE).split("/") if part]
        folders = manifest.lstrip("/").split("/")[:-1]
        last = len(parts) - 1
        if any(_PERIOD.fullmatch(folder) for folder in folders):
            last = next((i for i, part in enumerate(parts) if _PERIOD.fullmatch(part)), last)
        for start in range(last + 1):
            for depth in range(len(folders) + 1):
                name = "/".join([*folders[:depth], *parts[start:]])
                found = self._exact.get(name) or self._folded.get(name.casefold())
                if found is not None:
                    return found
        return None


def read_manifest(location: Location, file: FileRef) -> dict[str, Any]:
    """A manifest as an object; `SourceError` where it vanished or is not one, `LocationError` for the rest."""
    if file.size > LARGEST_MANIFEST:
        raise SourceError(f"the manifest {file.name} has {file.size:,} bytes, more than {LARGEST_MANIFEST:,}")
    try:
        content = location.read_bytes(file)
    except LocationError as error:
        if error.reason == "not_found":
            raise SourceError(f"the manifest {file.name} was replaced or removed while it was read") from error
        raise
    try:
        manifest = json.loads(content.decode("utf-8-sig"))
        json.dumps(manifest, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise SourceError(f"the manifest {file.name} holds half a character, which is no text") from error
    except (ValueError, RecursionError) as error:
        raise SourceError(f"the manifest {file.name} is not valid JSON: {error}") from error
    if not isinstance(manifest, dict):
        raise SourceError(f"the manifest {file.name} is not a JSON object")
    return manifest
