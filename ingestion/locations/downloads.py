"""How an object becomes a local file: complete under its own name, or not there at all."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from core.errors import LocationError
from ingestion.contracts import FileRef

#: Unfinished downloads; the leading dot keeps local listings from taking one for an export file.
TEMPORARY_PREFIX = ".cloudcost-"
_CHUNK = 1 << 20


def place_file(directory: Path, name: str) -> Path:
    """Where an object of that name is put below ``directory``; a name that would leave the folder is refused."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts or ".." in parts or "\0" in name:
        raise LocationError(f"the object name {name!r} cannot be a local file name", "invalid")
    return directory.joinpath(*parts)


def download_file(
    uri: str, file: FileRef, directory: Path, write: Callable[[BinaryIO], None], check_size: bool = True
) -> Path:
    """Write an object to a temporary name, compare its size with the listing, then rename it in one step."""
    target = place_file(directory, file.name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, suffix=".part", dir=target.parent)
    except OSError as error:
        raise _explain_disk_error(error, target.parent) from error
    try:
        with os.fdopen(handle, "w+b") as stream:
            write(stream)
        found = Path(temporary).stat().st_size
        if check_size and found != file.size:
            raise LocationError(
                f"{join_uri(uri, file.name)} has {found} bytes where the listing says {file.size}: "
                "it was replaced or removed while it was read, read the location again",
                "not_found",
            )
        Path(temporary).replace(target)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            raise _explain_disk_error(error, target.parent) from error
        raise
    return target


def join_uri(uri: str, name: str) -> str:
    """The address of an object for a message: the location itself where that is the object already."""
    return uri if uri.rsplit("/", 1)[-1] == name else f"{uri.rstrip('/')}/{name}"


def explain_replaced(uri: str, name: str) -> LocationError:
    """The listed version is gone because a newer one took its place; reading the location again finds that one."""
    return LocationError(
        f"{join_uri(uri, name)} was replaced or removed while it was read: read the location again", "not_found"
    )


def digest_md5(stream: BinaryIO, size: int | None = None) -> bytes:
    """The MD5 of the next ``size`` bytes of a file, or of what is left of it: what clouds name content by."""
    digest = hashlib.md5(usedforsecurity=False)
    while size is None or size > 0:
        chunk = stream.read(_CHUNK if size is None else min(_CHUNK, size))
        if not chunk:
            break
        digest.update(chunk)
        size = None if size is None else size - len(chunk)
    return digest.digest()


def explain_damaged(uri: str, name: str) -> LocationError:
    """What arrived is not what is stored: the way there damaged it, so a later try may do better."""
    return LocationError(
        f"{join_uri(uri, name)} did not arrive as it is stored (its checksum is another): try again", "unreachable"
    )


def _explain_disk_error(error: OSError, directory: Path) -> LocationError:
    return LocationError(f"cannot write downloads to {directory}: {error.strerror}", "invalid")
