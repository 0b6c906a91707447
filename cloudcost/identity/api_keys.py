"""Keys of machines: each acts as the person who made it, with at most the permissions that they gave it.

A key is `cck_<id>_<secret>`; of the secret, 256 bits, a digest is kept. It stops at once when it is revoked, has
expired, or its owner is disabled or may not do that any more.
"""

import contextlib
import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from audit.log import AuditEntry, AuditLog
from audit.seal import SealedStore
from cloudcost.identity.directory import Directory
from cloudcost.identity.person import Person
from cloudcost.identity.proofs import NotProvenError, Proof
from cloudcost.identity.roles import FOR_PEOPLE_ONLY, Permission
from cloudcost.identity.sealed_records import SealedRecords, remove_records
from core.errors import CloudcostError
from core.instants import Clock
from state import ConflictError, Record, StateStoreError

KIND, USES = "api_keys", "api_key_uses"
PREFIX = "cck_"
FORM = re.compile(r"cck_([a-z0-9]{12})_([A-Za-z0-9_-]{43})")
CREATED, REVOKED, SUBJECT = "key.created", "key.revoked", "key "
LONGEST_DAYS, MOST_KEYS, LONGEST_NAME = 366, 50, 100
#: A use within this time of the last one that was kept is not kept.
USE_SECONDS = 60
#: For so long after its end it is known when a key was used last.
USES_DAYS = 90
REFUSED = "This key does not count here: it was never made, was revoked, or has expired."


class ApiKeyError(CloudcostError):
    """A key cannot be made so; the message states why."""


class InvalidKeyError(ApiKeyError):
    """What was asked for cannot be a key's; ``field``: which part of it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NotGrantedError(ApiKeyError):
    """Nobody gives a key what they have not, or what is for people alone."""


class NoSuchKeyError(ApiKeyError):
    """There is no such key."""


@dataclass(frozen=True)
class ApiKey:
    """What is known of a key but its secret. ``permissions``: at most."""

    key_id: str
    owner: str
    name: str
    permissions: tuple[Permission, ...]
    created_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None = None
    used_at: dt.datetime | None = None


class ApiKeys:
    """Every key there is."""

    def __init__(self, store: SealedStore, directory: Directory, clock: Clock) -> None:
        self._records = SealedRecords(store, KIND)
        self._store = store
        self._directory = directory
        self._clock = clock

    def list(self, owner: str | None = None) -> Sequence[ApiKey]:
        """Everybody's keys, or one owner's; also those that count no more."""
        uses = {record.key: record.body["at"] for record in self._store.list(USES)}
        keys = [_read(record, uses.get(record.key)) for record in self._records.list()]
        return [key for key in keys if owner in (None, key.owner)]

    def find(self, key_id: str) -> ApiKey:
        """The key of that id; `NoSuchKeyError` where there is none."""
        record = self._records.get(key_id) if key_id else None
        if record is None:
            raise NoSuchKeyError(f"there is no key {key_id[:40]!r}")
        use = self._store.get(USES, key_id)
        return _read(record, None if use is None else use.body["at"])

    def create(
        self,
        owner: Person,
        name: str,
        permissions: Collection[Permission],
        days: int,
        through: SealedStore | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key and its text, which is shown this once.

        `NotGrantedError` for a permission that the owner has not or that is people's alone; `ApiKeyError` for too long
        a life, a name that is none, and one key too many.
        ``through``: the store whose audit rows say that the caller wrote them.
        """
        self._check(owner, name, permissions, days)
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        now = self._clock()
        granted = tuple(one for one in get_args(Permission) if one in permissions)
        key = ApiKey(key_id, owner.name, name.strip(), granted, now, now + dt.timedelta(days=days))
        details = {"name": key.name, "permissions": list(granted), "until": key.expires_at.isoformat()}
        entry = AuditEntry(owner.name, CREATED, f"{SUBJECT}{key_id}", details)
        write = self._records.insert(key_id, {**_as_body(key), "hash": _digest(secret)})
        AuditLog(through or self._store, self._clock).commit([write], [entry])
        return key, f"{PREFIX}{key_id}_{secret}"

    def revoke(self, actor: str, key_id: str, through: SealedStore | None = None) -> ApiKey:
        """Let a key count no more; one that is revoked stays as it is. `NoSuchKeyError`."""
        while True:
            key = self.find(key_id)
            record = self._records.get(key_id)
            if record is None or key.revoked_at is not None:
                return key
            body = {**record.body, "revoked_at": self._clock().isoformat(), "revoked_by": actor}
            entry = AuditEntry(actor, REVOKED, f"{SUBJECT}{key_id}", {"name": key.name, "owner": key.owner})
            try:
                AuditLog(through or self._store, self._clock).commit([self._records.update(record, body)], [entry])
            except ConflictError:
                continue  # somebody else has revoked it at this very moment
            return self.find(key_id)

    def prove(self, text: str) -> Proof:
        """Who a key is of; `NotProvenError` where it counts for nobody."""
        parts = FORM.fullmatch(text)
        record = self._records.get(parts[1]) if parts else None
        kept = "" if record is None else str(record.body["hash"])
        if parts is None or not hmac.compare_digest(_digest(parts[2]), kept):
            raise NotProvenError(REFUSED)
        return self.prove_by_name(parts[1])

    def prove_by_name(self, key_id: str) -> Proof:
        """Who a key is of, whose text was seen before; `NotProvenError` where it counts for nobody."""
        record = self._records.get(key_id) if key_id else None
        key = None if record is None else _read(record, None)
        if key is None or key.revoked_at is not None or key.expires_at <= self._clock():
            raise NotProvenError(REFUSED)
        owner = self._directory.find(key.owner)
        if owner is None:
            raise NotProvenError(REFUSED)
        self._note_use(key_id)
        allowed = frozenset(one for one in key.permissions if owner.may(one))
        return Proof(owner, f"key {key_id}", allowed, is_machine=True)

    def drop_old_uses(self, most: int) -> int:
        """Remove when keys were used last that count no more since a while, at most so many; how many were."""
        now = self._clock()
        counting = {
            key.key_id for key in self.list() if (key.revoked_at or key.expires_at) > now - dt.timedelta(days=USES_DAYS)
        }
        old = [record for record in self._store.list(USES) if record.key not in counting]
        return remove_records(self._store, old[:most])

    def _check(self, owner: Person, name: str, permissions: Collection[Permission], days: int) -> None:
        if self._directory.find(owner.name) is None:
            raise ApiKeyError(f"{owner.name!r} is known by a group alone: a key needs an owner whom `people` names")
        if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
            wrong = f"a key has a name of at most {LONGEST_NAME} printable characters, which says what it is for"
            raise InvalidKeyError("name", wrong)
        if not permissions:
            raise InvalidKeyError("permissions", "a key needs at least one permission")
        for permission in sorted(permissions):
            if permission in FOR_PEOPLE_ONLY:
                raise NotGrantedError(f"{permission} is for people: no key has it")
            if not owner.may(permission):
                raise NotGrantedError(f"{owner.name!r} has not the permission {permission} and cannot give it to a key")
        if not 1 <= days <= LONGEST_DAYS:
            raise InvalidKeyError("days", f"a key counts for 1 to {LONGEST_DAYS} days")
        now = self._clock()
        if sum(key.revoked_at is None and key.expires_at > now for key in self.list(owner.name)) >= MOST_KEYS:
            raise ApiKeyError(f"{owner.name!r} has {MOST_KEYS} keys that count: revoke some")

    def _note_use(self, key_id: str) -> None:
        """When a key was used last, to the minute; a use is not refused where this cannot be kept."""
        now, record = self._clock(), self._store.get(USES, key_id)
        with contextlib.suppress(ConflictError, StateStoreError):
            if record is None:
                self._store.insert(USES, key_id, {"at": now.isoformat()})
            elif (now - dt.datetime.fromisoformat(record.body["at"])).total_seconds() >= USE_SECONDS:
                self._store.update(USES, key_id, {"at": now.isoformat()}, record.version)


def _as_body(key: ApiKey) -> dict[str, Any]:
    return {
        "owner": key.owner,
        "name": key.name,
        "permissions": list(key.permissions),
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at.isoformat(),
    }


def _read(record: Record, used_at: str | None) -> ApiKey:
    body = record.body
    revoked_at = body.get("revoked_at")
    return ApiKey(
        record.key,
        body["owner"],
        body["name"],
        tuple(body["permissions"]),
        dt.datetime.fromisoformat(body["created_at"]),
        dt.datetime.fromisoformat(body["expires_at"]),
        None if revoked_at is None else dt.datetime.fromisoformat(revoked_at),
        None if used_at is None else dt.datetime.fromisoformat(used_at),
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
