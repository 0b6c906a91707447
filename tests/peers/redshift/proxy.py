"""The wire between redshift_connector and PostgreSQL: start-up parameters, version, and each statement on its way."""

import asyncio
import struct
import threading
from collections.abc import Coroutine
from queue import Queue
from typing import Any

from tests.peers.redshift.copying import CopyCommand, CopyError
from tests.peers.redshift.dialect import find_refusal, translate

_SSL_REQUESTS = (80877103, 80877104)
_PROTOCOL = 196608
#: What the driver sends at the start and PostgreSQL does not know.
_REDSHIFT_PARAMETERS = {
    b"client_protocol_version", b"driver_version", b"os_version", b"driver_discovery_version", b"plugin_name",
    b"idp_type", b"provider_name", b"query_group",
}  # fmt: skip
#: Debian's "15.18 (Debian ...)" is no version that the driver can read; Redshift says this.
_SERVER_VERSION = b"server_version\x008.0.2\0"


class Proxy:
    """Listens on a free port in a thread of its own; one PostgreSQL session per connection."""

    def __init__(self, socket: str, copy: CopyCommand, statements: list[str]) -> None:
        self._socket, self._copy, self._statements = socket, copy, statements
        self._refused: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> int:
        """Begin to listen; returns the port."""
        ports: Queue[int] = Queue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(ports),), daemon=True)
        self._thread.start()
        return ports.get(timeout=10)

    def stop(self) -> None:
        """End all sessions."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    def refuse(self, text: str) -> None:
        """Fail the next statement that holds ``text``."""
        self._refused.append(text)

    async def _serve(self, ports: "Queue[int]") -> None:
        self._end = asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        ports.put(server.sockets[0].getsockname()[1])
        await self._end.wait()
        server.close()
        running = list(self._tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        to_server = None
        try:
            startup = await self._read_startup(reader, writer)
            from_server, to_server = await asyncio.open_unix_connection(self._socket)
            to_server.write(startup)
            both: list[Coroutine[Any, Any, None]] = [
                self._forward_statements(reader, to_server), self._forward_answers(from_server, writer)
            ]  # fmt: skip
            pumps = [asyncio.create_task(pump) for pump in both]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client went away, or the peer stops
        finally:
            self._tasks.discard(task)
            writer.close()
            if to_server is not None:
                to_server.close()

    @staticmethod
    async def _read_startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        while True:
            body = await _read_body(reader)
            (code,) = struct.unpack("!i", body[:4])
            if code not in _SSL_REQUESTS:
                break
            writer.write(b"N")
            await writer.drain()
        if code == _PROTOCOL:
            parts = body[4:].rstrip(b"\0").split(b"\0")
            kept = {k: v for k, v in zip(parts[::2], parts[1::2], strict=True) if k not in _REDSHIFT_PARAMETERS}
            body = body[:4] + b"".join(k + b"\0" + v + b"\0" for k, v in kept.items()) + b"\0"
        return struct.pack("!i", len(body) + 4) + body

    async def _forward_statements(self, reader: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        while True:
            kind = await reader.readexactly(1)
            body = await _read_body(reader)
            if kind == b"Q":
                body = (await self._translate(body[:-1].decode())).encode() + b"\0"
            elif kind == b"P":
                start = body.index(b"\0") + 1
                end = body.index(b"\0", start)
                body = body[:start] + (await self._translate(body[start:end].decode())).encode() + body[end:]
            server.write(kind + struct.pack("!i", len(body) + 4) + body)
            await server.drain()

    async def _translate(self, sql: str) -> str:
        self._statements.append(sql)
        broken = next((text for text in self._refused if text in sql), None)
        if broken is not None:
            self._refused.remove(broken)
            return _raise("the cluster is not available (injected)")
        try:
            copied = await asyncio.to_thread(self._copy.translate, sql)
        except (CopyError, self._copy.s3.exceptions.ClientError) as error:
            return _raise(str(error))
        if copied is not None:
            return copied
        refusal = find_refusal(sql)
        return _raise(refusal) if refusal else translate(sql)

    @staticmethod
    async def _forward_answers(server: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kind = b""
        while kind != b"Z":  # until the session is ready
            kind = await server.readexactly(1)
            body = await _read_body(server)
            if kind == b"S" and body.startswith(b"server_version\0"):
                body = _SERVER_VERSION
            writer.write(kind + struct.pack("!i", len(body) + 4) + body)
            await writer.drain()
        while chunk := await server.read(65536):
            writer.write(chunk)
            await writer.drain()


async def _read_body(reader: asyncio.StreamReader) -> bytes:
    (length,) = struct.unpack("!i", await reader.readexactly(4))
    return await reader.readexactly(length - 4)


def _raise(message: str) -> str:
    """A statement that fails with this message, so that the transaction fails as it would on a cluster."""
    return "do $peer$ begin raise exception using message = '" + message.replace("'", "''") + "'; end $peer$"
