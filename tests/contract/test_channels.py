"""What every registered alert channel must declare; a new one is checked by being registered."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import alerts.channels
from alerts.channels import CHANNELS, Channel, ChannelError, ChannelOptions, Message, open_channel
from alerts.settings import choose_options_model
from tests.peers.smtp_sink import SmtpSink, find_free_port
from tests.peers.webhook_sink import WebhookSink
from tests.unit.actions.examples import LOOPBACK, HandClock

MESSAGE = Message("0123456789abcdef01234567", "Kosten: Überschreitung", "text", "<p>html</p>", {"event": "opened"})
SECRET = "s3cret"

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
