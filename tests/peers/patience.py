"""A clock that tests own: sleeping moves it on at once, and every sleep is kept."""

from dataclasses import dataclass, field

from clouds.politeness import Politeness, RetryPolicy


@dataclass
class HandClock:
    """Seconds since the test began, and the sleeps that brought it there."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def quick_politeness(clock: HandClock | None = None, attempts: int = 3, patience_seconds: float = 120.0) -> Politeness:
    """Waits that take no time; the jitter is the middle of its range."""
    clock = clock or HandClock()
    policy = RetryPolicy(attempts=attempts, patience_seconds=patience_seconds)
    return Politeness(policy, clock=clock, sleep=clock.sleep, draw=lambda low, high: (low + high) / 2)
