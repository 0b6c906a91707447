"""The outbox: messages that were decided on, until a channel has taken each of them.

A message is stored in the transaction that decides on it and sent later: claim (a lease) -> send -> mark as sent. A
process that dies between send and mark leaves a lease that runs out, and the message is sent again *under the same
message id* (Message-ID and Idempotency-Key headers): delivery is at least once, receivers drop the repeat. No sender
can do better without the receiver's help.
"""

import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from alerts.channels import Channel, ChannelError, Message
from alerts.cleaning import clean_text
from alerts.messages import KIND, OutboxMessage, Status
from alerts.outcomes import DeliveryReport, SendOutcome
from alerts.settings import AlertSettings
from audit.log import AuditEntry, AuditLog
from core.errors import CloudcostError
from core.instants import Checkpoint, Clock, pass_checkpoint
from state import ConflictError, Record, StateStore, Write

ACTOR = "cloudcost"

# Failures of one channel in one delivery run after which the rest of its messages wait.
FAILURES_IN_A_ROW = 2


class MessageNotFoundError(CloudcostError, KeyError):
    """There is no message with this key that waits to be put in again."""


class Outbox:
    """Delivers what is due. Several processes may deliver at once: each message is held by one of them."""

    def __init__(
        self,
        store: StateStore,
        channels: Mapping[str, Channel],
        settings: AlertSettings,
        clock: Clock,
        checkpoint: Checkpoint = pass_checkpoint,
    ) -> None:
        self._store = store
        self._channels = channels
        self._settings = settings
        self._clock = clock
        self._checkpoint = checkpoint
        self._audit = AuditLog(store, clock)
        self._owner = uuid.uuid4().hex

    def messages(self, status: Status | None = None) -> list[OutboxMessage]:
        """The outbox, or its messages of one status; `dead` ones wait for `requeue`. Damaged records are left out."""
        found = [message for record in self._store.list(KIND) if (message := _try_load(record)) is not None]
        return [message for message in found if status in (None, message.status)]

    def deliver_pending(self) -> DeliveryReport:
        """Try every message that is due, once; failures are stored with the message and named in the report."""
        deliveries = self.list_damaged()
        failures: Counter[str] = Counter()
        held_back = 0
        for message in sorted(self.messages("pending"), key=lambda message: message.order):
            if not self._is_due(message):
                continue
            if failures[message.channel] >= FAILURES_IN_A_ROW:
                # One failure may be the message's own; two in a row show that the channel is down, and waiting for
                # another hundred timeouts shows nothing more.
                held_back += 1
                continue
            claimed = self._claim(message)
            if claimed is None:
                continue
            delivery = self._attempt(claimed)
            deliveries.append(delivery)
            failures[message.channel] = failures[message.channel] + 1 if delivery.status == "pending" else 0
        return DeliveryReport(tuple(deliveries), held_back, len(self.messages("dead")))

    def list_damaged(self) -> list[SendOutcome]:
        """Records of the outbox that cannot be read: they are never sent, nor given up."""
        damaged = [record for record in self._store.list(KIND) if _try_load(record) is None]
        why = "the record in the outbox is damaged and cannot be read"
        return [SendOutcome(record.key, "", record.key.split("/")[-2:][0], "dead", 0, why) for record in damaged]

    def requeue(self, key: str, actor: str) -> OutboxMessage:
        """Give a dead message a fresh set of attempts, under its old message id; raises MessageNotFoundError."""
        record = self._store.get(KIND, key)
        message = None if record is None else _try_load(record)
        if message is None or message.status != "dead":
            raise MessageNotFoundError(f"no dead message {key!r}")
        revived = message.model_copy(update={"status": "pending", "attempts": 0, "due_at": self._clock()})
        self._audit.commit([_plan(revived)], [AuditEntry(actor, "message.requeued", key)])
        return revived

    def _is_due(self, message: OutboxMessage) -> bool:
        now = self._clock()
        return message.due_at <= now and (message.lease_until is None or message.lease_until <= now)

    def _claim(self, message: OutboxMessage) -> OutboxMessage | None:
        claimed = message.model_copy(
            update={
                "attempts": message.attempts + 1,
                "lease_owner": self._owner,
                "lease_until": self._clock() + timedelta(seconds=self._settings.lease_seconds),
            }
        )
        try:
            record = self._store.update(KIND, message.key, claimed.model_dump(mode="json"), message.version)
        except ConflictError:
            return None
        self._checkpoint("claimed")
        return _load(record)

    def _attempt(self, message: OutboxMessage) -> SendOutcome:
        if message.attempts > self._settings.max_attempts:
            # Only a process that died in each of its attempts leaves a message here.
            return self._mark_failed(message, "the sending process ended in every attempt", may_retry=False)
        channel = self._channels.get(message.channel)
        if channel is None:
            return self._mark_failed(message, f"channel {message.channel!r} is not configured", may_retry=True)
        try:
            receipt = channel.send(
                Message(
                    message_id=message.message_id,
                    subject=message.subject,
                    text=message.text,
                    html=message.html,
                    data=message.data,
                )
            )
        except ChannelError as error:
            return self._mark_failed(message, str(error), may_retry=error.retryable, retry_after=error.retry_after)
        except Exception as error:  # a fault inside one channel must not keep the others' alerts back
            return self._mark_failed(message, f"{type(error).__name__}: {error}", may_retry=True)
        self._checkpoint("sent")
        return self._mark_sent(message, receipt.reference, receipt.problems)

    def _mark_sent(self, message: OutboxMessage, reference: str, problems: tuple[str, ...]) -> SendOutcome:
        reference, problems = clean_text(reference), tuple(map(clean_text, problems))
        error = "; ".join(problems) or None
        changes = {"status": "sent", "sent_at": self._clock(), "receipt": reference, "last_error": error}
        details = {"message_id": message.message_id, "attempts": message.attempts, "receipt": reference}
        return self._settle(message, changes, "message.sent", {**details, "problems": list(problems)}, error)

    def _mark_failed(
        self, message: OutboxMessage, error: str, *, may_retry: bool, retry_after: float | None = None
    ) -> SendOutcome:
        error = clean_text(error)
        is_dead = not may_retry or message.attempts >= self._settings.max_attempts
        backoff = min(self._settings.retry_base_seconds * 2 ** (message.attempts - 1), self._settings.retry_cap_seconds)
        wait = max(backoff, retry_after or 0.0)
        changes = {
            "status": "dead" if is_dead else "pending",
            "last_error": error,
            "due_at": self._clock() + timedelta(seconds=wait),
        }
        event = "message.dead" if is_dead else "message.failed"
        details = {"message_id": message.message_id, "attempts": message.attempts, "error": error}
        return self._settle(message, changes, event, details, error)

    def _settle(
        self, message: OutboxMessage, changes: dict[str, Any], event: str, details: dict[str, Any], error: str | None
    ) -> SendOutcome:
        settled = message.model_copy(update={**changes, "lease_owner": None, "lease_until": None})
        try:
            self._audit.commit([_plan(settled)], [AuditEntry(ACTOR, event, message.key, details)])
        except ConflictError:
            # The lease ran out during the attempt and another process holds the message now; its outcome counts.
            error = error or "the lease ran out while the message was sent; it may be sent again under the same id"
        return SendOutcome(message.key, message.message_id, message.channel, settled.status, message.attempts, error)


def _load(record: Record) -> OutboxMessage:
    return OutboxMessage.model_validate({**record.body, "version": record.version})


def _try_load(record: Record) -> OutboxMessage | None:
    try:
        return _load(record)
    except ValidationError:
        return None


def _plan(message: OutboxMessage) -> Write:
    return Write(KIND, message.key, message.model_dump(mode="json"), message.version)
