"""The blocks of an Avro container file, each proved whole before a record of it is decoded.

fastavro's own loop takes a file that is cut inside of a block's count for complete, and compares no checksum. Format:
Apache Avro specification 1.11, "Object Container Files".
"""

import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

import cramjam

from ingestion.reading.unpacking import FREE_BYTES, LARGEST_RATIO

SYNC_BYTES = 16
#: BigQuery's blocks have some 64 kB; writers of other tools a few megabytes.
MOST_BLOCK_BYTES = 64 * 1024 * 1024
_LONGEST_VARINT = 10


class AvroFault(Exception):
    """Why a file is not a whole Avro container."""


def read_blocks(stream: BinaryIO, sync: bytes, codec: str, size: int) -> Iterator[tuple[int, bytes]]:
    """The number of records and the unpacked bytes of each block, from behind the header to the end of the file.

    ``size`` is that of the file. Raises `AvroFault` naming the block that is cut or damaged, or where more is unpacked
    than an export holds. A byte that is flipped inside of a block shows where the block no longer unpacks, and with
    snappy, which has a checksum, wherever it is.
    """
    unpack = CODECS.get(codec)
    if unpack is None:
        raise AvroFault(f"is compressed with {codec!r}; read are {', '.join(CODECS)}")
    left = max(FREE_BYTES, size * LARGEST_RATIO)
    number = 0
    while stream.tell() < size:
        number += 1
        count, length = _read_long(stream, number), _read_long(stream, number)
        if count < 0 or not 0 <= length <= MOST_BLOCK_BYTES:
            raise AvroFault(f"is damaged: block {number} claims {count} records in {length} bytes")
        packed, mark = stream.read(length), stream.read(SYNC_BYTES)
        if len(mark) < SYNC_BYTES:
            raise AvroFault(f"is cut: block {number} is not whole")
        if mark != sync:
            raise AvroFault(f"is damaged: the mark behind block {number} is not that of the file")
        try:
            unpacked = unpack(packed)
        except (zlib.error, ValueError, cramjam.DecompressionError) as error:
            raise AvroFault(f"is damaged: block {number} cannot be unpacked ({error})") from error
        left -= len(unpacked)
        if left < 0:
            raise AvroFault(f"unpacks to more than {LARGEST_RATIO} times its size, which no export does")
        yield count, unpacked


def _read_long(stream: BinaryIO, block: int) -> int:
    """A zig-zag number of variable length."""
    value = 0
    for place in range(_LONGEST_VARINT):
        byte = stream.read(1)
        if not byte:
            raise AvroFault(f"is cut: block {block} is not whole")
        value |= (byte[0] & 0x7F) << (7 * place)
        if byte[0] < 0x80:
            return (value >> 1) ^ -(value & 1)
    raise AvroFault(f"is damaged: block {block} does not begin with a count")


def _inflate(packed: bytes) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    unpacked = stream.decompress(packed, MOST_BLOCK_BYTES)
    # fastavro leaves three bytes of the checksum that zlib writes behind a stream
    if not stream.eof or not zlib.adler32(unpacked).to_bytes(4).startswith(stream.unused_data):
        raise ValueError("its stream does not end with it")
    return unpacked


def _unsnap(packed: bytes) -> bytes:
    body, checksum = packed[:-4], packed[-4:]
    if cramjam.snappy.decompress_raw_len(body) > MOST_BLOCK_BYTES:
        raise ValueError("it claims to be larger than any")
    unpacked = bytes(cramjam.snappy.decompress_raw(body))
    if zlib.crc32(unpacked).to_bytes(4) != checksum:
        raise ValueError("its checksum is another")
    return unpacked


#: What BigQuery writes.
CODECS: dict[str, Callable[[bytes], bytes]] = {"null": bytes, "deflate": _inflate, "snappy": _unsnap}
