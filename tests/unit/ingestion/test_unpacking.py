"""Packed files are taken to their end or refused: every cut and every flipped bit of one is found."""

import gzip
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.contracts import DeliveryError
from ingestion.formats import UnknownFormatError
from ingestion.reading.unpacking import LOOK_BYTES, unpack_file

#: A line at a time, flushed: a cut behind any of them is a file that looks whole to a reader of lines.
LINES = [f"{n},{n * 7919 % 1000}.25\n".encode() for n in range(400)]


def gzip_by_lines() -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as packed:
        for line in LINES:
            packed.write(line)
            packed.flush()
    return out.getvalue()


def zip_of(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def unpack(content: bytes, folder: Path, **options: bool) -> bytes:
    (folder / "x").write_bytes(content)
    return unpack_file(folder / "x", "bill.csv.gz", folder / "work", **options).read_bytes()


def test_whole_files_are_unpacked_and_others_are_left_as_they_are(tmp_path: Path) -> None:
    whole = b"".join(LINES)
    assert unpack(gzip_by_lines(), tmp_path) == whole
    assert unpack(gzip.compress(whole) + gzip.compress(whole), tmp_path) == whole * 2
    assert unpack(zip_of(**{"a/bill.csv": whole, "__MACOSX/a": b"x"}), tmp_path) == whole
    assert unpack(whole, tmp_path) == whole
    assert unpack_file(tmp_path / "x", "x", tmp_path / "work") == tmp_path / "x"


def test_every_cut_of_a_file_written_line_by_line_is_refused(tmp_path: Path) -> None:
    whole = gzip_by_lines()
    for end in random.Random(1).sample(range(3, len(whole)), 40):
        with pytest.raises(DeliveryError, match=r"bill\.csv\.gz: the gzip stream is (cut|damaged)"):
            unpack(whole[:end], tmp_path)


@pytest.mark.parametrize("pack", [gzip_by_lines, lambda: zip_of(bill=b"".join(LINES))], ids=["gzip", "zip"])
def test_a_flipped_bit_is_refused_or_changes_nothing(tmp_path: Path, pack: Callable[[], bytes]) -> None:
    whole, right, refused = pack(), b"".join(LINES), 0
    chance = random.Random(2)
    for _ in range(120):
        flipped = bytearray(whole)
        flipped[chance.randrange(4, len(whole))] ^= 1 << chance.randrange(8)
        try:
            assert unpack(bytes(flipped), tmp_path) == right
        except DeliveryError:
            refused += 1
    assert refused > 100


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zip_of(a=b"1", b=b"2"), "the zip archive holds 2 files where one is expected"),
        (zip_of(), "the zip archive is empty"),
        (zip_of(a=b"1" * 5000)[:60], "the zip archive is cut or damaged"),
        (gzip.compress(gzip.compress(b"a,b\n", mtime=0), mtime=0), "holds another compressed file"),
        (
            gzip.compress(b"a,b\n", mtime=0) + b"trailing",
            "8 bytes that are no gzip stream stand behind the end of the last one",
        ),
        (
            gzip.compress(b"a,b\n", mtime=0) * 2 + b"\x1f" + b"x" * 3_000_000,
            "3,000,001 bytes that are no gzip stream stand behind",
        ),
        (gzip.compress(b"a,b\n", mtime=0) + gzip.compress(b"c,d\n", mtime=0)[:-3], "the gzip stream is cut"),
        (zip_of(**{"../../evil.csv": b"1"}), "the zip archive's file '../../evil.csv' would lie outside of it"),
        (zip_of(**{"/etc/evil.csv": b"1"}), "the zip archive's file '/etc/evil.csv' would lie outside of it"),
        (
            zip_of(**{"a\\..\\..\\b.csv": b"1"}),
            "the zip archive's file 'a\\\\..\\\\..\\\\b.csv' would lie outside of it",
        ),
        (zip_of(**{"C:\\b.csv": b"1"}), "the zip archive's file 'C:\\\\b.csv' would lie outside of it"),
    ],
    ids=[
        "two files",
        "no file",
        "a cut archive",
        "packed twice",
        "bytes behind the end",
        "bytes behind the second end",
        "a cut second stream",
        "a climbing name",
        "an absolute name",
        "a climbing name of Windows",
        "a drive",
    ],
)
def test_odd_archives_are_named(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DeliveryError) as error:
        unpack(content, tmp_path)
    assert str(error.value).startswith(f"bill.csv.gz: {message}")


@pytest.mark.parametrize(
    ("members", "is_left_alone"),
    [
        (("a.csv", "b.md"), False),
        (("feb.json", "mar.json"), False),
        (("a.pdf", "b.txt"), False),
        (("bill-000000000000", "bill-000000000001"), False),
        (("a.pdf", "b.md"), True),
    ],
)
def test_an_archive_that_is_not_called_an_export_and_holds_none_is_left_alone(
    tmp_path: Path, members: tuple[str, ...], is_left_alone: bool
) -> None:
    path = tmp_path / "backup.zip"
    path.write_bytes(zip_of(**{member: b"1" for member in members}))
    with pytest.raises(DeliveryError, match="the zip archive holds 2 files") as error:
        unpack_file(path, "backup.zip", tmp_path / "work")
    assert isinstance(error.value, UnknownFormatError) is is_left_alone


def zip_of_folders() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a/", b"")
        archive.writestr("a/b/", b"")
    return out.getvalue()


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (zip_of(), "the zip archive is empty"),
        (zip_of_folders(), "the zip archive is empty"),
        (zip_of(**{"a.pdf": b"%PDF-1.7"}), "the zip archive holds 'a.pdf', a PDF document"),
        (zip_of(**{"a.png": PNG}), "the zip archive holds 'a.png', no text"),
        (zip_of(**{"a.docx": zip_of(a=b"1")}), "the zip archive holds 'a.docx', another archive or an Office document"),
    ],
    ids=["empty", "folders", "a PDF", "a picture", "a document"],
)
def test_an_archive_of_something_else_is_left_alone_unless_it_is_called_an_export(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(UnknownFormatError) as error:
        unpack_file(path, "papers.zip", tmp_path / "work")
    assert str(error.value).startswith(f"papers.zip: {why}")
    try:
        unpack_file(path, "bill.csv.zip", tmp_path / "work")
    except DeliveryError as refused:
        assert not isinstance(refused, UnknownFormatError)


@pytest.mark.parametrize(
    "members",
    [
        {"bill.csv.zip": zip_of(a=b"1")},
        {"bill.csv.gz": gzip.compress(b"a,b\n", mtime=0)},
        {"data": gzip.compress(b"a,b\n", mtime=0)},
        {"inner.zip": zip_of(a=b"1")},
    ],
)
def test_an_archive_within_another_that_may_be_an_export_is_refused(tmp_path: Path, members: dict[str, bytes]) -> None:
    (tmp_path / "x").write_bytes(zip_of(**members))
    with pytest.raises(DeliveryError, match="holds another compressed file") as error:
        unpack_file(tmp_path / "x", "more.zip", tmp_path / "work")
    assert not isinstance(error.value, UnknownFormatError)


@pytest.mark.parametrize(
    "content",
    [b"a,b\n", b"PAR1", b"Obj\x01\x00", b'{"a": 1}', "a;b\n".encode("utf-16"), b"\xef\xbb\xbfa,b\n", b""],
)
def test_what_may_be_an_export_is_unpacked_whatever_it_is_called(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(zip_of(bill=content))
    assert unpack_file(tmp_path / "x", "more.zip", tmp_path / "work").read_bytes() == content


def test_a_zip_of_another_method_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("bill.csv", b"\0" * (1 << 24))
    with pytest.raises(DeliveryError, match="packed by another method than deflate"):
        unpack(out.getvalue(), tmp_path)


def test_a_look_into_a_packed_parquet_file_takes_all_of_it(tmp_path: Path) -> None:
    whole = b"PAR1" + b"x" * (2 * LOOK_BYTES) + b"PAR1"
    assert unpack(gzip.compress(whole), tmp_path, is_look=True) == whole


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.reading.unpacking.FREE_BYTES", 1 << 20)
    bomb = gzip.compress(gzip.compress(b"\0" * (1 << 26))[:1] + b"\0" * (1 << 26))
    with pytest.raises(DeliveryError, match=r"packed bytes unpack to more than .* which no export does"):
        unpack(bomb, tmp_path)
    assert (tmp_path / "work" / "unpacked").stat().st_size <= len(bomb) * 400 + (2 << 20)


def test_a_look_takes_the_beginning_alone(tmp_path: Path) -> None:
    whole = b"x" * (3 * LOOK_BYTES)
    assert LOOK_BYTES <= len(unpack(gzip.compress(whole), tmp_path, is_look=True)) < 2 * LOOK_BYTES
