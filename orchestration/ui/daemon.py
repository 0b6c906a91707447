"""Dagster's daemon as a program that ends with the process that started it, even where that one was killed.

Its standard input is a pipe whose other end that process alone holds: the system closes it whatever ends the process.
"""

import os
import signal
import sys
import threading
import time

#: How long the daemon may take to end its work.
DAEMON_SECONDS = 30


def main() -> None:
    """Run the daemon with the arguments of `dagster._daemon`."""
    pipe = os.dup(sys.stdin.fileno())
    threading.Thread(target=_end_with_parent, args=(pipe,), daemon=True).start()
    from dagster._daemon.cli import main as run_dagster_daemon

    run_dagster_daemon()


def _end_with_parent(pipe: int) -> None:
    while os.read(pipe, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(DAEMON_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
