"""Whether the audit log is what was written: edited, missing and foreign rows, a cut end, an older or another log."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from audit.keys import AuditKeyError, name_key
from audit.rows import (
    ACCEPTED,
    FIRST_HASH,
    ROW_KIND,
    SEALED,
    AuditRow,
    find_last,
    hash_row,
    is_genuine,
    name_row,
    read_head,
    read_row,
)
from audit.seal import Seal, Sighting
from state import Record, StateStore

#: A log that is written to all the time is read again this often, until its rows and its head are of one moment.
READ_ATTEMPTS = 20
_CHANGED = "the row was changed after it was written"
_OLDER = "its end was cut off, or an older state was put back"


@dataclass(frozen=True)
class ChainVerdict:
    """Whether the log is what was written: the number of rows that hold, and the first that does not.

    `accepted_rows`: so many from the first on are held as they are, because a person or an upgrade accepted them.
    """

    rows_checked: int
    broken_seq: int | None = None
    reason: str | None = None
    accepted_rows: int = 0

    @property
    def is_intact(self) -> bool:
        """True when every row follows from the one before."""
        return self.broken_seq is None

    def __str__(self) -> str:
        """One sentence."""
        if self.broken_seq is not None:
            return f"the audit log is broken at row {self.broken_seq}: {self.reason}"
        return f"{self.rows_checked} audit rows, the chain is intact"


def check_log(store: StateStore, seal: Seal | None, expected: Sighting | None = None) -> ChainVerdict:
    """The verdict on a store's log; ``expected`` is a head that somebody kept elsewhere."""
    try:
        key = None if seal is None else seal.known_key
        seen = _list_seen(seal, key, expected)
    except (AuditKeyError, ValueError) as error:
        return ChainVerdict(0, 1, str(error))
    records, head = _read_of_one_moment(store)
    verdict = _check_rows(records, key)
    if not verdict.is_intact:
        return verdict
    last = find_last(records)
    if head != last:
        return ChainVerdict(last.seq, last.seq + 1, f"the log's head is row {head.seq}")
    for who, sighting in seen:
        reason = _find_missing(records, last, who, sighting)
        if reason is not None:
            return ChainVerdict(min(last.seq, sighting.seq - 1), sighting.seq, reason)
    if seal is not None and is_witness_gone(seal, records, key):
        return ChainVerdict(last.seq, last.seq + 1, f"the witness {seal.witness.path} is gone")
    return verdict


def digest_records(records: Sequence[Record]) -> str:
    """One hash over stored rows, whatever is in them."""
    text = json.dumps([[record.key, record.version, record.body] for record in records], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def is_witness_gone(seal: Seal, records: Sequence[Record], key: bytes | None) -> bool:
    """Whether the witness was taken away. It is made before the key file is, and never later; with a shared key, before
    the first row of this account on this machine.
    """
    if key is None or seal.witness.path.exists():
        return False
    if seal.is_key_file:
        return True
    own = (seal.origin.account, seal.origin.host)
    rows = (read_row(record) for record in records)
    return any(row is not None and (row.account, row.host) == own and is_genuine(row, key) for row in rows)


def count_closed(rows: Sequence[AuditRow], key: bytes | None) -> int:
    """How many rows from the first on a release without keys wrote, if they are what the row that sealed them names."""
    prev = FIRST_HASH
    for place, row in enumerate(rows):
        if row.key_id:
            is_seal = key is not None and is_genuine(row, key) and _closes(row, prev) and row.seq == place + 1
            return place if is_seal else 0
        if row.prev_hash != prev or row.hash != hash_row(row):
            return 0
        prev = row.hash
    return 0


def _list_seen(seal: Seal | None, key: bytes | None, expected: Sighting | None) -> list[tuple[str, Sighting]]:
    """The newest rows that others remember. To be read before the log itself, which goes on meanwhile."""
    seen = [] if expected is None else [("who kept that head", expected)]
    witnessed = None if seal is None or key is None else seal.witness.read(key)
    return seen if witnessed is None else [*seen, ("the witness", witnessed)]


def _read_of_one_moment(store: StateStore) -> tuple[list[Record], Sighting]:
    for _ in range(READ_ATTEMPTS):
        _, head = read_head(store)
        records = store.list(ROW_KIND)
        if find_last(records) == head:
            break
    return records, head


def _check_rows(records: Sequence[Record], key: bytes | None) -> ChainVerdict:
    """Every row after those that a person accepted, which must be as they were then."""
    first, seq, prev = 0, 1, FIRST_HASH
    for place, record in enumerate(records):
        row = read_row(record)
        if row is not None and row.event == ACCEPTED and key is not None and is_genuine(row, key):
            first, seq, prev = place, row.details["rows"] + 1, row.details["head"]
            if row.details["digest"] != digest_records(records[:place]):
                return ChainVerdict(0, row.seq, "rows before it were changed after somebody accepted them")
    accepted, is_keyed = seq - 1, first > 0
    for record in records[first:]:
        reason = _find_break(record, seq, prev, key, is_keyed=is_keyed)
        if reason is not None:
            return ChainVerdict(seq - 1, seq, reason, accepted)
        if record.body.get("key_id") and not is_keyed:
            is_keyed, accepted = True, seq - 1
        seq, prev = seq + 1, record.body["hash"]
    return ChainVerdict(seq - 1, accepted_rows=accepted)


def _find_break(record: Record, seq: int, prev: str, key: bytes | None, *, is_keyed: bool) -> str | None:
    """Why this is not the row that was written there; ``is_keyed``: rows before it are sealed, so it must be too."""
    row = read_row(record)
    if row is None:
        return "the row does not have the fields of an audit row"
    if row.seq != seq or record.key != name_row(seq):
        return f"row {seq} is missing: found {record.key}"
    if row.prev_hash != prev:
        return "the row does not follow from the one before"
    if not row.key_id:
        if is_keyed:
            return "the row is not sealed with the key"
        return None if row.hash == hash_row(row) and record.version == 1 else _CHANGED
    if key is None or row.key_id != name_key(key):
        return "the row is sealed with another key than the one at hand: every machine needs the same"
    if row.hash != hash_row(row, key) or record.version != 1:
        return _CHANGED
    return None if is_keyed or seq == 1 or _closes(row, prev) else "the rows before it are not sealed"


def _closes(row: AuditRow, prev: str) -> bool:
    return row.event == SEALED and row.details == {"rows": row.seq - 1, "head": prev}


def _find_missing(records: Sequence[Record], last: Sighting, who: str, seen: Sighting) -> str | None:
    if seen.seq > last.seq:
        return f"it ends at row {last.seq}, and {who} has seen row {seen.seq}: {_OLDER}"
    found = {record.key: record.body.get("hash") for record in records}
    if seen.seq and found.get(name_row(seen.seq)) != seen.hash:
        return f"it is not the row that {who} has seen: the log was written anew, or {_OLDER}"
    return None
