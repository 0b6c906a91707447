"""Azure Blob Storage through azure-storage-blob: Azurite for what works, fixed answers for what fails."""

import base64
import json
import os
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from core.errors import LocationError
from ingestion.discovery import discover, verify
from ingestion.locations import open_location
from ingestion.locations.azure_blob import AzureBlobLocation
from tests.integration.locations.peers import FixedAnswer, serving
from tests.peers.azurite import ACCOUNT, KEY, Azurite
from tests.peers.patience import quick_politeness

URI = f"az://{ACCOUNT}/exports"


def fails(uri: str = URI) -> LocationError:
    with pytest.raises(LocationError) as caught:
        AzureBlobLocation(uri, politeness=quick_politeness()).list_files()
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value) and KEY not in str(caught.value)
    return caught.value


def test_listing_and_download(container: ContainerClient, tmp_path: Path) -> None:
    content = os.urandom(40_000_000)  # above 32 MiB a download is in several ranges
    container.upload_blob("daily/part_0_0001.csv", content)
    container.upload_blob("daily/sub/part_1_0001.csv", b"12")
    container.upload_blob("daily/sub", b"", metadata={"hdi_isfolder": "true"})
    container.upload_blob("daily-old/part.csv", b"1")
    location = open_location(f"{URI}/daily", tmp_path)
    big, small = location.list_files()
    assert (big.name, big.size, small.name) == ("part_0_0001.csv", len(content), "sub/part_1_0001.csv")
    assert location.read_bytes(small) == b"12"
    assert location.fetch(big, tmp_path).read_bytes() == content
    assert open_location(f"{URI}/daily-old/part.csv", tmp_path).list_files()[0].name == "part.csv"


def test_an_export_from_manifest_to_verified_files(container: ContainerClient, tmp_path: Path) -> None:
    folder = "root/daily/20260501-20260531/af754a8e-0000-4000-8000-000000000001"
    manifest = {
        "blobCount": 1,
        "byteCount": 5,
        "exportConfig": {"exportName": "daily", "type": "AmortizedCost"},
        "runInfo": {"runId": "r1", "startDate": "2026-05-01T00:00:00", "endDate": "2026-05-31T00:00:00"},
        "blobs": [{"blobName": f"{folder}/part_0_0001.csv", "byteCount": 5, "dataRowCount": 1}],
    }
    container.upload_blob(f"{folder}/part_0_0001.csv", b"12345")
    container.upload_blob(f"{folder}/manifest.json", json.dumps(manifest).encode())
    location = open_location(f"{URI}/root", tmp_path)
    (delivery,) = discover("azure-prod", "azure", location).deliveries
    assert (delivery.dataset, delivery.delivery_id) == ("amortised", "r1")
    verify(delivery, {file.ref.name: location.fetch(file.ref, tmp_path) for file in delivery.files})


def test_a_blob_that_was_replaced_or_removed_after_the_listing(container: ContainerClient, tmp_path: Path) -> None:
    container.upload_blob("a.csv", b"12345")
    location = open_location(URI, tmp_path)
    (file,) = location.list_files()
    container.upload_blob("a.csv", b"54321", overwrite=True)
    for read in (lambda: location.fetch(file, tmp_path), lambda: location.read_bytes(file)):
        with pytest.raises(LocationError, match="was replaced or removed while it was read") as caught:
            read()
        assert caught.value.reason == "not_found"
    container.delete_blob("a.csv")
    for read in (lambda: location.fetch(file, tmp_path), lambda: location.read_bytes(file)):
        with pytest.raises(LocationError, match=r"a\.csv (does not exist|was replaced or removed)") as caught:
            read()
        assert caught.value.reason == "not_found"
    assert list(tmp_path.iterdir()) == []


def test_missing_container_and_wrong_key(
    container: ContainerClient, azurite: Azurite, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = fails(f"az://{ACCOUNT}/nowhere/daily")
    assert (error.reason, "the container 'nowhere' does not exist" in str(error)) == ("not_found", True)
    wrong = base64.b64encode(b"hunter2").decode()
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azurite.connection_string(wrong))
    assert fails().reason == "no_permission"


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (403, "AuthorizationPermissionMismatch", "no_permission"),
        (403, "AuthorizationFailure", "no_permission"),
        (401, "InvalidAuthenticationInfo", "expired_credential"),
        (401, "NoAuthenticationInformation", "no_credential"),
        (409, "AccountIsDisabled", "no_permission"),
        (403, "SomethingNew", "no_permission"),
        (418, "SomethingNew", "invalid"),
    ],
)
def test_error_codes(monkeypatch: pytest.MonkeyPatch, status: int, code: str, reason: str) -> None:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>sig=hunter2</Message></Error>".encode()
    headers = {"content-type": "application/xml", "x-ms-error-code": code}
    with serving(FixedAnswer(status, headers, body)) as server:
        text = f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={server.url}/{ACCOUNT};"
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", text)
        error = fails()
    assert error.reason == reason
    assert f"(Azure: {code})" in str(error)


def test_unreachable_and_no_credential(closed_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint=http://127.0.0.1:{closed_port}/{ACCOUNT};"
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", text)
    assert fails().reason == "unreachable"
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", f"AccountName={ACCOUNT};AccountKey=hunter2")
    assert fails().reason == "invalid"
