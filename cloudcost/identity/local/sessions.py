"""Sign-ins that last: who, with what, until when, and the refresh token that goes on with it.

A refresh token is used once and gives the next one. Who uses one a second time has it from somebody else, or somebody
else has it from them: the sign-in ends for both. Its first part is known only to whoever was given a token of that
sign-in, and is kept as a digest, so nobody can end a stranger's.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit.log import AuditEntry, AuditLog
from audit.seal import SealedStore
from cloudcost.identity.people_log import SUBJECT
from cloudcost.identity.proofs import NotProvenError
from cloudcost.identity.roles import Role
from cloudcost.identity.sealed_records import SealedRecords, remove_records
from core.instants import Clock
from state import ConflictError, Record

KIND = "identity_sessions"
PREFIX, SHELF = "ccr_", 12
ENDED = "This sign-in has ended: sign in again."


@dataclass(frozen=True)
class SignedIn:
    """Somebody who has just proved who they are.

    ``generation``: of their account. ``roles`` and ``scopes``: what groups of their provider give to somebody whom the
    directory does not name.
    """

    person: str
    account: str
    at: dt.datetime
    generation: int
    roles: tuple[Role, ...] = ()
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Session:
    """A sign-in that lasts. ``name`` lets nobody in."""

    name: str
    who: SignedIn
    client: str
    ends_at: dt.datetime
    is_ended: bool


class Sessions:
    """Every sign-in that lasts."""

    def __init__(self, store: SealedStore, clock: Clock) -> None:
        self._records = SealedRecords(store, KIND)
        self._store = store
        self._clock = clock

    def begin(self, who: SignedIn, client: str, lasts: dt.timedelta, network: str) -> tuple[Session, str]:
        """A new sign-in and its first refresh token."""
        handle, secret = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        name = f"{_shelf(who.person)}{_digest(handle)[:32]}"
        session = Session(name, who, client, self._clock() + lasts, False)
        write = self._records.insert(session.name, {**_as_body(session), "token": _digest(secret)})
        details = {"by": client, "session": session.name, "from": network, "account": who.account}
        entry = AuditEntry(who.person, "identity.signed_in", f"{SUBJECT}{who.person}", details)
        AuditLog(self._store, self._clock).commit([write], [entry])
        return session, f"{PREFIX}{_shelf(who.person)}{handle}.{secret}"

    def find(self, name: str) -> Session | None:
        """The sign-in of that name, unless it has ended."""
        record = self._records.get(name)
        session = None if record is None else _read(record)
        return session if session is not None and self._is_open(session) else None

    def list(self, person: str) -> Sequence[Session]:
        """The sign-ins of somebody that have not ended."""
        found = [_read(record) for record in self._records.list(_shelf(person))]
        return [session for session in found if self._is_open(session) and session.who.person == person]

    def refresh(self, token: str, client: str) -> tuple[Session, str]:
        """The sign-in that a refresh token goes on with, and the next token. `NotProvenError` where there is none."""
        name, secret = _take_apart(token)
        record = self._records.get(name) if name else None
        session = None if record is None else _read(record)
        if record is None or session is None or not self._is_open(session) or session.client != client:
            raise NotProvenError(ENDED)
        if not hmac.compare_digest(_digest(secret), str(record.body["token"])):
            self.end(session.name, "identity.token_reused")
            raise NotProvenError(ENDED)
        following = secrets.token_urlsafe(32)
        write = self._records.update(record, {**record.body, "token": _digest(following)})
        try:
            self._store.transact([write])
        except ConflictError:
            # it was used twice at once
            self.end(session.name, "identity.token_reused")
            raise NotProvenError(ENDED) from None
        return session, f"{token.partition('.')[0]}.{following}"

    def find_by_token(self, token: str) -> Session | None:
        """The sign-in that a refresh token is of, whether it was used or not."""
        name, _ = _take_apart(token)
        return self.find(name) if name else None

    def end(self, name: str, event: str = "identity.signed_out") -> None:
        """End one sign-in, with every token of it; one that has ended stays so."""
        while True:
            record = self._records.get(name)
            session = None if record is None else _read(record)
            if record is None or session is None or session.is_ended:
                return
            if self._end(record, session, event):
                return

    def drop_old(self, most: int) -> int:
        """Remove what is over, at most so many; how many were. What was signed in stays in the audit log."""
        over = [record for record in self._records.list() if not self._is_open(_read(record))]
        return remove_records(self._store, over[:most])

    def _end(self, record: Record, session: Session, event: str) -> bool:
        person = session.who.person
        entry = AuditEntry(person, event, f"{SUBJECT}{person}", {"session": session.name, "by": session.client})
        write = self._records.update(record, {**record.body, "is_ended": True})
        try:
            AuditLog(self._store, self._clock).commit([write], [entry])
        except ConflictError:
            return False
        return True

    def _is_open(self, session: Session) -> bool:
        return not session.is_ended and session.ends_at > self._clock()


def _as_body(session: Session) -> dict[str, Any]:
    who = session.who
    return {
        "person": who.person,
        "account": who.account,
        "at": who.at.isoformat(),
        "generation": who.generation,
        "roles": list(who.roles),
        "scopes": list(who.scopes),
        "client": session.client,
        "ends_at": session.ends_at.isoformat(),
        "is_ended": session.is_ended,
    }


def _read(record: Record) -> Session:
    body = record.body
    who = SignedIn(
        body["person"],
        body["account"],
        dt.datetime.fromisoformat(body["at"]),
        body["generation"],
        tuple(body["roles"]),
        tuple(body["scopes"]),
    )
    return Session(record.key, who, body["client"], dt.datetime.fromisoformat(body["ends_at"]), body["is_ended"])


def _shelf(person: str) -> str:
    """What the names of somebody's sign-ins begin with, so that theirs are found without reading all."""
    return _digest(person)[:SHELF]


def _take_apart(token: str) -> tuple[str, str]:
    """The name of the sign-in that a refresh token is of, and its secret; no name where it is none."""
    found, _, secret = token.removeprefix(PREFIX).partition(".")
    if not token.startswith(PREFIX) or len(found) <= SHELF:
        return "", ""
    return f"{found[:SHELF]}{_digest(found[SHELF:])[:32]}", secret


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
