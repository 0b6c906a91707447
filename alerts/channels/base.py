"""What an alert channel is: options, one message in, one receipt or one typed error out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import Field

from alerts.channels.networks import Network
from alerts.severity import Severity
from core.errors import CloudcostError
from core.instants import Clock
from core.section import Section


@dataclass(frozen=True)
class Message:
    """One alert, ready to go. `message_id` is the same on every attempt, so receivers can drop a repeated one."""

    message_id: str
    subject: str
    text: str
    html: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Receipt:
    """The receiving side took the message. `problems` names recipients that were refused while others were served."""

    reference: str
    problems: tuple[str, ...] = field(default=())


# A receiver may ask for patience, not for silence.
MAX_RETRY_AFTER_SECONDS = 3600.0


class ChannelError(CloudcostError):
    """The message was not taken; `retry_after` is in seconds, comes from the receiver and is at most an hour."""

    def __init__(self, reason: str, *, retryable: bool, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retryable = retryable
        self.retry_after = None if retry_after is None else min(max(0.0, retry_after), MAX_RETRY_AFTER_SECONDS)


class ChannelOptions(Section):
    """What every channel is configured with."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]*$",
        description="Name of this channel; part of each message's identity, so renaming it may send an alert again.",
    )
    type: str = Field(description="Which registered channel this is.")
    min_severity: Severity = Field(
        default=Severity.WARNING,
        description="The quietest incident sent here. Default warning: a channel that sends everything is muted.",
    )


class Channel(ABC):
    """A way to reach people or machines. A subclass is registered by its `name` in `alerts.channels`."""

    name: ClassVar[str]
    options_model: ClassVar[type[ChannelOptions]]

    @abstractmethod
    def __init__(
        self, options: Any, environ: Mapping[str, str], clock: Clock, allowed_networks: Sequence[Network]
    ) -> None:
        """`environ` is where secrets come from; it is read when a message is sent, so rotation needs no restart.

        `allowed_networks` may be connected to although they are private.
        """

    @abstractmethod
    def send(self, message: Message) -> Receipt:
        """Hand over one message; raises ChannelError."""


def read_secret(environ: Mapping[str, str], variable: str) -> str:
    """A secret from the environment; missing or empty is a ChannelError, worth a retry once somebody has set it."""
    value = environ.get(variable, "")
    if not value:
        raise ChannelError(f"environment variable {variable} is not set", retryable=True)
    return value
