"""A retry for Google's clients that waits as long as Google asks; theirs knows no Retry-After."""

import functools
import re
from collections.abc import Callable
from typing import Any

from google.api_core.retry import Retry

from clouds.politeness import Politeness, Refusal, read_retry_after


class PoliteRetry(Retry):
    """Takes the place of `google.api_core.retry.Retry`: ``original`` states which errors may be tried again."""

    def __init__(self, original: Any, politeness: Politeness) -> None:
        self._original = original
        self._politeness = politeness
        super().__init__(predicate=original._predicate, timeout=None)

    def __call__(self, func: Callable[..., Any], on_error: Callable[[Exception], Any] | None = None) -> Any:
        @functools.wraps(func)
        def call_politely(*args: Any, **kwargs: Any) -> Any:
            return self._politeness.call(lambda: func(*args, **kwargs), self.judge)

        return call_politely

    def judge(self, outcome: Any) -> Refusal | None:
        """The refusal in an error; an answer is none."""
        if not isinstance(outcome, Exception) or not self._original._predicate(outcome):
            return None
        return Refusal(read_google_wait(outcome))

    def _replace(self, **_: Any) -> "PoliteRetry":
        """The clients shorten a retry's time; how long is tried is for the politeness to say."""
        return self


def read_google_wait(error: Any) -> float | None:
    """How long an error of Google's asks to wait: its Retry-After header, or the RetryInfo in its body."""
    response = getattr(error, "response", None)
    waits = [read_retry_after(response.headers)] if response is not None else []
    for detail in getattr(error, "details", None) or []:
        delay = detail.get("retryDelay") if isinstance(detail, dict) else None
        found = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(delay))
        waits.append(float(found[1]) if found else None)
    return max((seconds for seconds in waits if seconds is not None), default=None)
