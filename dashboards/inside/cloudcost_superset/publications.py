"""Which publication of the warehouse answers are made of."""

import os
from contextvars import ContextVar
from pathlib import Path

from flask import g, has_request_context

#: The link in the serving folder that points at the folder published last.
CURRENT = "current"
#: The publication that answers are made of, where it is not the current one: a new one, before it becomes that.
PINNED: ContextVar[str] = ContextVar("pinned", default="")


def published_version() -> str:
    """The folder that was published last; empty on Redshift, where readers see each committed build.

    For one request it stays the same, so that no rows of one publication are remembered as those of the next.
    """
    folder = os.environ.get("CLOUDCOST_SERVING")
    if not folder:
        return ""
    if pinned := PINNED.get():
        return pinned
    if not has_request_context():
        return os.path.realpath(Path(folder) / CURRENT)
    if "published" not in g:
        g.published = os.path.realpath(Path(folder) / CURRENT)
    return str(g.published)
