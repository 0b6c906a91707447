"""Errors that a user may see: one clear sentence each, which names the file, row or key.

All of them are kinds of `CloudcostError`: whoever ends a program with one asks it for its exit code. Any other
exception is a defect, or a fault of the machine. What is quoted in a sentence is cut, as somebody has to read it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar, Literal

#: Exit codes that scripts can rely on: done; failed; wrong usage or configuration; done, but not all could be taken.
OK, FAILED, USAGE, INCOMPLETE = 0, 1, 2, 3

#: Three names of files of the longest kind fit into it.
LONGEST_SENTENCE = 4_000


def shorten(text: str, longest: int = 200) -> str:
    """A text to be quoted in a sentence: whatever a file holds, somebody has to read it."""
    return text if len(text) <= longest else f"{text[:longest]}…"


class CloudcostError(Exception):
    """Something that a user can act on: one clear sentence.

    ``exit_code``: what a program ends with that cannot go on. ``hint``: what to do about it, where the sentence itself
    does not state; it is printed after it.
    """

    exit_code: ClassVar[int] = FAILED
    hint: str | None = None

    def __init__(self, message: str = "", hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        # not as a KeyError has it, which puts its message into quotes
        message = str(self.args[0]) if self.args else ""
        return f"{message}; {self.hint}" if self.hint else message


class SourceError(CloudcostError):
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

    ``retry_after`` is how many seconds the provider wants to be left alone, where it did.
    """

    def __init__(self, message: str, reason: Reason, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.retry_after = retry_after


def first_line(error: BaseException) -> str:
    """The message of a library's error, short enough for a sentence about a delivery; its type where it has none."""
    return shorten((str(error).strip().splitlines() or [type(error).__name__])[0], 300)


@contextmanager
def explaining(
    explain: Callable[[Exception], LocationError | None],
    mark: Callable[[LocationError], LocationError] = lambda explained: explained,
) -> Iterator[None]:
    """What a cloud's library raises inside the block comes out as the `LocationError` that ``explain`` makes of it.

    What it makes nothing of is a defect and stays itself. ``mark``: what else is done to the error.
    """
    try:
        yield
    except LocationError:
        raise
    except Exception as error:
        explained = explain(error)
        if explained is None:
            raise
        raise mark(explained) from error
