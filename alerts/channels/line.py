"""A line to a receiver: every address is judged right where it is connected to, and at a moment everything is cut.

A name is resolved once and the connection made to what was judged, so a name that leads elsewhere the second time it is
requested (DNS rebinding) leads nowhere. The deadline is for the delivery as a whole: a receiver that sends one byte now
and then never runs into the timeout of a single read, and a name server that is silent is waited for no longer either.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self, TypeVar

from alerts.channels.networks import Network, explain_refusal

Answer = TypeVar("Answer")


class AddressRefusedError(OSError):
    """The receiver's name leads where no alert may be sent."""


class Line:
    """The connections of one delivery; leaving the block closes them."""

    def __init__(self, seconds: float, allowed: Sequence[Network]) -> None:
        self.seconds = seconds
        self.is_cut = False
        self._allowed = allowed
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._ends_at = time.monotonic() + self.seconds
        self._timer = threading.Timer(self.seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for handle in self._handles:
                handle.close()
            self._handles.clear()

    def connect(self, host: str, port: int, is_named_by_operator: bool = False) -> socket.socket:
        """A connection to the first address of `host` that answers.

        Raises AddressRefusedError when one of its addresses is refused: a name with a public and a private address is
        no receiver but an attempt. Any other OSError is the network's.
        """
        found = self.ask(lambda: socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM))
        for *_, place in found:
            self.check(str(place[0]), is_named_by_operator)
        failure: OSError = OSError(f"{host} has no address")
        for family, kind, protocol, _, place in found:
            try:
                return self._open(family, kind, protocol, place)
            except OSError as error:
                failure = error
        raise failure

    def ask(self, lookup: Callable[[], Answer], seconds: float | None = None) -> Answer:
        """The answer to a question to the system's resolver; TimeoutError when the time is up, or after `seconds`.

        The resolver has waits of its own and cannot be called off, so it is left to end by itself: it sends nothing of
        the delivery, and its thread keeps no process alive.
        """
        left = self._ends_at - time.monotonic()
        answer: Future[Answer] = Future()

        def put() -> None:
            try:
                answer.set_result(lookup())
            except BaseException as error:
                answer.set_exception(error)

        threading.Thread(target=put, daemon=True).start()
        return answer.result(left if seconds is None else min(left, seconds))

    @property
    def is_over(self) -> bool:
        """Whether the time is up: whatever error follows comes from that."""
        return self.is_cut or time.monotonic() >= self._ends_at

    def check(self, address: str, is_named_by_operator: bool = False) -> None:
        """Raises AddressRefusedError for an address that must not be connected to."""
        reason = explain_refusal(address, self._allowed, is_named_by_operator)
        if reason is not None:
            raise AddressRefusedError(f"it leads to {address}, {reason}")

    def _open(self, family: int, kind: int, protocol: int, place: Any) -> socket.socket:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is up")
        opened = socket.socket(family, kind, protocol)
        try:
            opened.settimeout(left)
            opened.connect(place)
            opened.settimeout(self.seconds)
            with self._lock:
                if self.is_cut:
                    raise TimeoutError("the time is up")
                # A handle of our own: TLS takes the socket over.
                self._handles.append(opened.dup())
        except BaseException:
            opened.close()
            raise
        return opened

    def _cut(self) -> None:
        with self._lock:
            self.is_cut = True
            for handle in self._handles:
                with contextlib.suppress(OSError):
                    handle.shutdown(socket.SHUT_RDWR)
