"""The people of an installation: those of the configuration, and what was changed of them since, in force at once.

A change is a sealed row of the audit log, and that row is what counts: who can write the state store and not read the
key of the log can neither add a person nor give one a role. The file is where people start; a field that was changed
since is as it was changed, until somebody lets it be as the file has it again.
"""

import threading
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from audit.keys import name_key
from audit.log import AuditEntry, AuditLog
from audit.rows import ROW_KIND, AuditRow, hash_row, name_row, read_head, read_row
from audit.seal import SealedStore
from cloudcost.identity.person import FIELDS, Person, put_together, read_fields
from cloudcost.identity.roles import ROLES
from core.errors import CloudcostError
from core.instants import Clock
from core.persons import normalise_person
from state import ConflictError, Record, StateStore, Write

#: Rows of the audit log about people; the subject is `person <name>`.
ADDED, CHANGED, RESET = "person.added", "person.changed", "person.reset"
SUBJECT = "person "
#: A record that every change moves, so that of two who change people at once one is told to look again.
KIND, KEY = "people", "changes"
LONGEST_NAME = 200
#: How long what was read is taken for what is, in seconds.
FRESH_SECONDS = 1.0


class PeopleError(CloudcostError):
    """A person cannot be changed so; the message states why."""


class NoSuchPersonError(PeopleError):
    """Nobody is called so."""


@dataclass
class _Replay:
    """What the audit log says of people, up to a row."""

    seq: int = 0
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)


class Directory:
    """Everybody whom the configuration or an administrator named. Safe to share between threads."""

    def __init__(
        self,
        store: StateStore,
        people: Iterable[Person],
        scopes: Collection[str],
        clock: Clock,
        other: "Directory | None" = None,
    ) -> None:
        """``people``: as the configuration has them (`people_of_file`); ``scopes``: the names of scopes there are;
        ``other``: whose memory ends too with a change made here."""
        self._store = store
        self._base = {person.name: person for person in people}
        self._scopes = frozenset(scopes)
        self._clock = clock
        self._replay = _Replay()
        self._read_at = float("-inf")
        self._lock = threading.Lock()
        self._other = other

    def list(self) -> Sequence[Person]:
        """Everybody, by name, also those who are disabled."""
        replayed = self._refresh()
        names = sorted(self._base.keys() | replayed.added)
        return [put_together(name, self._base.get(name), replayed.fields.get(name, {})) for name in names]

    def find(self, name: str) -> Person | None:
        """The person of that name, in whatever spelling; None where there is nobody."""
        if not name.strip():
            return None
        person = normalise_person(name)
        replayed = self._refresh()
        if person not in self._base and person not in replayed.added and person not in replayed.fields:
            return None
        return put_together(person, self._base.get(person), replayed.fields.get(person, {}))

    def approvers(self) -> tuple[str, ...]:
        """The names of those who may approve now."""
        return tuple(person.name for person in self.list() if person.may("decide_proposals"))

    def named_approvers(self) -> tuple[str, ...]:
        """Those of them whom the configuration names: who decides about a log that may have lost rows about people."""
        return tuple(
            name for name in self.approvers() if name in self._base and self._base[name].may("decide_proposals")
        )

    def add(self, actor: str, name: str, reason: str = "", **fields: Any) -> Person:
        """Add somebody with these roles, scopes and account.

        `PeopleError` where they are there already, or a role, scope or account cannot be theirs.
        """
        seen = self._look()
        person = _spell(name)
        if self.find(person) is not None:
            raise PeopleError(f"{person!r} is there already; change them instead")
        wanted = _as_json(fields)
        self._check(person, wanted)
        return self._write(seen, ADDED, actor, person, wanted, reason)

    def change(self, actor: str, name: str, reason: str = "", **fields: Any) -> Person:
        """Change roles, scopes, account or `is_disabled` of somebody; what is not given stays.

        `NoSuchPersonError`; `PeopleError` where a value cannot be, or nobody would be left who may manage people.
        """
        seen = self._look()
        known = self._get(name)
        wanted = _as_json(fields)
        self._check(known.name, wanted)
        if "roles" in wanted:
            _check_other(known, actor)
        after = replace(known, **read_fields(wanted))
        self._check_somebody_manages(known, after)
        return known if after == known else self._write(seen, CHANGED, actor, known.name, wanted, reason)

    def reset(self, actor: str, name: str, reason: str = "") -> Person:
        """Let somebody be again as the configuration has them; who is not in it is disabled instead."""
        seen = self._look()
        known = self._get(name)
        base = self._base.get(known.name)
        if base is None:
            return self.change(actor, name, reason, is_disabled=True)
        if base.roles != known.roles:
            _check_other(known, actor)
        self._check_somebody_manages(known, base)
        return self._write(seen, RESET, actor, known.name, {}, reason) if known.changed else known

    def _look(self) -> Record | None:
        """What a change goes on from, read before all else."""
        record = self._store.get(KIND, KEY)
        self.forget()
        return record

    def _get(self, name: str) -> Person:
        found = self.find(name)
        if found is None:
            raise NoSuchPersonError(f"there is nobody called {name.strip()!r}")
        return found

    def _check(self, name: str, fields: Mapping[str, Any]) -> None:
        unknown = sorted(fields.keys() - set(FIELDS))
        if unknown:
            raise PeopleError(f"{name!r}: a person has no {unknown[0]!r}")
        for role in fields.get("roles", ()):
            if role not in ROLES:
                raise PeopleError(f"{name!r}: there is no role {role!r}; there are {', '.join(ROLES)}")
        for scope in fields.get("scopes", ()):
            if scope not in self._scopes:
                known = ", ".join(sorted(self._scopes)) or "none: `dashboards.scopes` names them"
                raise PeopleError(f"{name!r}: there is no scope {scope!r}; there are {known}")
        account = fields.get("account")
        owner = next((p.name for p in self.list() if account is not None and p.account == account), name)
        if owner != name:
            raise PeopleError(f"{name!r}: the account {account!r} is {owner!r}'s: one person, one account")

    def _check_somebody_manages(self, before: Person, after: Person) -> None:
        if not before.may("manage_people") or after.may("manage_people"):
            return
        if not any(p.may("manage_people") for p in self.list() if p.name != before.name):
            raise PeopleError(f"{before.name!r} is the last who may manage people: give somebody else the role first")

    def _write(
        self, seen: Record | None, event: str, actor: str, name: str, fields: Mapping[str, Any], reason: str
    ) -> Person:
        write = Write.insert(KIND, KEY, {"changes": 1})
        if seen is not None:
            write = Write.update(seen, {"changes": seen.version + 1})
        entry = AuditEntry(actor, event, f"{SUBJECT}{name}", {"fields": dict(fields), "reason": reason})
        try:
            AuditLog(self._store, self._clock).commit([write], [entry])
        except ConflictError as conflict:
            raise PeopleError("somebody else changed people at this very moment; look again") from conflict
        finally:
            self.forget()
        return self._get(name)

    def acting_through(self, store: StateStore) -> "Directory":
        """The same people, whose changes are written through this store: of another account than this process's."""
        return Directory(store, self._base.values(), self._scopes, self._clock, self)

    def forget(self) -> None:
        """Read the log again before the next answer."""
        with self._lock:
            self._read_at = float("-inf")
        if self._other is not None:
            self._other.forget()

    def _refresh(self) -> _Replay:
        with self._lock:
            if time.monotonic() - self._read_at < FRESH_SECONDS:
                return self._replay
            _, newest = read_head(self._store)
            if newest.seq != self._replay.seq:
                self._replay = self._read_on(newest.seq)
            self._read_at = time.monotonic()
            return self._replay

    def _read_on(self, last: int) -> _Replay:
        """What is known of people, with the rows that have been written since."""
        key = self._store.seal.known_key if isinstance(self._store, SealedStore) else None
        known = self._replay
        is_continued = 0 < known.seq <= last and last - known.seq < 200  # rows are read one by one
        replayed = _Replay(known.seq, dict(known.fields), set(known.added)) if is_continued else _Replay()
        if is_continued:
            records = [self._store.get(ROW_KIND, name_row(seq)) for seq in range(known.seq + 1, last + 1)]
        else:
            records = [*self._store.list(ROW_KIND)]
        key_id = name_key(key) if key else ""
        for record in records:
            row = None if record is None else read_row(record)
            if row is None or record is None or record.key != name_row(row.seq) or not row.subject.startswith(SUBJECT):
                continue
            if row.key_id == key_id and row.hash == hash_row(row, key):
                _apply(row, replayed)
        replayed.seq = last
        return replayed


def _apply(row: AuditRow, replayed: _Replay) -> None:
    name, fields = row.subject.removeprefix(SUBJECT), row.details.get("fields")
    if not isinstance(fields, dict):
        return
    if row.event == ADDED:
        replayed.added.add(name)
        replayed.fields[name] = dict(fields)
    elif row.event == CHANGED:
        replayed.fields[name] = {**replayed.fields.get(name, {}), **fields}
    elif row.event == RESET:
        replayed.fields.pop(name, None)


def _as_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in fields.items()}


def _check_other(known: Person, actor: str) -> None:
    if known.name == normalise_person(actor):
        raise PeopleError(f"{known.name!r}: somebody else has to change your own roles")


def _spell(name: str) -> str:
    """The one spelling of somebody who is to be added."""
    try:
        person = normalise_person(name)
    except ValueError as error:
        raise PeopleError(str(error)) from error
    if len(person) > LONGEST_NAME or not person.isprintable():
        raise PeopleError(f"{person[:60]!r}: a name has at most {LONGEST_NAME} characters, all of them printable")
    return person
