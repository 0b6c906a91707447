"""A proxy in front of any other peer that makes its network and its service fail, as the real ones do.

It hands every request on to the peer behind it, except where a fault waits: an answer of its own (429, 503 with each
provider's headers), a body that breaks off, or one that comes slowly. Every call is kept with its time.
"""

import http.client
import http.server
import socket
import struct
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Answer:
    """An answer that the peer behind never sees the request of."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Cut:
    """The connection is reset after so many bytes of the body."""

    after_bytes: int


@dataclass(frozen=True)
class Slow:
    """The body comes in pieces with a pause between them."""

    pause_seconds: float
    pieces: int = 4


@dataclass(frozen=True)
class Flip:
    """One byte of the body is another one; its length and everything around it are as they were."""

    at_byte: int


@dataclass(frozen=True)
class Call:
    """One request: when it came (monotonic seconds), what it was, and what was answered."""

    at: float
    method: str
    path: str
    status: int
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)


@dataclass
class FaultProxy:
    """Faults are used up in order by the requests whose method and path ``applies`` to; a context manager."""

    target: str
    faults: list[Answer | Cut | Slow | Flip] = field(default_factory=list)
    only_paths_with: str = ""
    calls: list[Call] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take_fault(self, path: str) -> Answer | Cut | Slow | Flip | None:
        """The fault that this request meets."""
        with self._lock:
            return self.faults.pop(0) if self.faults and self.only_paths_with in path else None

    def keep(self, call: Call) -> None:
        """Remember a call."""
        with self._lock:
            self.calls.append(call)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    proxy: FaultProxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no event."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def handle_any(self) -> None:
        at, proxy = time.monotonic(), self.server.proxy
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        fault = proxy.take_fault(self.path)
        if isinstance(fault, Answer):
            proxy.keep(Call(at, self.command, self.path, fault.status, dict(self.headers), content))
            self._send(fault.status, fault.headers, fault.body)
            return
        target = urllib.parse.urlsplit(proxy.target)
        connection = http.client.HTTPConnection(target.netloc, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("connection",)}
        connection.request(self.command, self.path, content, headers)
        answer = connection.getresponse()
        body = answer.read()
        proxy.keep(Call(at, self.command, self.path, answer.status, dict(self.headers), content))
        kept = {
            name: value
            for name, value in answer.getheaders()
            if name.lower() not in ("connection", "transfer-encoding", "content-length", "date", "server")
        }
        if self.command == "HEAD":
            kept["content-length"] = answer.getheader("content-length") or "0"
        connection.close()
        if isinstance(fault, Flip) and len(body) > fault.at_byte:
            body = body[: fault.at_byte] + bytes([body[fault.at_byte] ^ 1]) + body[fault.at_byte + 1 :]
        self._send(answer.status, kept, body, fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

    def _send(self, status: int, headers: dict[str, str], body: bytes, fault: Cut | Slow | Flip | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if isinstance(fault, Cut):
            self.wfile.write(body[: fault.after_bytes])
            self.wfile.flush()
            # a linger time of 0 makes closing a reset instead of an orderly end
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        pieces = fault.pieces if isinstance(fault, Slow) else 1
        size = max(1, -(-len(body) // pieces))
        for start in range(0, len(body), size):
            if isinstance(fault, Slow):
                time.sleep(fault.pause_seconds)
            self.wfile.write(body[start : start + size])
