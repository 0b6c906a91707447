"""The door of the Dagster UI: an ASGI application around Dagster's own, which sees no request that is not let in.

Dagster's web server asks nobody who they are, takes mutations by GET and from any page that a browser has open, and
answers to every host name. What is refused here is refused with one plain sentence.
"""

import asyncio
import logging
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.logs.json_lines import log_context
from door.checks import (
    GRAPHQL_PATH,
    RefusedError,
    check_address,
    check_host,
    check_own_page,
    check_reading,
    check_writing,
    find_address,
    is_fetched_ahead,
    read_cookies,
)
from door.journal import Journal
from door.pages import (
    LEFT_PAGE,
    LEFT_PROXY_PAGE,
    SIGN_OUT_PATH,
    SIGNED_OUT,
    SIGNED_OUT_PAGE,
    show_with_link,
    write_sign_out_page,
)
from door.queries import BODY_BYTES, QueryError, check_query
from door.sessions import PROXY_SECRET_HEADER, SESSION_SECONDS, Session, Sessions, SignInError, TrustedProxy
from door.websockets import POLICY_VIOLATION, hold_websocket

#: Where the door leaves the person for the application behind it.
PERSON_KEY = "cloudcost.person"
SIGN_IN_PATH = "/sign-in"
START_PATH = "/asset-groups"

SECURITY_HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FRAME_POLICY = "frame-ancestors 'none'"
NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Door:
    """``app`` behind the checks. ``hosts``: every `Host` that it is served at; ``cookie``: the session's name."""

    app: ASGIApp
    hosts: frozenset[str]
    sessions: Sessions
    journal: Journal
    proxy: TrustedProxy | None = None
    cookie: str = "cloudcost_ui"
    _first_visit: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one websocket from its handshake to its end."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        with log_context(request_id=secrets.token_hex(8)):
            await self._guard(scope, receive, send)

    async def _guard(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_http = scope["type"] == "http"
        guarded = _add_security_headers(send) if is_http else send
        try:
            answer = await self._answer(scope) if is_http else None
            session = None if answer else await self._let_in(scope)
        except RefusedError as refusal:
            if refusal.kind:
                self.journal.refused(refusal.kind, find_address(scope), refusal.person)
            if is_http:
                await _explain(scope, refusal)(scope, receive, guarded)
            else:
                await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": str(refusal)})
            return
        if answer is not None:
            await answer(scope, receive, guarded)
            return
        assert session is not None  # noqa: S101 - or it was refused
        known = {**scope, PERSON_KEY: session.person}
        if is_http:
            await self._pass_on(known, receive, guarded)
        else:
            await hold_websocket(self.app, known, receive, send, self.sessions, session)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request of somebody who was let in; a query is read first, and passed on as it was understood."""
        if scope["method"] == "POST":
            try:
                query = check_query(await read_body(receive))
            except QueryError as error:
                await _explain(scope, RefusedError(error.status, str(error)))(scope, receive, send)
                return
            headers = MutableHeaders(scope=scope)
            headers["content-length"] = str(len(query))
            scope = {**scope, "headers": headers.raw}
            receive = _replay(query, receive)
        await show_with_link(self.app, scope, receive, send)

    async def _answer(self, scope: Scope) -> Response | None:
        """What the door answers itself; None for everything that is the application's."""
        if scope["path"] == SIGN_IN_PATH:
            return await self._sign_in(scope)
        if scope["path"] == SIGN_OUT_PATH:
            return await self._sign_out(scope)
        return None

    async def _let_in(self, scope: Scope) -> Session:
        """Whose request it is; `RefusedError` if it is nobody's, or of a kind that nobody may make."""
        headers = Headers(scope=scope)
        host = check_host(headers, self.hosts)
        if scope["type"] == "websocket":
            check_own_page(headers, host)
            if scope["path"] != GRAPHQL_PATH:
                raise RefusedError(404, "There is no such address.")
        elif scope["method"] in ("GET", "HEAD"):
            check_reading(headers, host, scope["path"])
        else:
            check_own_page(headers, host)
            check_writing(headers, scope["method"], scope["path"])
        session = await self._find_session(scope, headers)
        check_address(scope["path"])
        return session

    async def _find_session(self, scope: Scope, headers: Headers) -> Session:
        address, kind = find_address(scope), ""
        if self.proxy is not None and address:
            named, proofs = headers.getlist(self.proxy.header), headers.getlist(PROXY_SECRET_HEADER)
            try:
                person = self.proxy.find_person(address, named, proofs)
            except SignInError as error:
                raise RefusedError(403, str(error), error.kind, error.person) from error
            if person is not None:
                return self.sessions.find_visit(person) or await self._begin_visit(person, address)
            kind = "the proxy's header without its secret" if self.proxy.is_claimed(address, named) else ""
        session = next(filter(None, map(self.sessions.find, read_cookies(headers, self.cookie))), None)
        if session is None:
            raise RefusedError(401, SIGNED_OUT, kind)
        return session

    async def _begin_visit(self, person: str, address: str) -> Session:
        """The session of somebody whom the proxy names for the first time; requests meanwhile wait for its row."""
        async with self._first_visit:
            found = self.sessions.find_visit(person)
            if found is None:
                found = self.sessions.begin(person, "proxy")
                await self._write_down(found, address)
                self.sessions.keep_visit(found)
            return found

    async def _sign_in(self, scope: Scope) -> Response:
        """Turns the token of a sign-in link into a session."""
        headers = Headers(scope=scope)
        host = check_host(headers, self.hosts)
        if scope["method"] != "GET":
            raise RefusedError(405, "Sign in by opening the link.")
        check_reading(headers, host, SIGN_IN_PATH)
        if is_fetched_ahead(headers):
            raise RefusedError(503, "Sign in by opening the link.")
        tokens = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])
        try:
            session, value = self.sessions.sign_in(tokens[0])
        except SignInError as error:
            raise RefusedError(401, str(error), error.kind) from error
        try:
            await self._write_down(session, find_address(scope))
        except RefusedError:
            self.sessions.end(session)
            raise
        answer = RedirectResponse(START_PATH, status_code=303, headers=NO_STORE)
        answer.set_cookie(self.cookie, value, max_age=SESSION_SECONDS, httponly=True, samesite="strict")
        return answer

    async def _write_down(self, session: Session, address: str) -> None:
        """Nobody is let in whom the audit log does not have."""
        try:
            await asyncio.to_thread(self.journal.signed_in, session, address)
        except Exception as error:
            logging.getLogger(__name__).warning("nobody can sign in: %s", error)
            raise RefusedError(503, "Nobody can sign in: the audit log cannot be written.") from error

    async def _sign_out(self, scope: Scope) -> Response:
        """The page with the button; what the button does: the session ends, and the websockets that it has open."""
        headers = Headers(scope=scope)
        host = check_host(headers, self.hosts)
        if scope["method"] in ("GET", "HEAD"):
            check_reading(headers, host, SIGN_OUT_PATH)
            session = await self._find_session(scope, headers)
            return HTMLResponse(write_sign_out_page(session.person), headers=NO_STORE)
        if scope["method"] != "POST":
            raise RefusedError(405, "Sign out by the button of this page.")
        check_own_page(headers, host)
        session = await self._find_session(scope, headers)
        # somebody whom the proxy names may have signed in by a link before
        others = filter(None, map(self.sessions.find, read_cookies(headers, self.cookie)))
        for ended in {session, *others}:
            self.sessions.end(ended)
            try:
                await asyncio.to_thread(self.journal.signed_out, ended, find_address(scope))
            except Exception as error:
                # that somebody has left must not hang on the log
                logging.getLogger(__name__).warning("a sign-out cannot be written down: %s", error)
        answer = HTMLResponse(LEFT_PAGE if session.way == "link" else LEFT_PROXY_PAGE, headers=NO_STORE)
        answer.delete_cookie(self.cookie, httponly=True, samesite="strict")
        return answer


async def read_body(receive: Receive) -> bytes:
    """The whole body; `QueryError` for one that is too long, or that somebody did not send to its end."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise QueryError(400, "The query was not sent to its end.")
        body += message.get("body", b"")
        if len(body) > BODY_BYTES:
            raise QueryError(413, f"A query has at most {BODY_BYTES} bytes.")
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """What the application hears: this body, and then what becomes of the connection."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def hear() -> Message:
        return waiting.pop() if waiting else await receive()

    return hear


def _explain(scope: Scope, refusal: RefusedError) -> Response:
    is_page = "text/html" in Headers(scope=scope).get("accept", "")
    if refusal.status == 401 and str(refusal) == SIGNED_OUT and is_page:
        return HTMLResponse(SIGNED_OUT_PAGE, refusal.status, NO_STORE)
    return PlainTextResponse(f"{refusal}\n", refusal.status, NO_STORE)


def _add_security_headers(send: Send) -> Send:
    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": list(message.get("headers", []))}
            headers = MutableHeaders(raw=message["headers"])
            for name, value in SECURITY_HEADERS.items():
                headers[name] = value
            # beside the policy that Dagster gives its pages: a browser keeps to both
            headers.append("Content-Security-Policy", FRAME_POLICY)
        await send(message)

    return add
