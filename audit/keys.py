"""The key of the audit log: the file or the variable of the environment that holds it, its name, what it signs."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from core.errors import CloudcostError
from core.file_trust import ROOT, explain_key

KEY_FOLDER = "keys"
KEY_FILE = "audit.key"
#: 32 characters of a password manager are more than 128 bits.
MIN_KEY_CHARACTERS = 32


class AuditKeyError(CloudcostError):
    """The key of the audit log cannot be used; the message states which and why."""


class KeyFile:
    """A key in a file that its owner alone may read, made with the first row that is sealed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self) -> bytes | None:
        """The key of the file; None where there is no file.

        `AuditKeyError` where it cannot be read, holds none, or is one that others may know or have put there.
        """
        try:
            with self.path.open(encoding="ascii") as file:
                # of the opened file: the name may lead elsewhere a moment later
                found = os.fstat(file.fileno())
                text = file.read().strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise AuditKeyError(f"{self.path}: the key of the audit log cannot be read: {error}") from None
        # root may look at the home of any account, where the key is that account's
        why = explain_key(found, (found.st_uid if os.geteuid() == ROOT else os.geteuid(),))
        if why is not None:
            raise AuditKeyError(f"{self.path}: {why}")
        if len(text) < MIN_KEY_CHARACTERS:
            raise AuditKeyError(f"{self.path}: there is no key of the audit log in it: put a backup of it back")
        return text.encode()

    def make(self, before: Callable[[bytes], None]) -> bytes:
        """A new key; ``before`` is called with it while there is no file yet. One process at a time may do this."""
        text = secrets.token_hex(32)
        before(text.encode())
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.new")
        write_durably(draft, text)
        draft.replace(self.path)
        return text.encode()


class KeyVariable:
    """A key in an environment variable, which `secrets:` may fill."""

    def __init__(self, name: str, environ: Mapping[str, str]) -> None:
        self._name = name
        self._environ = environ

    def find(self) -> bytes:
        """The key; `AuditKeyError` where the variable is not set or too short to be one."""
        text = self._environ.get(self._name, "").strip()
        if len(text) < MIN_KEY_CHARACTERS:
            what = f"holds {len(text)} characters" if text else "is not set"
            raise AuditKeyError(
                f"audit.key_env: the variable {self._name} {what}; the key of the audit log needs at least "
                f"{MIN_KEY_CHARACTERS}, the same ones on every machine"
            )
        return text.encode()


def name_key(key: bytes) -> str:
    """A name that distinguishes one key from another and reveals nothing about it."""
    return sign(key, "the name of this key")[:16]


def sign(key: bytes, text: str) -> str:
    """HMAC-SHA-256 of a text, in hexadecimal."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def write_durably(path: Path, text: str) -> None:
    """A file that its owner alone may read, on the disk when this returns; what a killed process left is replaced."""
    flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
