"""What reaches the terminal: text out of files, mails and services is shown, and cannot steer it.

A value may hold escape sequences that rewrite the screen, or marks that turn the reading direction, so that one sees
something else than there is. `main` puts a `CleanStream` in the place of standard output and error: whatever a command
or a library prints goes through it. Colours and bars go around it, on a console that cleans every text first.
"""

import io
import re
import sys
from collections.abc import Callable
from typing import TextIO

#: Control characters, lone surrogates, line and paragraph separators, what turns the direction, and what has no width
#: but those that join letters, which some scripts need.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\U000e0000-\U000e007f]"
)


def escape_character(character: str) -> str:
    """``\\x1b``, ``\\u202e``."""
    return character.encode("unicode_escape").decode("ascii")


def escape_invisible(text: str, kept: str = "", write_out: Callable[[str], str] = escape_character) -> str:
    """The text with what would not be seen written out; ``kept``: characters that stay as they are."""
    return _UNSEEN.sub(lambda found: found[0] if found[0] in kept else write_out(found[0]), text)


class CleanStream(io.TextIOWrapper):
    """A stream in front of another one's bytes; lines and tabs stay. It reports that it is no terminal: no colours."""

    def __init__(self, stream: TextIO) -> None:
        self.behind = stream
        super().__init__(
            stream.buffer, stream.encoding, "backslashreplace", line_buffering=stream.isatty(), write_through=True
        )

    def write(self, text: str, /) -> int:
        """Write a text cleaned."""
        return super().write(escape_invisible(text, "\n\t"))

    def isatty(self) -> bool:
        """Whether colours may be written: never through here."""
        return False


def clean_streams() -> None:
    """Let everything that this process prints from now on go through a `CleanStream`."""
    sys.stdout = CleanStream(sys.stdout)
    sys.stderr = CleanStream(sys.stderr)
