"""The outside world of the simulated company, on this machine: its AWS account, its mail server and its webhook.

The AWS account is a moto server that holds the volumes that the simulation planted; mail and webhook calls are written
to files, so that a user sees what would have been sent.
"""

import json
import logging
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from simulator.account import open_account, save_account


@dataclass(frozen=True)
class Peers:
    """Where the peers listen."""

    aws_url: str
    smtp_port: int
    webhook_url: str
    webhook_secret: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs so that its clients find the peers, and only them."""
        return {
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_ACCESS_KEY_ID": "simulated",
            "AWS_SECRET_ACCESS_KEY": "simulated",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "CLOUDCOST_WEBHOOK_SECRET": self.webhook_secret,
        }


@contextmanager
def run_peers(waste: list[dict[str, Any]], inbox: Path, account: Path) -> Iterator[Peers]:
    """Start the peers, point boto3 of this process and its children at the AWS account, and stop them at the end.

    What is done in the account is kept in the file ``account``.
    """
    from aiosmtpd.controller import Controller
    from moto.server import ThreadedMotoServer

    inbox.mkdir(parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    cloud = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    cloud.start()
    mail = Controller(_MailSink(inbox), hostname="127.0.0.1", port=find_free_port())
    mail.start()
    hook = ThreadingHTTPServer(("127.0.0.1", 0), _make_hook_handler(inbox))
    Thread(target=hook.serve_forever, daemon=True).start()
    host, port = cloud.get_host_and_port()
    peers = Peers(f"http://{host}:{port}", mail.port, f"http://127.0.0.1:{hook.server_port}/cloudcost")
    # nothing of the user's own AWS settings may lead a client to a real account
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(peers.environment)
    open_account(account, (w for w in waste if w["kind"] == "unattached_volume"))
    try:
        yield peers
    finally:
        save_account(account)
        hook.shutdown()
        mail.stop()
        cloud.stop()


def find_free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _MailSink:
    """Writes every mail to a file."""

    def __init__(self, inbox: Path) -> None:
        self._inbox = inbox

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        """Store one mail."""
        name = f"mail-{len(list(self._inbox.glob('mail-*.eml'))) + 1:03d}.eml"
        (self._inbox / name).write_bytes(envelope.content)
        return "250 stored"


def _make_hook_handler(inbox: Path) -> type[BaseHTTPRequestHandler]:
    class HookHandler(BaseHTTPRequestHandler):
        """Writes every call to a file."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            name = f"webhook-{len(list(inbox.glob('webhook-*.json'))) + 1:03d}.json"
            (inbox / name).write_text(json.dumps(json.loads(body), indent=2))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: standard output belongs to the demo."""

    return HookHandler
