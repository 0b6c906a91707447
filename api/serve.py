"""`cloudcost api`: the API in this process, with a line of the log for each request."""

import contextlib
import json
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import ClassVar, TextIO

import uvicorn

from api.app import make_app
from api.connections import PunctualProtocol
from api.sign_in.authenticator import DoorsAuthenticator
from api.sign_in.desk import make_doors
from audit.keys import write_durably
from audit.log import AuditLog
from cloudcost.identity.local.accounts import Accounts
from cloudcost.identity.local.first_admin import find_managers, make_first_admin
from cloudcost.identity.settings import is_this_machine
from cloudcost.installation import Installation
from core.errors import CloudcostError
from core.instants import utc_now
from core.logs.json_lines import OWN_LOGGERS, JsonFormatter

LOG_FILE = "api.log"
#: Of the home: the password of the first administrator, where no terminal shows it.
PASSWORD_FILE = "first_admin_password"  # noqa: S105 - the name of a file
#: The log of requests: 10 files of this size are kept.
LOG_BYTES, LOG_FILES = 20 << 20, 9
#: Requests under way get this long at the end; so many wait for a turn; an idle connection is closed after.
GRACE_SECONDS, MOST_AT_ONCE, IDLE_SECONDS = 5, 200, 30


class RequestFormatter(JsonFormatter):
    """A JSON line that has what a request's record brings: its id, who sent it, how long it took."""

    FIELDS: ClassVar = ("request", "person", "milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        found = {name: getattr(record, name) for name in self.FIELDS if getattr(record, name, "") != ""}
        return json.dumps({**json.loads(super().format(record)), **found})


def serve_api(installation: Installation) -> None:
    """Serve the API until the process is interrupted."""
    settings = installation.config.api
    doors = make_doors(installation)
    app = make_app(installation, DoorsAuthenticator(doors))
    listener = listen(settings.host, settings.port)
    print(f"API: {settings.address}   (state in {installation.home}; stop with Ctrl-C)", flush=True)
    if not is_this_machine(settings.host) and not settings.address.startswith("https://"):
        print("note: other machines reach this address, and what passes is not encrypted", flush=True)
    if doors.is_local_enabled:
        print_first_admin(installation, doors.local.accounts)
    config = uvicorn.Config(
        app,
        http=PunctualProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    with log_requests(installation), listener, contextlib.suppress(KeyboardInterrupt):
        for number in (signal.SIGTERM, signal.SIGHUP):
            # uvicorn ends in order and then raises the signal anew
            signal.signal(number, end_in_order)
        uvicorn.Server(config).run(sockets=[listener])


def end_in_order(number: int, frame: object) -> None:
    """End as after Ctrl-C."""
    raise KeyboardInterrupt


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; `CloudcostError` where it cannot."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        where = f"{host}, port {port}"
        raise CloudcostError(f"{where}: cannot be listened on ({error.strerror}); `api` names another") from None


def print_first_admin(installation: Installation, accounts: Accounts) -> None:
    """Say how to sign in, with the password where one was just made, or the file that it is in.

    It is shown on a terminal alone: what is led elsewhere is a log that others may read.
    """
    is_demo = AuditLog(installation.store, utc_now).is_demo
    made = make_first_admin(installation.directory, accounts, is_demo)
    if made is not None:
        name, password = made
        print(f"First administrator: {name}")
        if is_terminal(sys.stdout):
            print(f"Password, shown this once: {password}", flush=True)
        else:
            path = write_secret(installation.home / PASSWORD_FILE, password)
            print(f"Password: in {path}, for this account alone; remove it when you know it", flush=True)
        again = f"people password {name} --as {name}" if is_demo else "people password"
        print(f"Another one: `cloudcost {again}`", flush=True)
        return
    managers, is_known = find_managers(installation.directory, accounts)
    if not is_known:
        print(f"note: no administrator has a password yet ({', '.join(managers) or 'there is none'}): ", end="")
        print(
            "each makes theirs by `cloudcost people password`, from their account on this machine (`people`)",
            flush=True,
        )


def is_terminal(stream: TextIO) -> bool:
    """Whether somebody reads it as it is written, whatever cleans it on the way."""
    return bool(getattr(stream, "behind", stream).isatty())


def write_secret(path: Path, secret: str) -> Path:
    """A file with a secret that only its owner reads, in the place of one that was there; its path."""
    path.unlink(missing_ok=True)
    write_durably(path, f"{secret}\n")
    return path


@contextlib.contextmanager
def log_requests(installation: Installation) -> Iterator[None]:
    """Requests go to a file of the installation, defects and warnings to standard error as well."""
    installation.log_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = installation.log_directory / LOG_FILE
    file = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    stream = logging.StreamHandler(sys.stderr)
    stream.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [file, stream]
    loggers = [logging.getLogger(name) for name in ("api", *OWN_LOGGERS, "uvicorn")]
    for handler in handlers:
        handler.setFormatter(RequestFormatter())
    for logger in loggers:
        logger.handlers[:] = handlers
        logger.setLevel(logging.INFO)
        logger.propagate = False
    try:
        yield
    finally:
        for logger in loggers:
            logger.handlers[:] = []
            logger.propagate = True
        file.close()
