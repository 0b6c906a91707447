"""What is taken out of a text before anybody else sees it: whatever looks like a secret."""

import re

# An address may carry a password before the host and tokens after it: what matters is the host.
# Every repeat before a fixed part is bounded: a long run of letters would be read anew from each of them.
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}://)(?:[^\s/?#@]*@)?([^\s/?#\"'<>]*)[^\s\"'<>]*")
_NAMED_SECRET = re.compile(
    r"(?i)((?:\w{0,40}(?:password|passwd|pwd|secret|token|signature|credential|assertion|cookie|api[_-]?key|access[_-]?key"
    r"|account[_-]?key|private[_-]?key)\w{0,40}|\bsig)"
    r"[\"']?\s*[=:]\s*)(?!\.\.\.)(?:\"[^\"]*\"|'[^']*'|\S+)"
)
_SIGN_IN = re.compile(
    r"(?i)\b(authorization\s*[:=]\s*(?:\w+\s+)?+|bearer\s+|basic\s+|auth (?:login|plain)\s+)(?!\.\.\.)\S+"
)
_KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]{0,40}KEY-----.*?(?:-----END [A-Z ]{0,40}KEY-----|$)", re.DOTALL)


def redact(text: str) -> str:
    """The text with `...` for named secrets and credentials, and addresses without user, path and query."""
    text = _KEY_BLOCK.sub("...", text)
    text = _ADDRESS.sub(r"\1\2", text)
    text = _NAMED_SECRET.sub(r"\1...", text)
    return _SIGN_IN.sub(r"\1...", text)
