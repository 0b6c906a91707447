"""What the audit log says of people: each genuine row about one of them, put together up to the newest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from audit.keys import name_key
from audit.rows import ROW_KIND, AuditRow, hash_row, name_row, read_row
from audit.seal import SealedStore
from cloudcost.identity.person import PROFILE
from core.persons import fold_lookalikes
from state import StateStore

#: Rows of the audit log about people; the subject is `person <name>`.
ADDED, CHANGED, RESET = "person.added", "person.changed", "person.reset"
SUBJECT = "person "
#: So many rows are read one by one; from more on all of them are.
ONE_BY_ONE = 200


@dataclass
class Replay:
    """What the audit log says of people, up to a row. ``fields``: by name, who was first said something of first."""

    seq: int = 0
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)
    _looks: dict[str, list[str]] | None = None

    def list_alike(self, base: Iterable[str], name: str) -> list[str]:
        """Everybody whose name nobody can tell from this one, those of the configuration (``base``) first."""
        looks = self._looks
        if looks is None:
            looks = {}
            for one in dict.fromkeys([*base, *self.fields, *sorted(self.added)]):
                looks.setdefault(fold_lookalikes(one), []).append(one)
            self._looks = looks  # whole, because threads share it
        return looks.get(fold_lookalikes(name), [])


def read_on(store: StateStore, known: Replay, last: int) -> Replay:
    """What is known of people, with the rows that have been written since; only genuine ones count."""
    key = store.seal.known_key if isinstance(store, SealedStore) else None
    is_continued = 0 < known.seq <= last and last - known.seq < ONE_BY_ONE
    replayed = Replay(known.seq, dict(known.fields), set(known.added)) if is_continued else Replay()
    if is_continued:
        records = [store.get(ROW_KIND, name_row(seq)) for seq in range(known.seq + 1, last + 1)]
    else:
        records = [*store.list(ROW_KIND)]
    key_id = name_key(key) if key else ""
    for record in records:
        row = None if record is None else read_row(record)
        if row is None or record is None or record.key != name_row(row.seq) or not row.subject.startswith(SUBJECT):
            continue
        if row.key_id == key_id and row.hash == hash_row(row, key):
            _apply(row, replayed)
    replayed.seq = last
    return replayed


def _apply(row: AuditRow, replayed: Replay) -> None:
    name, fields = row.subject.removeprefix(SUBJECT), row.details.get("fields")
    if not isinstance(fields, dict):
        return
    if row.event == ADDED:
        replayed.added.add(name)
        replayed.fields[name] = dict(fields)
    elif row.event == CHANGED:
        before = replayed.fields.get(name, {})
        preferred = {**(before.get(PROFILE) or {}), **(fields.get(PROFILE) or {})}
        replayed.fields[name] = {**before, **fields, **({PROFILE: preferred} if preferred else {})}
    elif row.event == RESET:
        replayed.fields.pop(name, None)
