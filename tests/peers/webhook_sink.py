"""A webhook receiver as its documentation asks for: checks the signature, keeps a repeated delivery once."""

import hashlib
import hmac
import http.server
import json
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self


@dataclass
class WebhookSink:
    """An HTTP server on a free port. `answers` (status, headers) are given once each before it behaves again."""

    secret: str
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    delay_seconds: float = 0

    def __enter__(self) -> Self:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
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

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = sink.accept(dict(self.headers), body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

        return Handler
