"""The local accounts: a password or none, invitations to set one, and the generation that all tokens are of."""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.log import AuditEntry, AuditLog
from audit.seal import SealedStore
from cloudcost.identity.directory import Directory
from cloudcost.identity.local.attempts import Attempts, TooManyAttemptsError
from cloudcost.identity.local.passwords import (
    TooBusyError,
    check_password,
    hash_password,
    is_password,
    make_password,
)
from cloudcost.identity.people_log import SUBJECT
from cloudcost.identity.person import Person
from cloudcost.identity.proofs import NotProvenError
from cloudcost.identity.sealed_records import SealedRecords
from core.instants import Clock
from core.persons import normalise_person
from state import ConflictError

KIND = "identity_accounts"
INVITATION_HOURS = 24
#: A network from which somebody signed in is an acquaintance for so long.
KNOWN_DAYS, MOST_NETWORKS = 30, 20
WRONG = "Name or password is wrong."
BAD_INVITATION = "This invitation was used, has ended, or was never made: ask an administrator for another one."
NOTED = dt.timedelta(minutes=1)
#: Of two who change an account at once, one looks again.
TRIES = 5


@dataclass(frozen=True)
class Invitation:
    """What lets somebody set their password, once. ``token`` is shown when it is made and never again."""

    person: str
    token: str
    ends_at: dt.datetime


class Accounts:
    """The accounts of the people in the directory."""

    def __init__(self, store: SealedStore, directory: Directory, clock: Clock, attempts: Attempts) -> None:
        self._records = SealedRecords(store, KIND)
        self._store = store
        self._directory = directory
        self._clock = clock
        self.attempts = attempts
        self._noted: dict[str, dt.datetime] = {}

    def sign_in(self, name: str, password: str, network: str) -> tuple[Person, int]:
        """The person of this name and password, who is not disabled, and the generation that the password is of.

        `NotProvenError`, in one sentence whatever was wrong; `TooManyAttemptsError`; `TooBusyError`.
        """
        spelled = _spell(name)
        record = self._records.get(spelled) if spelled else None
        body: Mapping[str, Any] = {} if record is None else record.body
        is_known = self._is_known(body, network)
        try:
            self.attempts.begin(spelled, network, is_known)
        except TooManyAttemptsError:
            self._note_limit(spelled, network)
            raise
        try:
            is_right = is_password(password, body.get("password"))
        except TooBusyError:
            self.attempts.withdraw(spelled, network)
            raise
        person = self._directory.find(spelled) if spelled else None
        if not is_right or person is None or person.is_disabled:
            self.attempts.end_wrong(spelled, network, is_known)
            raise NotProvenError(WRONG)
        self.attempts.end_right(spelled, network)
        self._remember(spelled, network)
        return person, int(body["generation"])

    def has_password(self, person: str) -> bool:
        """Whether they can sign in here."""
        record = self._records.get(person)
        return record is not None and record.body.get("password") is not None

    def generation(self, person: str) -> int:
        """What tokens of theirs must be of to count; 0 for whoever never had an account."""
        record = self._records.get(person)
        return 0 if record is None else int(record.body["generation"])

    def reset_password(self, actor: str, person: str) -> str:
        """A new password for somebody; everything that was signed in ends."""
        password = make_password()
        fields = {"password": hash_password(password), "invitation": None}
        self._change(actor, "password.set", person, fields, {"by": "terminal"}, is_new=True)
        return password

    def invite(self, actor: str, person: Person, through: SealedStore | None = None) -> Invitation:
        """An invitation to set a password, which replaces an earlier one; what is signed in goes on.

        ``through``: the store whose audit rows say that the caller wrote them, here and below.
        """
        token = f"cci_{secrets.token_urlsafe(32)}"
        ends_at = self._clock() + dt.timedelta(hours=INVITATION_HOURS)
        kept = {"hash": _hash(token), "ends_at": ends_at.isoformat(), "by": actor}
        details = {"until": ends_at.isoformat()}
        self._change(actor, "password.invited", person.name, {"invitation": kept}, details, through=through)
        return Invitation(person.name, token, ends_at)

    def accept(self, name: str, token: str, password: str, network: str) -> Person:
        """Set the password that an invitation was for; everything that was signed in ends.

        `NotProvenError` for a wrong invitation; `PasswordError` for what cannot be a password.
        """
        spelled = _spell(name)
        record = self._records.get(spelled) if spelled else None
        invitation = {} if record is None else record.body.get("invitation") or {}
        self.attempts.begin(f"invitation {spelled}", network, True)
        is_right = hmac.compare_digest(_hash(token), str(invitation.get("hash", "")))
        person = self._directory.find(spelled) if spelled else None
        is_over = not invitation or dt.datetime.fromisoformat(invitation["ends_at"]) <= self._clock()
        if not is_right or is_over or record is None or person is None or person.is_disabled:
            self.attempts.end_wrong(f"invitation {spelled}", network, True)
            raise NotProvenError(BAD_INVITATION)
        self.attempts.end_right(f"invitation {spelled}", network)
        check_password(password, spelled)
        body = {
            **record.body,
            "password": hash_password(password),
            "invitation": None,
            "generation": self._next_generation(record.body),
        }
        entry = AuditEntry(spelled, "password.set", f"{SUBJECT}{spelled}", {"by": "invitation", "of": invitation["by"]})
        try:
            AuditLog(self._store, self._clock).commit([self._records.update(record, body)], [entry])
        except ConflictError:
            raise NotProvenError(BAD_INVITATION) from None  # somebody else has just used it
        return person

    def end_everything(self, actor: str, person: str, through: SealedStore | None = None) -> None:
        """End everything that is signed in as somebody; no token that was signed before counts."""
        self._change(actor, "identity.signed_out", person, {}, {"everywhere": True}, is_new=True, through=through)

    def _change(
        self,
        actor: str,
        event: str,
        person: str,
        fields: dict[str, Any],
        details: dict[str, Any],
        is_new: bool = False,
        through: SealedStore | None = None,
    ) -> None:
        """``is_new``: a generation begins."""
        log, entry = (
            AuditLog(through or self._store, self._clock),
            AuditEntry(actor, event, f"{SUBJECT}{person}", details),
        )
        for left in reversed(range(TRIES)):
            record = self._records.get(person)
            before: dict[str, Any] = {"generation": 0} if record is None else record.body
            generation = self._next_generation(before) if is_new else before["generation"]
            body = {**before, **fields, "generation": generation}
            write = self._records.put(person, body) if record is None else self._records.update(record, body)
            try:
                log.commit([write], [entry])
                return
            except ConflictError:
                if not left:
                    raise

    def _note_limit(self, person: str, network: str) -> None:
        """A row that somebody has to wait, one a minute for everybody who is known and one for all others together."""
        is_known = bool(person) and self._directory.find(person) is not None
        now, name = self._clock(), person if is_known else ""
        if now - self._noted.get(name, now - NOTED) < NOTED:
            return
        self._noted[name] = now
        subject = f"{SUBJECT}{person}" if is_known else "api"
        entry = AuditEntry("unknown", "identity.sign_in_limited", subject, {"from": network})
        AuditLog(self._store, self._clock).append(entry)

    def _next_generation(self, before: Mapping[str, Any]) -> int:
        """Later also than any that a record had which somebody put out of the way."""
        return max(int(before["generation"]), int(self._clock().timestamp())) + 1

    def _is_known(self, body: Mapping[str, Any], network: str) -> bool:
        seen = body.get("networks", {}).get(_name_network(network))
        since = self._clock() - dt.timedelta(days=KNOWN_DAYS)
        return seen is not None and dt.datetime.fromisoformat(seen) > since

    def _remember(self, person: str, network: str) -> None:
        """Signing in does not fail where this is not kept."""
        record = self._records.get(person)
        if record is None:
            return
        networks = {**record.body.get("networks", {}), _name_network(network): self._clock().isoformat()}
        newest = dict(sorted(networks.items(), key=lambda item: item[1])[-MOST_NETWORKS:])
        try:
            self._store.transact([self._records.update(record, {**record.body, "networks": newest})])
        except ConflictError:
            return


def _spell(name: str) -> str:
    try:
        return normalise_person(name[:200])
    except ValueError:
        return ""


def _name_network(network: str) -> str:
    return hashlib.sha256(network.encode()).hexdigest()[:16]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
