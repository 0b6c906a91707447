"""Google Cloud Storage through its own client."""

from pathlib import Path

import pytest

from core.errors import LocationError
from ingestion.locations import open_location
from ingestion.locations.gcs import GcsLocation
from tests.integration.locations.peers import GoogleStorage
from tests.peers.patience import quick_politeness


def test_listing_over_pages_and_download(gcs: GoogleStorage, tmp_path: Path) -> None:
    for name in ("billing/a.csv", "billing/sub/b.csv.gz", "billing/c.parquet", "billing/", "billing-old/a.csv"):
        gcs.put("exports", name, name.encode())
    location = open_location("gs://exports/billing", tmp_path)
    files = location.list_files()
    assert [file.name for file in files] == ["a.csv", "c.parquet", "sub/b.csv.gz"]
    assert location.read_bytes(files[0]) == b"billing/a.csv"
    assert location.fetch(files[2], tmp_path).read_bytes() == b"billing/sub/b.csv.gz"
    (single,) = open_location("gs://exports/billing/c.parquet", tmp_path).list_files()
    assert (single.name, single.size) == ("c.parquet", 17)


def test_an_object_that_was_replaced_after_the_listing(gcs: GoogleStorage, tmp_path: Path) -> None:
    gcs.put("exports", "a.csv", b"12345")
    location = open_location("gs://exports", tmp_path)
    (file,) = location.list_files()
    gcs.put("exports", "a.csv", b"54321")
    for read in (lambda: location.fetch(file, tmp_path), lambda: location.read_bytes(file)):
        with pytest.raises(LocationError, match=r"does not exist \(any more\)") as caught:
            read()
        assert caught.value.reason == "not_found"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ([(403, "forbidden")], "no_permission"),
        ([(401, "authError")], "no_credential"),
        ([(404, "notFound")], "not_found"),
        ([(429, "rateLimitExceeded")] * 50, "throttled"),
        ([(503, "backendError")] * 50, "unreachable"),
    ],
)
def test_refusals(gcs: GoogleStorage, faults: list[tuple[int, str]], reason: str) -> None:
    gcs.put("exports", "a.csv", b"1")
    gcs.faults += faults
    with pytest.raises(LocationError) as caught:
        GcsLocation("gs://exports", politeness=quick_politeness()).list_files()
    assert caught.value.reason == reason


def test_unreachable_and_no_credential(closed_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{closed_port}")
    with pytest.raises(LocationError) as caught:
        GcsLocation("gs://exports", politeness=quick_politeness()).list_files()
    assert caught.value.reason == "unreachable"
    monkeypatch.delenv("STORAGE_EMULATOR_HOST")
    with pytest.raises(LocationError) as caught:
        GcsLocation("gs://exports", politeness=quick_politeness()).list_files()
    assert caught.value.reason == "no_credential"
