"""Cuts and flips: bytes that are lost, changed, added or moved on the way."""

from collections.abc import Callable

from benchmarks.inputs.draft import Draft, Right
from benchmarks.inputs.kinds.registry import TEXT, kind


def spoil_data(draft: Draft, change: Callable[[bytes], bytes], strict_manifest: bool = True) -> None:
    """Change the bytes of the first data file behind the back of its manifest.

    Azure's manifest promises sizes, so what has another size than it says is refused.
    """

    def spoil(built: Draft) -> None:
        name = built.names[0]
        before = built.files[name]
        built.files[name] = change(before)
        if not built.bare and built.format.layout == "azure" and len(before) != len(built.files[name]):
            built.expect(Right.REFUSED, "the manifest promises another size")
            built.place, built.has_one_fault = (), False

    draft.after.append(spoil)


def whole_or_none(draft: Draft) -> None:
    """What is packed or typed has an end that is missed; text may be cut without a trace."""
    if draft.dialect.packing != "none" or draft.format.content in ("parquet", "avro"):
        draft.expect(Right.REFUSED, "a part of the file is missing")


@kind("cuts")
def cut_anywhere(draft: Draft) -> None:
    whole_or_none(draft)
    share = draft.random.random()
    spoil_data(draft, lambda data: data[: max(1, int(len(data) * share))])


@kind("cuts")
def cut_a_few_last_bytes(draft: Draft) -> None:
    whole_or_none(draft)
    count = draft.random.randint(1, 12)
    if draft.dialect.packing == "none" and draft.format.is_text:
        draft.expect(Right.EITHER)
    spoil_data(draft, lambda data: data[:-count])


@kind("cuts", TEXT)
def cut_at_a_line_end(draft: Draft) -> None:
    draft.dialect.packing = "none"
    draft.expect(Right.TAKEN)
    place = draft.random.random()
    if any("\n" in value for row in draft.table.rows for value in row):
        draft.expect(Right.EITHER)
    spoil_data(draft, lambda data: _whole_lines(data, place))


def _whole_lines(data: bytes, share: float) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join(lines[: max(2, int(len(lines) * share))])


@kind("cuts")
def cut_the_beginning(draft: Draft) -> None:
    whole_or_none(draft)
    count = draft.random.randint(1, 400)
    draft.has_one_fault = False
    spoil_data(draft, lambda data: data[count:])


@kind("cuts")
def cut_out_the_middle(draft: Draft) -> None:
    if draft.dialect.packing != "none":
        whole_or_none(draft)
    start, size = draft.random.random(), draft.random.randint(1, 300)
    draft.has_one_fault = False
    spoil_data(draft, lambda data: data[: int(len(data) * start)] + data[int(len(data) * start) + size :])


@kind("cuts")
def nothing_left(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "the file is empty")
    spoil_data(draft, lambda data: b"")


@kind("flips")
def flip_one_bit(draft: Draft) -> None:
    _flip(draft, 1)


@kind("flips")
def flip_one_bit_of_what_is_packed(draft: Draft) -> None:
    if draft.format.is_text:
        draft.dialect.packing = draft.random.choice(["gzip", "zip"])
    _flip(draft, 1)


@kind("flips")
def flip_many_bits(draft: Draft) -> None:
    _flip(draft, draft.random.randint(2, 30))


@kind("flips")
def flip_near_the_end(draft: Draft) -> None:
    _flip(draft, draft.random.randint(1, 3), last=64)


def _flip(draft: Draft, count: int, last: int | None = None) -> None:
    draft.has_one_fault = count == 1
    places = [(draft.random.random(), draft.random.randrange(8)) for _ in range(count)]

    def flip(data: bytes) -> bytes:
        changed = bytearray(data)
        offset = max(0, len(data) - last) if last else 0
        for share, bit in places:
            changed[offset + int((len(data) - offset) * share)] ^= 1 << bit
        return bytes(changed)

    spoil_data(draft, flip)


@kind("flips")
def a_block_of_zeros(draft: Draft) -> None:
    share, size = draft.random.random(), draft.random.choice([1, 16, 512, 4096])
    draft.has_one_fault = False

    def blank(data: bytes) -> bytes:
        start = int(max(0, len(data) - size) * share)
        return data[:start] + bytes(min(size, len(data) - start)) + data[start + size :]

    spoil_data(draft, blank)


@kind("flips")
def foreign_bytes_between(draft: Draft) -> None:
    share, extra = draft.random.random(), draft.random.randbytes(draft.random.randint(1, 40))
    draft.has_one_fault = False
    spoil_data(draft, lambda data: data[: int(len(data) * share)] + extra + data[int(len(data) * share) :])


@kind("flips")
def bytes_behind_the_end(draft: Draft) -> None:
    extra = draft.random.choice([b"\0" * 512, b"garbage", draft.random.randbytes(100), b"\x1a", b"\n\n"])
    spoil_data(draft, lambda data: data + extra)


@kind("flips")
def two_blocks_swapped(draft: Draft) -> None:
    share = draft.random.uniform(0.1, 0.6)
    draft.has_one_fault = False

    def swap(data: bytes) -> bytes:
        size = max(1, len(data) // 8)
        start = int(len(data) * share)
        return (
            data[:start] + data[start + size : start + 2 * size] + data[start : start + size] + data[start + 2 * size :]
        )

    spoil_data(draft, swap)


@kind("flips")
def another_kind_of_file(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "it is no export")
    draft.has_one_fault = False
    content = draft.random.choice(
        [b"%PDF-1.7 bill", b"<html><body>403 Forbidden</body></html>", b"PK\x05\x06" + bytes(18), b"PAR1PAR1",
         b"\x1f\x8b\x08", b"\0" * 4096, b"{}", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n"]
    )  # fmt: skip
    spoil_data(draft, lambda data: content)
