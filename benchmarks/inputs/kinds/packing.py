"""Compression: other ways to pack the same bytes, packs that are not whole, and packs that are more than they seem."""

import bz2
import gzip
import io
import lzma
import struct
import zipfile
import zlib

from benchmarks.inputs.draft import Draft, Right
from benchmarks.inputs.kinds.damage import spoil_data
from benchmarks.inputs.kinds.registry import TEXT, kind


def packed(draft: Draft, packing: str) -> None:
    """Pack the export; its manifest, if any, is of the packed file."""
    draft.dialect.packing = packing


@kind("compression", TEXT)
def packed_as_gzip(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    packed(draft, "gzip")


@kind("compression", TEXT)
def packed_as_zip(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    packed(draft, "zip")


@kind("compression", TEXT)
def gzip_of_several_members(draft: Draft) -> None:
    """Files that were packed one by one and put together, as some writers flush."""
    draft.expect(Right.TAKEN)
    packed(draft, "gzip")
    draft.bare = True
    size = draft.random.choice([500, 5_000, 100])
    spoil_data(
        draft,
        lambda data: b"".join(
            gzip.compress(plain[n : n + size], mtime=0)
            for plain in [gzip.decompress(data)]
            for n in range(0, len(plain), size)
        ),
    )


@kind("compression", TEXT)
def gzip_cut_where_its_writer_flushed(draft: Draft) -> None:
    """Every line is flushed, and the stream ends behind one of them: only the missing trailer tells."""
    draft.expect(Right.REFUSED, "the gzip stream has no end")
    packed(draft, "gzip")
    draft.bare = True
    share = draft.random.random()

    def cut(data: bytes) -> bytes:
        lines = gzip.decompress(data).splitlines(keepends=True)
        writer = zlib.compressobj(6, zlib.DEFLATED, 31)
        kept = lines[: max(2, int(len(lines) * share))]
        return b"".join(writer.compress(line) + writer.flush(zlib.Z_FULL_FLUSH) for line in kept)

    spoil_data(draft, cut)


@kind("compression", TEXT)
def gzip_with_another_checksum(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "the gzip stream is not what was packed")
    packed(draft, "gzip")
    draft.bare = True
    crc, size = draft.random.choice([(1, 0), (0, 1), (0, -1), (7, 7)])
    spoil_data(
        draft,
        lambda data: (
            data[:-8]
            + struct.pack(
                "<II", *((v + by) % 2**32 for v, by in zip(struct.unpack("<II", data[-8:]), (crc, size), strict=True))
            )
        ),
    )


@kind("compression", TEXT)
def gzip_header_with_a_name(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    packed(draft, "gzip")
    draft.bare = True

    def name(data: bytes) -> bytes:
        sink = io.BytesIO()
        with gzip.GzipFile("../../etc/export.csv", "wb", 9, sink, mtime=1) as stream:
            stream.write(gzip.decompress(data))
        return sink.getvalue()

    spoil_data(draft, name)


@kind("compression", TEXT)
def plain_text_called_gz(draft: Draft) -> None:
    draft.dialect.packing, draft.bare = "none", True
    draft.names = ["part.csv.gz"]


@kind("compression", TEXT)
def gzip_called_csv(draft: Draft) -> None:
    packed(draft, "gzip")
    draft.bare = True
    draft.names = ["part.csv"]


@kind("compression", TEXT)
def gzip_within_gzip(draft: Draft) -> None:
    draft.expect(Right.NOT_TAKEN, "a pack within a pack")
    packed(draft, "gzip")
    draft.bare = True
    spoil_data(draft, lambda data: gzip.compress(data, mtime=0))


@kind("compression", TEXT)
def zip_with_two_members(draft: Draft) -> None:
    """Two exports in one archive: all of it, or none."""
    draft.expect(Right.EITHER)
    packed(draft, "zip")
    draft.bare = True
    half = len(draft.table.rows) // 2
    second = draft.table.copy()
    second.rows, draft.table.rows = second.rows[half:], draft.table.rows[:half]
    draft.parts = [draft.table, second]
    draft.names = ["part.csv.zip", "second.csv.zip"]

    def join(built: Draft) -> None:
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in built.names:
                with zipfile.ZipFile(io.BytesIO(built.files.pop(name))) as single:
                    archive.writestr(name.removesuffix(".zip"), single.read(single.namelist()[0]))
        built.judged = list(single_members(sink.getvalue()))
        built.names = built.names[:1]
        built.files[built.names[0]] = sink.getvalue()

    draft.after.append(join)


def single_members(data: bytes) -> list[bytes]:
    """Each member of an archive as an archive of its own."""
    members = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            sink = io.BytesIO()
            with zipfile.ZipFile(sink, "w") as single:
                single.writestr(name, archive.read(name))
            members.append(sink.getvalue())
    return members


@kind("compression", TEXT)
def zip_with_an_odd_member(draft: Draft) -> None:
    """A folder, a readme, or a member that points out of the archive beside the export."""
    packed(draft, "zip")
    draft.bare = True
    extra = draft.random.choice(["folder/", "__MACOSX/._part.csv", "../../escape.csv", "/etc/cron.d/x", "readme.txt"])
    draft.details = extra

    def add(data: bytes) -> bytes:
        sink = io.BytesIO(data)
        with zipfile.ZipFile(sink, "a") as archive:
            archive.writestr(extra, "" if extra.endswith("/") else "no,export\n1,2\n")
        return sink.getvalue()

    def keep(built: Draft) -> None:
        built.judged = [built.files[built.names[0]]]

    draft.after.append(keep)
    spoil_data(draft, add)


@kind("compression", TEXT)
def zip_that_is_locked(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "the archive is locked with a password")
    packed(draft, "zip")
    draft.bare = True

    def lock(data: bytes) -> bytes:
        changed = bytearray(data)
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            changed[data.index(mark) + offset] |= 1
        return bytes(changed)

    spoil_data(draft, lock)


@kind("compression", TEXT)
def gzip_bomb(draft: Draft) -> None:
    """A small file of several hundred megabytes of nothing."""
    packed(draft, "gzip")
    draft.bare = True
    filling = draft.random.choice([b"\n", b" ", b"x", b",", b"0"])
    # blanks and empty lines behind the rows change no total
    right = Right.EITHER if filling.isspace() else Right.NOT_TAKEN
    draft.expect(right, "hundreds of megabytes that are no charges")

    draft.details = repr(filling)

    def fill(data: bytes) -> bytes:
        writer = zlib.compressobj(9, zlib.DEFLATED, 31)
        parts = [writer.compress(gzip.decompress(data))]
        block = filling * 2**20
        parts += [writer.compress(block) for _ in range(600)]
        return b"".join([*parts, writer.flush()])

    def keep(built: Draft) -> None:
        built.judged = [built.files[built.names[0]]]

    draft.after.append(keep)
    spoil_data(draft, fill)


@kind("compression", TEXT)
def packed_as_nobody_reads(draft: Draft) -> None:
    draft.expect(Right.NOT_TAKEN, "a compression that is not known")
    draft.dialect.packing, draft.bare = "none", True
    end = draft.random.choice(["bz2", "xz"])
    draft.names = [f"part.csv.{end}"]
    spoil_data(draft, lambda data: bz2.compress(data) if end == "bz2" else lzma.compress(data))
