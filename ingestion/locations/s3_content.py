"""Whether the bytes of an S3 object are those that were stored, by its ETag; a flipped byte can look like a price.

The ETag is the MD5 of an object that was written in one piece and not encrypted by KMS or by a key of the customer's.
Written in parts, it is the MD5 of the parts' MD5s, with the number of parts behind a dash.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from ingestion.locations.downloads import digest_md5

_ETAG = re.compile(r"[0-9a-f]{32}(?:-(\d{1,5}))?")


def has_other_content(stream: BinaryIO, size: int, head: Mapping[str, Any], ask_part_size: Callable[[], int]) -> bool:
    """Whether a downloaded file differs from what its ETag states; False also where the ETag states nothing.

    ``head`` is the answer of HeadObject; ``ask_part_size`` is called for an object that was written in parts.
    """
    match = _ETAG.fullmatch(str(head["ETag"]).strip('"'))
    is_plain = head.get("ServerSideEncryption", "AES256") == "AES256" and "SSECustomerAlgorithm" not in head
    if match is None or not is_plain:
        return False
    stream.seek(0)
    if match[1] is None:
        return digest_md5(stream).hex() != match[0]
    part_size = ask_part_size()
    if part_size <= 0 or -(-size // part_size) != int(match[1]):
        return False  # parts of several sizes: nobody but the writer knows where one ends
    parts = [digest_md5(stream, min(part_size, size - start)) for start in range(0, size, part_size)]
    return f"{hashlib.md5(b''.join(parts), usedforsecurity=False).hexdigest()}-{len(parts)}" != match[0]
