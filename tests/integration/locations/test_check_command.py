"""`cloudcost check`: one line per source and, for every kind of failure, its reason; on the peers of each cloud."""

import gzip
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from azure.storage.blob import ContainerClient
from mypy_boto3_s3 import S3Client

from cloudcost.installation import Installation
from core.errors import FAILED, OK, LocationError
from core.instants import utc_now
from ingestion.circuit import CircuitBreaker
from tests.integration.locations.conftest import FOCUS, ROW, Check
from tests.integration.locations.peers import FixedAnswer, GoogleStorage, serving, write_google_key
from tests.peers.aws_services import AwsServices, Fault
from tests.peers.azurite import ACCOUNT, KEY
from tests.peers.bigquery import Server as BigQueryServer


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def test_aws(s3: S3Client, moto_url: str, check: Check, monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> None:
    services = stack.enter_context(AwsServices())
    services.faults += [Fault(400, "AccessDeniedException")]
    monkeypatch.setenv("AWS_ENDPOINT_URL_BCM_DATA_EXPORTS", services.url)
    s3.put_object(Bucket="exports", Key="focus/a.csv", Body=f"{FOCUS}\n{ROW}\n".encode())
    found = check(good="s3://exports/focus", no_bucket="s3://nowhere/cur", empty="s3://exports/empty")
    assert found["good"] == ("ok", "format focus; 1 new and 0 known deliveries")
    assert found["no_bucket"] == ("not found", "the bucket 'nowhere' does not exist (S3: NoSuchBucket)")
    assert found["empty"] == ("nothing to read", "no export files below s3://exports/empty")

    requests.post(f"{moto_url}/moto-api/reset-auth", data=b"0", timeout=5).raise_for_status()
    try:
        assert check(denied="s3://exports/focus")["denied"][0] == "no permission"
    finally:
        requests.post(f"{moto_url}/moto-api/reset-auth", data=b"inf", timeout=5)
    for code, status, verdict in [("ExpiredToken", 400, "expired credential"), ("SlowDown", 503, "throttled")]:
        body = f"<Error><Code>{code}</Code><Message>hunter2</Message></Error>".encode()
        with serving(FixedAnswer(status, {"content-type": "application/xml", "retry-after": "900"}, body)) as server:
            monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
            assert check(refused="s3://exports/cur")["refused"][0] == verdict
            assert len(server.calls) == 1
    assert check(refused="s3://exports/cur")["refused"][0] == "circuit open", "it asked to be left alone for 15 minutes"
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert check(nobody="s3://exports/cur")["nobody"][0] == "no credential"


def test_azure(container: ContainerClient, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    container.upload_blob("focus/a.csv", f"{FOCUS}\n{ROW}\n".encode())
    found = check(good=f"az://{ACCOUNT}/exports/focus", no_container=f"az://{ACCOUNT}/nowhere/x")
    assert found["good"] == ("ok", "format focus; 1 new and 0 known deliveries")
    assert found["no_container"][0] == "not found"
    assert "the container 'nowhere' does not exist" in found["no_container"][1]
    answers = [
        (403, "AuthorizationPermissionMismatch", "no permission"),
        (401, "InvalidAuthenticationInfo", "expired credential"),
        (401, "NoAuthenticationInformation", "no credential"),
        (503, "ServerBusy", "throttled"),
    ]
    for status, code, verdict in answers:
        headers = {"content-type": "application/xml", "x-ms-error-code": code, "retry-after": "900"}
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>sig=hunter2</Message></Error>".encode()
        with serving(FixedAnswer(status, headers, body)) as server:
            text = f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={server.url}/{ACCOUNT};"
            monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", text)
            assert check(refused=f"az://{ACCOUNT}/exports")["refused"][0] == verdict


def test_google(gcs: GoogleStorage, bigquery: BigQueryServer, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    gcs.put("exports", "focus/a.csv", f"{FOCUS}\n{ROW}\n".encode())
    found = check(good="gs://exports/focus", no_bucket="gs://nowhere/x", no_table="bigquery://p.billing.missing")
    assert found["good"] == ("ok", "format focus; 1 new and 0 known deliveries")
    assert [found[name][0] for name in ("no_bucket", "no_table")] == ["not found", "not found"]
    for status, reason, verdict in [
        (403, "forbidden", "no permission"),
        (429, "rateLimitExceeded", "throttled"),
    ]:
        error = (
            f'{{"error": {{"code": {status}, "message": "hunter2", "errors": [{{"reason": "{reason}"}}]}}}}'.encode()
        )
        with serving(FixedAnswer(status, {"content-type": "application/json", "retry-after": "900"}, error)) as server:
            monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", server.url)
            assert check(refused="bigquery://p.billing.t")["refused"][0] == verdict
    monkeypatch.delenv("BIGQUERY_EMULATOR_HOST")
    assert check(nobody="bigquery://p.billing.t")["nobody"][0] == "no credential"


def test_a_google_key_that_was_revoked(check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service account asks for a token first; Google's answer for a key that is no more is invalid_grant."""
    answer = json.dumps({"error": "invalid_grant", "error_description": "hunter2"}).encode()
    with serving(FixedAnswer(400, {"content-type": "application/json"}, answer)) as server:
        key = write_google_key(tmp_path / "key.json", f"{server.url}/token")
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
        assert check(revoked="bigquery://p.billing.t")["revoked"][0] == "expired credential"


def test_places_that_cannot_be_reached(check: Check, closed_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real waits, for the connection is tried again."""
    address = f"http://127.0.0.1:{closed_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    assert check(s3="s3://exports/cur")["s3"][0] == "unreachable"


def test_a_source_that_is_left_alone(check: Check, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "a.csv").write_text(f"{FOCUS}\n{ROW}\n")
    check(local="./exports", code=OK)
    breaker = CircuitBreaker(Installation(tmp_path / "cloudcost.yaml", tmp_path / "home").store, "local", utc_now)
    for _ in range(5):
        breaker.record_failure(LocationError("the storage cannot be reached", "unreachable"))
    verdict, detail = check(local="./exports")["local"]
    assert verdict == "circuit open"
    assert detail.endswith("asked for: the storage cannot be reached; it may be asked again in 15 minutes")


def test_a_schema_that_changed_and_one_that_only_drifted(check: Check, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    for broken in (False, True):
        (tmp_path / "exports" / "a.csv").write_text(
            f"{FOCUS}\n{ROW}\n".replace("BilledCost", "Cost" if broken else "BilledCost")
        )
        verdict, _ = check(local="./exports", code=FAILED if broken else OK)["local"]
        assert verdict == ("not readable" if broken else "ok"), "nothing was delivered before, so nothing changed"
    (tmp_path / "exports" / "a.csv").write_text(f"{FOCUS}\n{ROW}\n")
    installation = Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")
    report = installation.ingestor().ingest(installation.source("local"))
    assert len(report.promoted) == 1
    assert check(local="./exports", code=OK)["local"] == ("ok", "format focus; 0 new and 1 known deliveries")
    for header, row, code, verdict, words in [
        (FOCUS.replace("BilledCost", "Cost"), ROW, FAILED, "schema changed", "BilledCost"),
        (
            FOCUS.replace(",SubAccountId", ""),
            ROW.replace(",sub", ""),
            OK,
            "ok",
            "columns gone since the last delivery: sub_account_id",
        ),
    ]:
        (tmp_path / "exports" / "a.csv").write_text(f"{header}\n{row}\n")
        found = check(local="./exports", code=code)["local"]
        assert (found[0], words in found[1]) == (verdict, True), found
    with gzip.open(tmp_path / "exports" / "b.csv.gz", "wb") as stream:
        stream.write(b"x" * 100_000)
    cut = (tmp_path / "exports" / "b.csv.gz").read_bytes()[:20]
    (tmp_path / "exports" / "a.csv").unlink()
    (tmp_path / "exports" / "b.csv.gz").write_bytes(cut)
    assert check(local="./exports")["local"][0] == "not readable"
