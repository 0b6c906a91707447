"""A location whose files are never read: what a plan is made of."""

from pathlib import Path

from ingestion.contracts import FileRef, Location


class Listing(Location):
    """A location that lists what a test says, and that nobody may read."""

    def __init__(self, *files: FileRef) -> None:
        self.uri = "memory"
        self._files = files

    def list_files(self) -> list[FileRef]:
        return list(self._files)

    def read_bytes(self, file: FileRef) -> bytes:
        raise AssertionError(f"{file.name} is read while it is planned")

    def fetch(self, file: FileRef, directory: Path) -> Path:
        raise AssertionError(f"{file.name} is fetched while it is planned")
