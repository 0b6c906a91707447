"""Passwords: how they are made, kept and compared. What is kept is slow to guess from."""

import base64
import hashlib
import hmac
import secrets
import threading

from core.errors import CloudcostError

#: 32 MiB and about 0.1 s for each guess (OWASP's lowest for scrypt is half of N with more lanes).
N, R, P = 2**15, 8, 1
MOST_MEMORY = 64 << 20
SALT_BYTES, HASH_BYTES = 16, 32
SHORTEST, LONGEST = 12, 200
#: Without what looks like something else: 0 and O, 1, l and I. 20 of 56 are 116 bits.
LETTERS = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
#: So many are compared at once, since each takes a core and memory; so many wait for a turn, each with a thread that
#: other requests need; who comes then is told to come again.
_AT_ONCE, _WAITING = threading.BoundedSemaphore(2), threading.BoundedSemaphore(8)
LONGEST_WAIT = 5.0
BUSY = "too many people are signing in: try again in a moment"


class PasswordError(CloudcostError):
    """A password cannot be one; the message states why."""


class TooBusyError(CloudcostError):
    """So many passwords are being compared that one more has no turn."""


def make_password() -> str:
    """A new one, in groups that a person can type."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(20))
    return "-".join(letters[start : start + 5] for start in range(0, 20, 5))


def check_password(password: str, name: str) -> None:
    """`PasswordError` for one that is too short, too long, too plain, or the name of its owner."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(f"a password has {SHORTEST} to {LONGEST} characters")
    if len(set(password)) < 5 or password.strip().lower() in {name.lower(), name.partition("@")[0].lower()}:
        raise PasswordError("this password is too easily guessed: take another one")


def hash_password(password: str) -> str:
    """What is kept of a password."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = _digest(password, salt, (N, R, P))
    return "$".join(["scrypt", f"{N},{R},{P}", _encode(salt), _encode(digest)])


def is_password(password: str, kept: str | None) -> bool:
    """Whether it is the password that this was kept of; where nothing was kept it takes as long to say no.

    `TooBusyError` where it has no turn within some seconds.
    """
    if not _WAITING.acquire(blocking=False):
        raise TooBusyError(BUSY)
    try:
        if not _AT_ONCE.acquire(timeout=LONGEST_WAIT):
            raise TooBusyError(BUSY)
    finally:
        _WAITING.release()
    try:
        _, costs, salt, digest = (kept or _NOBODY).split("$")
        n, r, p = map(int, costs.split(","))
        is_right = hmac.compare_digest(
            _digest(password[:LONGEST], base64.b64decode(salt), (n, r, p)), base64.b64decode(digest)
        )
        return is_right and kept is not None and len(password) <= LONGEST
    finally:
        _AT_ONCE.release()


def _digest(password: str, salt: bytes, costs: tuple[int, int, int]) -> bytes:
    n, r, p = costs
    text = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=MOST_MEMORY, dklen=HASH_BYTES)


def _encode(value: bytes) -> str:
    return base64.b64encode(value).decode()


#: What nobody's password is compared with: of the same cost as a real one.
_NOBODY = "$".join(["scrypt", f"{N},{R},{P}", _encode(bytes(SALT_BYTES)), _encode(bytes(HASH_BYTES))])
