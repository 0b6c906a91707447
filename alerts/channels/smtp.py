"""Alerts by e-mail, as plain text with an HTML alternative."""

import base64
import smtplib
import socket
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from alerts.channels.base import Channel, ChannelError, ChannelOptions, Message, Receipt, read_secret
from alerts.channels.line import AddressRefusedError, Line
from alerts.channels.networks import Network
from alerts.cleaning import clean_text
from core.instants import Clock

# Below the outbox's lease: nobody else takes the message meanwhile.
MAX_SECONDS = 240.0
MAX_ANSWER_BYTES = 65536
#: How a mail client without a name introduces itself (RFC 5321, 4.1.3).
UNNAMED = "[127.0.0.1]"


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
        default=30,
        gt=0,
        le=300,
        description="For each answer of the server. 30 s: slow greylisting servers answer within it. A mail takes "
        "several answers: all together may take four times as long, and at most 240 s.",
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

    def __init__(
        self, options: SmtpOptions, environ: Mapping[str, str], clock: Clock, allowed_networks: Sequence[Network]
    ) -> None:
        self._options = options
        self._environ = environ
        self._clock = clock
        self._allowed_networks = allowed_networks

    def send(self, message: Message) -> Receipt:
        """Hand the mail to the server; raises ChannelError when no recipient was taken."""
        mail = self._compose(message)
        with Line(min(4 * self._options.timeout_seconds, MAX_SECONDS), self._allowed_networks) as line:
            refused = self._hand_over(mail, line)
        return Receipt(reference=mail["Message-ID"], problems=_list_refusals(refused))

    def _hand_over(self, mail: EmailMessage, line: Line) -> Mapping[str, tuple[int, bytes]]:
        try:
            with self._connect(line) as server:
                return server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            reason, is_temporary = self._explain(error, line)
            raise ChannelError(clean_text(reason, self._list_secrets()), retryable=is_temporary) from error

    def _explain(self, error: Exception, line: Line) -> tuple[str, bool]:
        """What went wrong, and whether a later attempt may do better."""
        where = f"{self._options.host}:{self._options.port}"
        if line.is_over:  # whatever else it looks like: it was cut in the middle of an answer
            return f"{where}: no end within {line.seconds:g} s", True
        if isinstance(error, AddressRefusedError):
            return f"{where}: {error}", True
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            reasons = "; ".join(_list_refusals(error.recipients))
            is_temporary = any(400 <= code < 500 for code, _ in error.recipients.values())
            return f"every recipient was refused: {reasons}", is_temporary
        if isinstance(error, smtplib.SMTPAuthenticationError):
            # The message is not at fault: it goes out once the password is put right.
            return f"login refused: {_describe(error)}", True
        if isinstance(error, smtplib.SMTPResponseException):
            return _describe(error), 400 <= error.smtp_code < 500
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return f"{self._options.host} cannot do what was asked: {error}", True
        return f"{where}: {type(error).__name__}: {error}", True

    def _list_secrets(self) -> list[str]:
        """The password as it was sent, should a server repeat it in its answer."""
        login = self._environ.get(self._options.username_env or "", "")
        password = self._environ.get(self._options.password_env or "", "")
        if not password:
            return []
        forms = (password, login + "\0" + password, "\0" + login + "\0" + password)
        return [password, *(base64.b64encode(form.encode()).decode() for form in forms)]

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

    def _connect(self, line: Line) -> smtplib.SMTP:
        options = self._options
        tls = ssl.create_default_context(cafile=None if options.ca_file is None else str(options.ca_file))
        place = (options.host, options.port, options.timeout_seconds)
        server = LineSmtpSsl(line, *place, tls) if options.security == "ssl" else LineSmtp(line, *place)
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


def name_this_machine(line: Line) -> str:
    """As whom a mail client introduces itself: this machine's full name, if there is one and it is found soon.

    smtplib would ask for it without an end. A quarter of the time is the name server's, so that a silent one stops no
    mail to a relay that is known by its address.
    """
    try:
        name = line.ask(socket.getfqdn, line.seconds / 4)
    except OSError:
        return UNNAMED
    return name if "." in name else UNNAMED


class LineSmtp(smtplib.SMTP):
    """SMTP over a line, with answers that have an end."""

    _answers: "_Answers | None" = None

    def __init__(self, line: Line, host: str, port: int, timeout: float) -> None:
        self._line = line
        smtplib.SMTP.__init__(self, host, port, timeout=timeout, local_hostname=UNNAMED)
        self.local_hostname = name_this_machine(line)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = self._line.connect(host, port, is_named_by_operator=True)
        connection.settimeout(timeout)
        return connection

    @property
    def file(self) -> "_Answers | None":
        """What the server states; smtplib opens it anew after STARTTLS."""
        return self._answers

    @file.setter
    def file(self, opened: Any) -> None:
        self._answers = None if opened is None else _Answers(opened)


class LineSmtpSsl(smtplib.SMTP_SSL, LineSmtp):
    """The same with TLS from the first byte."""

    def __init__(self, line: Line, host: str, port: int, timeout: float, context: ssl.SSLContext) -> None:
        self._line = line
        smtplib.SMTP_SSL.__init__(self, host, port, timeout=timeout, context=context, local_hostname=UNNAMED)
        self.local_hostname = name_this_machine(line)


class _Answers:
    """The lines of a server, up to a length that no mail needs."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        self._left = MAX_ANSWER_BYTES

    def readline(self, limit: int) -> bytes:
        line: bytes = self._opened.readline(limit)
        self._left -= len(line)
        if self._left < 0:
            raise smtplib.SMTPException(f"answers of more than {MAX_ANSWER_BYTES} bytes")
        return line

    def close(self) -> None:
        self._opened.close()


def _describe(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
    return f"{error.smtp_code} {text}"


def _list_refusals(refused: Mapping[str, tuple[int, bytes]]) -> tuple[str, ...]:
    return tuple(f"{who}: {code} {why.decode('utf-8', 'replace')}" for who, (code, why) in refused.items())
