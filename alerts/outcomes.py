"""What became of the messages of the outbox in one delivery run."""

from dataclasses import dataclass

from alerts.messages import Status
from core.errors import CloudcostError


@dataclass(frozen=True)
class SendOutcome:
    """What became of one message in one delivery run."""

    key: str
    message_id: str
    channel: str
    status: Status
    attempts: int
    error: str | None = None


@dataclass(frozen=True)
class DeliveryReport:
    """One delivery run. `held_back` were due but their channel had just failed; `dead_in_all` is the whole outbox's."""

    deliveries: tuple[SendOutcome, ...]
    held_back: int
    dead_in_all: int

    @property
    def failures(self) -> tuple[SendOutcome, ...]:
        """Messages that did not reach everybody they were for."""
        return tuple(delivery for delivery in self.deliveries if delivery.error is not None)

    @property
    def is_ok(self) -> bool:
        """True when everything that was tried has arrived."""
        return not self.failures

    def raise_for_failures(self) -> None:
        """Raises DeliveryFailedError unless everything has arrived: a failing channel is a failed run."""
        if self.failures:
            raise DeliveryFailedError(self)


class DeliveryFailedError(CloudcostError):
    """At least one message could not be delivered in this run."""

    def __init__(self, report: DeliveryReport) -> None:
        self.report = report
        first = report.failures[0]
        super().__init__(
            f"{len(report.failures)} message(s) not delivered;"
            f" first: channel {first.channel!r}, {first.key}: {first.error}; what is not dead is tried again"
        )
