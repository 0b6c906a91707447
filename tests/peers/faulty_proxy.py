"""A bad network in front of a peer: it refuses, resets, loses answers or cuts them short, as often as a test says."""

import http.client
import http.server
import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Fault:
    """What happens to one request instead of its answer.

    ``refuse``: answered with ``status`` and ``body``, the peer never sees it. ``reset``: the connection breaks before
    the peer sees it. ``lose``: the peer does it, the connection breaks before the answer. ``cut``: the connection
    breaks in the middle of the answer's body. ``slow``: the answer comes late. ``flip``: one bit of a large object is
    another one.
    """

    kind: str
    status: int = 503
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def refuse_s3(status: int, code: str) -> Fault:
    """An error of S3."""
    body = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>injected</Message></Error>'
    return Fault("refuse", status, body.encode(), (("content-type", "application/xml"),))


def refuse_ec2(status: int, code: str) -> Fault:
    """An error of EC2."""
    body = f"<Response><Errors><Error><Code>{code}</Code><Message>injected</Message></Error></Errors></Response>"
    return Fault("refuse", status, body.encode(), (("content-type", "text/xml"),))


def refuse_dynamodb(status: int, code: str) -> Fault:
    """An error of DynamoDB."""
    body = f'{{"__type": "com.amazonaws.dynamodb.v20120810#{code}", "message": "injected"}}'
    return Fault("refuse", status, body.encode(), (("content-type", "application/x-amz-json-1.0"),))


S3_FAULTS = (
    refuse_s3(500, "InternalError"),
    refuse_s3(503, "SlowDown"),
    refuse_s3(503, "ServiceUnavailable"),
    Fault("reset"),
    Fault("lose"),
    Fault("cut"),
    Fault("slow"),
    Fault("flip"),
)
DYNAMODB_FAULTS = (
    refuse_dynamodb(500, "InternalServerError"),
    refuse_dynamodb(400, "ThrottlingException"),
    refuse_dynamodb(400, "ProvisionedThroughputExceededException"),
    Fault("reset"),
    Fault("lose"),
    Fault("lose"),
    Fault("cut"),
)


class FaultyProxy(http.server.ThreadingHTTPServer):
    """Passes requests on to ``target``; the next ones that `meant` says yes to meet the queued ``faults``."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target)
        self.faults: deque[Fault] = deque()
        self.meant: Callable[[str, str], bool] = lambda method, path: True
        self.met: Counter[str] = Counter()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no news."""

    def take_fault(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets."""
        if not self.meant(method, path):
            return None
        try:
            fault = self.faults.popleft()
        except IndexError:
            return None
        self.met[fault.kind] += 1
        return fault


class _Handler(http.server.BaseHTTPRequestHandler):
    server: FaultyProxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        fault = self.server.take_fault(self.command, self.path)
        if fault and fault.kind == "refuse":
            self._answer(fault.status, list(fault.headers), fault.body, len(fault.body))
            return
        if fault and fault.kind == "reset":
            self._break()
            return
        status, headers, content = self._forward(body)
        if fault and fault.kind == "lose":
            self._break()
            return
        if fault and fault.kind == "slow":
            time.sleep(0.3)
        if fault and fault.kind == "flip" and len(content) > 4096 and any(n.lower() == "etag" for n, _ in headers):
            middle = len(content) // 2
            content = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        sent = content[: len(content) // 2] if fault and fault.kind == "cut" else content
        self._answer(status, headers, sent, len(content))
        if len(sent) < len(content) or (fault and fault.kind == "cut"):
            self._break()

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        target = self.server.target
        connection = http.client.HTTPConnection(target.hostname or "127.0.0.1", target.port, timeout=60)
        try:
            connection.request(self.command, self.path, body or None, dict(self.headers.items()))
            answer = connection.getresponse()
            content = answer.read()
            dropped = ("connection", "transfer-encoding", "server", "date")
            headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in dropped]
            return answer.status, headers, content
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes, length: int) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("content-length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _break(self) -> None:
        """End the connection the way a broken network does: with a reset."""
        self.close_connection = True
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
