"""Alerts as signed JSON over HTTP.

The receiver checks `X-Cloudcost-Signature: sha256=<hex>`, the HMAC-SHA256 of `<X-Cloudcost-Timestamp>.<body>` under
the shared secret, refuses old timestamps, and drops a repeated `Idempotency-Key`.
"""

import hashlib
import hmac
import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, Literal

import requests
from pydantic import Field, HttpUrl, model_validator

from alerts.channels.base import Channel, ChannelError, ChannelOptions, Message, Receipt, read_secret
from alerts.channels.http_post import find_refusal, post
from alerts.channels.line import AddressRefusedError, Line
from alerts.channels.networks import Network
from core.instants import Clock

# What the receiver may say while the message itself is fine: not logged in yet, slow, too early, too many.
RETRYABLE_STATUSES = frozenset({401, 403, 408, 425, 429})


class WebhookOptions(ChannelOptions):
    """Where the JSON is posted and with which secret it is signed."""

    type: Literal["webhook"]
    url: HttpUrl | None = Field(default=None, description="The receiver. Give this or url_env.")
    url_env: str | None = Field(
        default=None,
        description="Environment variable with the receiver's address, for addresses that are secrets themselves.",
    )
    secret_env: str = Field(
        default="CLOUDCOST_WEBHOOK_SECRET",
        description="Environment variable with the signing secret. Always signed, so that nobody can forge an alert.",
    )
    timeout_seconds: float = Field(
        default=15, gt=0, le=300, description="From the first connection to the answer; an answer in drips ends too."
    )

    @model_validator(mode="after")
    def check_address(self) -> "WebhookOptions":
        """Exactly one way to know the address."""
        if (self.url is None) == (self.url_env is None):
            raise ValueError("give exactly one of url and url_env")
        return self


class WebhookChannel(Channel):
    """Posts one JSON document per message; redirects are not followed, the signed body must not wander off.

    What the receiver answers beyond status and headers is not read.
    """

    name: ClassVar[str] = "webhook"
    options_model: ClassVar[type[ChannelOptions]] = WebhookOptions

    def __init__(
        self,
        options: WebhookOptions,
        environ: Mapping[str, str],
        clock: Clock,
        allowed_networks: Sequence[Network],
    ) -> None:
        self._options = options
        self._environ = environ
        self._clock = clock
        self._allowed_networks = allowed_networks

    def send(self, message: Message) -> Receipt:
        """Post the message; raises ChannelError for anything but a 2xx answer."""
        body = json.dumps(
            {
                "message_id": message.message_id,
                "subject": message.subject,
                "text": message.text,
                "data": _make_finite(message.data),
            },
            allow_nan=False,
            ensure_ascii=False,
            sort_keys=True,
        ).encode()
        timestamp = str(int(self._clock().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "cloudcost",
            "Idempotency-Key": message.message_id,
            "X-Cloudcost-Timestamp": timestamp,
            "X-Cloudcost-Signature": sign_body(read_secret(self._environ, self._options.secret_env), timestamp, body),
        }
        url = self._find_url()
        with Line(self._options.timeout_seconds, self._allowed_networks) as line:
            try:
                answer = post(line, url, body, headers)
            except (requests.RequestException, AddressRefusedError) as error:
                raise ChannelError(f"{self._options.name}: {_explain(error, line)}", retryable=True) from error
            if line.is_over:  # cut in the middle of an answer, which reads like its end
                raise ChannelError(f"{self._options.name}: {_describe_deadline(line)}", retryable=True)
        if not 200 <= answer.status_code < 300:
            raise ChannelError(
                f"{self._options.name}: HTTP {answer.status_code}",
                retryable=answer.status_code in RETRYABLE_STATUSES or answer.status_code >= 500,
                retry_after=parse_retry_after(answer.headers.get("Retry-After"), self._clock()),
            )
        return Receipt(reference=f"HTTP {answer.status_code}")

    def _find_url(self) -> str:
        if self._options.url_env is not None:
            return read_secret(self._environ, self._options.url_env)
        return str(self._options.url)


def _make_finite(value: Any) -> Any:
    """The same without NaN and infinities, which JSON does not know: a strict receiver would refuse the whole alert."""
    if isinstance(value, dict):
        return {key: _make_finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_make_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _explain(error: Exception, line: Line) -> str:
    refusal = find_refusal(error)
    if refusal is not None:
        return str(refusal)
    if line.is_over or isinstance(error, requests.Timeout):
        return _describe_deadline(line)
    # The class only: the text of these errors holds the address, which may be a secret.
    return type(error).__name__


def _describe_deadline(line: Line) -> str:
    return f"no answer within {line.seconds:g} s"


def sign_body(secret: str, timestamp: str, body: bytes) -> str:
    """The signature header's value."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from either form of RFC 9110's Retry-After; None when there is none or it makes no sense."""
    if value is None:
        return None
    if re.fullmatch(r"\s*[0-9]+\s*", value):
        return float(value)  # infinite where it has hundreds of digits; ChannelError caps it
    try:
        when = parsedate_to_datetime(value)
        when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
        return max(0.0, (when - now).total_seconds())
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
