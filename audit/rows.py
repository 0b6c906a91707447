"""The rows of the audit log: what one holds, how it is kept, and the hash that chains it to the one before."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from audit.keys import name_key, sign
from audit.seal import EMPTY, Sighting
from state import Record, StateStore

ROW_KIND = "audit"
HEAD_KIND = "audit_head"
HEAD_KEY = "head"
FIRST_HASH = EMPTY.hash
#: The row that accepts, as they are, the rows of a release that had no key; and the one by which a person does.
SEALED = "audit.sealed"
ACCEPTED = "audit.accepted"


@dataclass(frozen=True)
class AuditEntry:
    """What is to be written down: an actor's event on a subject, with details that are JSON values."""

    actor: str
    event: str
    subject: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditRow:
    """One line of the log; `hash` covers every other field, `prev_hash` among them.

    The last four are empty in rows without a key: `account`, `host` and `channel` say from where it was written,
    `key_id` by which key it is sealed.
    """

    seq: int
    at: str
    actor: str
    event: str
    subject: str
    details: dict[str, Any]
    prev_hash: str
    hash: str
    account: str = ""
    host: str = ""
    channel: str = ""
    key_id: str = ""


def hash_row(row: AuditRow, key: bytes | None = None) -> str:
    """The hash of the row's fields, its own hash left out, as JSON with sorted keys.

    Plain SHA-256 for a row without a key, as releases without keys wrote them; else HMAC-SHA-256 under its key.
    """
    fields = [row.seq, row.at, row.actor, row.event, row.subject, row.details, row.prev_hash]
    if row.key_id:
        fields += [row.account, row.host, row.channel, row.key_id]
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest() if key is None else sign(key, text)


def is_genuine(row: AuditRow, key: bytes | None) -> bool:
    """Whether the row is as it was written: sealed by this key, or, for a log without one, by its hash alone."""
    return row.key_id == (name_key(key) if key else "") and row.hash == hash_row(row, key)


def write_row(row: AuditRow) -> dict[str, Any]:
    """A row as it is stored; what a row without a key does not have is left out, as it was before there were keys."""
    origin = ("account", "host", "channel", "key_id")
    return {name: value for name, value in vars(row).items() if row.key_id or name not in origin}


def read_row(record: Record) -> AuditRow | None:
    """A stored row; None where the record does not have the fields of one."""
    try:
        row = AuditRow(**record.body)
    except TypeError:
        return None
    is_typed = isinstance(row.seq, int) and isinstance(row.details, dict)
    texts = (row.at, row.actor, row.event, row.subject, row.prev_hash, row.hash, row.account, row.host, row.channel)
    return row if is_typed and all(isinstance(text, str) for text in (*texts, row.key_id)) else None


def name_row(seq: int) -> str:
    """The key under which a row is stored, so that keys are ordered as rows are."""
    return f"{seq:012d}"


def read_head(store: StateStore) -> tuple[Record | None, Sighting]:
    """The stored head, and the row that it names; the empty log where it names none."""
    record = store.get(HEAD_KIND, HEAD_KEY)
    body = {} if record is None else record.body
    seq, digest = body.get("seq"), body.get("hash")
    return record, Sighting(seq, digest) if isinstance(seq, int) and isinstance(digest, str) else EMPTY


def find_last(records: list[Record]) -> Sighting:
    """The last of the stored rows, whatever is in it."""
    if not records:
        return EMPTY
    key, digest = records[-1].key, records[-1].body.get("hash")
    return Sighting(int(key) if key.isdecimal() else 0, digest if isinstance(digest, str) else FIRST_HASH)
