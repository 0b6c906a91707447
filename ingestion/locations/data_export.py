"""An AWS data export by its name: wherever in S3 it writes."""

import os
from collections.abc import Mapping
from pathlib import Path

from clouds.access import AwsAccess
from clouds.politeness import Politeness
from core.errors import LocationError
from ingestion.contracts import FileRef
from ingestion.locations.export_catalogue import SCHEME, find_export
from ingestion.locations.s3 import S3Location


class DataExportLocation:
    """``bcm-data-exports://export-name``: the S3 folder of that export, looked up when it is first read."""

    def __init__(
        self,
        uri: str,
        access: AwsAccess | None = None,
        politeness: Politeness | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.uri = uri
        self.name = uri.removeprefix(SCHEME).strip("/")
        if not self.name or "/" in self.name:
            raise LocationError(f"{uri!r} names no export: write {SCHEME}export-name", "invalid")
        self.access = access or AwsAccess()
        self.politeness = politeness or Politeness()
        self._environ = environ
        self._inner: S3Location | None = None

    @property
    def inner(self) -> S3Location:
        """Where the export writes."""
        if self._inner is None:
            export = find_export(self.name, self.access, self._environ, self.politeness)
            self._inner = S3Location(
                f"{export.location}/", access=self.access, politeness=self.politeness, environ=self._environ
            )
        return self._inner

    def list_files(self) -> list[FileRef]:
        return self.inner.list_files()

    def read_bytes(self, file: FileRef) -> bytes:
        return self.inner.read_bytes(file)

    def fetch(self, file: FileRef, directory: Path) -> Path:
        return self.inner.fetch(file, directory)
