"""A webhook receiver as its documentation asks for: checks the signature, keeps a repeated delivery once."""

import contextlib
import hashlib
import hmac
import http.server
import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.peers.smtp_sink import make_certificate


def pump(source: socket.socket, target: socket.socket) -> None:
    """Hand on what comes, until it ends."""
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


@dataclass
class WebhookSink:
    """An HTTP server on a free port. `answers` (status, headers) are given once each before it behaves again.

    With `cert_folder` it speaks TLS only, with a certificate that nobody knows (`ca_file`). Asked as a proxy, it
    answers for the receiver itself, or opens a tunnel, and writes down to whom (`targets`).
    """

    secret: str
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    delay_seconds: float = 0
    cert_folder: Path | None = None
    targets: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        scheme = "http"
        if self.cert_folder is not None:
            self.ca_file, key_file = make_certificate(self.cert_folder)
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(self.ca_file, key_file)
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}/hook"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def distinct(self) -> dict[str, dict[str, Any]]:
        """What a receiver that drops repeats has seen: the deliveries by their idempotency key."""
        return {headers["Idempotency-Key"]: body for headers, body in zip(self.headers, self.deliveries, strict=True)}

    def accept(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Judge one request."""
        time.sleep(self.delay_seconds)
        if self.answers:
            return self.answers.pop(0)
        signed = headers.get("X-Cloudcost-Timestamp", "").encode() + b"." + body
        wanted = "sha256=" + hmac.digest(self.secret.encode(), signed, hashlib.sha256).hex()
        if not hmac.compare_digest(wanted, headers.get("X-Cloudcost-Signature", "")):
            return 401, {}
        self.headers.append(headers)
        self.deliveries.append(json.loads(body))
        return 204, {}

    def _make_handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                return None

            def do_CONNECT(self) -> None:
                sink.targets.append(self.path)
                host, _, port = self.path.rpartition(":")
                with socket.create_connection((host, int(port)), 5) as receiver:
                    self.send_response(200)
                    self.end_headers()
                    back = threading.Thread(target=pump, args=(receiver, self.connection), daemon=True)
                    back.start()
                    pump(self.connection, receiver)
                    back.join(5)
                self.close_connection = True

            def do_POST(self) -> None:
                if self.path.startswith("http"):
                    sink.targets.append(self.path)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = sink.accept(dict(self.headers), body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

        return Handler
