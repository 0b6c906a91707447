"""How a route says that it will go: `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and where to read about it."""

import datetime as dt
from email.utils import format_datetime

from fastapi import Request


class Deprecated:
    """A dependency of a route that is to go, beside `deprecated=True`, which the document shows.

    ``since``: from when on nobody should begin to use it; ``until``: from when on it may be gone; ``instead``: where
    it is written what to use.
    """

    def __init__(self, since: dt.datetime, until: dt.datetime, instead: str) -> None:
        self._headers = [
            ("Deprecation", f"@{int(since.timestamp())}"),
            ("Sunset", format_datetime(until.astimezone(dt.UTC), usegmt=True)),
            ("Link", f'<{instead}>; rel="deprecation"; type="text/html"'),
        ]

    def __call__(self, request: Request) -> None:
        """Let the answer say so."""
        request.state.answer_headers = [*getattr(request.state, "answer_headers", []), *self._headers]
