"""Every provider's way to say "slow down", through its own client library: waited for in full, then answered."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient
from mypy_boto3_s3 import S3Client

from clouds.politeness import Politeness
from core.errors import LocationError
from ingestion.contracts import Location
from ingestion.fetching import fetch_files
from ingestion.locations.azure_blob import AzureBlobLocation
from ingestion.locations.bigquery import BigQueryLocation
from ingestion.locations.gcs import GcsLocation
from ingestion.locations.s3 import S3Location
from tests.integration.locations.peers import GoogleStorage
from tests.peers.azurite import ACCOUNT, KEY, Azurite
from tests.peers.bigquery import Server as BigQueryServer
from tests.peers.faults import Answer, Cut, FaultProxy, Slow
from tests.peers.patience import HandClock, quick_politeness

CONTENT = os.urandom(300_000)
Opener = Callable[[Politeness], Location]
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
SERVER_BUSY = b"<?xml version='1.0'?><Error><Code>ServerBusy</Code><Message>busy</Message></Error>"
RATE_LIMIT = b'{"error": {"code": 429, "message": "slow", "errors": [{"reason": "rateLimitExceeded"}]}}'


def busy_azure(status: int, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"content-type": "application/xml", "x-ms-error-code": "ServerBusy", **named}, SERVER_BUSY)


def busy_google(status: int, wait: str = "11") -> Answer:
    return Answer(status, {"content-type": "application/json", "retry-after": wait}, RATE_LIMIT)


@pytest.fixture
def s3_proxy(s3: S3Client, moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    for number in range(6):
        s3.put_object(Bucket="exports", Key=f"cur/{number}.csv", Body=CONTENT)
    with FaultProxy(moto_url) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        yield proxy


@pytest.fixture
def azure_proxy(container: ContainerClient, azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    container.upload_blob("0.csv", CONTENT)
    with FaultProxy(f"http://127.0.0.1:{azurite.port}") as proxy:
        text = f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={proxy.url}/{ACCOUNT};"
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", text)
        yield proxy


@pytest.fixture
def gcs_proxy(gcs: GoogleStorage, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    gcs.put("exports", "0.csv", CONTENT)
    with FaultProxy(gcs.url, only_paths_with="/o") as proxy:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", proxy.url)
        yield proxy


def check_waits(clock: HandClock, requested: list[float]) -> None:
    """Each wait is what was asked and the middle of the jitter: half of 1, 2, 4 … seconds."""
    assert clock.slept == [seconds + 2**attempt / 2 for attempt, seconds in enumerate(requested)]


def test_s3_slow_down(s3_proxy: FaultProxy) -> None:
    clock = HandClock()
    s3_proxy.faults += [
        Answer(503, {"retry-after": "7"}, SLOW_DOWN),
        Answer(503, {}, SLOW_DOWN),
        Answer(429, {"x-amz-retry-after": "9000"}, b""),
    ]
    assert len(S3Location("s3://exports/cur", politeness=quick_politeness(clock, 5)).list_files()) == 6
    check_waits(clock, [7, 0, 9])
    assert [call.status for call in s3_proxy.calls] == [503, 503, 429, 200]


def test_azure_storage_busy(azure_proxy: FaultProxy) -> None:
    clock = HandClock()
    azure_proxy.faults += [
        busy_azure(503, retry_after="12"),
        busy_azure(429, x_ms_retry_after_ms="2500"),
        busy_azure(500),
    ]
    location = AzureBlobLocation(f"az://{ACCOUNT}/exports", politeness=quick_politeness(clock, 5))
    assert len(location.list_files()) == 1
    check_waits(clock, [12, 2.5, 0])
    assert len(azure_proxy.calls) == 4


def test_google_storage_busy(gcs_proxy: FaultProxy) -> None:
    clock = HandClock()
    gcs_proxy.faults += [busy_google(429), busy_google(503, "3"), busy_google(500, "0")]
    assert len(GcsLocation("gs://exports", politeness=quick_politeness(clock, 5)).list_files()) == 1
    check_waits(clock, [11, 3, 0])


def test_bigquery_busy(bigquery: BigQueryServer, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HandClock()
    with FaultProxy(bigquery.url) as proxy:
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", proxy.url)
        proxy.faults += [busy_google(429, "21"), busy_google(503, "4")]
        location = BigQueryLocation("bigquery://p.billing.missing", politeness=quick_politeness(clock, 5))
        with pytest.raises(LocationError) as caught:
            location.list_files()
    assert caught.value.reason == "not_found"
    check_waits(clock, [21, 4])


def open_s3(politeness: Politeness) -> Location:
    return S3Location("s3://exports/cur", politeness=politeness)


def open_azure(politeness: Politeness) -> Location:
    return AzureBlobLocation(f"az://{ACCOUNT}/exports", politeness=politeness)


def open_gcs(politeness: Politeness) -> Location:
    return GcsLocation("gs://exports", politeness=politeness)


@pytest.mark.parametrize(
    ("peer", "opener", "refusal"),
    [
        ("s3_proxy", open_s3, Answer(503, {"retry-after": "600"}, SLOW_DOWN)),
        ("azure_proxy", open_azure, busy_azure(503, retry_after="600")),
        ("gcs_proxy", open_gcs, busy_google(429, "600")),
    ],
)
def test_asked_for_ten_minutes_a_run_does_not_wait_but_says_so(
    peer: str, opener: Opener, refusal: Answer, request: pytest.FixtureRequest
) -> None:
    clock = HandClock()
    proxy: FaultProxy = request.getfixturevalue(peer)
    proxy.faults += [refusal]
    location = opener(quick_politeness(clock, patience_seconds=60))
    with pytest.raises(LocationError) as caught:
        location.list_files()
    assert caught.value.reason in ("throttled", "unreachable")
    assert caught.value.retry_after == 600
    with pytest.raises(LocationError, match="left alone for another 600 s"):
        location.list_files()
    assert not clock.slept
    assert len(proxy.calls) == 1, f"it was called again: {proxy.calls}"


@pytest.mark.parametrize(
    ("peer", "opener"), [("s3_proxy", open_s3), ("azure_proxy", open_azure), ("gcs_proxy", open_gcs)]
)
def test_a_body_that_breaks_off_or_comes_slowly_arrives_whole(
    peer: str, opener: Opener, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    proxy: FaultProxy = request.getfixturevalue(peer)
    location = opener(quick_politeness(attempts=5))
    file = location.list_files()[0]
    proxy.faults += [Cut(100_000), Slow(0.05)]
    assert location.fetch(file, tmp_path).read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["0.csv"], "nothing unfinished is left"


def test_files_of_a_delivery_come_in_parallel_and_wait_together(s3_proxy: FaultProxy, tmp_path: Path) -> None:
    """Real time: no request reaches the provider in the second that it asked for, whichever thread sends it."""
    location = S3Location("s3://exports/cur")
    files = location.list_files()
    before = len(s3_proxy.calls)
    s3_proxy.faults += [Slow(0.05), Answer(503, {"retry-after": "1"}, SLOW_DOWN)]
    fetched = fetch_files(location, files, tmp_path)
    assert [path.read_bytes() for path in fetched.values()] == [CONTENT] * 6
    calls = s3_proxy.calls[before:]
    refused = next(call for call in calls if call.status == 503)
    early = [call for call in calls if 0.25 < call.at - refused.at < 1.0]
    assert early == [], "what was sent before the refusal arrived may come, nothing later"


def test_the_first_failed_file_ends_the_fetching(s3_proxy: FaultProxy, s3: S3Client, tmp_path: Path) -> None:
    location = S3Location("s3://exports/cur", politeness=quick_politeness())
    files = location.list_files()
    s3.delete_object(Bucket="exports", Key="cur/0.csv")
    with pytest.raises(LocationError, match=r"cur/0\.csv does not exist"):
        fetch_files(location, files, tmp_path, workers=2)
