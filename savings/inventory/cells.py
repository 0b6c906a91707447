"""Values of clouds' answers as the types that tables of the inventory have."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import CloudcostError


class CellError(CloudcostError):
    """A value that is not of its column's type; the message names the value."""


def read_cell(value: Any, kind: str) -> Any:
    """The value as its column holds it; None stays. Raises `CellError`.

    Instants with a zone become UTC without one; texts of ISO 8601 are instants too.
    """
    if value is None:
        return None
    reader = _READERS[kind]
    try:
        return reader(value)
    except (TypeError, ValueError, OverflowError):
        raise CellError(f"{str(value)[:80]!r} is no {kind}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise TypeError
    # JSON can write half a character, and warehouses hold no zero byte: neither may keep other resources back
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd")


def _whole(value: Any) -> int:
    number = float(value) if isinstance(value, str) else value
    if isinstance(number, bool) or int(number) != number or abs(int(number)) >= 2**63:
        raise ValueError
    return int(number)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not math.isfinite(number := float(value)):
        raise ValueError
    return number


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _instant(value: Any) -> dt.datetime:
    at = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(at, dt.datetime):
        raise TypeError
    return at.astimezone(dt.UTC).replace(tzinfo=None) if at.tzinfo else at


def _tags(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise TypeError
    return {_text(name): "" if one is None else _text(one) for name, one in value.items()}


def _texts(value: Any) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError
    return [_text(one) for one in value]


_READERS = {
    "varchar": _text,
    "bigint": _whole,
    "double": _number,
    "boolean": _truth,
    "timestamp": _instant,
    "map(varchar, varchar)": _tags,
    "varchar[]": _texts,
}
