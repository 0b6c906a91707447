"""URIs: what opens which location, and that a malformed one is told without repeating a secret."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import LocationError
from ingestion.locations import open_location
from ingestion.locations.azure_blob import AzureBlobLocation
from ingestion.locations.bigquery import BigQueryLocation
from ingestion.locations.gcs import GcsLocation
from ingestion.locations.local import LocalLocation
from ingestion.locations.prefixes import ObjectPrefix
from ingestion.locations.s3 import S3Location

BASE = Path("/base")


@pytest.mark.parametrize(
    ("uri", "bucket", "folder", "single"),
    [
        ("s3://bucket", "bucket", "", None),
        ("s3://bucket/", "bucket", "", None),
        ("s3://bucket/cur", "bucket", "cur/", None),
        ("S3://bucket/cur/daily/", "bucket", "cur/daily/", None),
        ("s3://bucket//daily", "bucket", "/daily/", None),
        ("s3://bucket/cur/May.CSV.gz", "bucket", "cur/", "May.CSV.gz"),
        ("s3://bucket/may.parquet", "bucket", "", "may.parquet"),
        ("s3://bucket/may.parquet/", "bucket", "may.parquet/", None),
        ("gs://bucket_1/a/b", "bucket_1", "a/b/", None),
        ("az://account1/exports/daily", "exports", "daily/", None),
        ("https://account1.blob.core.windows.net/exports/a%20b/x.csv", "exports", "a b/", "x.csv"),
        ("https://account1.dfs.core.usgovcloudapi.net/exports", "exports", "", None),
    ],
)
def test_object_stores(uri: str, bucket: str, folder: str, single: str | None) -> None:
    location = open_location(uri, BASE)
    assert isinstance(location, S3Location | GcsLocation | AzureBlobLocation)
    assert location.place == ObjectPrefix(bucket, folder, single)
    assert location.uri == uri


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("exports", "/base/exports"),
        ("./exports/may.csv", "/base/exports/may.csv"),
        ("/data/exports", "/data/exports"),
        ("file:///data/with%20blank", "/data/with blank"),
        ("file://localhost/data", "/data"),
    ],
)
def test_local_paths(uri: str, path: str) -> None:
    location = open_location(uri, BASE)
    assert isinstance(location, LocalLocation)
    assert location.path == Path(path)


def test_blob_accounts() -> None:
    plain = open_location("az://account1/exports", BASE)
    sovereign = open_location("https://account1.dfs.core.usgovcloudapi.net/exports", BASE)
    assert isinstance(plain, AzureBlobLocation) and isinstance(sovereign, AzureBlobLocation)
    assert plain.account_url == "https://account1.blob.core.windows.net"
    assert sovereign.account_url == "https://account1.blob.core.usgovcloudapi.net"
    assert plain.account == sovereign.account == "account1"


def test_tables() -> None:
    location = open_location("bigquery://my-project.billing.gcp_billing_export_v1_01AB", BASE)
    old = open_location("bigquery://example.com:my-project.billing.export", BASE)
    assert isinstance(location, BigQueryLocation) and isinstance(old, BigQueryLocation)
    assert (location.project, location.table) == ("my-project", "my-project.billing.gcp_billing_export_v1_01AB")
    assert old.project == "example.com:my-project"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "ftp://host/path",
        "s3://",
        "s3:///cur",
        "s3://KEY:hunter2@bucket/cur",
        "https://example.com/exports",
        "https://account1.blob.core.windows.net/",
        "https://account1.blob.core.windows.net/exports?sv=2024&sig=hunter2",
        "https://user:hunter2@account1.blob.core.windows.net/exports",
        "az://account1",
        "bigquery://project.dataset",
        "bigquery://project.dataset.table`; drop table x; --",
        "file://server/share",
    ],
)
def test_malformed_uris_are_refused(uri: str) -> None:
    with pytest.raises(LocationError) as caught:
        open_location(uri, BASE)
    assert caught.value.reason == "invalid"
    assert "hunter2" not in str(caught.value)


def test_byte_limit_has_to_be_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDCOST_BIGQUERY_BYTE_LIMIT", "1TB")
    with pytest.raises(LocationError, match="'1TB', which is no number of bytes"):
        open_location("bigquery://p.d.t", BASE)


def test_opening_imports_no_client_library() -> None:
    """`cloudcost --help` must not wait for boto3, Azure and Google."""
    program = (
        "import sys, pathlib; from ingestion.locations import open_location as o; "
        "[o(u, pathlib.Path()) for u in ('s3://bucket', 'gs://bucket', 'az://account1/exports', 'bigquery://p.d.t')]; "
        "print([n for n in ('boto3', 'azure.core', 'google.cloud', 'pyarrow', 'dagster') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
