"""A folder, a single file or a glob on this machine."""

import datetime as dt
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from core.errors import LocationError
from ingestion.contracts import FileRef
from ingestion.locations.downloads import explain_replaced

_SAMPLE_BYTES = 4096


class LocalLocation:
    """Files below a local folder, one file, or the files that a glob matches; hidden files are left out.

    The change signal of a file is size, time of change in nanoseconds and a checksum of its first and last 4 KiB: the
    same file seen twice gives the same value without being read in full, and a file rewritten within one tick of the
    clock, or with its old time restored, still shows (a gzip file ends in its own checksum, a Parquet file in its
    statistics). A copy with new times is a new delivery where no manifest names one.
    """

    def __init__(self, uri: str, base_dir: Path) -> None:
        self.uri = uri
        self.path = base_dir / _parse_path(uri)

    def list_files(self) -> list[FileRef]:
        root, paths = self._find()
        if paths == [self.path]:
            return [_describe(self.path, self.path.name)]
        refs = [_list_one(root, path) for path in paths]
        return sorted(refs, key=lambda ref: ref.name)

    def read_bytes(self, file: FileRef) -> bytes:
        path = self._resolve(file)
        try:
            return path.read_bytes()
        except OSError as error:
            raise _explain(error, path) from error

    def fetch(self, file: FileRef, directory: Path) -> Path:
        """The file itself, after a check that it can be read and is still the one that was listed."""
        path = self._resolve(file)
        try:
            with path.open("rb"):
                pass
        except OSError as error:
            raise _explain(error, path) from error
        if _describe(path, file.name).etag != file.etag:
            raise explain_replaced(str(path.parent), path.name)
        return path

    def _find(self) -> tuple[Path, list[Path]]:
        """The folder that names are relative to, and every file."""
        try:
            mode = self.path.stat().st_mode
        except FileNotFoundError as error:
            if _is_pattern(str(self.path)):
                return self._expand()
            raise _explain(error, self.path) from error
        except OSError as error:
            raise _explain(error, self.path) from error
        if stat.S_ISDIR(mode):
            return self.path, list(_walk(self.path, ()))
        return self.path.parent, [self.path]

    def _expand(self) -> tuple[Path, list[Path]]:
        fixed = next(parent for parent in self.path.parents if not _is_pattern(str(parent)))
        pattern = self.path.relative_to(fixed).as_posix()
        if not fixed.is_dir():
            raise LocationError(f"{fixed} does not exist", "not_found")
        found = [path for path in fixed.glob(pattern) if not _is_hidden(path.relative_to(fixed))]
        files = {file for path in found for file in (_walk(path, ()) if path.is_dir() else [path])}
        return fixed, sorted(files)

    def _resolve(self, file: FileRef) -> Path:
        if self.path.is_file():
            return self.path
        root = self.path
        if not root.is_dir() and _is_pattern(str(root)):
            root = next(parent for parent in root.parents if not _is_pattern(str(parent)))
        return root / file.name


def _parse_path(uri: str) -> Path:
    if not uri.lower().startswith("file://"):
        return Path(uri).expanduser()
    parts = urlsplit(uri)
    if parts.netloc not in ("", "localhost"):
        raise LocationError(f"{uri} names another machine: write file:///path or a plain path", "invalid")
    return Path(unquote(parts.path))


def _is_pattern(path: str) -> bool:
    return any(character in path for character in "*?[")


def _is_hidden(relative: Path) -> bool:
    return any(part.startswith(".") for part in relative.parts)


def _walk(folder: Path, above: tuple[str, ...]) -> Iterator[Path]:
    """Every visible file below a folder, and, unopened, every link out of the folder that the walk began with, pipe,
    socket and device.

    Links within it are followed; a folder that contains itself is entered once.
    """
    try:
        real = os.path.realpath(folder)
        if real in above:
            return
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name.startswith("."):
                    continue
                if entry.is_dir() and not _leads_out((*above, real)[0], entry.path):
                    yield from _walk(Path(entry.path), (*above, real))
                else:
                    yield Path(entry.path)
    except OSError as error:
        raise _explain(error, folder) from error


def _leads_out(root: str, path: str) -> bool:
    real = os.path.realpath(path)
    return real != root and not real.startswith(root.rstrip("/") + "/")


def _list_one(root: Path, path: Path) -> FileRef:
    """A listed file; with a fault where it is a link out of the folder, leads nowhere, or is a pipe or device.

    Whoever may write into the folder could make any file of this machine be read by such a link.
    """
    name = path.relative_to(root).as_posix()
    fault = None
    if path.is_symlink() and _leads_out(os.path.realpath(root), str(path)):
        fault = "is a link out of the folder; make what it leads to a source of its own, or put it there"
    elif path.is_symlink() and not path.exists():
        fault = f"{path} does not exist: the link leads nowhere"
    elif path.exists() and not path.is_file():
        fault = "is no file but a pipe, a socket or a device"
    return _describe(path, name) if fault is None else FileRef(name=name, size=0, etag="", fault=fault)


def _describe(path: Path, name: str) -> FileRef:
    try:
        status = path.stat()
    except OSError as error:
        raise _explain(error, path) from error
    etag = f"{status.st_size:x}-{status.st_mtime_ns:x}-{_sample(path, status.st_size):08x}"
    changed = dt.datetime.fromtimestamp(status.st_mtime, tz=dt.UTC)
    return FileRef(name=name, size=status.st_size, etag=etag, modified_at=changed)


def _sample(path: Path, size: int) -> int:
    """Checksum of both ends; 0 for a file that cannot be read, which `fetch` names when it is wanted."""
    try:
        with path.open("rb") as stream:
            checksum = zlib.crc32(stream.read(_SAMPLE_BYTES))
            stream.seek(max(size - _SAMPLE_BYTES, 0))
            return zlib.crc32(stream.read(_SAMPLE_BYTES), checksum)
    except PermissionError:
        return 0
    except OSError as error:
        raise _explain(error, path) from error


def _explain(error: OSError, path: Path) -> LocationError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return LocationError(f"{path} does not exist", "not_found")
    if isinstance(error, PermissionError):
        return LocationError(f"{path} cannot be read: the user that runs this has no permission", "no_permission")
    return LocationError(f"{path} cannot be read: {error.strerror}", "unreachable")
