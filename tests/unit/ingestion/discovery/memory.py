"""A location in memory, for what is decided from names and manifests alone."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import LocationError
from ingestion.contracts import FileRef

#: What lies at a location, by name: a data file's bytes, or what a manifest is the JSON of.
Objects = dict[str, Any]


class MemoryLocation:
    """Objects by name: manifests are given as dicts, data files as bytes; ``hours`` are their ages in order."""

    def __init__(self, objects: Mapping[str, Any], uri: str = "memory://exports") -> None:
        self.uri = uri
        self.objects = {
            name: content if isinstance(content, bytes) else json.dumps(content).encode()
            for name, content in objects.items()
        }
        self.vanished: set[str] = set()
        self.read: list[str] = []

    def list_files(self) -> list[FileRef]:
        start = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
        refs = [
            FileRef(name, len(content), hashlib.md5(content).hexdigest(), start + dt.timedelta(hours=position))
            for position, (name, content) in enumerate(self.objects.items())
        ]
        return sorted(refs, key=lambda ref: ref.name)

    def read_bytes(self, file: FileRef) -> bytes:
        self.read.append(file.name)
        if file.name in self.vanished:
            raise LocationError(f"{file.name} does not exist", "not_found")
        return self.objects[file.name]

    def fetch(self, file: FileRef, directory: Path) -> Path:
        raise NotImplementedError
