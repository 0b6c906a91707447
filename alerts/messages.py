"""A message of the outbox: what is sent to one channel, as it is stored, and the write that puts it in."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from alerts.reports import Rendering
from core.instants import digest_key
from state import Write

KIND = "outbox"

Status = Literal["pending", "sent", "dead"]


class OutboxMessage(BaseModel):
    """One message for one channel; its key is (subject, channel, event) and is used once, ever."""

    model_config = ConfigDict(frozen=True)

    message_id: str
    subject_id: str
    channel: str
    event: str
    subject: str
    text: str
    html: str
    data: dict[str, Any]
    created_at: datetime
    due_at: datetime
    status: Status = "pending"
    attempts: int = 0
    lease_owner: str | None = None
    lease_until: datetime | None = None
    last_error: str | None = None
    sent_at: datetime | None = None
    receipt: str | None = None
    version: int = Field(default=0, exclude=True)

    @property
    def order(self) -> tuple[int, datetime, str]:
        """Oldest first, but what has failed comes after what was never tried: it must not stand in its way."""
        return self.attempts, self.created_at, self.key

    @property
    def key(self) -> str:
        """The record's key."""
        return message_key(self.subject_id, self.channel, self.event)


def message_key(subject_id: str, channel: str, event: str) -> str:
    """The outbox key of a message."""
    return f"{subject_id}/{channel}/{event}"


def plan_message(
    subject_id: str, channel: str, event: str, rendering: Rendering, data: dict[str, Any], now: datetime
) -> Write:
    """The write that puts a message into the outbox; to be done in the transaction that decides on it."""
    message = OutboxMessage(
        message_id=digest_key(subject_id, channel, event),
        subject_id=subject_id,
        channel=channel,
        event=event,
        subject=rendering.subject,
        text=rendering.text,
        html=rendering.html,
        data=data,
        created_at=now,
        due_at=now,
    )
    return Write.insert(KIND, message.key, message.model_dump(mode="json"))
