"""The files of one delivery as local files: several downloads at once, but never many; and the next delivery while one
is judged."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from pathlib import Path
from typing import TypeVar

from ingestion.contracts import FileRef, Location

#: Downloads at once. A single large object is split into ranges by the client library already.
WORKERS = 4

Work = TypeVar("Work")


def fetch_files(
    location: Location, files: Sequence[FileRef], directory: Path, workers: int = WORKERS
) -> dict[str, Path]:
    """Name -> local path of every file. The first failure ends it: what has not begun is not fetched any more."""
    if len(files) < 2 or workers < 2:
        return {file.name: location.fetch(file, directory) for file in files}
    with ThreadPoolExecutor(min(workers, len(files)), thread_name_prefix="fetch") as pool:
        waiting = {pool.submit(copy_context().run, location.fetch, file, directory): file.name for file in files}
        done, pending = wait(waiting, return_when=FIRST_EXCEPTION)
        for future in pending:
            future.cancel()
        failed = next((f for f in waiting if f in done and f.exception() is not None), None)
    if failed is not None:
        failed.result()
    return {name: future.result() for future, name in waiting.items()}


def work_ahead(steps: Sequence[Callable[[], Work]]) -> Generator[Future[Work]]:
    """The outcome of every step, in order; a thread works out the next one while the caller is busy with this one."""
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as worker:
        upcoming: deque[Future[Work]] = deque()
        for step in steps:
            upcoming.append(worker.submit(copy_context().run, step))
            if len(upcoming) > 1:
                yield upcoming.popleft()
        yield from upcoming
