"""The raw lake: immutable snapshots as Parquet, one folder per source, period, dataset, delivery and content."""

import errno
import hashlib
import re
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from ingestion.snapshots import SnapshotKey

#: No ingestion takes a day.
ABANDONED_SECONDS = 86_400
LONGEST_ID = 120

_SAFE = re.compile(r"[^A-Za-z0-9._-]")


def snapshot_directory(table: str, key: SnapshotKey, delivery_id: str, content: str) -> str:
    """Where in a lake a snapshot lies; the partition columns are in the path, so a reader can skip whole periods.

    ``content`` names the delivered files. Clouds overwrite files before the manifest that gives them a new id, so what
    a killed run left under an id need not be what a later run read under it.
    """
    return (
        f"raw/{table}/source_name={key.source_name}/billing_period={key.billing_period}/dataset={key.dataset}"
        f"/delivery_id={safe_delivery_id(delivery_id)}/{content}"
    )


class Lake(Protocol):
    """Immutable snapshots, wherever they lie. Work in progress is always on this machine.

    Snapshots and their files are named by paths relative to the lake, with ``/``, as the ledger records them.
    """

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        ...

    def has_snapshots(self) -> bool:
        """Whether anything was ever landed, and is still there."""
        ...

    def uri(self, relative: str) -> str:
        """Where a file lies that a snapshot recorded: a path, or an address on S3."""
        ...

    def scratch(self) -> AbstractContextManager[Path]:
        """A local folder for work in progress, removed at the end."""
        ...

    def keep_scan(self, landed: Path, mark: str) -> None:
        """Put what a scan read where any run on this machine finds it."""
        ...

    def claim_scan(self, mark: str, target: Path) -> bool:
        """Take what a scan left into the folder ``target``; False where there is nothing (any more)."""
        ...

    def drop_scan(self, mark: str) -> None:
        """Forget what a scan left, once it is landed."""
        ...

    def publish(self, staged: Path, target: str) -> list[str]:
        """Make a finished local folder the snapshot ``target`` and return its files; what is there whole stays."""
        ...

    def find_missing(self, paths: Iterable[str]) -> set[str]:
        """Those of these files that are not in the lake (any more)."""
        ...

    def find_unreadable(self, paths: Iterable[str]) -> set[str]:
        """Those of these files that are gone or cut, so that a reader of Parquet would fail on them."""
        ...

    def measure_checksums(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The checksum of each of these files as it lies there now."""
        ...

    def remove(self, directory: str) -> None:
        """Remove a snapshot; no half of it is ever taken for the whole."""
        ...


class WorkArea:
    """The local folder in which deliveries are read and judged before they become snapshots."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for work in progress, on the lake's own file system, removed at the end.

        A killed process leaves its own behind; the next one removes it when it is a day old.
        """
        for abandoned in (self.root / "incoming").glob("*"):
            if abandoned.name != "scans" and abandoned.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                shutil.rmtree(abandoned, ignore_errors=True)
        directory = self.root / "incoming" / uuid.uuid4().hex
        directory.mkdir(parents=True)
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def scan_directory(self, mark: str) -> Path:
        """Where a file that was read before its billing periods were known waits to be landed."""
        return self.root / "incoming" / "scans" / mark

    def keep_scan(self, landed: Path, mark: str) -> None:
        """Put what a scan read where any run finds it; what another run has put there meanwhile is the same."""
        target = self.scan_directory(mark)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            landed.rename(target)  # one step: another run may drop the scan at any moment
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise

    def claim_scan(self, mark: str, target: Path) -> bool:
        """Link what a scan left into the folder ``target``; False where there is nothing (any more)."""
        target.mkdir(parents=True, exist_ok=True)
        try:
            (target / "part.parquet").hardlink_to(self.scan_directory(mark) / "part.parquet")
        except FileNotFoundError:
            return False
        return True

    def drop_scan(self, mark: str) -> None:
        """Forget what a scan left, once it is landed."""
        shutil.rmtree(self.scan_directory(mark), ignore_errors=True)


def safe_delivery_id(delivery_id: str) -> str:
    """A delivery id as a folder name: what is not a letter, digit, dot, dash or underscore becomes a dash.

    No file system takes more than 255 characters, so a long one keeps its beginning and a hash of the whole.
    """
    safe = _SAFE.sub("-", delivery_id)
    if len(safe) <= LONGEST_ID:
        return safe
    return f"{safe[: LONGEST_ID - 33]}-{hashlib.sha256(delivery_id.encode('utf-8', 'replace')).hexdigest()[:32]}"


def measure_digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
