"""The lines of a service's log: their fields, their context, and what is kept out of them."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.logs.json_lines import log_as_json, log_context
from core.logs.redaction import redact
from ingestion.fetching import work_ahead

LOGGER = logging.getLogger("ingestion.somewhere")


@pytest.fixture()
def stream() -> Iterator[io.StringIO]:
    text = io.StringIO()
    with log_as_json(text, logging.INFO, ("uvicorn",)):
        yield text


def read(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_is_one_line_with_time_level_logger_and_message(stream: io.StringIO) -> None:
    LOGGER.warning("two\nlines of %s", "text")
    (entry,) = read(stream)
    assert datetime.fromisoformat(entry.pop("time")).utcoffset() == timedelta(0)
    assert entry == {"level": "WARNING", "logger": "ingestion.somewhere", "message": "two\nlines of text"}


def test_the_context_of_the_work_is_in_the_line_and_ends_with_its_block(stream: io.StringIO) -> None:
    with log_context(run_id="r1", source="aws"):
        with log_context(delivery_id="d1"):
            LOGGER.info("inside")
        LOGGER.info("between")
    with log_context(request_id="q1"):
        LOGGER.info("a request")
    LOGGER.info("outside")
    names = ("run_id", "source", "delivery_id", "request_id")
    found = [{name: entry[name] for name in names if name in entry} for entry in read(stream)]
    assert found == [
        {"run_id": "r1", "source": "aws", "delivery_id": "d1"},
        {"run_id": "r1", "source": "aws"},
        {"request_id": "q1"},
        {},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "https://me:hunter22@example.org/hook/hunter22?sig=hunter22 answered 500",
        'password = "hunter22"',
        "Authorization: Bearer hunter22",
        "AWS_SECRET_ACCESS_KEY=hunter22",
    ],
)
def test_secrets_are_neither_in_messages_nor_in_tracebacks(stream: io.StringIO, text: str) -> None:
    try:
        raise ValueError(text)
    except ValueError:
        LOGGER.exception("failed: %s", text)
    (entry,) = read(stream)
    assert "hunter22" not in stream.getvalue()
    assert "ValueError" in entry["error"]


def test_other_loggers_follow_where_they_are_named_and_levels_hold(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").error("of the web server")
    logging.getLogger("botocore").error("of a library")
    LOGGER.debug("too fine")
    assert [entry["message"] for entry in read(stream)] == ["of the web server"]


def test_loggers_are_afterwards_as_they_were() -> None:
    logger, handler = logging.getLogger("door"), logging.NullHandler()
    logger.addHandler(handler)
    try:
        with log_as_json(io.StringIO(), logging.INFO):
            assert handler not in logger.handlers
        assert logger.handlers == [handler] and logger.level == logging.NOTSET
    finally:
        logger.removeHandler(handler)


def test_work_in_threads_keeps_the_context_of_who_gave_it(stream: io.StringIO) -> None:
    with log_context(source="aws"), closing(work_ahead([lambda: LOGGER.info("ahead")])) as work:
        for outcome in work:
            outcome.result()
    assert [entry["source"] for entry in read(stream)] == ["aws"]


@pytest.mark.parametrize(
    "secret",
    [
        "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=hunter2==",
        '{"private_key": "hunter2"}',
        "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
        "Cookie: session=hunter2",
        "client_assertion=hunter2",
        "my_password_of_today=hunter2",
    ],
)
def test_secrets_of_clouds_and_browsers_are_taken_out(secret: str) -> None:
    assert "hunter2" not in redact(f"before {secret}")


def test_a_line_that_cannot_be_made_as_meant_is_a_line_all_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("ingestion"), "propagate", False)  # pytest's own handler raises
    text = io.StringIO()
    with log_as_json(text, logging.INFO):
        logging.getLogger("ingestion.test").warning("token=hunter2 %s %s", "one")
        logging.getLogger("ingestion.test").warning("half a name: %s", "\udc80")
    lines = [json.loads(line) for line in text.getvalue().splitlines()]
    assert [line["message"] for line in lines] == ["token=... %s %s", "half a name: \udc80"]
    assert text.getvalue().isascii()
    closed = io.StringIO()
    with log_as_json(closed, logging.INFO):
        closed.close()
        logging.getLogger("ingestion.test").warning("password=%s", "hunter2")
    captured = capsys.readouterr()
    assert "could not be written" in captured.err and "hunter2" not in captured.out + captured.err


def test_a_long_text_is_cut_before_it_is_searched() -> None:
    text = io.StringIO()
    with log_as_json(text, logging.INFO):
        logging.getLogger("ingestion.test").warning("a" * 1_000_000 + "secret" * 100_000)
    assert len(text.getvalue()) < 20_000
