"""Ending on purpose: SIGTERM, SIGINT and SIGHUP end the program once, in order, and with exit code 0.

A signal that was ignored when the program started stays so, as `nohup` (SIGHUP) and shells that start something in the
background (SIGINT) want it; SIGTERM never is. Nothing is ended in the middle of a start or of a clean-up.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

#: Seconds that processes have to end by themselves; a second signal cuts them short.
GRACE_SECONDS = 10.0


class Ending:
    """Whether the program is to end. The first signal raises SystemExit(0) where the program is, or is deferred."""

    def __init__(self) -> None:
        self.signals = 0
        self._deferred = 0

    def listen(self) -> None:
        """Take the signals from now on."""
        signal.signal(signal.SIGTERM, self._end)
        for number in (signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._end)

    @contextlib.contextmanager
    def deferred(self) -> Iterator[None]:
        """A block that is done as a whole; a first signal meanwhile ends the program after it."""
        before = self.signals
        self._deferred += 1
        try:
            yield
        finally:
            self._deferred -= 1
        if self.signals and not before and not self._deferred:
            raise SystemExit(0)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.signals += 1
        if self.signals == 1 and not self._deferred:
            raise SystemExit(0)


#: The one of this program: signals are the process's.
ENDING = Ending()


def start_process(
    command: list[str],
    environment: dict[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    folder: Path | str | None = None,
    descriptors: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """A process in a group of its own, with all that it starts: a terminal's signals do not reach it, ours do.

    ``descriptors``: open files of this process that it gets too.
    """
    return subprocess.Popen(
        command, env=environment, stdout=output, stderr=output, cwd=folder, start_new_session=True, pass_fds=descriptors
    )


def run_to_end(command: list[str], environment: dict[str, str]) -> None:
    """Run a program; CalledProcessError where it fails. It does not outlive us."""
    process: subprocess.Popen[bytes] | None = None
    try:
        with ENDING.deferred():
            process = start_process(command, environment)
        code = process.wait()
    finally:
        if process:
            end_processes([process])
    if code:
        raise subprocess.CalledProcessError(code, command)


def end_processes(processes: list[subprocess.Popen[bytes]], grace: float = GRACE_SECONDS) -> None:
    """End the processes and everything in their groups, and wait for it."""
    with ENDING.deferred():
        for process in processes:
            if process.poll() is None:
                _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while any(process.poll() is None for process in processes) and time.monotonic() < deadline:
            if ENDING.signals > 1:
                break
            time.sleep(0.05)
        for process in processes:
            # also where the first one ended: what it started may be left
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
