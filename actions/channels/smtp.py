"""Alerts by e-mail, as plain text with an HTML alternative."""

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from actions.channels.base import Channel, ChannelError, ChannelOptions, Message, Receipt, read_secret
from actions.instants import Clock


class SmtpOptions(ChannelOptions):
    """Where mail is handed over, as whom, and to whom."""

    type: Literal["smtp"]
    host: str = Field(description="The mail server.")
    port: int = Field(default=587, ge=1, le=65535, description="587, the submission port that goes with STARTTLS.")
    security: Literal["starttls", "ssl", "none"] = Field(
        default="starttls", description="Default starttls: cost figures and passwords do not travel in clear text."
    )
    ca_file: Path | None = Field(
        default=None, description="Extra certificate authority. Default none: the system's own."
    )
    username_env: str | None = Field(
        default=None, description="Environment variable with the login. Default none: no login."
    )
    password_env: str | None = Field(
        default=None, description="Environment variable with the password, never the password."
    )
    sender: str = Field(alias="from", description="The From address.")
    recipients: tuple[str, ...] = Field(alias="to", min_length=1, description="The To addresses.")
    timeout_seconds: float = Field(
        default=30, gt=0, le=300, description="30 s: slow greylisting servers answer within it."
    )

    @field_validator("sender", "recipients")
    @classmethod
    def check_addresses(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        """Each is one address."""
        for address in (value,) if isinstance(value, str) else value:
            if "@" not in parseaddr(address)[1] or any(character in address for character in "\r\n,"):
                raise ValueError(f"not one e-mail address: {address!r}")
        return value

    @model_validator(mode="after")
    def check_login(self) -> "SmtpOptions":
        """A login needs both halves, and an encrypted line."""
        if (self.username_env is None) != (self.password_env is None):
            raise ValueError("username_env and password_env go together")
        if self.username_env is not None and self.security == "none":
            raise ValueError("a login needs security starttls or ssl: it would travel in clear text")
        return self


class SmtpChannel(Channel):
    """Sends mail; the Message-ID header is the message's own id, so mail systems drop a repeated one."""

    name: ClassVar[str] = "smtp"
    options_model: ClassVar[type[ChannelOptions]] = SmtpOptions

    def __init__(self, options: SmtpOptions, environ: Mapping[str, str], clock: Clock) -> None:
        self._options = options
        self._environ = environ
        self._clock = clock

    def send(self, message: Message) -> Receipt:
        """Hand the mail to the server; raises ChannelError when no recipient was taken."""
        mail = self._compose(message)
        try:
            with self._connect() as server:
                refused = server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            reasons = _list_refusals(error.recipients)
            temporary = any(400 <= code < 500 for code, _ in error.recipients.values())
            raise ChannelError(f"every recipient was refused: {'; '.join(reasons)}", retryable=temporary) from error
        except smtplib.SMTPAuthenticationError as error:
            # The message is not at fault: it goes out once the password is put right.
            raise ChannelError(f"login refused: {_describe(error)}", retryable=True) from error
        except smtplib.SMTPResponseException as error:
            raise ChannelError(_describe(error), retryable=400 <= error.smtp_code < 500) from error
        except smtplib.SMTPNotSupportedError as error:
            raise ChannelError(f"{self._options.host} cannot do what was asked: {error}", retryable=True) from error
        except (OSError, smtplib.SMTPException) as error:
            where = f"{self._options.host}:{self._options.port}"
            raise ChannelError(f"{where}: {type(error).__name__}: {error}", retryable=True) from error
        return Receipt(reference=mail["Message-ID"], problems=_list_refusals(refused))

    def _compose(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._options.sender
        mail["To"] = ", ".join(self._options.recipients)
        mail["Subject"] = " ".join(message.subject.split())
        mail["Date"] = format_datetime(self._clock())
        mail["Message-ID"] = f"<{message.message_id}@{parseaddr(self._options.sender)[1].rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        return mail

    def _connect(self) -> smtplib.SMTP:
        options = self._options
        tls = ssl.create_default_context(cafile=None if options.ca_file is None else str(options.ca_file))
        if options.security == "ssl":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                options.host, options.port, timeout=options.timeout_seconds, context=tls
            )
        else:
            server = smtplib.SMTP(options.host, options.port, timeout=options.timeout_seconds)
        try:
            if options.security == "starttls":
                server.starttls(context=tls)
            if options.username_env is not None and options.password_env is not None:
                server.login(
                    read_secret(self._environ, options.username_env), read_secret(self._environ, options.password_env)
                )
        except BaseException:
            server.close()
            raise
        return server


def _describe(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
    return f"{error.smtp_code} {text}"


def _list_refusals(refused: Mapping[str, tuple[int, bytes]]) -> tuple[str, ...]:
    return tuple(f"{who}: {code} {why.decode('utf-8', 'replace')}" for who, (code, why) in refused.items())
