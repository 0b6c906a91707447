"""Logs of the services: one JSON object a line, with what the present work is about, and without secrets.

| field | meaning |
|---|---|
| `time` | UTC, ISO 8601 with microseconds |
| `level`, `logger`, `message` | as `logging` has them |
| `run_id` | the Dagster run, where there is one |
| `source` | the source of the configuration, where the work is about one |
| `delivery_id` | its delivery, likewise |
| `request_id` | one HTTP request or websocket, where there is one |
| `error` | the traceback, where the record has one |
"""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from core.logs.redaction import redact

#: Each package of ours logs under its own name.
OWN_LOGGERS = (
    *("actions", "alerts", "audit", "cli", "cloudcost", "clouds", "core", "dashboards", "door", "ingestion", "ml"),
    *("orchestration", "savings", "state", "warehouse"),
)

#: Characters of a message or traceback.
LONGEST = 8_000

_context: ContextVar[Mapping[str, str]] = ContextVar("log_context", default={})  # noqa: B039 - nobody changes it


@contextmanager
def log_context(
    *,
    run_id: str | None = None,
    source: str | None = None,
    delivery_id: str | None = None,
    request_id: str | None = None,
) -> Iterator[None]:
    """What is logged inside names these, beside what blocks around it name; None leaves a field as it is."""
    fields = {"run_id": run_id, "source": source, "delivery_id": delivery_id, "request_id": request_id}
    token = _context.set({**_context.get(), **{name: value for name, value in fields.items() if value is not None}})
    try:
        yield
    finally:
        _context.reset(token)


class JsonFormatter(logging.Formatter):
    """One JSON object of a record; message and traceback are redacted."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _clean(_message_of(record)),
            **_context.get(),
        }
        if record.exc_info:
            entry["error"] = _clean(self.formatException(record.exc_info))
        # ASCII: what no encoding can write, such as half of a file's name, is a line all the same
        return json.dumps(entry)


class JsonHandler(logging.StreamHandler[TextIO]):
    """Writes JSON lines; where one cannot be written, nothing of its record is shown in its place."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Say on standard error that a line is missing; Python would print the arguments, secrets among them."""
        with suppress(Exception):
            sys.stderr.write(f"a line of the log could not be written: {record.name}, line {record.lineno}\n")


def _message_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # arguments that do not fit are a fault of whoever logs, and no reason to lose the line
        return str(record.msg)


def _clean(text: str) -> str:
    """Without secrets, and no longer than a person reads: the end of a long text is where an error says what it is."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} [...] {text[-LONGEST // 2 :]}"
    return redact(text)


@contextmanager
def log_as_json(
    stream: TextIO | None = None, level: int = logging.WARNING, others: tuple[str, ...] = ()
) -> Iterator[None]:
    """Inside, our loggers and the ``others`` write JSON lines of this level or above to ``stream`` (None: stderr).

    Afterwards they are as they were.
    """
    handler = JsonHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger(name) for name in (*OWN_LOGGERS, *others)]
    before = [(logger, logger.handlers[:], logger.level) for logger in loggers]
    for logger in loggers:
        logger.handlers[:] = [handler]
        logger.setLevel(level)
    try:
        yield
    finally:
        for logger, handlers, old_level in before:
            logger.handlers[:] = handlers
            logger.setLevel(old_level)
