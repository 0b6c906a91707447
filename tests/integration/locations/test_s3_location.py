"""S3 through boto3: listing, download, and one clear sentence per cause of failure."""

import json
import os
from pathlib import Path

import boto3
import pytest
import requests
from moto.s3.models import s3_backends
from mypy_boto3_s3 import S3Client

from core.errors import LocationError
from ingestion.contracts import FileRef
from ingestion.discovery import discover, verify
from ingestion.locations import open_location
from ingestion.locations.s3 import S3Location
from tests.integration.locations.peers import FixedAnswer, serving
from tests.peers.patience import quick_politeness


def fails(location: S3Location) -> LocationError:
    with pytest.raises(LocationError) as caught:
        location.list_files()
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


def test_prefix_ends_at_a_folder_boundary(s3: S3Client, tmp_path: Path) -> None:
    for key in ("cur/a.csv", "cur/b/c.csv", "cur/", "cur-old/a.csv", "cur.csv"):
        s3.put_object(Bucket="exports", Key=key, Body=key.encode())
    location = open_location("s3://exports/cur", tmp_path)
    assert [file.name for file in location.list_files()] == ["a.csv", "b/c.csv"]
    single = open_location("s3://exports/cur.csv", tmp_path)
    (file,) = single.list_files()
    assert (file.name, file.size, single.read_bytes(file)) == ("cur.csv", 7, b"cur.csv")
    assert single.fetch(file, tmp_path).read_bytes() == b"cur.csv"
    assert open_location("s3://exports/nowhere", tmp_path).list_files() == []


def test_listing_goes_on_after_the_first_page(s3: S3Client, tmp_path: Path) -> None:
    backend = s3_backends["123456789012"]["aws"]  # directly, as a thousand requests take seconds
    for number in range(1003):
        backend.put_object("exports", f"many/{number:04d}.csv", b"")
    files = open_location("s3://exports/many", tmp_path).list_files()
    assert [file.name for file in files] == [f"{number:04d}.csv" for number in range(1003)]


def test_large_objects_come_whole(s3: S3Client, tmp_path: Path) -> None:
    """Above the transfer manager's threshold of 8 MB: several ranges in parallel."""
    content = os.urandom(20_000_000)
    s3.put_object(Bucket="exports", Key="big.parquet", Body=content)
    location = open_location("s3://exports/", tmp_path)
    (file,) = location.list_files()
    path = location.fetch(file, tmp_path / "landing")
    assert path.read_bytes() == content
    assert [entry.name for entry in (tmp_path / "landing").iterdir()] == ["big.parquet"]


def test_an_export_from_manifest_to_verified_files(s3: S3Client, tmp_path: Path) -> None:
    period = "BILLING_PERIOD=2026-05"
    key = f"cur/daily/data/{period}/daily-00001.csv.gz"
    s3.put_object(Bucket="exports", Key=key, Body=b"12345")
    manifest = {"executionId": "e1", "dataFiles": [f"s3://exports/{key}"]}
    s3.put_object(
        Bucket="exports", Key=f"cur/daily/metadata/{period}/daily-Manifest.json", Body=json.dumps(manifest).encode()
    )
    location = open_location("s3://exports/cur", tmp_path)
    (delivery,) = discover("aws-prod", "aws", location).deliveries
    fetched = {file.ref.name: location.fetch(file.ref, tmp_path) for file in delivery.files}
    verify(delivery, fetched)
    assert [path.read_bytes() for path in fetched.values()] == [b"12345"]


def test_an_object_that_was_replaced_or_removed_after_the_listing(s3: S3Client, tmp_path: Path) -> None:
    s3.put_object(Bucket="exports", Key="a.csv", Body=b"12345")
    location = open_location("s3://exports", tmp_path)
    (file,) = location.list_files()
    s3.put_object(Bucket="exports", Key="a.csv", Body=b"54321")
    for read in (lambda: location.fetch(file, tmp_path), lambda: location.read_bytes(file)):
        with pytest.raises(LocationError, match=r"s3://exports/a.csv was replaced") as caught:
            read()
        assert caught.value.reason == "not_found"
    s3.delete_object(Bucket="exports", Key="a.csv")
    for read in (lambda: location.fetch(file, tmp_path), lambda: location.read_bytes(file)):
        with pytest.raises(LocationError, match=r"s3://exports/a.csv does not exist \(any more\)") as caught:
            read()
        assert caught.value.reason == "not_found"
    assert list(tmp_path.iterdir()) == []


def test_missing_bucket(s3: S3Client) -> None:
    error = fails(S3Location("s3://no-such-bucket/cur"))
    assert error.reason == "not_found"
    assert str(error) == "the bucket 'no-such-bucket' does not exist (S3: NoSuchBucket)"


def test_credentials_that_iam_refuses(s3: S3Client, moto_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    iam = boto3.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    requests.post(f"{moto_url}/moto-api/reset-auth", data=b"0", timeout=5).raise_for_status()
    try:
        error = fails(S3Location("s3://exports/cur"))
        assert (error.reason, "does not know the access key" in str(error)) == ("no_permission", True)

        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
        error = fails(S3Location("s3://exports/cur"))
        assert error.reason == "no_permission"
        assert "may not s3:ListBucket on s3://exports/cur" in str(error)
        assert key["SecretAccessKey"] not in str(error)

        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
        error = fails(S3Location("s3://exports/cur"))
        assert (error.reason, "SignatureDoesNotMatch" in str(error)) == ("no_permission", True)
    finally:
        requests.post(f"{moto_url}/moto-api/reset-auth", data=b"inf", timeout=5)


def test_no_credential_and_unknown_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fails(S3Location("s3://exports/cur")).reason == "no_credential"
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    assert fails(S3Location("s3://exports/cur")).reason == "no_credential"


def test_unreachable(s3: S3Client, closed_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed_port}")
    error = fails(S3Location("s3://exports/cur", politeness=quick_politeness()))
    assert error.reason == "unreachable"
    assert str(error) == "S3 cannot be reached for s3://exports/cur (EndpointConnectionError)"


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (400, "ExpiredToken", "expired_credential"),
        (503, "SlowDown", "throttled"),
        (403, "AllAccessDisabled", "no_permission"),
        (403, "InvalidObjectState", "invalid"),
        (403, "SomethingNew", "no_permission"),
        (418, "SomethingNew", "invalid"),
    ],
)
def test_error_codes(s3: S3Client, monkeypatch: pytest.MonkeyPatch, status: int, code: str, reason: str) -> None:
    body = f"<Error><Code>{code}</Code><Message>the secret hunter2 of you</Message></Error>".encode()
    with serving(FixedAnswer(status, {"content-type": "application/xml"}, body)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        error = fails(S3Location("s3://exports/cur", politeness=quick_politeness()))
    assert error.reason == reason
    assert f"(S3: {code})" in str(error)
    assert len(server.calls) == (3 if status == 503 else 1), "throttling is retried, a refusal is not"


def test_unknown_file_of_a_listing(s3: S3Client, tmp_path: Path) -> None:
    with pytest.raises(LocationError, match="does not exist"):
        S3Location("s3://exports/cur").fetch(FileRef("a.csv", 1, "e"), tmp_path)
