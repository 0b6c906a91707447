"""Blobs below a prefix of an Azure storage container."""

import os
import re
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote, urlsplit

from clouds.access import AzureAccess
from clouds.azure.errors import explain_error
from clouds.politeness import Politeness
from core.errors import LocationError, explaining
from ingestion.contracts import FileRef
from ingestion.locations.downloads import digest_md5, download_file, explain_damaged, join_uri
from ingestion.locations.prefixes import ObjectPrefix, split_prefix

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

_HOST = re.compile(r"^([a-z0-9]{3,24})\.(?:blob|dfs)(\.core\.[a-z0-9.]+)$")
_NAME = re.compile(r"^[A-Za-z0-9$][A-Za-z0-9-]{1,62}$")
_SHAPE = "az://account/container/prefix or https://account.blob.core.windows.net/container/prefix"


class AzureBlobLocation:
    """``az://account/container/prefix`` or the https address of it: the blobs below that folder, or that one blob.

    The credential is `DefaultAzureCredential` or what ``access`` names; AZURE_STORAGE_CONNECTION_STRING where that is
    of the same account. The change signal of a blob is its ETag, and a download asks for exactly that version.
    """

    def __init__(
        self,
        uri: str,
        client: "ContainerClient | None" = None,
        access: AzureAccess | None = None,
        politeness: Politeness | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.account_url, self.account, self.place = _parse_uri(uri)
        self.uri = uri
        self.access = access or AzureAccess()
        self.politeness = politeness or Politeness()
        self._environ = environ
        self._client = client
        self._lock = threading.Lock()

    @property
    def client(self) -> "ContainerClient":
        """The client of the container, made when it is first needed."""
        with self._lock:  # files are fetched by several threads
            if self._client is None:
                self._client = self._open_client()
            return self._client

    def _open_client(self) -> "ContainerClient":
        from azure.storage.blob import ContainerClient

        from clouds.azure.access import PoliteStorageRetry, open_credential

        retry = PoliteStorageRetry(self.politeness)
        options: dict[str, Any] = {"retry_policy": retry, "connection_timeout": 10, "read_timeout": 60}
        text = self._environ.get("AZURE_STORAGE_CONNECTION_STRING", "")
        if text and find_account(text) is None:
            raise LocationError("AZURE_STORAGE_CONNECTION_STRING names no storage account", "invalid")
        if find_account(text) == self.account:
            return ContainerClient.from_connection_string(text, self.place.bucket, **options)
        credential = open_credential(self.access, self._environ)
        return ContainerClient(self.account_url, self.place.bucket, credential=credential, **options)

    def list_files(self) -> list[FileRef]:
        refs = []
        with self._explained(self.uri):
            for blob in self.client.list_blobs(name_starts_with=self.place.search or None, include=["metadata"]):
                name = self.place.name(blob.name)
                # A storage account with folders lists each of them as an empty blob.
                if name is not None and (blob.metadata or {}).get("hdi_isfolder") != "true":
                    refs.append(FileRef(name, blob.size, blob.etag.strip('"'), blob.last_modified))
        if self.place.single is not None and not refs:
            raise LocationError(f"{self.uri} does not exist (a folder of that name ends in /)", "not_found")
        return sorted(refs, key=lambda ref: ref.name)

    def read_bytes(self, file: FileRef) -> bytes:
        from azure.core import MatchConditions

        with self._explained(join_uri(self.uri, file.name)):
            return self.client.download_blob(
                self.place.key(file.name), etag=f'"{file.etag}"', match_condition=MatchConditions.IfNotModified
            ).readall()

    def fetch(self, file: FileRef, directory: Path) -> Path:
        """Download the listed version, and compare with the blob's MD5 where whoever wrote it left one."""

        def write(stream: BinaryIO) -> None:
            from azure.core import MatchConditions

            with self._explained(join_uri(self.uri, file.name)):
                blob = self.client.download_blob(
                    self.place.key(file.name),
                    etag=f'"{file.etag}"',
                    match_condition=MatchConditions.IfNotModified,
                    max_concurrency=4,
                )
                blob.readinto(stream)
            stored = blob.properties.content_settings.content_md5
            stream.seek(0)
            if stored and digest_md5(stream) != bytes(stored):
                raise explain_damaged(self.uri, file.name)

        return download_file(self.uri, file, directory, write)

    def _explained(self, address: str) -> AbstractContextManager[None]:
        return explaining(
            lambda error: explain_error(error, address, self.account, self.place.bucket), self.politeness.mark
        )


def _parse_uri(uri: str) -> tuple[str, str, ObjectPrefix]:
    parts = urlsplit(uri)
    if parts.query or "@" in parts.netloc:
        raise LocationError(
            "an Azure location carries a credential (a shared access signature or a password): write "
            f"{_SHAPE} and put the signature into AZURE_STORAGE_CONNECTION_STRING",
            "invalid",
        )
    path = parts.path.lstrip("/")
    if parts.scheme.lower() == "az":
        account, url = parts.netloc, f"https://{parts.netloc}.blob.core.windows.net"
    else:
        match = _HOST.match(parts.netloc.lower())
        if match is None:
            raise LocationError(f"{uri} is not the address of an Azure storage account: write {_SHAPE}", "invalid")
        account, url = match[1], f"https://{match[1]}.blob{match[2]}"
        path = unquote(path)
    container, _, prefix = path.partition("/")
    if not re.fullmatch(r"[a-z0-9]{3,24}", account) or not _NAME.match(container):
        raise LocationError(f"{uri} names no storage account and container: write {_SHAPE}", "invalid")
    return url, account, split_prefix(container, prefix)


def find_account(connection_string: str) -> str | None:
    """The account that a connection string is of; only a shared access signature may name it in the endpoint alone."""
    fields = dict(part.split("=", 1) for part in connection_string.split(";") if "=" in part)
    if "AccountName" in fields:
        return fields["AccountName"]
    if fields.get("UseDevelopmentStorage", "").lower() == "true":
        return "devstoreaccount1"
    host = urlsplit(fields.get("BlobEndpoint", "")).netloc
    return host.split(".", 1)[0] or None
