"""Objects below a prefix of an S3 bucket."""

import os
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from clouds.access import AwsAccess
from clouds.aws.errors import explain_error
from clouds.aws.session import open_client
from clouds.politeness import Politeness
from core.errors import LocationError, explaining
from ingestion.contracts import FileRef
from ingestion.locations.downloads import download_file, explain_damaged, explain_replaced, join_uri
from ingestion.locations.prefixes import split_uri
from ingestion.locations.s3_content import has_other_content

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Location:
    """``s3://bucket/prefix``: the objects below that folder, or the one object of that key.

    Credentials, region and endpoint come from boto3's own chain, so ``AWS_PROFILE`` and ``AWS_ENDPOINT_URL`` work;
    ``access`` may name a profile, a region and a role to assume. The change signal of an object is its ETag.
    """

    def __init__(
        self,
        uri: str,
        client: "S3Client | None" = None,
        access: AwsAccess | None = None,
        politeness: Politeness | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.uri = uri
        self.place = split_uri(uri, "s3://bucket/prefix")
        self.access = access or AwsAccess()
        self.politeness = politeness or Politeness()
        self._environ = environ
        self._client = client
        self._lock = threading.Lock()

    @property
    def client(self) -> "S3Client":
        """The client of boto3, made when it is first needed."""
        with self._lock:  # files are fetched by several threads
            if self._client is None:
                self._client = open_client("s3", self.access, self.politeness, self._environ)
        return self._client

    def list_files(self) -> list[FileRef]:
        refs = []
        with self._explained(self.uri, "s3:ListBucket"):
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.place.bucket, Prefix=self.place.search):
                for item in page.get("Contents", []):
                    name = self.place.name(item["Key"])
                    if name is not None:
                        refs.append(FileRef(name, item["Size"], item["ETag"].strip('"'), item["LastModified"]))
        if self.place.single is not None and not refs:
            raise LocationError(f"{self.uri} does not exist (a folder of that name ends in /)", "not_found")
        return sorted(refs, key=lambda ref: ref.name)

    def read_bytes(self, file: FileRef) -> bytes:
        with self._explained(join_uri(self.uri, file.name), "s3:GetObject"):
            key = self.place.key(file.name)
            return self.client.get_object(Bucket=self.place.bucket, Key=key, IfMatch=file.etag)["Body"].read()

    def fetch(self, file: FileRef, directory: Path) -> Path:
        """Download by the transfer manager (parallel ranges where large); compare with the listed ETag."""
        bucket, key = self.place.bucket, self.place.key(file.name)

        def ask_part_size() -> int:
            part = self.client.head_object(Bucket=bucket, Key=key, PartNumber=1, IfMatch=file.etag)
            return part["ContentLength"]

        def write(stream: BinaryIO) -> None:
            with self._explained(join_uri(self.uri, file.name), "s3:GetObject"):
                self.client.download_fileobj(bucket, key, stream)
                head = self.client.head_object(Bucket=bucket, Key=key)
                if head["ETag"].strip('"') != file.etag:
                    raise explain_replaced(self.uri, file.name)
                if has_other_content(stream, stream.seek(0, os.SEEK_END), head, ask_part_size):
                    raise explain_damaged(self.uri, file.name)

        return download_file(self.uri, file, directory, write)

    def _explained(self, address: str, permission: str) -> AbstractContextManager[None]:
        return explaining(
            lambda error: explain_error(error, address, self.place.bucket, permission), self.politeness.mark
        )
