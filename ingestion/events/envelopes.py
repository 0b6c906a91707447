"""What the messages of the clouds say: which objects were written, whatever envelope that comes in.

S3 → SQS, S3 → SNS → SQS, S3 → EventBridge → SQS; Blob Storage → Event Grid (its own schema or CloudEvents) → queue.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_plus, urlsplit

from core.errors import SourceError

_WRITTEN_BLOB = ("microsoft.storage.blobcreated", "microsoft.storage.blobrenamed")


class EnvelopeError(SourceError):
    """A message is not an event of a known kind; it is kept and shown, never guessed at."""


@dataclass(frozen=True)
class WrittenObject:
    """An object that was written: ``s3://bucket/key`` or ``az://account/container/name``."""

    address: str


def read_envelope(body: str) -> list[WrittenObject]:
    """The objects whose writing a message reports; none where it reports something else (a test, a deletion)."""
    content = _decode(body)
    return list(dict.fromkeys(_read(content)))


def _decode(body: str) -> Any:
    """JSON, or base64 of JSON, which is how Event Grid writes into a Storage Queue."""
    text = body.strip()
    if not text.startswith(("{", "[")):
        try:
            text = base64.b64decode(text, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise EnvelopeError("the message is neither JSON nor base64 of JSON") from None
    try:
        return json.loads(text)
    except ValueError:
        raise EnvelopeError("the message is no JSON") from None


def _read(content: Any) -> Iterator[WrittenObject]:
    if isinstance(content, list):
        for item in content:
            yield from _read(item)
        return
    if not isinstance(content, dict):
        raise EnvelopeError(f"the message is JSON, but a {type(content).__name__} where an object is expected")
    if content.get("Type") == "Notification" and isinstance(content.get("Message"), str):
        yield from _read(_decode(content["Message"]))
    elif content.get("Event") == "s3:TestEvent":
        return
    elif isinstance(content.get("Records"), list):
        for record in content["Records"]:
            yield from _read_s3_record(record)
    elif content.get("source") == "aws.s3" and "detail-type" in content:
        yield from _read_event_bridge(content)
    elif isinstance(content.get("eventType", content.get("type")), str) and "data" in content:
        yield from _read_event_grid(content)
    else:
        raise EnvelopeError(f"the message is no event of a known kind; its keys are {', '.join(sorted(content)[:8])}")


def _read_s3_record(record: Any) -> Iterator[WrittenObject]:
    """A record of S3's own notification; its key is URL-encoded, a space as a plus."""
    try:
        event, bucket, key = record["eventName"], record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
        if event.removeprefix("s3:").startswith(("ObjectCreated:", "ObjectRestore:Completed")):
            yield WrittenObject(f"s3://{bucket}/{unquote_plus(key)}")
    except (KeyError, TypeError, AttributeError):
        raise EnvelopeError("a record of the message is no S3 event") from None


def _read_event_bridge(content: dict[str, Any]) -> Iterator[WrittenObject]:
    """S3's event as EventBridge writes it; the key is as it is, not encoded."""
    try:
        if content["detail-type"] in ("Object Created", "Object Restore Completed"):
            yield WrittenObject(f"s3://{content['detail']['bucket']['name']}/{content['detail']['object']['key']}")
    except (KeyError, TypeError):
        raise EnvelopeError("an EventBridge event of S3 names no bucket and key") from None


def _read_event_grid(content: dict[str, Any]) -> Iterator[WrittenObject]:
    """An event of Azure Event Grid in its own schema or as a CloudEvent; the address is URL-encoded."""
    kind = str(content.get("eventType", content.get("type"))).lower()
    if kind not in _WRITTEN_BLOB:
        return
    try:
        parts = urlsplit(content["data"].get("destinationUrl") or content["data"]["url"])
        account, path = parts.netloc.split(".", 1)[0], unquote(parts.path.lstrip("/"))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise EnvelopeError("an Event Grid event of a blob names no address") from None
    if not account or "/" not in path:
        raise EnvelopeError("an Event Grid event of a blob names no address")
    yield WrittenObject(f"az://{account}/{path}")
