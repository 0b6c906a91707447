"""Folders, files and globs on this machine (in a temporary folder: the file system is what is being read)."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from core.errors import LocationError
from ingestion.contracts import FileRef
from ingestion.locations import open_location
from ingestion.locations.downloads import download_file, place_file
from ingestion.locations.local import LocalLocation


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def listed(location: LocalLocation) -> list[str]:
    return [file.name for file in location.list_files()]


def test_folder_lists_visible_files_by_relative_name(tmp_path: Path) -> None:
    write(tmp_path, "b/2.csv", "a.csv", "_manifest.json", ".hidden.csv", ".git/x.csv", "b/.cloudcost-abc.part")
    location = LocalLocation(".", tmp_path)
    assert listed(location) == ["_manifest.json", "a.csv", "b/2.csv"]
    file = location.list_files()[2]
    assert (file.size, location.read_bytes(file)) == (7, b"b/2.csv")
    assert location.fetch(file, tmp_path / "unused") == tmp_path / "b/2.csv"
    assert not (tmp_path / "unused").exists()


def test_single_file_lists_itself(tmp_path: Path) -> None:
    write(tmp_path, "exports/may.csv", "exports/june.csv")
    location = LocalLocation("exports/may.csv", tmp_path)
    (file,) = location.list_files()
    assert file.name == "may.csv"
    assert location.fetch(file, tmp_path) == tmp_path / "exports/may.csv"


def test_glob_matches_files_and_folders_below_its_fixed_part(tmp_path: Path) -> None:
    write(tmp_path, "x/2026-05/a.csv", "x/2026-06/a.csv", "x/2025-12/a.csv", "x/2026-05/n.txt", "x/.t/2026-01/a.csv")
    assert listed(LocalLocation("x/2026-*/*.csv", tmp_path)) == ["2026-05/a.csv", "2026-06/a.csv"]
    assert listed(LocalLocation("x/**/*.txt", tmp_path)) == ["2026-05/n.txt"]
    location = LocalLocation("x/2026-*", tmp_path)
    assert listed(location) == ["2026-05/a.csv", "2026-05/n.txt", "2026-06/a.csv"]
    assert location.read_bytes(location.list_files()[0]) == b"x/2026-05/a.csv"
    assert listed(LocalLocation("x/1999-*", tmp_path)) == []


def test_a_name_with_glob_characters_is_a_name_where_it_exists(tmp_path: Path) -> None:
    write(tmp_path, "cost [final]/a.csv")
    assert listed(LocalLocation("cost [final]", tmp_path)) == ["a.csv"]


def test_links_are_followed_once_and_broken_ones_are_named(tmp_path: Path) -> None:
    write(tmp_path, "exports/real/a.csv", "exports/b.csv")
    (tmp_path / "exports/linked").symlink_to(tmp_path / "exports/real")
    (tmp_path / "exports/itself").symlink_to(tmp_path / "exports")
    assert listed(LocalLocation("exports", tmp_path)) == ["b.csv", "linked/a.csv", "real/a.csv"]
    (tmp_path / "exports/gone.csv").symlink_to(tmp_path / "exports/nowhere.csv")
    faults = {file.name: file.fault for file in LocalLocation("exports", tmp_path).list_files() if file.fault}
    assert faults == {"gone.csv": f"{tmp_path}/exports/gone.csv does not exist: the link leads nowhere"}


def test_what_is_no_file_of_the_folder_is_listed_with_its_fault_and_never_opened(tmp_path: Path) -> None:
    write(tmp_path, "elsewhere/secret.csv", "exports/b.csv")
    exports = tmp_path / "exports"
    (exports / "out.csv").symlink_to(tmp_path / "elsewhere/secret.csv")
    (exports / "out").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(exports / "pipe.csv")  # opening it would wait for ever
    os.mkfifo(tmp_path / "elsewhere/pipe")
    (exports / "far_pipe.csv").symlink_to(tmp_path / "elsewhere/pipe")
    files = {file.name: file.fault for file in LocalLocation("exports", tmp_path).list_files()}
    assert files["b.csv"] is None
    outside = "is a link out of the folder; make what it leads to a source of its own, or put it there"
    assert {name for name, fault in files.items() if fault == outside} == {"far_pipe.csv", "out", "out.csv"}
    assert files["pipe.csv"] == "is no file but a pipe, a socket or a device"
    assert set(files) == {"b.csv", "far_pipe.csv", "out", "out.csv", "pipe.csv"}


def test_a_link_that_is_the_location_itself_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "elsewhere/a.csv")
    (tmp_path / "mine.csv").symlink_to(tmp_path / "elsewhere/a.csv")
    (tmp_path / "folder").symlink_to(tmp_path / "elsewhere")
    assert listed(LocalLocation("mine.csv", tmp_path)) == ["mine.csv"]
    assert listed(LocalLocation("folder", tmp_path)) == ["a.csv"]


def test_change_signal_is_stable_and_sees_every_kind_of_rewrite(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"1" * 100_000)
    location = LocalLocation(str(path), tmp_path)
    first = location.list_files()[0]
    assert location.list_files() == [first]

    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    path.write_bytes(b"1" * 99_999 + b"2")  # as gzip and Parquet files differ: at the end
    os.utime(path, ns=times)
    assert location.list_files()[0].etag != first.etag
    with pytest.raises(LocationError, match="was replaced or removed while it was read") as caught:
        location.fetch(first, tmp_path)
    assert caught.value.reason == "not_found"


def test_a_file_that_vanished_after_the_listing(tmp_path: Path) -> None:
    write(tmp_path, "a.csv")
    location = LocalLocation(".", tmp_path)
    (file,) = location.list_files()
    (tmp_path / "a.csv").unlink()
    for read in (lambda: location.read_bytes(file), lambda: location.fetch(file, tmp_path)):
        with pytest.raises(LocationError, match=r"a\.csv does not exist") as caught:
            read()
        assert caught.value.reason == "not_found"


@pytest.mark.parametrize("uri", ["nowhere", "nowhere/x.csv", "nowhere/*.csv", "file.csv/below"])
def test_a_missing_path(tmp_path: Path, uri: str) -> None:
    write(tmp_path, "file.csv")
    with pytest.raises(LocationError, match="does not exist") as caught:
        LocalLocation(uri, tmp_path).list_files()
    assert caught.value.reason == "not_found"


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that other users may enter, too."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def being_nobody() -> Iterator[None]:
    """The superuser may read every file; everybody else stays who they are."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_an_unreadable_file_is_named_when_it_is_wanted(shared_folder: Path) -> None:
    write(shared_folder, "a.csv", "locked.csv", "folder/b.csv")
    (shared_folder / "locked.csv").chmod(0)
    location = open_location(".", shared_folder)
    with being_nobody():
        refs = {file.name: file for file in location.list_files()}
        assert location.read_bytes(refs["a.csv"]) == b"a.csv"
        for read in (location.read_bytes, lambda file: location.fetch(file, shared_folder)):
            with pytest.raises(LocationError, match=r"locked\.csv cannot be read") as caught:
                read(refs["locked.csv"])
            assert caught.value.reason == "no_permission"

    (shared_folder / "folder").chmod(0)
    try:
        with being_nobody(), pytest.raises(LocationError, match="folder cannot be read") as caught:
            location.list_files()
        assert caught.value.reason == "no_permission"
    finally:
        (shared_folder / "folder").chmod(0o755)


def test_a_download_is_whole_or_not_there(tmp_path: Path) -> None:
    def write(stream: BinaryIO) -> None:
        stream.write(b"123")

    path = download_file("s3://b", FileRef("x/a.csv", 3, "e"), tmp_path, write)
    assert (path, path.read_bytes()) == (tmp_path / "x/a.csv", b"123")

    with pytest.raises(LocationError, match=r"s3://b/x/b\.csv has 3 bytes where the listing says 4") as caught:
        download_file("s3://b", FileRef("x/b.csv", 4, "e"), tmp_path, write)
    assert caught.value.reason == "not_found"

    def fail(stream: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download_file("s3://b", FileRef("x/c.csv", 4, "e"), tmp_path, fail)
    assert [p.name for p in (tmp_path / "x").iterdir()] == ["a.csv"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    def write_to_full_disk(stream: object) -> None:
        with Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"1")

    with pytest.raises(LocationError, match=r"cannot write downloads to .*No space left"):
        download_file("s3://b", FileRef("a.csv", 4, "e"), tmp_path, write_to_full_disk)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../a.csv", "x/../../a.csv", "/", ".."])
def test_a_name_never_leaves_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(LocationError, match="cannot be a local file name"):
        place_file(tmp_path, name)


def test_a_key_with_a_leading_slash_stays_below_the_folder(tmp_path: Path) -> None:
    assert place_file(tmp_path, "/hourly//a.csv") == tmp_path / "hourly/a.csv"
