"""The peers that the real client libraries talk to; every credential here is invented."""

import logging
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
import requests
from azure.storage.blob import BlobServiceClient, ContainerClient
from moto.server import ThreadedMotoServer
from mypy_boto3_s3 import S3Client

from cli.commands.check import check_sources
from cloudcost.installation import Installation
from core.errors import FAILED
from tests.integration.locations.peers import GoogleStorage, serving
from tests.peers.azurite import ACCOUNT, Azurite, AzuriteUnavailable
from tests.peers.bigquery import Server as BigQueryServer

FOCUS = (
    "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,"
    "ChargePeriodStart,ChargePeriodEnd,BillingAccountId,ChargeCategory,ServiceName,ProviderName,SubAccountId"
)
ROW = "1.5,1.5,1.5,1.5,EUR,2026-09-01,2026-10-01,2026-09-02,2026-09-03,acc,Usage,Compute,Cloud,sub"

Check = Callable[..., dict[str, tuple[str, str]]]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No credential of the machine that runs the tests is ever used."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "AZURE_", "GOOGLE_", "IDENTITY_", "MSI_", "BIGQUERY_", "STORAGE_")):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_GCE_CHECK", "true")


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Client]:
    """A client of an empty S3, which is also what the location finds in the environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("s3")
    client.create_bucket(Bucket="exports")
    yield client
    requests.post(f"{moto_url}/moto-api/reset", timeout=5).raise_for_status()


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    try:
        with Azurite() as peer:
            yield peer
    except AzuriteUnavailable as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


@pytest.fixture
def container(azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> Iterator[ContainerClient]:
    """A client of an empty container ``exports``, which the location finds through the environment."""
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azurite.connection_string())
    client = BlobServiceClient.from_connection_string(azurite.connection_string()).create_container("exports")
    assert client.account_name == ACCOUNT
    yield client
    client.delete_container()


@pytest.fixture
def bigquery(monkeypatch: pytest.MonkeyPatch) -> Iterator[BigQueryServer]:
    with BigQueryServer() as server:
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", server.url)
        yield server


@pytest.fixture
def gcs(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleStorage]:
    with serving(GoogleStorage()) as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        yield server


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on, held so that no other test's server is given it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Verdict and detail per source of a configuration with these locations (and options after a comma)."""

    def run(*, code: int = FAILED, **locations: str) -> dict[str, tuple[str, str]]:
        lines = [
            f"  - {{name: {name}, location: {uri if ', ' in uri else repr(uri)}}}" for name, uri in locations.items()
        ]
        (tmp_path / "cloudcost.yaml").write_text("sources:\n" + "\n".join(lines) + "\n")
        assert check_sources(Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")) == code
        head, *printed = capsys.readouterr().out.splitlines()
        assert head.startswith("configuration ")
        assert "hunter2" not in str(printed)
        rows = {row[:20].split()[0]: row.split(None, 1)[1] for row in printed if not row.startswith(" ")}
        assert len(rows) == len(locations)
        found = {}
        for name, rest in rows.items():
            verdict, _, detail = rest.partition("  ")
            found[name] = (verdict, detail.strip())
        return found

    return run
