"""What every registered alert channel must declare; a new one is checked by being registered."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import alerts.channels
from alerts.channels import CHANNELS, Channel, ChannelError, ChannelOptions, Message, find_channels, open_channel
from alerts.settings import AlertSettings, choose_options_model
from tests.contract.one_more_file import one_more_file
from tests.peers.smtp_sink import SmtpSink, find_free_port
from tests.peers.webhook_sink import WebhookSink
from tests.unit.actions.examples import LOOPBACK, HandClock

MESSAGE = Message("0123456789abcdef01234567", "Kosten: Überschreitung", "text", "<p>html</p>", {"event": "opened"})
SECRET = "s3cret"

#: A whole channel: nothing else names it.
NOTICE_BOARD = """
from typing import Literal
from pathlib import Path
from pydantic import Field
from alerts.channels.base import Channel, ChannelOptions, Receipt

class NoticeBoardOptions(ChannelOptions):
    type: Literal["notice_board"] = "notice_board"
    file: str = Field(description="Where messages are put up.")

class NoticeBoard(Channel):
    name = "notice_board"
    options_model = NoticeBoardOptions

    def __init__(self, options, environ, clock, allowed_networks):
        self._file = Path(options.file)

    def send(self, message):
        self._file.write_text(message.subject)
        return Receipt("put up")
"""

each = pytest.mark.parametrize("name", sorted(CHANNELS))


def make_options(name: str, port: int) -> dict[str, Any]:
    """Options that reach a peer on `port`; a new channel adds its own."""
    options: dict[str, dict[str, Any]] = {
        "smtp": {
            "name": "mail",
            "type": "smtp",
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "from": "cloudcost@example.com",
            "to": ["ana@example.com"],
        },
        "webhook": {"name": "hook", "type": "webhook", "url": f"http://127.0.0.1:{port}/hook", "secret_env": "SECRET"},
    }
    return options[name]


@pytest.fixture
def ports() -> Iterator[dict[str, int]]:
    with SmtpSink() as mail, WebhookSink(SECRET) as hook:
        yield {"smtp": mail.port, "webhook": int(hook.url.split(":")[2].split("/")[0])}


def open_one(name: str, port: int) -> Channel:
    return open_channel(choose_options_model(make_options(name, port)), {"SECRET": SECRET}, HandClock(), LOOPBACK)


@each
def test_it_is_registered_under_its_name_in_a_module_of_that_name(name: str) -> None:
    assert CHANNELS[name].name == name
    assert CHANNELS[name].__module__ == f"alerts.channels.{name}"
    assert issubclass(CHANNELS[name].options_model, ChannelOptions)


def test_every_module_with_a_channel_is_registered() -> None:
    folder = Path(alerts.channels.__file__).parent
    assert {path.stem for path in folder.glob("*.py") if "(Channel)" in path.read_text()} == set(CHANNELS)


@each
def test_its_options_are_documented_and_hold_no_secret(name: str) -> None:
    assert CHANNELS[name].__doc__
    for field, info in CHANNELS[name].options_model.model_fields.items():
        assert info.description or field == "type", field
        is_secret = any(word in field for word in ("password", "secret", "token", "key"))
        assert not is_secret or field.endswith("_env"), f"{field} must name an environment variable"


@each
def test_it_gives_a_receipt_for_what_was_taken(name: str, ports: dict[str, int]) -> None:
    receipt = open_one(name, ports[name]).send(MESSAGE)
    assert receipt.reference and receipt.problems == ()


@each
def test_a_receiver_that_is_down_is_worth_a_retry(name: str) -> None:
    with pytest.raises(ChannelError) as caught:
        open_one(name, find_free_port()).send(MESSAGE)
    assert caught.value.retryable


def test_one_more_channel_is_one_more_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "more").mkdir()
    with one_more_file("alerts.channels", "notice_board", NOTICE_BOARD, tmp_path / "more"):
        found = find_channels()
    assert set(found) == {"notice_board", *CHANNELS}
    # what a process that starts now would have
    monkeypatch.setitem(CHANNELS, "notice_board", found["notice_board"])
    wanted = {"type": "notice_board", "name": "hall", "file": str(tmp_path / "board.txt")}
    (options,) = AlertSettings.model_validate({"channels": [wanted]}).channels
    assert open_channel(options, {}, HandClock()).send(MESSAGE).reference == "put up"
    assert (tmp_path / "board.txt").read_text() == MESSAGE.subject
