"""How names relative to a location and the keys of an object store translate into one another."""

import re
from dataclasses import dataclass

from core.errors import LocationError

_FILE_ENDING = re.compile(r"\.(csv|csv\.gz|csv\.zip|parquet|json)$", re.IGNORECASE)


@dataclass(frozen=True)
class ObjectPrefix:
    """A bucket or container and what lies below a folder of it, or one object of it.

    ``folder`` is empty or ends in ``/``: a prefix ends at a folder boundary, so ``cur`` never lists ``cur-old/``.
    """

    bucket: str
    folder: str
    single: str | None = None

    @property
    def search(self) -> str:
        """The prefix to list."""
        return self.folder + (self.single or "")

    def key(self, name: str) -> str:
        """The key of a name that was listed here."""
        return self.folder + name

    def name(self, key: str) -> str | None:
        """The name of a listed key; None for a folder's own entry and for neighbours of a single object."""
        name = key.removeprefix(self.folder)
        if not name or name.endswith("/") or (self.single is not None and name != self.single):
            return None
        return name


def split_prefix(bucket: str, path: str) -> ObjectPrefix:
    """A path within a bucket: a file name (by its ending) is one object, everything else a folder.

    A folder whose name looks like a file is distinguished by a trailing ``/``.
    """
    if not path or path.endswith("/"):
        return ObjectPrefix(bucket, path)
    folder, _, last = path.rpartition("/")
    if _FILE_ENDING.search(last):
        return ObjectPrefix(bucket, f"{folder}/" if folder else "", last)
    return ObjectPrefix(bucket, f"{path}/")


def split_uri(uri: str, shape: str) -> ObjectPrefix:
    """``scheme://bucket/prefix`` in its parts; the prefix may be empty or start with a slash of its own."""
    scheme, _, rest = uri.partition("://")
    bucket, _, path = rest.partition("/")
    if "@" in bucket:
        raise LocationError(
            f"a {scheme}:// location carries a credential: write {shape} and give the credential to the client library "
            "in its own way",
            "invalid",
        )
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]+", bucket):
        raise LocationError(f"{uri!r} names no bucket: write {shape}", "invalid")
    return split_prefix(bucket, path)
