"""What a queue of events promises, whoever keeps it: each message is given until it is deleted."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class QueueMessage:
    """One received message: its identity at the queue, its text, and what the queue needs to delete it."""

    message_id: str
    body: str
    handle: Any


class EventQueue(Protocol):
    """Gives every message at least once. Every method raises `LocationError`."""

    name: str

    def receive(self) -> list[QueueMessage]:
        """The messages that wait, at most some hundred; they are hidden from other receivers for a while."""
        ...

    def delete(self, message: QueueMessage) -> None:
        """A message that was dealt with; one that is gone already is no error."""
        ...

    def keep(self, message: QueueMessage) -> None:
        """Leave a message that cannot be read where it is, hidden for long enough not to be read again at once."""
        ...
