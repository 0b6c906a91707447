"""What every lake promises: whole, unchanged, found missing, removed; on each backend that there is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import LocationError
from ingestion.landing.lake import Lake
from ingestion.landing.local_lake import LocalLake
from ingestion.landing.s3_lake import MANIFEST, S3Lake
from tests.peers.moto_server import MotoServer

TARGET = "raw/aws_cur/source_name=aws/billing_period=2025-01-01/dataset=cost/delivery_id=d1/content"
BUCKET = "lake"


@dataclass(frozen=True)
class Shelf:
    """A lake, and a way around it to what it really holds."""

    lake: Lake
    list_files: Callable[[], set[str]]
    read: Callable[[str], bytes]
    lose: Callable[[str], None]
    root: Path

    def stage(self, name: str, *numbers: int) -> Path:
        """A finished folder with a file of one row per number."""
        folder = self.root / f"staged-{name}"
        folder.mkdir(parents=True)
        for number in numbers:
            pq.write_table(pa.table({"cost": [number]}), folder / f"part-{number:05d}.parquet")
        return folder


@pytest.fixture(scope="module")
def s3() -> Iterator[MotoServer]:
    with MotoServer() as server:
        yield server


@pytest.fixture(params=["local", "s3"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "local":
        lake = LocalLake(tmp_path / "lake")
        return Shelf(
            lake,
            lambda: {p.relative_to(lake.root).as_posix() for p in (lake.root / "raw").rglob("*.parquet")},
            lambda path: (lake.root / path).read_bytes(),
            lambda path: (lake.root / path).unlink(),
            tmp_path / "lake",
        )
    client = request.getfixturevalue("s3").client("s3")
    name = f"{BUCKET}-{abs(hash(tmp_path)):x}"[:40]
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    def list_keys() -> set[str]:
        entries = client.list_objects_v2(Bucket=name).get("Contents", [])
        return {e["Key"].removeprefix("some/prefix/") for e in entries if e["Key"].endswith(".parquet")}

    return Shelf(
        S3Lake(f"s3://{name}/some/prefix/", tmp_path / "work", client),
        list_keys,
        lambda path: client.get_object(Bucket=name, Key=f"some/prefix/{path}")["Body"].read(),
        lambda path: client.delete_object(Bucket=name, Key=f"some/prefix/{path}"),
        tmp_path / "work",
    )


def read_costs(shelf: Shelf, paths: list[str]) -> list[int]:
    return [pq.read_table(pa.BufferReader(shelf.read(p)))["cost"].to_pylist()[0] for p in paths]


def test_a_published_snapshot_is_there_whole(shelf: Shelf) -> None:
    paths = shelf.lake.publish(shelf.stage("a", 1, 2), TARGET)
    assert {str(PurePosixPath(p).parent) for p in paths} == {TARGET}
    assert read_costs(shelf, paths) == [1, 2]
    assert shelf.list_files() == set(paths)
    assert shelf.lake.find_missing(paths) == set()


def test_a_lake_knows_whether_anything_was_landed(shelf: Shelf) -> None:
    with shelf.lake.scratch() as scratch:
        (scratch / "part.parquet").write_bytes(b"of a run that was killed")
        assert not shelf.lake.has_snapshots()
    shelf.lake.publish(shelf.stage("one", 1), TARGET)
    assert shelf.lake.has_snapshots()
    shelf.lake.remove(TARGET)
    assert not shelf.lake.has_snapshots()


def test_publishing_the_same_again_changes_nothing(shelf: Shelf) -> None:
    paths = shelf.lake.publish(shelf.stage("a", 1, 2), TARGET)
    before = {path: shelf.read(path) for path in shelf.list_files()}
    assert shelf.lake.publish(shelf.stage("b", 1, 2), TARGET) == paths
    assert {path: shelf.read(path) for path in shelf.list_files()} == before


def test_a_snapshot_that_lost_a_file_is_missed_and_published_anew(shelf: Shelf) -> None:
    paths = shelf.lake.publish(shelf.stage("a", 1, 2), TARGET)
    shelf.lose(paths[1])
    assert shelf.lake.find_missing([*paths, "raw/other/none.parquet"]) == {paths[1], "raw/other/none.parquet"}
    paths = shelf.lake.publish(shelf.stage("b", 1, 2), TARGET)
    assert read_costs(shelf, paths) == [1, 2]
    assert shelf.lake.find_missing(paths) == set()


def test_a_removed_snapshot_is_gone_and_no_other(shelf: Shelf) -> None:
    kept = shelf.lake.publish(shelf.stage("a", 1), TARGET)
    # a folder whose name begins alike is another snapshot
    gone = shelf.lake.publish(shelf.stage("b", 2), f"{TARGET}-2")
    longer = shelf.lake.publish(shelf.stage("c", 3), f"{TARGET}-2-and-more")
    shelf.lake.remove(f"{TARGET}-2")
    shelf.lake.remove(f"{TARGET}-2")
    assert shelf.list_files() == {*kept, *longer}
    assert shelf.lake.find_missing(gone) == set(gone)


def test_an_empty_snapshot_has_no_files(shelf: Shelf) -> None:
    assert shelf.lake.publish(shelf.stage("none"), TARGET) == []


def test_scans_wait_for_whoever_claims_them(shelf: Shelf, tmp_path: Path) -> None:
    landed = shelf.stage("scan", 7)
    (landed / "part-00007.parquet").rename(landed / "part.parquet")
    shelf.lake.keep_scan(landed, "mark")
    assert shelf.lake.claim_scan("mark", shelf.root / "claimed")
    assert pq.read_table(shelf.root / "claimed" / "part.parquet")["cost"].to_pylist() == [7]
    shelf.lake.drop_scan("mark")
    assert not shelf.lake.claim_scan("mark", shelf.root / "again")


def test_scratch_is_removed_at_the_end(shelf: Shelf) -> None:
    with shelf.lake.scratch() as folder:
        (folder / "file").write_text("x")
    assert not folder.exists()


def test_on_s3_a_half_uploaded_snapshot_is_none(s3: MotoServer, tmp_path: Path) -> None:
    client = s3.client("s3")
    client.create_bucket(Bucket="half", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    lake = S3Lake("s3://half", tmp_path, client)
    shelf = Shelf(lake, set, lambda path: client.get_object(Bucket="half", Key=path)["Body"].read(), print, tmp_path)
    # what a run left that was killed between its files and its manifest, and was then delivered with other bytes
    client.put_object(Bucket="half", Key=f"{TARGET}/part-00001-0000000000000000.parquet", Body=b"half")
    paths = lake.publish(shelf.stage("a", 1, 2), TARGET)
    assert read_costs(shelf, paths) == [1, 2]
    entries = client.get_object(Bucket="half", Key=f"{TARGET}/{MANIFEST}")["Body"].read().decode()
    assert "0000000000000000" not in entries
    assert lake.read_schema(paths[0]).names == ["cost"]
    assert lake.manifest_uri(paths) == f"s3://half/{TARGET}/{MANIFEST}"


def test_on_s3_of_two_publishers_the_first_manifest_counts(
    s3: MotoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = s3.client("s3")
    client.create_bucket(Bucket="race", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    slow, fast = S3Lake("s3://race", tmp_path / "a", client), S3Lake("s3://race", tmp_path / "b", client)
    shelves = [Shelf(lake, set, lambda p: b"", print, lake.root) for lake in (slow, fast)]
    ours, theirs = (shelf.stage("x", 1) for shelf in shelves)
    (theirs / "part-00001.parquet").unlink()
    pq.write_table(pa.table({"cost": [1]}), theirs / "part-00001.parquet", compression="none")
    upload = slow._upload
    won: list[list[str]] = []

    def upload_late(file: Path, target: str) -> tuple[str, int]:
        won.append(fast.publish(theirs, target))
        return upload(file, target)

    monkeypatch.setattr(slow, "_upload", upload_late)
    assert slow.publish(ours, TARGET) == won[0]


@pytest.mark.parametrize("location", ["gs://lake", "s3://", "s3://UPPER/x", "lake"])
def test_on_s3_a_location_that_is_none_is_refused(location: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="s3://bucket/prefix"):
        S3Lake(location, tmp_path, boto3.client("s3"))


def test_on_s3_a_bucket_that_is_not_there_is_said(s3: MotoServer, tmp_path: Path) -> None:
    lake = S3Lake("s3://nowhere/x", tmp_path, s3.client("s3"))
    with pytest.raises(LocationError, match="the bucket 'nowhere' does not exist"):
        lake.find_missing([f"{TARGET}/part.parquet"])
    staged = Shelf(lake, set, lambda p: b"", print, tmp_path).stage("a", 1)
    with pytest.raises(LocationError, match="the bucket 'nowhere' does not exist"):
        lake.publish(staged, TARGET)
