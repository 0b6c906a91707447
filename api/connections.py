"""Connections that bring nothing, or a request ever so slowly, are closed: there are only so many at once."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: So long a connection may take until a request of it is whole, head and body.
ARRIVAL_SECONDS = 30.0


class PunctualProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it. uvicorn itself closes only what idles after an answer."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connects."""
        super().connection_made(transport)
        self._begin()

    def on_message_begin(self) -> None:
        """The first byte of a request has come."""
        super().on_message_begin()
        self._begin()

    def on_message_complete(self) -> None:
        """The last byte of a request has come."""
        self._end()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        self._end()
        super().connection_lost(exc)

    def _begin(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(ARRIVAL_SECONDS, self.transport.close)

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
