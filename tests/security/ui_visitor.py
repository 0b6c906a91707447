"""The door of the UI before a small application, on the real web server, and a visitor who sends what they like."""

import contextlib
import datetime as dt
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from audit.log import AuditEntry
from door.door import PERSON_KEY, Door
from door.journal import Journal
from door.sessions import Sessions, TrustedProxy
from orchestration.ui.serve import build_server, list_hosts, take_port

PERSON = "ana@example.com"
JSON = {"Content-Type": "application/json"}
QUERY = json.dumps({"query": "mutation { launchRun }"})
Headers = dict[str, str] | list[tuple[str, str]]


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class HandTimers:
    """Timers that run when the test says so; each with how long it waits."""

    waiting: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def start(self, seconds: float, act: Callable[[], None]) -> "HandTimers":
        self.waiting.append((seconds, act))
        return self

    def cancel(self) -> None:
        """Nothing runs by itself here."""

    def run(self) -> list[float]:
        """Run what waits now, not what that starts; how long each waited."""
        due, self.waiting = self.waiting, []
        for _, act in due:
            act()
        return [seconds for seconds, _ in due]


@dataclass
class Served:
    """The door, open on a port; ``seen`` is what reached the application behind it, ``rows`` what was written down.

    ``is_full``: whether the audit log can take no more.
    """

    port: int
    sessions: Sessions
    tokens: list[str] = field(default_factory=list)
    seen: list[tuple[str, str, str, str]] = field(default_factory=list)
    now: float = 0.0
    rows: list[AuditEntry] = field(default_factory=list)
    timers: HandTimers = field(default_factory=HandTimers)
    is_full: bool = False
    keeps_talking: bool = False
    page: str = ""

    def append(self, entry: AuditEntry) -> None:
        """The audit log."""
        if self.is_full:
            raise OSError("the disk is full")
        self.rows.append(entry)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    def send(self, method: str, path: str, headers: Headers | None = None, body: str = "", host: str = "") -> Answer:
        """One request with these headers and no others, but for a `Host` that is ours where none is given."""
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        if not any(name == "Host" for name, _ in pairs):
            pairs.append(("Host", host or self.host))
        for name, value in (*pairs, ("Content-Length", str(len(body)))):
            connection.putheader(name, value)
        connection.endheaders(body.encode())
        answer = connection.getresponse()
        found = Answer(answer.status, answer.headers, answer.read().decode())
        connection.close()
        return found

    def sign_in(self) -> dict[str, str]:
        """The cookie of a new session, as a header."""
        answer = self.send("GET", f"/sign-in?token={self.tokens[-1]}")
        assert answer.status == 303, answer.text
        return {"Cookie": str(answer.headers["Set-Cookie"]).partition(";")[0]}

    def by_page(self) -> dict[str, str]:
        """What a browser sends with a query of our own pages."""
        return {**self.sign_in(), **JSON, "Origin": self.origin, "Sec-Fetch-Site": "same-origin"}


@contextlib.contextmanager
def serve(proxy: TrustedProxy | None = None) -> Iterator[Served]:
    """The door on a free port, in a thread."""

    async def show(request: Request) -> Response:
        body = (await request.body()).decode()
        served.seen.append((request.method, request.url.path, request.scope[PERSON_KEY], body))
        if served.page:
            return HTMLResponse(served.page)
        return JSONResponse({"person": request.scope[PERSON_KEY]})

    async def talk(websocket: WebSocket) -> None:
        await websocket.accept(subprotocol="graphql-ws")
        served.seen.append(("WS", websocket.url.path, websocket.scope[PERSON_KEY], await websocket.receive_text()))
        await websocket.send_text("heard")
        while served.keeps_talking:
            served.seen.append(("WS", "more", "", await websocket.receive_text()))
            await websocket.send_text("heard more")
        await websocket.close()

    behind = Starlette(
        routes=[
            WebSocketRoute("/{path:path}", talk),
            Route("/{path:path}", show, methods=["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]),
        ]
    )
    with take_port("127.0.0.1", 0) as listener:
        port: int = listener.getsockname()[1]
        served = Served(port, Sessions(PERSON, lambda token: served.tokens.append(token), lambda: served.now))
        journal = Journal(served.append, lambda: dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC), served.timers.start)
        hosts = list_hosts("127.0.0.1", port, ("costs.example.com",))
        server = build_server(Door(behind, hosts, served.sessions, journal, proxy))
        served.sessions.offer()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            _wait_for(port)
            yield served
        finally:
            server.should_exit = True
            thread.join()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        threading.Event().wait(0.05)
    raise AssertionError("the web server does not come up")
