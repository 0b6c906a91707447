"""What is taken out of a text before anybody else sees it: whatever looks like a secret."""

import re

# An address may carry a password before the host and tokens after it: what matters is the host.
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)(?:[^\s/?#@]*@)?([^\s/?#\"'<>]*)[^\s\"'<>]*")
_NAMED_SECRET = re.compile(
    r"(?i)\b((?:\w*(?:password|passwd|pwd|secret|token|signature|credential|api[_-]?key|access[_-]?key)\w*|sig)"
    r"[\"']?\s*[=:]\s*)(?!\.\.\.)(?:\"[^\"]*\"|'[^']*'|\S+)"
)
_SIGN_IN = re.compile(
    r"(?i)\b(authorization\s*[:=]\s*(?:\w+\s+)?+|bearer\s+|basic\s+|auth (?:login|plain)\s+)(?!\.\.\.)\S+"
)


def redact(text: str) -> str:
    """The text with `...` for named secrets and credentials, and addresses without user, path and query."""
    text = _ADDRESS.sub(r"\1\2", text)
    text = _NAMED_SECRET.sub(r"\1...", text)
    return _SIGN_IN.sub(r"\1...", text)
