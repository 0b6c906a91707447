"""Records that say who somebody is: whoever can write the state store, and not read the home's key, can make none."""

import contextlib
import hmac
from collections.abc import Sequence

from audit.keys import sign
from audit.seal import SealedStore
from state import ConflictError, Record, StateStore, Write
from state.records import Body, encode_body

MAC = "mac"


#: So many records are removed at once; a record that is changed meanwhile keeps those of its batch until the next time.
BATCH = 25


def remove_records(store: StateStore, records: Sequence[Record]) -> int:
    """Remove records that nobody has changed since they were read; how many were."""
    removed = 0
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        with contextlib.suppress(ConflictError):
            store.transact([Write.remove(record) for record in batch])
            removed += len(batch)
    return removed


class SealedRecords:
    """The records of a kind; one that was not written here, or was written for another key, is not there."""

    def __init__(self, store: SealedStore, kind: str) -> None:
        self.kind = kind
        self._store = store

    def get(self, key: str) -> Record | None:
        """The newest version of one record, without what seals it; None where there is no genuine one."""
        record = self._store.get(self.kind, key)
        return None if record is None else self._open(record)

    def list(self, prefix: str = "") -> Sequence[Record]:
        """All genuine records whose key starts so, ordered by key."""
        return [found for record in self._store.list(self.kind, prefix) if (found := self._open(record)) is not None]

    def insert(self, key: str, body: Body) -> Write:
        """The write of a new record."""
        return Write.insert(self.kind, key, self._seal(key, body))

    def update(self, record: Record, body: Body) -> Write:
        """The write of another body, which happens only while ``record`` is still the newest version."""
        return Write.update(record, self._seal(record.key, body))

    def put(self, key: str, body: Body) -> Write:
        """The write of a record whatever is there now, also where that is not genuine."""
        found = self._store.get(self.kind, key)
        return self.insert(key, body) if found is None else self.update(found, body)

    def _seal(self, key: str, body: Body) -> Body:
        return {**body, MAC: sign(self._store.seal.key, self._describe(key, body))}

    def _open(self, record: Record) -> Record | None:
        secret = self._store.seal.known_key
        body = {name: value for name, value in record.body.items() if name != MAC}
        found = str(record.body.get(MAC, ""))
        if secret is None or not hmac.compare_digest(
            found.encode(), sign(secret, self._describe(record.key, body)).encode()
        ):
            return None
        return Record(record.kind, record.key, record.version, body)

    def _describe(self, key: str, body: Body) -> str:
        return f"record {self.kind} {len(key)} {key} {encode_body(body)}"
