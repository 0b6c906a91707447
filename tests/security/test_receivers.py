"""Attacks of receivers on the sender, and of whoever may write a receiver's address on what lies behind it."""

import json
import socket
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from alerts.channels import Message, open_channel
from alerts.messages import OutboxMessage, plan_message
from alerts.outbox import Outbox
from alerts.outcomes import DeliveryReport
from alerts.reports import Rendering
from alerts.settings import AlertSettings, choose_options_model
from audit.log import AuditLog, AuditRow
from state import SqliteStateStore, StateStore
from tests.peers.smtp_sink import SmtpSink
from tests.peers.webhook_sink import WebhookSink
from tests.security.raw_server import RawServer, read_request
from tests.unit.actions.examples import LOOPBACK, HandClock

ENVIRON = {"CLOUDCOST_WEBHOOK_SECRET": "s3cret"}
WORDS = Rendering("Costs", "text", "<p>text</p>")


def webhook(url: str, name: str = "hook", **changes: Any) -> dict[str, Any]:
    return {"name": name, "type": "webhook", "url": url, "timeout_seconds": 5, **changes}


def mail(port: int, host: str = "127.0.0.1", **changes: Any) -> dict[str, Any]:
    options = {"name": "mail", "type": "smtp", "host": host, "port": port, "security": "none", "timeout_seconds": 0.2}
    return {**options, "from": "cloudcost@example.com", "to": ["ana@example.com"], **changes}


def put_in(store: StateStore, subject_id: str, channel: str, words: Rendering, now: datetime) -> None:
    """A message of an incident that was just opened, as the incident's own transaction would put it in."""
    write = plan_message(subject_id, channel, "opened", words, {}, now)
    assert store.insert(write.kind, write.key, write.body)


class Post:
    """An outbox with channels to the receivers of a test."""

    def __init__(
        self,
        folder: Path,
        *channels: dict[str, Any],
        allowed: Sequence[Any] = LOOPBACK,
        environ: Mapping[str, str] = ENVIRON,
    ) -> None:
        self.clock = HandClock()
        self.store = SqliteStateStore(folder / "state.sqlite")
        opened = [choose_options_model(options) for options in channels]
        self.outbox = Outbox(
            self.store,
            {options.name: open_channel(options, environ, self.clock, tuple(allowed)) for options in opened},
            AlertSettings(),
            self.clock,
        )

    def put(self, channel: str, subject_id: str = "a", words: Rendering = WORDS) -> None:
        put_in(self.store, subject_id, channel, words, self.clock.now)

    def message(self, channel: str) -> OutboxMessage:
        return next(message for message in self.outbox.messages() if message.channel == channel)

    def deliver(self) -> DeliveryReport:
        return self.outbox.deliver_pending()

    def rows(self, event: str) -> list[AuditRow]:
        return [row for row in AuditLog(self.store, self.clock).rows() if row.event == event]

    def assert_refused(self, channel: str, word: str) -> str:
        """One delivery fails, and the audit log says why; returns what it says."""
        report = self.deliver()
        assert [(d.channel, d.status) for d in report.failures] == [(channel, "pending")]
        [row] = self.rows("message.failed")
        reason = str(row.details["error"])
        assert word in reason and reason == report.failures[0].error == self.message(channel).last_error
        return reason


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    "value",
    [
        "1000000000000",
        "9" * 400,
        "31536000",
        "\u00b2",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 99 Dec 9999 99:99:99 +9999",
        "1e400",
        "-5",
    ],
)
def test_a_receiver_that_wants_to_be_left_alone_for_ever(tmp_path: Path, value: str) -> None:
    with WebhookSink("s3cret") as bad, WebhookSink("s3cret") as good:
        bad.answers.append((429, {"Retry-After": value}))
        post = Post(tmp_path, webhook(bad.url, "bad"), webhook(good.url, "good"))
        post.put("bad", "a")
        post.put("good", "b")
        assert [delivery.channel for delivery in post.deliver().failures] == ["bad"]
        assert len(good.deliveries) == 1
    assert timedelta(0) < post.message("bad").due_at - post.clock.now <= timedelta(hours=1)
    [row] = post.rows("message.failed")
    assert row.details["error"] == "bad: HTTP 429"


def test_a_message_that_nobody_can_read(tmp_path: Path) -> None:
    """A damaged record of the outbox comes before the good one."""
    with WebhookSink("s3cret") as sink:
        post = Post(tmp_path, webhook(sink.url))
        post.store.insert("outbox", "0/hook/opened", {"status": "pending", "attempts": "many"})
        post.put("hook", "b")
        report = post.deliver()
        assert [delivery["subject"] for delivery in sink.deliveries] == ["Costs"]
    [failure] = report.failures
    assert (failure.key, failure.channel) == ("0/hook/opened", "hook") and "damaged" in str(failure.error)
    assert [row.subject for row in post.rows("message.sent")] == ["b/hook/opened"]


def test_a_message_that_its_receiver_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest message makes the receiver hang in every run; those behind it must not wait for its end."""
    with WebhookSink("s3cret") as sink:
        taken = sink.accept

        def hang_on_the_first(headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
            if b'"subject": "poison"' in body:
                time.sleep(1)
            return taken(headers, body)

        monkeypatch.setattr(sink, "accept", hang_on_the_first)
        post = Post(tmp_path, webhook(sink.url, timeout_seconds=0.8))
        post.put("hook", "a", Rendering("poison", "text", ""))
        post.put("hook", "b")
        report = post.deliver()
        assert [delivery.key for delivery in report.failures] == ["a/hook/opened"]
        assert {delivery.status for delivery in report.deliveries} == {"pending", "sent"}
    assert [row.subject for row in post.rows("message.sent")] == ["b/hook/opened"]


@pytest.mark.parametrize("opening", [b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 500 No\r\nX: "])
def test_an_answer_in_drips(tmp_path: Path, opening: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        read_request(connection)
        server.drip(connection, opening or b"H")

    with RawServer(serve) as server:
        post = Post(tmp_path, webhook(server.url, timeout_seconds=0.3))
        post.put("hook")
        began = time.monotonic()
        post.assert_refused("hook", "no answer within 0.3 s")
        assert time.monotonic() - began < 3  # without an end it would be minutes


@pytest.mark.parametrize("way", ["webhook", "proxy", "mail"])
def test_a_name_server_that_is_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """The system's resolver has waits of its own and cannot be called off."""

    def ask(*_: Any, **__: Any) -> list[Any]:
        time.sleep(3)
        raise socket.gaierror("nobody answered")

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    if way == "proxy":
        monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.com:3128")
    receiver = mail(25, "mail.example.com", timeout_seconds=0.1) if way == "mail" else webhook("http://example.com/")
    post = Post(tmp_path, {**receiver, "name": "slow", "timeout_seconds": 0.1 if way == "mail" else 0.4})
    post.put("slow")
    began = time.monotonic()
    assert not post.deliver().is_ok and time.monotonic() - began < 2
    [row] = post.rows("message.failed")
    assert "within 0.4 s" in row.details["error"]


def test_a_name_server_that_does_not_say_who_this_machine_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail client introduces itself by its name, for which it asks too."""

    def ask(*_: Any) -> str:
        time.sleep(3)
        return "late.example.com"

    monkeypatch.setattr(socket, "getfqdn", ask)
    with SmtpSink() as sink:
        post = Post(tmp_path, mail(sink.port, timeout_seconds=0.5))
        post.put("mail")
        began = time.monotonic()
        assert post.deliver().is_ok
        assert time.monotonic() - began < 2 and len(sink.mails) == 1


@pytest.mark.parametrize("piece", [b"2", b"220-not yet\r\n"])
def test_a_mail_server_that_drips(tmp_path: Path, piece: bytes) -> None:
    with RawServer(lambda connection: server.drip(connection, piece)) as server:
        post = Post(tmp_path, mail(server.port, timeout_seconds=0.1))
        post.put("mail")
        began = time.monotonic()
        post.assert_refused("mail", "no end within 0.4 s")
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(("status", "event"), [("500", "message.failed"), ("302", "message.dead")])
def test_an_answer_without_end(tmp_path: Path, status: str, event: str) -> None:
    """Also of a redirect, which requests reads whole to find out where it leads, even if it is not to be followed."""

    def serve(connection: socket.socket) -> None:
        read_request(connection)
        head = f"HTTP/1.1 {status} X\r\nLocation: {server.url}\r\nContent-Length: 40000000000\r\n\r\n"
        server.send(connection, head.encode())
        server.flood(connection, b"x" * 65536, 60_000_000)

    with RawServer(serve) as server:
        post = Post(tmp_path, webhook(server.url, timeout_seconds=5))
        post.put("hook")
        assert not post.deliver().is_ok
    [row] = post.rows(event)
    assert row.details["error"] == f"hook: HTTP {status}"
    assert server.bytes_sent < 16_000_000  # what the kernel's buffers took


def test_a_mail_server_that_talks_without_end(tmp_path: Path) -> None:
    with RawServer(lambda connection: server.flood(connection, b"220-" + b"x" * 400 + b"\r\n", 60_000_000)) as server:
        post = Post(tmp_path, mail(server.port, timeout_seconds=5))
        post.put("mail")
        post.assert_refused("mail", "answers of more than")
    assert server.bytes_sent < 16_000_000


@pytest.mark.parametrize("early", [b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", b"HTTP/1.1 102 Wait\r\n\r\n" * 3])
def test_something_before_the_answer(tmp_path: Path, early: bytes) -> None:
    """Answers of the hundreds come before the one that counts (RFC 9110, 15.2); a proxy may add them."""

    def serve(connection: socket.socket) -> None:
        read_request(connection)
        server.send(connection, early + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with RawServer(serve) as server:
        post = Post(tmp_path, webhook(server.url))
        post.put("hook")
        assert post.deliver().is_ok
    [row] = post.rows("message.sent")
    assert "HTTP 200" in str(row.details)


def test_data_that_json_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver that reads strictly would refuse it for ever, and with it the alert."""

    def refuse(word: str) -> None:
        raise ValueError(word)

    bodies: list[bytes] = []
    with WebhookSink("s3cret") as sink:
        taken = sink.accept

        def keep(headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
            bodies.append(body)
            return taken(headers, body)

        monkeypatch.setattr(sink, "accept", keep)
        channel = open_channel(choose_options_model(webhook(sink.url)), ENVIRON, HandClock(), LOOPBACK)
        data = {"a": float("nan"), "b": [1.5, float("inf")], "c": {"d": -float("inf")}}
        channel.send(Message("id-1", "Costs", "text", "", data))
    body = json.loads(bodies[0], parse_constant=refuse)
    assert body["data"] == {"a": None, "b": [1.5, None], "c": {"d": None}}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_target(tmp_path: Path, status: int) -> None:
    with WebhookSink("s3cret") as sink, WebhookSink("s3cret") as other:
        sink.answers.append((status, {"Location": other.url}))
        post = Post(tmp_path, webhook(sink.url))
        post.put("hook")
        assert [delivery.status for delivery in post.deliver().failures] == ["dead"]
        assert other.deliveries == []
    [row] = post.rows("message.dead")
    assert row.details["error"] == f"hook: HTTP {status}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0.0.0.0", "[::ffff:127.0.0.1]"])
def test_a_webhook_to_this_machine(tmp_path: Path, host: str) -> None:
    with RawServer(lambda connection: None) as server:
        options = {"name": "hook", "type": "webhook", "url_env": "HOOK", "timeout_seconds": 0.5}
        address = f"http://{host}:{server.port}/hook?token=abc"
        post = Post(tmp_path, options, allowed=(), environ={**ENVIRON, "HOOK": address})
        post.put("hook")
        reason = post.assert_refused("hook", "alerts.allowed_networks does not list")
    assert server.connections == 0 and "token" not in reason


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "10.0.0.8", "192.168.1.1", "100.64.0.1", "224.0.0.1", "[fd00:ec2::254]",
                "[fe80::1]", "[64:ff9b::a9fe:a9fe]", "[2002:a00:8::]", "168.63.129.16"],
)  # fmt: skip
def test_a_webhook_into_the_network_of_the_machine(tmp_path: Path, address: str) -> None:
    post = Post(tmp_path, webhook(f"http://{address}:9/latest/meta-data", timeout_seconds=0.2))
    post.put("hook")
    post.assert_refused("hook", "alerts.allowed_networks does not list")


def test_a_name_that_leads_elsewhere_the_second_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the first answer is where alerts may go, every later one is where they may not."""
    resolved: list[str] = []
    real = socket.getaddrinfo

    def answer(host: Any, port: Any, *rest: Any, **more: Any) -> list[Any]:
        if host != "rebind.example.com":
            return list(real(host, port, *rest, **more))
        resolved.append(host)
        address = "127.0.0.1" if len(resolved) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with WebhookSink("s3cret") as sink:
        url = sink.url.replace("127.0.0.1", "rebind.example.com")
        post = Post(tmp_path, webhook(url), allowed=(ip_network("127.0.0.1/32"),))
        post.put("hook", "a")
        # asked once in a delivery: there is no moment between the judgement and the connection
        assert post.deliver().is_ok and len(sink.deliveries) == len(resolved) == 1
        post.put("hook", "b")
        [failure] = post.deliver().failures
    [row] = post.rows("message.failed")
    assert "it leads to 127.0.0.2, a loopback address" in row.details["error"] == failure.error


@pytest.mark.parametrize("host", ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254"])
def test_mail_to_the_metadata_of_the_machine(tmp_path: Path, host: str) -> None:
    post = Post(tmp_path, mail(25, host))
    post.put("mail")
    post.assert_refused("mail", "alerts.allowed_networks does not list")


@pytest.mark.parametrize("host", ["169.254.169.254", "localhost", "2852039166", "[::1]"])
def test_this_machine_by_way_of_its_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with WebhookSink("s3cret") as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        post = Post(tmp_path, webhook(f"http://{host}/latest"), allowed=())
        post.put("hook")
        post.assert_refused("hook", "alerts.allowed_networks does not list")
        assert proxy.targets == []


def test_an_error_text_that_is_meant_for_a_terminal(tmp_path: Path) -> None:
    bad = "554 \x1b]0;owned\x07\x1b[2J see https://example.com/reset?token=abcdef1234567890 password=hunter2 \u202e"
    with SmtpSink(answers=[bad + "x" * 300]) as sink:
        post = Post(tmp_path, mail(sink.port, timeout_seconds=5))
        post.put("mail")
        [failure] = post.deliver().failures
    [row] = post.rows("message.dead")
    reason = row.details["error"]
    assert reason == failure.error == post.message("mail").last_error
    assert reason.startswith("554 ") and len(reason) <= 200 and reason.isprintable()
    assert not any(word in reason for word in ("abcdef1234567890", "hunter2", "reset"))
