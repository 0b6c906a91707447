"""Time as the project uses it: aware UTC datetimes from an injected clock."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

#: Returns the current time, in UTC; `utc_now` is that of every process, a test gives its own.
Clock = Callable[[], datetime]
Sleep = Callable[[float], None]
#: Called by name between any two steps that leave a trace; a test may stop there.
Checkpoint = Callable[[str], None]


def utc_now() -> datetime:
    """The present moment: the clock of every process that is not a test."""
    return datetime.now(UTC)


def pass_checkpoint(name: str) -> None:
    """The checkpoint of every process that is not a test: goes on."""


def digest_key(*parts: Any) -> str:
    """A stable 24-character name for a tuple of JSON values; the same parts give the same name in every process."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
