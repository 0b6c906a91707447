"""Makes the answers of a new publication before anybody sees it: a process beside the pages, in Superset's environment.

`dashboards.publish` lays the new copy beside the current one and waits, where this process runs, until it is marked as
warm. Then it makes it current, and pages find what people requested of the copy before already answered. Without this,
everybody's charts would be computed at once, at the moment at which everybody looks.
"""

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: What the process holds locked while it lives, and what it leaves beside a folder that is warm; as in `publish`.
LOCK, MARK = ".warmer", ".warm-"
#: People wait for a new publication no longer than this, be it warm or not.
SECONDS = 45.0
RECENT_SECONDS = 3600.0
LOGGER = logging.getLogger(__name__)


def main() -> None:
    """Warm one publication after the other, for ever."""
    os.environ["CLOUDCOST_WARMING"] = "yes"  # nobody looks at these answers: they are no views
    yield_to_readers()
    serving = Path(os.environ["CLOUDCOST_SERVING"])
    from superset.app import create_app

    app = create_app()
    app.config["WTF_CSRF_ENABLED"] = False  # it serves no network
    app.appbuilder.sm.limiter.enabled = False
    with held(serving / LOCK):
        while True:
            folder = find_new(serving)
            if folder is None:
                time.sleep(0.1)
                continue
            try:
                warm(app, folder)
            except Exception:
                LOGGER.exception("%s could not be warmed", folder)
            (serving / f"{MARK}{folder.name}").touch()


def yield_to_readers() -> None:
    """Take only what no reader needs of the processors."""
    os.nice(19)
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


@contextmanager
def held(path: Path) -> Iterator[None]:
    """The lock by which publishers see that somebody warms."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def find_new(serving: Path) -> Path | None:
    """The newest copy, where it is not current and not yet warm."""
    current = (serving / "current").resolve().name
    newer = [
        path
        for path in serving.iterdir()
        if path.name > current and path.name[0] != "." and path.is_dir() and not path.is_symlink()
    ]
    newest = max(newer, default=None)
    return None if newest is None or (serving / f"{MARK}{newest.name}").exists() else newest


def warm(app: Any, folder: Path) -> int:
    """Repeat recent requests on the copy, the latest first, each as its own person; how many were answered."""
    from flask_jwt_extended import create_access_token

    from cloudcost_superset.answers.recent import requests_folder
    from cloudcost_superset.publications import PINNED

    now, answered, deadline = time.time(), 0, time.monotonic() + SECONDS
    base_url = app.config["SETTINGS"]["address"]  # a name that is served, see `server.hosts`
    files = sorted(requests_folder().glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    token = PINNED.set(str(folder))
    try:
        client = app.test_client()
        for path in files:
            if now - path.stat().st_mtime > RECENT_SECONDS:
                path.unlink(missing_ok=True)
            elif time.monotonic() < deadline:
                kept = json.loads(path.read_text())
                with app.app_context():
                    bearer = create_access_token(identity=str(kept["user_id"]), fresh=True)
                answer = client.open(
                    kept["path"],
                    method=kept["method"],
                    data=kept["body"],
                    base_url=base_url,
                    content_type=kept["content_type"],
                    headers={"Authorization": f"Bearer {bearer}"},
                )
                if answer.status_code != 200:
                    # the person may no longer, or the dataset is gone: not repeated
                    LOGGER.warning("%s was answered with %d", kept["path"], answer.status_code)
                    path.unlink(missing_ok=True)
                answered += answer.status_code == 200
    finally:
        PINNED.reset(token)
    return answered


if __name__ == "__main__":
    main()
