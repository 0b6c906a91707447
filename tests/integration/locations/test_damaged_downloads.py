"""A byte that flips on the way can be another price, and Parquet pages say nothing: the provider's checksum tells."""

import hashlib
import io
import os
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient, ContentSettings
from mypy_boto3_s3 import S3Client

from core.errors import LocationError
from ingestion.contracts import Location
from ingestion.locations.azure_blob import AzureBlobLocation
from ingestion.locations.gcs import GcsLocation
from ingestion.locations.s3 import S3Location
from ingestion.locations.s3_content import has_other_content
from tests.integration.locations.peers import GoogleStorage
from tests.peers.azurite import ACCOUNT, KEY, Azurite
from tests.peers.faults import FaultProxy, Flip
from tests.peers.moto_server import make_client
from tests.peers.patience import quick_politeness

CONTENT = os.urandom(300_000)


def is_refused_and_then_taken(location: Location, proxy: FaultProxy, folder: Path) -> None:
    (file,) = location.list_files()
    proxy.faults += [Flip(150_000)] * 4
    with pytest.raises(LocationError, match="did not arrive as it is stored") as caught:
        location.fetch(file, folder)
    assert caught.value.reason == "unreachable", "so the run is tried again and nothing goes into quarantine"
    assert list(folder.iterdir()) == []
    proxy.faults.clear()
    assert location.fetch(file, folder).read_bytes() == CONTENT


def test_s3(s3: S3Client, moto_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.put_object(Bucket="exports", Key="cur/a.parquet", Body=CONTENT)
    with FaultProxy(moto_url, only_paths_with="a.parquet") as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        # what AWS itself writes need not have the checksum that boto3 compares by itself
        monkeypatch.setenv("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")
        is_refused_and_then_taken(S3Location("s3://exports/cur", politeness=quick_politeness()), proxy, tmp_path)


def test_s3_where_boto3_itself_compares(
    s3: S3Client, moto_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_client("s3", moto_url).put_object(
        Bucket="exports", Key="cur/a.parquet", Body=CONTENT, ChecksumAlgorithm="CRC32"
    )
    with FaultProxy(moto_url, only_paths_with="a.parquet") as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        is_refused_and_then_taken(S3Location("s3://exports/cur", politeness=quick_politeness()), proxy, tmp_path)


def test_azure(container: ContainerClient, azurite: Azurite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = hashlib.md5(CONTENT, usedforsecurity=False).digest()
    settings = ContentSettings(content_md5=bytearray(digest))
    container.upload_blob("a.parquet", CONTENT, content_settings=settings)
    with FaultProxy(f"http://127.0.0.1:{azurite.port}", only_paths_with="a.parquet") as proxy:
        text = f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={proxy.url}/{ACCOUNT};"
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", text)
        location = AzureBlobLocation(f"az://{ACCOUNT}/exports", politeness=quick_politeness())
        is_refused_and_then_taken(location, proxy, tmp_path)


def test_google(gcs: GoogleStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gcs.put("exports", "a.parquet", CONTENT)
    with FaultProxy(gcs.url, only_paths_with="a.parquet") as proxy:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", proxy.url)
        is_refused_and_then_taken(GcsLocation("gs://exports", politeness=quick_politeness()), proxy, tmp_path)


def md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


@pytest.mark.parametrize(
    ("more", "part_size", "is_told"),
    [
        ({}, 100_000, True),
        ({"ServerSideEncryption": "AES256"}, 100_000, True),
        ({}, 70_000, False),
        ({"ServerSideEncryption": "aws:kms"}, 100_000, False),
        ({"SSECustomerAlgorithm": "AES256"}, 100_000, False),
    ],
)
def test_an_object_in_parts(more: dict[str, str], part_size: int, is_told: bool) -> None:
    """The ETag of three parts, worked out as S3's documentation says; other parts or encryption tell nothing."""
    parts = [CONTENT[start : start + 100_000] for start in range(0, len(CONTENT), 100_000)]
    head = {"ETag": f'"{md5(b"".join(map(md5, parts))).hex()}-3"', **more}
    damaged = CONTENT[:-1] + bytes([CONTENT[-1] ^ 128])
    for content, is_other in ((CONTENT, False), (damaged, is_told)):
        assert has_other_content(io.BytesIO(content), len(content), head, lambda: part_size) is is_other
