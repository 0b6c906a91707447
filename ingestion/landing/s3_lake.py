"""The raw lake in an S3 bucket: a snapshot is what its manifest lists, and the manifest is written last."""

import hashlib
import io
import json
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import ClientError

from clouds.aws.errors import explain_error
from core.errors import explaining
from ingestion.contracts import DeliveryError
from ingestion.landing.lake import WorkArea

#: In the form that Redshift's COPY reads, so that it loads exactly these files or fails.
MANIFEST = "manifest.json"
_LOCATION = re.compile(r"^s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*?))?/?$")
_WORKERS = 8


class S3Lake(WorkArea):
    """A lake below ``s3://bucket/prefix``; ``work`` is a local folder for deliveries that are being read.

    Files are named by their content, so nothing is ever overwritten by something else. A folder without a manifest is
    what a killed run left, and no snapshot: whoever publishes next writes what is missing.
    """

    def __init__(self, location: str, work: Path, client: Any) -> None:
        super().__init__(work)
        found = _LOCATION.match(location)
        if found is None:
            raise ValueError(f"{location!r} is not of the form s3://bucket/prefix")
        self.bucket, self._prefix = found[1], f"{found[2]}/" if found[2] else ""
        self._client = client

    @property
    def place(self) -> str:
        """The address of the lake."""
        return self.uri("").rstrip("/")

    def has_snapshots(self) -> bool:
        """Whether anything was ever landed, and is still there."""
        with self._asking("raw", "s3:ListBucket"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self._key("raw/"))
            return any(e["Key"].endswith(f"/{MANIFEST}") for page in pages for e in page.get("Contents", []))

    def uri(self, relative: str) -> str:
        """The address of a path that a snapshot recorded."""
        return f"s3://{self.bucket}/{self._prefix}{relative}"

    def manifest_uri(self, paths: Sequence[str]) -> str:
        """The address of the manifest of the snapshot that has these files."""
        return self.uri(f"{PurePosixPath(paths[0]).parent}/{MANIFEST}")

    def publish(self, staged: Path, target: str) -> list[str]:
        """Upload a finished local folder and then its manifest; returns its files.

        Of two runs that publish the same snapshot, the first manifest counts for both. A snapshot that lost files since
        is published anew.
        """
        whole, condition = self._read_whole(target)
        if whole is not None:
            return whole
        files = sorted(staged.glob("*.parquet"))
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="publish") as pool:
            entries = dict(pool.map(lambda file: self._upload(file, target), files))
        manifest = {
            "entries": [
                {"url": self.uri(path), "mandatory": True, "meta": {"content_length": size}}
                for path, size in entries.items()
            ]
        }
        if not self._put(f"{target}/{MANIFEST}", json.dumps(manifest, indent=1).encode(), **condition):
            whole, _ = self._read_whole(target)
            if whole is None:
                raise DeliveryError(f"{self.uri(target)} is being published and removed at once; a later run takes it")
            return whole
        return list(entries)

    def find_missing(self, paths: Iterable[str]) -> set[str]:
        """Those of these files that are not in the lake (any more); one request per snapshot."""
        wanted: dict[str, set[str]] = {}
        for path in paths:
            wanted.setdefault(str(PurePosixPath(path).parent), set()).add(path)
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="look") as pool:
            found = pool.map(self._list, wanted)
            return {path for names, there in zip(wanted.values(), found, strict=True) for path in names - there.keys()}

    def find_unreadable(self, paths: Iterable[str]) -> set[str]:
        """Those of these files that are gone; an object on S3 is whole or not there."""
        return self.find_missing(paths)

    def measure_checksums(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The checksum that each file has in its name: S3 itself compares an object with its own when it is read."""
        return tuple(PurePosixPath(path).stem.rpartition("-")[2] for path in paths)

    def remove(self, directory: str) -> None:
        """Remove a snapshot, its manifest first, so that no half of it is ever taken for the whole."""
        for path in (f"{directory}/{MANIFEST}", *self._list(directory)):
            self._delete(path)

    def read_schema(self, path: str) -> pa.Schema:
        """The columns of one file, from its last bytes alone."""
        length = int.from_bytes(self._read_end(path, 8)[:4], "little")
        return pq.read_schema(pa.BufferReader(self._read_end(path, length + 8)))

    @contextmanager
    def hand_over(self, table: pa.Table) -> Iterator[str]:
        """A table as one Parquet object that is there for as long as it is needed; gives its address."""
        name = f"incoming/{uuid.uuid4().hex}.parquet"
        body = io.BytesIO()
        pq.write_table(table, body)
        self._put(name, body.getvalue())
        try:
            yield self.uri(name)
        finally:
            self._delete(name)

    def _upload(self, file: Path, target: str) -> tuple[str, int]:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        path = f"{target}/{file.stem}-{digest[:16]}.parquet"
        with self._asking(path, "s3:PutObject"):
            checked = {"ChecksumAlgorithm": "SHA256"}
            self._client.upload_file(str(file), self.bucket, self._key(path), ExtraArgs=checked)
        return path, file.stat().st_size

    def _read_whole(self, target: str) -> tuple[list[str] | None, dict[str, str]]:
        """The files of a snapshot that is there with the sizes that its manifest states, else None; and on what
        condition a new manifest may be written: that there is none yet, or still the one that lost its files.
        """
        with self._asking(f"{target}/{MANIFEST}", "s3:GetObject"):
            try:
                answer = self._client.get_object(Bucket=self.bucket, Key=self._key(f"{target}/{MANIFEST}"))
            except ClientError as error:
                if _code_of(error) in ("NoSuchKey", "404"):
                    return None, {"IfNoneMatch": "*"}
                raise
        stated = {
            entry["url"].removeprefix(self.uri("")): entry["meta"]["content_length"]
            for entry in json.loads(answer["Body"].read())["entries"]
        }
        there = self._list(target)
        is_whole = all(there.get(path) == size for path, size in stated.items())
        return (list(stated) if is_whole else None), {"IfMatch": answer["ETag"]}

    def _list(self, directory: str) -> dict[str, int]:
        with self._asking(directory, "s3:ListBucket"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self._key(f"{directory}/")
            )
            entries = [entry for page in pages for entry in page.get("Contents", [])]
        return {e["Key"].removeprefix(self._prefix): e["Size"] for e in entries if e["Key"].endswith(".parquet")}

    def _read_end(self, path: str, size: int) -> bytes:
        with self._asking(path, "s3:GetObject"):
            answer = self._client.get_object(Bucket=self.bucket, Key=self._key(path), Range=f"bytes=-{size}")
            return bytes(answer["Body"].read())

    def _put(self, path: str, body: bytes, **condition: str) -> bool:
        """Write one object; False where the condition does not hold."""
        with self._asking(path, "s3:PutObject"):
            try:
                self._client.put_object(
                    Bucket=self.bucket, Key=self._key(path), Body=body, ChecksumAlgorithm="SHA256", **condition
                )
            except ClientError as error:
                if condition and _code_of(error) in ("PreconditionFailed", "ConditionalRequestConflict", "412", "409"):
                    return False
                raise
        return True

    def _delete(self, path: str) -> None:
        with self._asking(path, "s3:DeleteObject"):
            self._client.delete_object(Bucket=self.bucket, Key=self._key(path))

    def _asking(self, path: str, permission: str) -> AbstractContextManager[None]:
        """What S3 refuses, as a `LocationError` that states what of which address."""
        return explaining(lambda error: explain_error(error, self.uri(path), self.bucket, permission))

    def _key(self, relative: str) -> str:
        return f"{self._prefix}{relative}"


def _code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
