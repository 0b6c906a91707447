"""Compressed files, unpacked whole or not at all: every stream is read to its end and its checksum compared.

DuckDB reads a gzip file without looking at its checksum or length, so that nearly every cut of one passes as whole.
Here it is unpacked beside the lake's work in progress first, which a parallel reader makes up for.
"""

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from isal import igzip, isal_zlib

from core.errors import first_line, shorten
from ingestion.contracts import DeliveryError, UntakenError
from ingestion.discovery.deliveries import is_data_file, may_hold_rows
from ingestion.formats import UnknownFormatError
from ingestion.reading.sniffing import SNIFFED_BYTES, name_no_export

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
PARQUET_MAGIC = b"PAR1"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
#: The first part of an archive that is split over several files.
SPLIT_ZIP_MAGIC = b"PK\x07\x08"

CHUNK_BYTES = 1 << 20
#: Billing exports shrink to between a tenth and a hundredth. What grows beyond both of these is a bomb.
LARGEST_RATIO = 400
FREE_BYTES = 256 * 1024 * 1024
#: No file of an export is as large; a month of several hundred gigabytes is delivered in many.
LARGEST_BYTES = 200 * 1024**3
#: What one look at the columns of a file takes.
LOOK_BYTES = 4 * 1024 * 1024


def unpack_file(path: Path, name: str, workspace: Path, *, is_look: bool = False) -> Path:
    """The content of a file, called ``name`` in messages: the file itself, or what a gzip or zip file packs.

    An archive must hold one file (folders and macOS's side files do not count). ``is_look`` unpacks the beginning only
    and so does not prove that the rest is whole. Raises `DeliveryError` where the stream is cut, damaged, encrypted or
    grows beyond what an export can, `UnknownFormatError` where an archive that is not called an export holds none: no
    file, several of which none is called an export, or one that is something else by its bytes.
    """
    with path.open("rb") as stream:
        magic = stream.read(4)
    workspace.mkdir(parents=True, exist_ok=True)
    target = workspace / "unpacked"
    if magic.startswith(GZIP_MAGIC):
        _write_chunks(_read_gzip(path, name), name, path.stat().st_size, target, is_look)
    elif magic == ZIP_MAGIC:
        _write_chunks(_read_zip(path, name), name, path.stat().st_size, target, is_look)
    elif magic == EMPTY_ZIP_MAGIC:
        raise _refuse_empty(name)
    elif magic == SPLIT_ZIP_MAGIC:
        raise DeliveryError(f"{name}: a zip archive that is split into several; one with one file is read")
    else:
        return path
    with target.open("rb") as stream:
        if stream.read(4).startswith((GZIP_MAGIC, ZIP_MAGIC)):
            raise DeliveryError(f"{name}: holds another compressed file; pack the export once")
    return target


def is_packed(path: Path) -> bool:
    """Whether a file is one that `unpack_file` unpacks."""
    with path.open("rb") as stream:
        magic = stream.read(4)
    return magic.startswith(GZIP_MAGIC) or magic == ZIP_MAGIC


def _read_gzip(path: Path, name: str) -> Iterator[bytes]:
    try:
        with igzip.IGzipFile(path, "rb") as stream:  # type: ignore[no-untyped-call]
            yield from iter(lambda: stream.read(CHUNK_BYTES), b"")
    except EOFError as error:
        _refuse_trailing(path, name)
        raise DeliveryError(f"{name}: the gzip stream is cut: it ends before its checksum") from error
    except (gzip.BadGzipFile, isal_zlib.IsalError) as error:  # type: ignore[misc]
        _refuse_trailing(path, name)
        raise DeliveryError(f"{name}: the gzip stream is damaged ({first_line(error)})") from error


def _refuse_trailing(path: Path, name: str) -> None:
    """Raise `DeliveryError` where a file begins with whole gzip streams and something else stands behind them."""
    size = _measure_trailing(path)
    if size:
        raise DeliveryError(f"{name}: {size:,} bytes that are no gzip stream stand behind the end of the last one")


def _measure_trailing(path: Path) -> int:
    """The bytes behind whole gzip streams; 0 where a stream is cut or damaged."""
    with path.open("rb") as stream:
        held = stream.read(CHUNK_BYTES)
        while held.startswith(GZIP_MAGIC):
            reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
            while held and not reader.eof:
                try:
                    reader.decompress(held, CHUNK_BYTES)
                except zlib.error:
                    return 0
                held = reader.unused_data if reader.eof else reader.unconsumed_tail or stream.read(CHUNK_BYTES)
            if not reader.eof:
                return 0
            held += stream.read(len(GZIP_MAGIC))
        return len(held) + path.stat().st_size - stream.tell()


def _read_zip(path: Path, name: str) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            member = _choose_member(archive, name)
            with archive.open(member) as stream:
                first = stream.read(CHUNK_BYTES)
                _refuse_other(name, member.filename, first)
                yield first
                yield from iter(lambda: stream.read(CHUNK_BYTES), b"")
    except (DeliveryError, PermissionError):
        raise
    except Exception as error:  # a flipped bit in its directory can make the reader do anything
        raise DeliveryError(f"{name}: the zip archive is cut or damaged ({first_line(error)})") from error


def _choose_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    outside = next((m.filename for m in members if _leads_outside(m.filename)), None)
    if outside is not None:
        raise DeliveryError(f"{name}: the zip archive's file {shorten(outside)!r} would lie outside of it")
    if not members:
        raise _refuse_empty(name)
    if len(members) > 1 and not is_data_file(name) and not any(may_hold_rows(m.filename) for m in members):
        raise UnknownFormatError(f"{name}: the zip archive holds {len(members)} files, none of which is an export")
    if len(members) != 1:
        raise DeliveryError(f"{name}: the zip archive holds {len(members)} files where one is expected")
    (member,) = members
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # the reader of the others unpacks a block whole, however large it is
        raise DeliveryError(f"{name}: the zip archive is packed by another method than deflate")
    if member.flag_bits & 1:
        raise DeliveryError(f"{name}: the zip archive is encrypted")
    return member


def _refuse_empty(name: str) -> DeliveryError:
    sentence = f"{name}: the zip archive is empty where one file is expected"
    return DeliveryError(sentence) if is_data_file(name) else UnknownFormatError(sentence)


def _refuse_other(name: str, member: str, first_bytes: bytes) -> None:
    """Raise `UnknownFormatError` where neither archive nor file is called an export and its bytes are those of none."""
    what = None if is_data_file(name) or may_hold_rows(member) else name_no_export(first_bytes[:SNIFFED_BYTES])
    if what is not None:
        raise UnknownFormatError(f"{name}: the zip archive holds {shorten(member)!r}, {what}, and no export")


def _leads_outside(member: str) -> bool:
    """Whether a name of a zip archive is absolute or climbs out of the folder that it would be unpacked to."""
    parts = member.replace("\\", "/").split("/")
    return parts[0] == "" or parts[0].endswith(":") or ".." in parts


def _write_chunks(chunks: Iterator[bytes], name: str, packed: int, target: Path, is_look: bool) -> None:
    limit = min(LARGEST_BYTES, max(FREE_BYTES, packed * LARGEST_RATIO))
    written = 0
    with target.open("wb") as out:
        for chunk in chunks:
            written += len(chunk)
            if written > limit:
                raise DeliveryError(
                    f"{name}: {packed:,} packed bytes unpack to more than {limit:,}, which no export does"
                )
            _write(out, chunk, name)
            if written == len(chunk) and chunk.startswith(PARQUET_MAGIC):
                is_look = False  # its columns stand at its end
            if is_look and written >= LOOK_BYTES:
                return


def _write(out: BinaryIO, chunk: bytes, name: str) -> None:
    try:
        out.write(chunk)
    except OSError as error:
        # the machine's fault, not the delivery's: nothing goes into quarantine and the next run tries again
        free = shutil.disk_usage(Path(out.name).parent).free
        raise UntakenError(f"{name}: cannot be unpacked: {error.strerror} ({free:,} bytes are free)") from error
