"""A write that is sent twice is done once: `Idempotency-Key` names it, and the answer is kept for a day.

The key counts with who sent it and what they may, so that nobody is given somebody else's answer. What is kept: the
hash of the request and the answer, in the state store, in a fixed number of records. Old entries go when others come,
and by the API's upkeep. An answer that holds a secret (`Cache-Control: no-store`) is not kept; that it was given is.
"""

import base64
import contextlib
import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal

from core.instants import Clock
from state import ConflictError, StateStore, Write

KIND = "idempotency"
#: For how long an answer is kept, and after how long a request that did not end counts as dead.
KEPT, DEAD = dt.timedelta(hours=24), dt.timedelta(seconds=120)
#: A record with so many answers of this length, written in base64, is one that DynamoDB takes (400 KiB).
SLOTS, MOST_ENTRIES, MOST_BYTES = 256, 20, 12_288
ATTEMPTS = 50

Entry = dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """An answer as it was given; ``body`` is None where it was not kept."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | None


@dataclass(frozen=True)
class Found:
    """What is known of a key: nothing (this request has it now), the answer, another request, or one that runs."""

    state: Literal["begun", "done", "other", "running"]
    kept: Kept | None = None


class IdempotencyBook:
    """Remembers which writes were asked for and what was answered."""

    def __init__(self, store: StateStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def begin(self, name: str, request_hash: str) -> Found:
        """Take a key for a request, where it is free or what had it is dead."""
        found = Found("running")

        def take(entries: dict[str, Entry]) -> bool:
            nonlocal found
            known = entries.get(name)
            if known is not None and known["request"] != request_hash:
                found = Found("other")
            elif known is not None and known["state"] == "done":
                body = known["body"]
                kept = None if body is None else base64.b64decode(body)
                headers = tuple((pair[0], pair[1]) for pair in known["headers"])
                found = Found("done", Kept(known["status"], headers, kept))
            elif known is not None and self._clock() - dt.datetime.fromisoformat(known["at"]) < DEAD:
                found = Found("running")
            else:
                entries[name] = {"state": "running", "request": request_hash, "at": self._clock().isoformat()}
                found = Found("begun")
            return found.state == "begun"

        self._change(name, take)
        return found

    def finish(self, name: str, request_hash: str, kept: Kept) -> None:
        """Keep the answer to a request that has begun."""

        def keep(entries: dict[str, Entry]) -> bool:
            is_kept = kept.body is not None and len(kept.body) <= MOST_BYTES
            entries[name] = {
                "state": "done", "request": request_hash, "at": self._clock().isoformat(), "status": kept.status,
                "headers": [list(pair) for pair in kept.headers],
                "body": base64.b64encode(kept.body).decode() if is_kept and kept.body is not None else None,
            }  # fmt: skip
            return True

        self._change(name, keep)

    def free(self, name: str) -> None:
        """Forget a request that came to nothing: it can be sent again."""
        self._change(name, lambda entries: entries.pop(name, None) is not None)

    def drop_old(self) -> int:
        """Forget answers that are older than a day; how many. A slot that is written meanwhile is left for later."""
        dropped = 0
        for record in self._store.list(KIND):
            entries = record.body["entries"]
            kept = self._prune(entries, "")
            if len(kept) == len(entries):
                continue
            with contextlib.suppress(ConflictError):
                # never removed: at a version that begins again, another request could write over what it has not read
                self._store.transact([Write.update(record, {"entries": kept})])
                dropped += len(entries) - len(kept)
        return dropped

    def _change(self, name: str, change: Any) -> None:
        slot = f"{int(name[:8], 16) % SLOTS:03d}"
        for _ in range(ATTEMPTS):
            record = self._store.get(KIND, slot)
            entries = {} if record is None else self._prune(record.body["entries"], name)
            if not change(entries):
                return
            try:
                if record is not None:
                    self._store.update(KIND, slot, {"entries": entries}, record.version)
                    return
                if self._store.insert(KIND, slot, {"entries": entries}):
                    return
            except ConflictError:
                continue
        raise ConflictError(KIND, slot, None, None)

    def _prune(self, entries: dict[str, Entry], name: str) -> dict[str, Entry]:
        """Without what is older than a day, and of the others so many, the newest, as there is room for."""
        oldest = (self._clock() - KEPT).isoformat()
        found = {key: entry for key, entry in entries.items() if entry["at"] > oldest}
        newest = sorted(found, key=lambda key: (key == name, found[key]["at"]))[-MOST_ENTRIES:]
        return {key: found[key] for key in newest}


def name_key(*parts: Any) -> str:
    """Names a key of somebody."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
