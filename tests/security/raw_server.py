"""A TCP server whose answers are written by hand, byte by byte where an attack needs it."""

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Serve = Callable[[socket.socket], None]


@dataclass
class RawServer:
    """Listens on a free port of 127.0.0.1 and gives every connection to `serve`, each in a thread of its own."""

    serve: Serve
    connections: int = 0
    bytes_sent: int = 0
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._stopped = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._listener.close()
        for thread in self._threads:
            thread.join(2)

    def drip(self, connection: socket.socket, piece: bytes, seconds: float = 0.05) -> None:
        """Send a piece again and again until the other side has had enough."""
        while not self._stopped.wait(seconds):
            self.send(connection, piece)

    def flood(self, connection: socket.socket, piece: bytes, limit: int) -> None:
        """Send as fast as the other side takes it, up to `limit` bytes."""
        while not self._stopped.is_set() and self.bytes_sent < limit:
            self.send(connection, piece)

    def send(self, connection: socket.socket, piece: bytes) -> None:
        """Send and count."""
        connection.sendall(piece)
        self.bytes_sent += len(piece)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._answer, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with connection, contextlib.suppress(OSError):
            self.serve(connection)


def read_request(connection: socket.socket) -> bytes:
    """What a client sends up to the end of its HTTP headers, and what came along of its body."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            break
        received += piece
    return received
