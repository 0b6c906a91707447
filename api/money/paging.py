"""Pages: where the next one begins, in a text that says nothing to whoever reads it and cannot be made up."""

import base64
import hmac
import json
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

from fastapi import Request

from api.problems import Fault, ProblemError
from api.services import Services

_MAC_BYTES = 16


@dataclass(frozen=True)
class Cursors:
    """Makes and reads cursors, under the installation's key."""

    key: bytes

    @classmethod
    def of(cls, services: Services) -> "Cursors":
        """Those of an installation: the same in all of its processes, also after a start."""
        return cls(services.cursor_key)

    def write(self, question: str, snapshot: str, place: int | str) -> str:
        """The cursor of the page that begins after so many rows of a question's answer, or after the one so called."""
        text = json.dumps([question, snapshot, place], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(hmac.digest(self.key, text, "sha256")[:_MAC_BYTES] + text).decode().rstrip("=")

    def read(self, cursor: str | None, question: str, snapshot: str) -> int:
        """After how many rows the page begins; see `find`."""
        return int(self.find(cursor, question, snapshot) or 0)

    def find(self, cursor: str | None, question: str, snapshot: str) -> int | str | None:
        """After what the page begins; None for the first.

        A problem of status 422 where the cursor is none of ours, or of another question; of 409 where other figures
        have been published since: rows would be missing or come twice.
        """
        if not cursor:
            return None
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raw = b""
        mac, text = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not text or not hmac.compare_digest(mac, hmac.digest(self.key, text, "sha256")[:_MAC_BYTES]):
            raise _refuse("it is none that was given here")
        asked, seen, place = json.loads(text)
        if asked != question:
            raise _refuse("it is of another question")
        if seen != snapshot:
            raise ProblemError(409, "conflict", "Other figures have been published since the first page: begin again.")
        found: int | str = place
        return found


def digest_question(*parts: object) -> str:
    """Names a question: what is asked, and by somebody who sees what."""
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]


def link_next(request: Request, cursor: str) -> str:
    """The Link header of the next page."""
    asked = [(name, value) for name, value in parse_qsl(request.url.query, keep_blank_values=True) if name != "cursor"]
    return f'<{request.url.path}?{urlencode([*asked, ("cursor", cursor)])}>; rel="next"'


def _refuse(why: str) -> ProblemError:
    return ProblemError(422, "invalid", f"query/cursor: {why}", [Fault(pointer="query/cursor", detail=why)])
