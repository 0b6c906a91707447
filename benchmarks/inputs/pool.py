"""Workers behind a wall: each handles one export at a time and is killed where it takes too long or too much.

Memory is what is resident, looked at twenty times a second and read off the kernel's high-water mark at the end: a
limit of the address space would count what DuckDB and its threads reserve and never touch.
"""

import contextlib
import multiprocessing
import time
from pathlib import Path
from typing import Any

from benchmarks.inputs.door import Answer, read_memory, serve

MEGABYTES = 1024.0
POLL_SECONDS = 0.05
#: A worker that has handled so many is replaced, so that one export's memory is not another's.
JOBS_PER_WORKER = 250
START_SECONDS, STOP_SECONDS = 120.0, 2.0


class Worker:
    """One process at the door, started when it is first needed and again after it was killed."""

    def __init__(self, log: Path, seconds: float) -> None:
        self._log = log
        self._seconds = seconds
        self._process: Any = None
        self._connection: Any = None
        self._jobs = 0

    def ask(self, home: Path) -> Answer:
        """What the door does with the installation's source, within the limits; a breach is a crash in the answer."""
        if self._process is None or self._jobs >= JOBS_PER_WORKER:
            self._start()
        self._jobs += 1
        self._connection.send(str(home))
        began, peak = time.monotonic(), 0.0
        while not self._connection.poll(POLL_SECONDS):
            peak = max(peak, read_memory("VmRSS", self._process.pid))
            waited = time.monotonic() - began
            if waited > self._seconds or peak > MEGABYTES or not self._process.is_alive():
                return self._give_up(waited, peak)
        try:
            answer: Answer = self._connection.recv()
        except EOFError:
            return self._give_up(time.monotonic() - began, peak)
        if answer.peak_mb > MEGABYTES:
            answer.crash = f"took {answer.peak_mb:.0f} MB of memory, of {MEGABYTES:.0f}\n{answer.crash}"
            self.stop()
        return answer

    def stop(self) -> None:
        """End the process: by a word where it waits for the next export, else whatever it is doing."""
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._connection.send(None)
            self._process.join(STOP_SECONDS)
            self._process.kill()
            self._process.join()
            self._connection.close()
        self._process = None

    def _start(self) -> None:
        self.stop()
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, self._log), daemon=True)
        self._process.start()
        theirs.close()
        self._jobs = 0
        if not self._connection.poll(START_SECONDS) or self._connection.recv() != "ready":
            raise RuntimeError(f"a worker does not start; see {self._log}")

    def _give_up(self, seconds: float, peak: float) -> Answer:
        if peak > MEGABYTES:
            why = f"took {peak:.0f} MB of memory, of {MEGABYTES:.0f}"
        elif self._process.is_alive():
            why = f"took more than {self._seconds:.0f} s"
        else:
            self._process.join()
            why = f"the process ended with {self._process.exitcode}"
        self.stop()
        return Answer(crash=why, peak_mb=peak, seconds=seconds)
