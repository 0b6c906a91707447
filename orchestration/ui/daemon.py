"""Dagster's daemon as a program that ends with the process that started it, even where that one was killed.

Its standard input is a pipe whose other end that process alone holds: the system closes it whatever ends the process.
The first line in it is the Dagster instance, which every account of the machine would see among the arguments, and with
it what `dagster.yaml` says: a database's password, for one.
"""

import os
import signal
import sys
import threading
import time

from core.logs.json_lines import log_as_json

#: How long the daemon may take to end its work.
DAEMON_SECONDS = 30


def main() -> None:
    """Run the daemon with the arguments of `dagster._daemon`."""
    reference = sys.stdin.readline().strip()
    pipe = os.dup(sys.stdin.fileno())
    threading.Thread(target=_end_with_parent, args=(pipe,), daemon=True).start()
    from dagster._daemon.cli import cli

    with log_as_json():
        cli([*sys.argv[1:], "--instance-ref", reference], obj={})


def _end_with_parent(pipe: int) -> None:
    while os.read(pipe, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(DAEMON_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
