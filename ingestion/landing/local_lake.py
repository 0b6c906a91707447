"""The raw lake in a folder of this machine."""

import os
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path

from ingestion.landing.lake import WorkArea, measure_digest


class LocalLake(WorkArea):
    """A lake in a local folder. Snapshots appear whole, by one rename, and are never changed afterwards."""

    @property
    def place(self) -> str:
        """The path of the folder."""
        return str(self.root)

    def has_snapshots(self) -> bool:
        """Whether anything was ever landed, and is still there."""
        return any((self.root / "raw").glob("**/*.parquet"))

    def publish(self, staged: Path, target: str) -> list[str]:
        """Move a finished folder into place and return its files; the same folder that is there already stays.

        The folder's name stands for its content, so what a crashed run left complete is as good as new. What lost files
        since (to a hand, to a disk) is put aside: its totals would never reconcile again.
        """
        directory = self.root / target
        directory.parent.mkdir(parents=True, exist_ok=True)
        try:
            staged.rename(directory)
        except OSError:
            if not directory.is_dir():
                raise
            if _list_sizes(directory) != _list_sizes(staged):
                directory.rename(staged.with_name(f"damaged-{uuid.uuid4().hex}"))
                staged.rename(directory)
        return [f"{target}/{p.name}" for p in sorted(directory.glob("*.parquet"))]

    def find_missing(self, paths: Iterable[str]) -> set[str]:
        """Those of these files that are not in the lake (any more)."""
        return {path for path in paths if not self.resolve(path).exists()}

    def find_unreadable(self, paths: Iterable[str]) -> set[str]:
        """Those of these files that are gone or cut, so that a reader of Parquet would fail on them."""
        return {path for path in paths if not _ends_as_parquet(self.resolve(path))}

    def measure_checksums(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The SHA-256 of each of these files as it lies there now."""
        return tuple(measure_digest(self.resolve(path)) for path in paths)

    def remove(self, directory: str) -> None:
        """Remove a snapshot: out of sight by one rename, so that no half of it is ever taken for the whole."""
        grave = self.root / "incoming" / uuid.uuid4().hex
        grave.parent.mkdir(parents=True, exist_ok=True)
        try:
            self.resolve(directory).rename(grave)
        except FileNotFoundError:
            return
        shutil.rmtree(grave, ignore_errors=True)

    def uri(self, relative: str) -> str:
        """The path of a file that a snapshot recorded."""
        return str(self.resolve(relative))

    def resolve(self, relative: str) -> Path:
        """The file behind a path that a snapshot recorded."""
        return self.root / relative


def _list_sizes(directory: Path) -> list[tuple[str, int]]:
    return sorted((p.name, p.stat().st_size) for p in directory.glob("*.parquet"))


def _ends_as_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            stream.seek(-min(path.stat().st_size, 4), os.SEEK_END)
            return stream.read() == b"PAR1"
    except OSError:
        return False
