"""Errors that a user may see: one clear sentence each, which names the file, row or key.

Every part has its own below `SourceError`; what is quoted in a sentence is cut, as somebody has to read it.
"""

from typing import Literal

#: Three names of files of the longest kind fit into it.
LONGEST_SENTENCE = 4_000


def shorten(text: str, longest: int = 200) -> str:
    """A text to be quoted in a sentence: whatever a file holds, somebody has to read it."""
    return text if len(text) <= longest else f"{text[:longest]}…"


class SourceError(Exception):
    """Something about a source that a user can act on: one clear sentence, naming the file, row or key.

    What is quoted in it is cut where it is quoted; a sentence of more than `LONGEST_SENTENCE` characters is cut here.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(shorten(message, LONGEST_SENTENCE))


#: Why a location cannot be read, in the words of `cloudcost check`.
Reason = Literal[
    "not_found",
    "no_permission",
    "expired_credential",
    "no_credential",
    "throttled",
    "unreachable",
    "circuit_open",
    "invalid",
]


class LocationError(SourceError):
    """A location cannot be read. ``reason`` is what `cloudcost check` prints.

    ``retry_after`` is how many seconds the provider asked to be left alone, where it did.
    """

    def __init__(self, message: str, reason: Reason, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.retry_after = retry_after


def first_line(error: BaseException) -> str:
    """What an error of a library says, short enough for a sentence about a delivery; its type where it says nothing."""
    return shorten((str(error).strip().splitlines() or [type(error).__name__])[0], 300)
