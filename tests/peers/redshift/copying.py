"""COPY ... FROM 's3://...' FORMAT AS PARQUET, as Redshift does it: by position, from a prefix or a manifest."""

import io
import json
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

_COPY = re.compile(
    r"^\s*(?:/\*.*?\*/\s*)?copy\s+([\w\".]+)\s*(?:\(([^)]*)\))?\s+from\s+'s3://([^/']+)/((?:[^']|'')*)'(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ROLE = re.compile(r"\biam_role\s+(?:default\b|'arn:aws[\w-]*:iam::\d{12}:role/[^']+')", re.IGNORECASE)
#: Unsigned integers are no Redshift type.
_UNSIGNED = (pa.types.is_uint8, pa.types.is_uint16, pa.types.is_uint32, pa.types.is_uint64)


class CopyError(Exception):
    """Redshift would refuse the COPY; the message says why."""


@dataclass(frozen=True)
class CopyCommand:
    """Brings the rows from S3 to a file that PostgreSQL reads in the session and transaction of the COPY itself."""

    s3: Any
    exchange: Path

    def translate(self, sql: str) -> str | None:
        """The statement that loads the rows; None where ``sql`` is no COPY from S3."""
        match = _COPY.match(sql)
        if match is None:
            return None
        table, columns, bucket, quoted, options = match.groups()
        key = quoted.replace("''", "'")
        if not _ROLE.search(options):
            raise CopyError("COPY needs IAM_ROLE and the ARN of a role")
        if not re.search(r"\bparquet\b", options, re.IGNORECASE):
            raise CopyError("the stand-in reads FORMAT AS PARQUET only")
        objects = self._list_manifest(bucket, key) if re.search(r"\bmanifest\b", options, re.I) else None
        keys = objects if objects is not None else self._list_prefix(bucket, key)
        target = self.exchange / f"{uuid.uuid4().hex}.csv"
        with target.open("wb") as file:
            for object_bucket, object_key in keys:
                body = self.s3.get_object(Bucket=object_bucket, Key=object_key)["Body"].read()
                self._append(file, body, f"s3://{object_bucket}/{object_key}")
        target.chmod(0o644)
        named = f"({columns})" if columns else ""
        return f"copy {table} {named} from '{target}' with (format csv)"

    def _list_prefix(self, bucket: str, prefix: str) -> list[tuple[str, str]]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        found = [(bucket, entry["Key"]) for page in pages for entry in page.get("Contents", [])]
        if not found:
            raise CopyError(f"The specified S3 prefix '{prefix}' does not exist")
        return found

    def _list_manifest(self, bucket: str, key: str) -> list[tuple[str, str]]:
        entries = json.loads(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())["entries"]
        found = []
        for entry in entries:
            object_bucket, _, object_key = entry["url"].removeprefix("s3://").partition("/")
            size = self.s3.head_object(Bucket=object_bucket, Key=object_key)["ContentLength"]
            if entry["meta"]["content_length"] != size:
                raise CopyError(f"{entry['url']}: {size} bytes where the manifest says {entry['meta']}")
            found.append((object_bucket, object_key))
        return found

    def _append(self, file: Any, body: bytes, name: str) -> None:
        rows = pq.read_table(io.BytesIO(body), partitioning=None)
        for field in rows.schema:
            if any(is_unsigned(field.type) for is_unsigned in _UNSIGNED):
                raise CopyError(f"{name}: column {field.name} is {field.type}, which Redshift cannot load")
        pa.csv.write_csv(rows, file, pa.csv.WriteOptions(include_header=False))
