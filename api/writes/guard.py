"""What stands around every write: the second with the same `Idempotency-Key` is given the answer of the first."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

import anyio.to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.callers import Caller, CredentialError
from api.problems import ProblemError, answer_problem, translate
from api.services import Services
from api.writes.idempotency import Found, IdempotencyBook, Kept, name_key
from core.errors import CloudcostError
from state import ConflictError

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,200}")
METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
#: What belongs to one answer and not to what was done.
_OWN = frozenset({"content-length", "date", "x-request-id", "ratelimit", "ratelimit-policy", "server"})


class IdempotentWrites:
    """Stands before the routes; a request without the header, or of nobody who is known, goes by."""

    def __init__(self, app: ASGIApp, services: Callable[[], Services]) -> None:
        self._app, self._services = app, services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        key = headers.get(HEADER.lower()) if headers is not None and scope["method"] in METHODS else None
        if headers is None or key is None:
            await self._app(scope, receive, send)
            return
        services = self._services()
        begun = None
        try:
            caller = await anyio.to_thread.run_sync(_identify, services, headers)
            if caller is not None:
                begun = await self._begin(services, caller, key, headers, (scope, receive, send))
        except (ProblemError, CloudcostError, ConflictError) as error:
            await _answer_error(Request(scope, receive), error)(scope, receive, send)
            return
        if caller is None:
            await self._app(scope, receive, send)
        elif begun is not None:
            await self._do(*begun, (scope, receive, send))

    async def _begin(
        self, services: Services, caller: Caller, key: str, headers: Headers, given: tuple[Scope, Receive, Send]
    ) -> tuple[IdempotencyBook, str, str, bytes] | None:
        """What is to be done now; None where it is answered, or nobody waits for it any more."""
        scope, receive, send = given
        if not KEY.fullmatch(key):
            raise ProblemError(422, "invalid", f"header/{HEADER}: 1 to 200 visible characters of ASCII")
        body = await _read_body(receive)
        if body is None:
            return None
        asked = _hash_request(scope, headers, body)
        book, name = IdempotencyBook(services.installation.store, services.clock), _name(caller, key)
        found = await anyio.to_thread.run_sync(book.begin, name, asked)
        if found.state == "begun":
            return book, name, asked, body
        await anyio.to_thread.run_sync(services.limits.check, caller)
        await _replay(found, scope, send)
        return None

    async def _do(
        self, book: IdempotencyBook, name: str, asked: str, body: bytes, given: tuple[Scope, Receive, Send]
    ) -> None:
        scope, receive, send = given
        answer = _Answer(send)
        is_sent = False

        async def receive_again() -> Message:
            nonlocal is_sent
            if is_sent:
                return await receive()
            is_sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        try:
            await self._app(scope, receive_again, answer)
        finally:
            # what went wrong here, or came to nothing, can be sent again
            if answer.is_whole and answer.status < 400:
                await anyio.to_thread.run_sync(book.finish, name, asked, answer.kept)
            else:
                await anyio.to_thread.run_sync(book.free, name)
        await answer.deliver()


class _Answer:
    """Holds an answer back until it is kept: whoever has it can rely on it."""

    def __init__(self, send: Send) -> None:
        self._send, self._messages = send, list[Message]()
        self.status, self.is_whole = 500, False

    async def __call__(self, message: Message) -> None:
        self._messages.append(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif not message.get("more_body", False):
            self.is_whole = True

    @property
    def kept(self) -> Kept:
        headers = Headers(raw=self._messages[0]["headers"])
        pairs = tuple((name, value) for name, value in headers.items() if name not in _OWN)
        is_secret = "no-store" in headers.get("cache-control", "")
        body = b"".join(message.get("body", b"") for message in self._messages[1:])
        return Kept(self.status, pairs, None if is_secret else body)

    async def deliver(self) -> None:
        for message in self._messages:
            await self._send(message)


def _answer_error(request: Request, error: ProblemError | CloudcostError | ConflictError) -> JSONResponse:
    """As routes answer it: what is raised here does not come by their handlers."""
    return answer_problem(request, error if isinstance(error, ProblemError) else translate(error))


def _identify(services: Services, headers: Headers) -> Caller | None:
    scheme, _, credential = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not credential.strip():
        return None
    try:
        caller = services.authenticator.identify(credential.strip())
    except CredentialError:
        return None
    return None if caller.person.is_disabled or not caller.person.roles else caller


def _name(caller: Caller, key: str) -> str:
    allowed = sorted(permission for permission in caller.allowed if caller.may(permission))
    return name_key(caller.account, caller.person.name, allowed, sorted(caller.person.scopes), key)


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body; None where who sends it has gone before its end."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _hash_request(scope: Scope, headers: Headers, body: bytes) -> str:
    """Of what was asked: who consents to another plan asks for something else."""
    matched = ",".join(headers.getlist("if-match")).encode("latin-1")
    parts = (scope["method"].encode(), scope["path"].encode(), scope["query_string"], matched, body)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


async def _replay(found: Found, scope: Scope, send: Send) -> None:
    if found.state == "other":
        raise ProblemError(422, "invalid", f"header/{HEADER}: this key was given with another request")
    if found.state == "running":
        sentence = "The request with this key is still being answered; send it again."
        raise ProblemError(409, "conflict", sentence, headers={"Retry-After": "2"})
    if found.kept is None or found.kept.body is None:
        raise ProblemError(409, "conflict", "It was done, and what was answered then is not shown again.")
    headers = MutableHeaders(raw=[])
    for name, value in found.kept.headers:
        headers.append(name, value)
    headers["Idempotent-Replayed"] = "true"
    headers["Content-Length"] = str(len(found.kept.body))
    start: dict[str, Any] = {"type": "http.response.start", "status": found.kept.status, "headers": headers.raw}
    await send(start)
    await send({"type": "http.response.body", "body": found.kept.body})
