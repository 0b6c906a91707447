"""The people of an installation: those of the configuration, and what was changed of them since, in force at once.

A change is a sealed row of the audit log, and that row is what counts: who can write the state store and not read the
key of the log can neither add a person nor give one a role. The file is where people start; a field that was changed
since is as it was changed, until somebody lets it be as the file has it again.
"""

import threading
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from audit.log import AuditEntry, AuditLog
from audit.rows import read_head
from cloudcost.identity.people_log import ADDED, CHANGED, RESET, SUBJECT, Replay, read_on
from cloudcost.identity.person import FIELDS, PROFILE, Person, put_together, read_fields
from cloudcost.identity.profile import check_profile
from cloudcost.identity.roles import ROLES
from core.errors import CloudcostError
from core.instants import Clock
from core.persons import describe_doubt, normalise_person
from state import ConflictError, Record, StateStore, Write

#: A record that every change moves, so that of two who change people at once one is told to look again.
KIND, KEY = "people", "changes"
LONGEST_NAME = 200
#: How long what was read is taken for what is, in seconds.
FRESH_SECONDS = 1.0


class PeopleError(CloudcostError):
    """A person cannot be changed so; the message states why."""


class InvalidPersonError(PeopleError):
    """What was asked for cannot be anybody's; ``field``: which part of it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NoSuchPersonError(PeopleError):
    """Nobody is called so."""


class Directory:
    """Everybody whom the configuration or an administrator named. Safe to share between threads."""

    def __init__(
        self,
        store: StateStore,
        people: Iterable[Person],
        scopes: Collection[str],
        clock: Clock,
        other: "Directory | None" = None,
        channels: Collection[str] = (),
    ) -> None:
        """``people``: as the configuration has them (`people_of_file`); ``scopes`` and ``channels``: the names of those
        that there are; ``other``: whose memory ends too with a change made here."""
        self._store = store
        self._base = {person.name: person for person in people}
        self._scopes = frozenset(scopes)
        self._channels = frozenset(channels)
        self._clock = clock
        self._replay = Replay()
        self._read_at = float("-inf")
        self._lock = threading.Lock()
        self._other = other

    def list(self) -> Sequence[Person]:
        """Everybody, by name, also those who are disabled."""
        replayed = self._refresh()
        # also who was changed and has left the file since: what was made of them counts, and so it is seen
        names = sorted(self._base.keys() | replayed.added | replayed.fields.keys())
        return [self._put_together(name, replayed) for name in names]

    def find(self, name: str) -> Person | None:
        """The person of that name, in whatever spelling; None where there is nobody."""
        try:
            person = normalise_person(name)
        except ValueError:
            return None
        replayed = self._refresh()
        if person not in self._base and person not in replayed.added and person not in replayed.fields:
            return None
        return self._put_together(person, replayed)

    def find_lookalike(self, name: str) -> str | None:
        """Another person whose name nobody can tell from this one; None where there is none."""
        replayed = self._refresh()
        return next((one for one in self._alike(name, replayed) if one != normalise_person(name)), None)

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
        alike = self.find_lookalike(person)
        if alike is not None:
            raise PeopleError(f"{person!r} looks like {alike!r}, who is there already: nobody could tell them apart")
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
            _check_other(actor, known.name)
        first = self._find_first(known.name, self._replay)
        if wanted.get("is_disabled") is False and first != known.name:
            raise PeopleError(f"{known.name!r} looks like {first!r}, who counts: nobody could tell them apart")
        after = replace(known, **read_fields(wanted))
        self._check_somebody_manages(known, after)
        return known if after == known else self._write(seen, CHANGED, actor, known.name, wanted, reason)

    def change_profile(self, actor: str, name: str, reason: str = "", **preferences: Any) -> Person:
        """Change what somebody prefers (fields of `Profile`); None is as without a word, what is not given stays.

        `NoSuchPersonError`; `InvalidPersonError` where a value cannot be. Who may is for the caller to judge: everybody
        their own, who manages people that of others.
        """
        seen = self._look()
        known = self._get(name)
        wanted = _as_json(preferences)
        try:
            check_profile(wanted, self._channels)
        except ValueError as error:
            raise InvalidPersonError(str(error).partition(":")[0].partition(".")[0], str(error)) from error
        now = self._replay.fields.get(known.name, {}).get(PROFILE) or {}
        after = put_together(known.name, self._base.get(known.name), {PROFILE: {**now, **wanted}}).profile
        return (
            known
            if after == known.profile
            else self._write(seen, CHANGED, actor, known.name, {PROFILE: wanted}, reason)
        )

    def reset(self, actor: str, name: str, reason: str = "") -> Person:
        """Let somebody be again as the configuration has them; who is not in it is disabled instead."""
        seen = self._look()
        known = self._get(name)
        base = self._base.get(known.name)
        if base is None:
            return self.change(actor, name, reason, is_disabled=True)
        if base.roles != known.roles:
            _check_other(actor, known.name)
        self._check_somebody_manages(known, base)
        return self._write(seen, RESET, actor, known.name, {}, reason) if known.changed else known

    def _put_together(self, name: str, replayed: Replay) -> Person:
        """Somebody as they are now. Whom the log or an earlier release has beside another of the same looks may do
        nothing: of two, the one that the configuration has counts, or who was there first."""
        found = put_together(name, self._base.get(name), replayed.fields.get(name, {}))
        return replace(found, is_disabled=True) if self._find_first(name, replayed) != name else found

    def _find_first(self, name: str, replayed: Replay) -> str:
        """Who counts of all who look so."""
        return next(iter(self._alike(name, replayed)), name)

    def _alike(self, name: str, replayed: Replay) -> Sequence[str]:
        """Everybody who looks so, those of the configuration first."""
        return replayed.list_alike(self._base, name)

    def _look(self) -> Record | None:
        """What a change goes on from, read before all else."""
        record = self._store.get(KIND, KEY)
        self.forget()
        return record

    def _get(self, name: str) -> Person:
        found = self.find(name)
        if found is None:
            raise NoSuchPersonError(f"there is nobody called {name[:LONGEST_NAME]!r}")
        return found

    def _check(self, name: str, fields: Mapping[str, Any]) -> None:
        unknown = sorted(fields.keys() - set(FIELDS))
        if unknown:
            raise InvalidPersonError(unknown[0], f"{name!r}: a person has no {unknown[0]!r}")
        for role in fields.get("roles", ()):
            if role not in ROLES:
                raise InvalidPersonError("roles", f"{name!r}: there is no role {role!r}; there are {', '.join(ROLES)}")
        for scope in fields.get("scopes", ()):
            if scope not in self._scopes:
                known = ", ".join(sorted(self._scopes)) or "none: `dashboards.scopes` names them"
                raise InvalidPersonError("scopes", f"{name!r}: there is no scope {scope!r}; there are {known}")
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
        return Directory(store, self._base.values(), self._scopes, self._clock, self, self._channels)

    def forget(self) -> None:
        """Read the log again before the next answer."""
        with self._lock:
            self._read_at = float("-inf")
        if self._other is not None:
            self._other.forget()

    def _refresh(self) -> Replay:
        with self._lock:
            if time.monotonic() - self._read_at < FRESH_SECONDS:
                return self._replay
            _, newest = read_head(self._store)
            if newest.seq != self._replay.seq:
                self._replay = read_on(self._store, self._replay, newest.seq)
            self._read_at = time.monotonic()
            return self._replay


def _check_other(actor: str, name: str) -> None:
    if name == normalise_person(actor):
        raise PeopleError(f"{name!r}: somebody else has to change your own roles")


def _as_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in fields.items()}


def _spell(name: str) -> str:
    """The one spelling of somebody who is to be added."""
    try:
        person = normalise_person(name)
    except ValueError as error:
        raise InvalidPersonError("name", str(error)) from error
    if len(person) > LONGEST_NAME or not person.isprintable():
        wrong = f"{person[:60]!r}: a name has at most {LONGEST_NAME} characters, all of them printable"
        raise InvalidPersonError("name", wrong)
    doubt = describe_doubt(person)
    if doubt:
        raise InvalidPersonError("name", f"{person[:60]!r}: {doubt}")
    return person
