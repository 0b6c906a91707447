"""Objects below a prefix of a Google Cloud Storage bucket."""

import os
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from clouds.access import GcpAccess
from clouds.google.errors import explain_error
from clouds.politeness import Politeness
from core.errors import LocationError, explaining
from ingestion.contracts import FileRef
from ingestion.locations.downloads import download_file, join_uri
from ingestion.locations.prefixes import split_uri

if TYPE_CHECKING:
    from google.cloud.storage import Client


class GcsLocation:
    """``gs://bucket/prefix``: the objects below that folder, or the one object of that name.

    Credentials are Google's application default ones; ``STORAGE_EMULATOR_HOST`` is honoured. The change signal of an
    object is its generation, and a download asks for exactly that generation.
    """

    def __init__(
        self,
        uri: str,
        client: "Client | None" = None,
        access: GcpAccess | None = None,
        politeness: Politeness | None = None,
    ) -> None:
        self.uri = uri
        self.place = split_uri(uri, "gs://bucket/prefix")
        self.access = access or GcpAccess()
        self.politeness = politeness or Politeness()
        self._client = client
        self._lock = threading.Lock()

    @property
    def client(self) -> "Client":
        """The client of google-cloud-storage, made when it is first needed."""
        with self._lock:  # files are fetched by several threads
            # else a thread of the library's own asks for the bucket besides, in no turn and with another permission
            os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
            if self._client is None:
                from google.api_core.client_options import ClientOptions
                from google.cloud.storage import Client

                # Listing and reading need no project; the library would ask for one.
                project = self.access.billing_project or os.environ.get("GOOGLE_CLOUD_PROJECT") or "none"
                quota = ClientOptions(quota_project_id=self.access.quota_project)
                self._client = Client(project=project, client_options=quota if self.access.quota_project else None)
            return self._client

    def list_files(self) -> list[FileRef]:
        refs = []
        with self._explained(self.uri, "storage.objects.list"):
            blobs = self.client.list_blobs(self.place.bucket, prefix=self.place.search or None, **self._options())
            for blob in blobs:
                name = self.place.name(blob.name)
                if name is not None:
                    refs.append(FileRef(name, blob.size, str(blob.generation), blob.updated))
        if self.place.single is not None and not refs:
            raise LocationError(f"{self.uri} does not exist (a folder of that name ends in /)", "not_found")
        return sorted(refs, key=lambda ref: ref.name)

    def read_bytes(self, file: FileRef) -> bytes:
        with self._explained(join_uri(self.uri, file.name), "storage.objects.get"):
            return bytes(self._blob(file).download_as_bytes(raw_download=True, **self._options()))

    def fetch(self, file: FileRef, directory: Path) -> Path:
        """Download the stored bytes: an object that is served decompressed stays compressed."""

        def write(stream: BinaryIO) -> None:
            with self._explained(join_uri(self.uri, file.name), "storage.objects.get"):
                self._blob(file).download_to_file(stream, raw_download=True, **self._options())

        return download_file(self.uri, file, directory, write)

    def _blob(self, file: FileRef) -> Any:
        return self.client.bucket(self.place.bucket).blob(self.place.key(file.name), generation=int(file.etag))

    def _options(self) -> dict[str, Any]:
        from google.cloud.storage.retry import DEFAULT_RETRY

        from clouds.google.retry import PoliteRetry

        return {"retry": PoliteRetry(DEFAULT_RETRY, self.politeness), "timeout": 60}

    def _explained(self, address: str, permission: str) -> AbstractContextManager[None]:
        return explaining(lambda error: explain_error(error, address, permission), self.politeness.mark)
