"""Texts of strangers (a server's error, say) made fit to be kept in the state, written to a log and shown."""

import re
from collections.abc import Collection

MAX_CHARACTERS = 200

# An address may carry a password before the host and tokens after it: what matters is the host.
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)(?:[^\s/?#@]*@)?([^\s/?#\"'<>]*)[^\s\"'<>]*")
_NAMED_SECRET = re.compile(
    r"(?i)\b((?:\w*(?:password|passwd|pwd|secret|token|signature|credential|api[_-]?key|access[_-]?key)\w*|sig)"
    r"[\"']?\s*[=:]\s*)(?!\.\.\.)(?:\"[^\"]*\"|'[^']*'|\S+)"
)
_SIGN_IN = re.compile(
    r"(?i)\b(authorization\s*[:=]\s*(?:\w+\s+)?+|bearer\s+|basic\s+|auth (?:login|plain)\s+)(?!\.\.\.)\S+"
)
# Long, with letters and digits: a token that nothing announces.
_TOKEN = re.compile(r"(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{24,}")


def clean_text(text: str, secrets: Collection[str] = ()) -> str:
    """One line of at most 200 printable characters, without `secrets`, addresses' paths and what looks like a token."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "...")
    cut = text[: 5 * MAX_CHARACTERS]  # what is taken out below makes room for more than is shown
    # Control and format characters steer terminals and turn the direction of what follows; lone halves are no text.
    line = " ".join("".join(c if c.isprintable() else " " for c in cut).split())
    line = _ADDRESS.sub(r"\1\2", line)
    line = _NAMED_SECRET.sub(r"\1...", line)
    line = _SIGN_IN.sub(r"\1...", line)
    line = _TOKEN.sub("...", line)
    return line if len(line) <= MAX_CHARACTERS else line[: MAX_CHARACTERS - 3] + "..."
