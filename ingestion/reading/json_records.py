"""The records of a JSON file one after the other, slowly: for a look at its fields and for naming what is wrong."""

import contextlib
import io
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import shorten

#: No line of a bill is longer; a table's row in BigQuery may have a hundred megabytes.
MAX_RECORD_BYTES = 16 * 1024 * 1024
_CHUNK_CHARACTERS = 1 << 20
_SHOWN_CHARACTERS = 60


class RecordFault(Exception):
    """A record that is not one whole JSON object: where it is, and what was found."""


def read_records(path: Path, is_list: bool) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file, one per line (blank lines are left out) or the members of one list.

    Raises `RecordFault` at the first that is not whole, no object, or has a field twice.
    """
    with path.open("rb") as stream:
        yield from _read_list(stream) if is_list else _read_lines(stream)


def _read_lines(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    number = 0
    while line := stream.readline(MAX_RECORD_BYTES + 1):
        number += 1
        place = f"line {number}"
        if len(line) > MAX_RECORD_BYTES:
            raise RecordFault(f"{place}: is longer than {MAX_RECORD_BYTES // 2**20} MB")
        with _explain(place):
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            if text:
                yield _expect_object(_DECODER.decode(text), text)


def _read_list(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    window = _Window(stream)
    with _explain("its beginning"):
        window.take("[")
    for number in itertools.count(1):
        with _explain(f"record {number}"):
            if window.peek() == "]":
                window.take("]")
                if window.peek():
                    raise _UnfitError(f"something stands behind the list ({_show(window.held)})")
                return
            if number > 1:
                window.take(",")
            text = window.held
            yield _expect_object(window.take_record(), text)


class _Window:
    """The text of a file, of which a part is held that grows until a record fits into it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig")
        self.held = ""

    def peek(self) -> str:
        """The next character that is no white space; empty at the end of the file."""
        self.held = self.held.lstrip()
        while not self.held and (more := self._text.read(_CHUNK_CHARACTERS)):
            self.held = more.lstrip()
        return self.held[:1]

    def take(self, mark: str) -> None:
        """Go past a character that has to be there."""
        if self.peek() != mark:
            raise _UnfitError(f"{mark!r} is missing (before {_show(self.held)})")
        self.held = self.held[1:]

    def take_record(self) -> Any:
        """Go past a JSON value and return it."""
        self.peek()
        while True:
            try:
                record, end = _DECODER.raw_decode(self.held)
            except json.JSONDecodeError:
                more = self._text.read(_CHUNK_CHARACTERS) if len(self.held) <= MAX_RECORD_BYTES else ""
                if not more:
                    raise
                self.held += more
            else:
                self.held = self.held[end:]
                return record


class _UnfitError(Exception):
    """Why a record is none, without its place."""


@contextlib.contextmanager
def _explain(place: str) -> Iterator[None]:
    """Say at which place of the file something is wrong."""
    try:
        yield
    except _UnfitError as error:
        raise RecordFault(f"{place}: {error}") from error
    except UnicodeDecodeError as error:
        raise RecordFault(f"{place}: is not written in UTF-8") from error
    except json.JSONDecodeError as error:
        found = _show(error.doc[error.pos :]) if error.doc[error.pos :].strip() else "the end"
        raise RecordFault(f"{place}: is not one whole JSON object ({error.msg}, found {found})") from error
    except RecursionError as error:
        raise RecordFault(f"{place}: is nested too deeply") from error


def _expect_object(record: Any, text: str) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise _UnfitError(f"is no JSON object ({_show(text)})")
    return record


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise _UnfitError(f"has the field {shorten(repeated)!r} twice; which one counts is not known")
    return record


def _show(text: str) -> str:
    return repr(text[:_SHOWN_CHARACTERS].strip())


_DECODER = json.JSONDecoder(object_pairs_hook=_refuse_repeats)
