"""What holds for every request: an id, our hosts, bounds on bodies, headers of answers, one line of the log."""

import logging
import re
import secrets
import time
from collections.abc import Collection
from typing import Annotated

from pydantic import StringConstraints
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import ProblemError, answer_problem

MOST_BODY_BYTES = 1 << 20
#: Characters that steer terminals, line breaks and tabs apart.
NO_CONTROLS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
#: Why somebody does something, as the audit log keeps it.
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=NO_CONTROLS)]
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
LOG = logging.getLogger("api.requests")
#: Nothing here is a page: whatever an answer holds, a browser neither runs nor frames nor guesses it.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}


class RequestGuard:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else f"req-{secrets.token_hex(8)}"
        scope.setdefault("state", {})["request_id"] = request_id
        status = 500
        size = 0
        is_begun = False

        async def answer(message: Message) -> None:
            nonlocal status, is_begun
            if message["type"] == "http.response.start":
                status, is_begun = message["status"], True
                found = MutableHeaders(scope=message)
                found["X-Request-Id"] = request_id
                for name, value in HEADERS.items():
                    found.setdefault(name, value)
                found.setdefault("Cache-Control", "private, no-cache")
                for name, value in scope["state"].get("answer_headers", ()):
                    found.append(name, value)
            await send(message)

        async def receive_bounded() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > MOST_BODY_BYTES:
                raise ProblemError(413, "too_large", f"A request has at most {MOST_BODY_BYTES:,} bytes.")
            return message

        request = Request(scope)
        try:
            refusal = self._refuse(headers)
            if refusal is not None:
                await answer_problem(request, refusal)(scope, receive, answer)
                return
            await self._app(scope, receive_bounded, answer)
        except Exception as error:
            LOG.error("a defect", exc_info=error, extra={"request": request_id})
            if is_begun:
                raise
            defect = ProblemError(500, "internal", "Something went wrong here; the request's id helps to find it.")
            await answer_problem(request, defect)(scope, receive, answer)
        finally:
            _note(scope, request_id, status, time.monotonic() - started)

    def _refuse(self, headers: Headers) -> ProblemError | None:
        hosts = [value.lower() for value in headers.getlist("host")]
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return ProblemError(421, "invalid", "The API is not served under this name; `api.hosts` adds names.")
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > MOST_BODY_BYTES:
            return ProblemError(413, "too_large", f"A request has at most {MOST_BODY_BYTES:,} bytes.")
        return None


def _note(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    caller = scope["state"].get("caller")
    LOG.info(
        "%s %s %s",
        scope["method"],
        scope["path"],
        status,
        extra={
            "request": request_id,
            "person": "" if caller is None else caller.person.name,
            "milliseconds": round(seconds * 1000, 1),
        },
    )
