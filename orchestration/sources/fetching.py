"""The files of one delivery as local files: several downloads at once, but never many."""

from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path

from orchestration.sources.contracts import FileRef, Location

#: Downloads at once. A single large object is split into ranges by the client library already.
WORKERS = 4


def fetch_files(
    location: Location, files: Sequence[FileRef], directory: Path, workers: int = WORKERS
) -> dict[str, Path]:
    """Name -> local path of every file. The first failure ends it: what has not begun is not fetched any more."""
    if len(files) < 2 or workers < 2:
        return {file.name: location.fetch(file, directory) for file in files}
    with ThreadPoolExecutor(min(workers, len(files)), thread_name_prefix="fetch") as pool:
        waiting = {pool.submit(location.fetch, file, directory): file.name for file in files}
        done, pending = wait(waiting, return_when=FIRST_EXCEPTION)
        for future in pending:
            future.cancel()
        failed = next((f for f in waiting if f in done and f.exception() is not None), None)
    if failed is not None:
        failed.result()
    return {name: future.result() for future, name in waiting.items()}
