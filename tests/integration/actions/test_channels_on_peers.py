"""Mail and webhooks against servers that check what they are given."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.channels import ChannelError, Message, Receipt, open_channel
from alerts.channels.webhook import parse_retry_after
from alerts.settings import choose_options_model
from tests.peers.smtp_sink import SmtpSink
from tests.peers.webhook_sink import WebhookSink
from tests.unit.actions.examples import LOOPBACK, START, HandClock

MESSAGE = Message(
    "0123456789abcdef01234567",
    "Kosten: Überschreitung\r\nBcc: x@example.com",
    "412,10 €",
    "<p>412,10 €</p>",
    {"n": "1"},
)
ENVIRON = {"MAIL_USER": "cloudcost", "MAIL_PASSWORD": "p ß", "SECRET": "s3cret"}


def send_mail(sink: SmtpSink, environ: dict[str, str] = ENVIRON, **changes: Any) -> Receipt:
    options = {
        "name": "mail",
        "type": "smtp",
        "host": "127.0.0.1",
        "port": sink.port,
        "security": "none",
        "from": "Cloud costs <cloudcost@example.com>",
        "to": ["ana@example.com", "ben@example.com"],
    }
    return open_channel(choose_options_model({**options, **changes}), environ, HandClock(), LOOPBACK).send(MESSAGE)


def post(sink: WebhookSink, environ: dict[str, str] = ENVIRON, **changes: Any) -> Receipt:
    options = {"name": "hook", "type": "webhook", "url": sink.url, "secret_env": "SECRET", **changes}
    options = {name: value for name, value in options.items() if value is not None}
    return open_channel(choose_options_model(options), environ, HandClock(), LOOPBACK).send(MESSAGE)


def test_a_mail_has_both_forms_and_the_messages_id() -> None:
    with SmtpSink() as sink:
        receipt = send_mail(sink)
        [mail] = sink.mails
    assert mail.recipients == ("ana@example.com", "ben@example.com")
    assert mail.message["Subject"] == "Kosten: Überschreitung Bcc: x@example.com"
    assert mail.message["Bcc"] is None
    assert mail.message["Message-ID"] == receipt.reference == f"<{MESSAGE.message_id}@example.com>"
    plain, html = mail.message.get_body(("plain",)), mail.message.get_body(("html",))
    assert plain is not None and plain.get_content().strip() == "412,10 €"
    assert html is not None and html.get_content().strip() == "<p>412,10 €</p>"


def test_mail_over_starttls_with_a_login(tmp_path: Path) -> None:
    login = {"security": "starttls", "username_env": "MAIL_USER", "password_env": "MAIL_PASSWORD"}
    environ = {**ENVIRON, "MAIL_PASSWORD": "pass word"}
    with SmtpSink(login=("cloudcost", "pass word"), cert_folder=tmp_path) as sink:
        send_mail(sink, environ, **login, ca_file=sink.ca_file)
        assert [mail.is_encrypted for mail in sink.mails] == [True]
        with pytest.raises(ChannelError, match="CERTIFICATE_VERIFY_FAILED"):
            send_mail(sink, environ, **login)
        with pytest.raises(ChannelError, match="login refused: 535") as wrong:
            send_mail(sink, {**environ, "MAIL_PASSWORD": "wrong"}, **login, ca_file=sink.ca_file)
        with pytest.raises(ChannelError, match="MAIL_PASSWORD is not set") as missing:
            send_mail(sink, {"MAIL_USER": "cloudcost"}, **login, ca_file=sink.ca_file)
        assert wrong.value.retryable and missing.value.retryable and "wrong" not in str(wrong.value)
        assert len(sink.mails) == 1


def test_mail_is_not_sent_in_clear_text_when_encryption_was_asked_for() -> None:
    with SmtpSink() as sink:
        with pytest.raises(ChannelError):
            send_mail(sink, security="starttls")
        assert sink.mails == []


@pytest.mark.parametrize(("answer", "retryable"), [("451 try later", True), ("554 not with me", False)])
def test_a_mail_servers_no_is_temporary_or_final(answer: str, retryable: bool) -> None:
    with SmtpSink(answers=[answer]) as sink, pytest.raises(ChannelError, match=answer) as caught:
        send_mail(sink)
    assert caught.value.retryable is retryable


def test_refused_recipients_are_told() -> None:
    with SmtpSink() as sink:
        receipt = send_mail(sink, to=["ana@example.com", "bounce@example.com"])
        assert receipt.problems == ("bounce@example.com: 550 no such user",)
        assert [mail.recipients for mail in sink.mails] == [("ana@example.com",)]
        with pytest.raises(ChannelError, match="every recipient was refused") as caught:
            send_mail(sink, to=["bounce@example.com"])
    assert not caught.value.retryable


def test_a_webhook_is_signed_and_named() -> None:
    with WebhookSink("s3cret") as sink:
        assert post(sink).reference == "HTTP 204"
        assert sink.deliveries == [
            {"message_id": MESSAGE.message_id, "subject": MESSAGE.subject, "text": "412,10 €", "data": {"n": "1"}}
        ]
        assert sink.headers[0]["Idempotency-Key"] == MESSAGE.message_id
        assert sink.headers[0]["X-Cloudcost-Timestamp"] == str(int(START.timestamp()))


def test_a_wrong_or_missing_secret_is_no_delivery() -> None:
    with WebhookSink("another") as sink:
        with pytest.raises(ChannelError, match="HTTP 401"):
            post(sink)
        with pytest.raises(ChannelError, match="SECRET is not set"):
            post(sink, {})
        assert sink.deliveries == []


@pytest.mark.parametrize(
    ("status", "retryable"),
    [(301, False), (307, False), (400, False), (404, False), (410, False), (429, True), (500, True)],
)
def test_an_answers_status_decides_about_a_retry(status: int, retryable: bool) -> None:
    with WebhookSink("s3cret") as sink:
        sink.answers.append((status, {"Location": sink.url, "Retry-After": "120"}))
        with pytest.raises(ChannelError, match=f"HTTP {status}") as caught:
            post(sink)
        assert (caught.value.retryable, caught.value.retry_after) == (retryable, 120)
        assert sink.deliveries == []


def test_a_slow_receiver_is_given_up_and_a_secret_address_is_not_told() -> None:
    with WebhookSink("s3cret", delay_seconds=1) as sink:
        began = time.monotonic()
        with pytest.raises(ChannelError, match=r"no answer within 0\.2 s") as caught:
            post(sink, {**ENVIRON, "HOOK": sink.url}, url=None, url_env="HOOK", timeout_seconds=0.2)
        assert time.monotonic() - began < 0.9
        assert caught.value.retryable and "127.0.0.1" not in str(caught.value)


def test_a_certificate_is_checked_for_the_name_and_not_for_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with WebhookSink("s3cret", cert_folder=tmp_path) as sink:
        with pytest.raises(ChannelError, match="SSLError"):
            post(sink)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(sink.ca_file))
        assert post(sink).reference == "HTTP 204"
        # the certificate is for 127.0.0.1: the same machine by another name is not who it says it is
        with pytest.raises(ChannelError, match="SSLError"):
            post(sink, url=sink.url.replace("127.0.0.1", "localhost"))


def test_the_proxies_of_the_environment_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    with WebhookSink("s3cret") as proxy, WebhookSink("s3cret", cert_folder=tmp_path) as sink:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/hook"))
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.removesuffix("/hook"))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(sink.ca_file))
        # a name that nothing but the proxy knows: where it leads is the proxy's to judge
        assert post(sink, url="http://receiver.internal/hook").reference == "HTTP 204"
        assert proxy.targets == ["http://receiver.internal/hook"] and len(proxy.deliveries) == 1
        assert post(sink).reference == "HTTP 204"
        assert proxy.targets[1:] == [sink.url.removeprefix("https://").removesuffix("/hook")]
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert post(sink).reference == "HTTP 204"
        assert (len(proxy.targets), len(sink.deliveries)) == (2, 2)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("30", 30),
        (format_datetime(START + timedelta(minutes=2), usegmt=True), 120),
        (format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True), 0),
        ("soon", None),
    ],
)
def test_both_forms_of_retry_after(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, START) == seconds
