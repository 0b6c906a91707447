"""Chart requests that were answered lately, kept to be repeated on the next publication before it is current.

Only what was answered is kept, each at most `LONGEST` bytes, `BY_ONE` of one person and `ALL` together: beyond that the
oldest of that person, or of whoever has most, gives way, so that nobody's flood costs others their requests.
"""

import hashlib
import json
import os
import threading
import time
from collections import Counter
from pathlib import Path

from flask import g, request

LONGEST, BY_ONE, ALL = 64 * 1024, 300, 2000
#: A request that was kept this lately is not written again.
ANEW_SECONDS = 60.0

_kept: dict[str, float] = {}


def requests_folder() -> Path:
    """Where requests are kept for `warm`: a file each, named after their content and the person's number."""
    return Path(os.environ["CLOUDCOST_DASHBOARDS_HOME"]) / "cache" / "asked"


def keep_request() -> None:
    """Keep the present request, which was answered."""
    body = request.get_data(as_text=True)
    path = request.full_path
    if os.environ.get("CLOUDCOST_WARMING") or len(body.encode()) + len(path.encode()) > LONGEST:
        return
    parts = [path, body, sorted(role.id for role in g.user.roles)]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    now = time.monotonic()
    if now - _kept.get(digest, -ANEW_SECONDS) < ANEW_SECONDS:
        return
    if len(_kept) > 10_000:
        _kept.clear()
    _kept[digest] = now
    kept = {"user_id": g.user.id, "method": request.method, "path": path, "body": body,
                "content_type": request.content_type}  # fmt: skip
    folder = requests_folder()
    folder.mkdir(parents=True, exist_ok=True)
    make_room(folder, digest, str(g.user.id))
    unfinished = folder / f"{digest}.{threading.get_ident()}-{os.getpid()}"
    unfinished.write_text(json.dumps(kept))
    unfinished.replace(folder / f"{digest}-{g.user.id}.json")


def make_room(folder: Path, digest: str, person: str) -> None:
    """Remove what the new request takes the place of: the same one of somebody else, or an old one."""
    files = list(folder.glob("*.json"))
    same = [path for path in files if path.name.startswith(digest)]
    count = Counter(path.stem.partition("-")[2] for path in files)
    if not same and count[person] >= BY_ONE:
        same = [oldest_of(files, person)]
    elif not same and len(files) >= ALL:
        same = [oldest_of(files, count.most_common(1)[0][0])]
    for path in same:
        path.unlink(missing_ok=True)


def oldest_of(files: list[Path], person: str) -> Path:
    """The oldest request of a person; another process may have removed some."""
    theirs = [path for path in files if path.stem.partition("-")[2] == person]
    return min(theirs, key=lambda path: path.stat().st_mtime if path.exists() else 0.0)
