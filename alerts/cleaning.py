"""Texts of strangers (a server's error, say) made fit to be kept in the state, written to a log and shown."""

import re
from collections.abc import Collection

from core.logs.redaction import redact

MAX_CHARACTERS = 200

# Long, with letters and digits: a token that nothing announces.
_TOKEN = re.compile(r"(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{24,}")


def clean_text(text: str, secrets: Collection[str] = ()) -> str:
    """One line of at most 200 printable characters, without `secrets`, addresses' paths and what looks like a token."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "...")
    cut = text[: 5 * MAX_CHARACTERS]  # what is taken out below makes room for more than is shown
    # Control and format characters steer terminals and turn the direction of what follows; lone halves are no text.
    line = " ".join("".join(c if c.isprintable() else " " for c in cut).split())
    line = _TOKEN.sub("...", redact(line))
    return line if len(line) <= MAX_CHARACTERS else line[: MAX_CHARACTERS - 3] + "..."
