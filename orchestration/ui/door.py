"""The door of the Dagster UI: an ASGI application around Dagster's own, which sees no request that is not let in.

Dagster's web server asks nobody who they are, takes mutations by GET and from any page that a browser has open, and
answers to every host name. What is refused here is refused with one plain sentence.
"""

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestration.ui.sessions import PROXY_SECRET_HEADER, SESSION_SECONDS, Sessions, SignInError, TrustedProxy

#: Where the door leaves the person for the application behind it.
PERSON_KEY = "cloudcost.person"
SIGN_IN_PATH = "/sign-in"
GRAPHQL_PATH = "/graphql"
START_PATH = "/asset-groups"
POLICY_VIOLATION = 1008

SECURITY_HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FRAME_POLICY = "frame-ancestors 'none'"
SIGNED_OUT = "You are not signed in: open the link that `cloudcost ui` printed last where it runs."
#: A strict cookie does not come with the first request that another site's link makes; with the second one it does.
SIGNED_OUT_PAGE = f'<!doctype html><title>Not signed in</title><p>{SIGNED_OUT}</p><p><a href="">Try again</a></p>'


class RefusedError(Exception):
    """A request that is not let in: its HTTP status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Door:
    """``app`` behind the checks. ``hosts``: every `Host` that it is served at; ``cookie``: the session's name."""

    app: ASGIApp
    hosts: frozenset[str]
    sessions: Sessions
    proxy: TrustedProxy | None = None
    cookie: str = "cloudcost_ui"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one websocket from its handshake to its end."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        is_http = scope["type"] == "http"
        guarded = _add_security_headers(send) if is_http else send
        try:
            if is_http and scope["path"] == SIGN_IN_PATH:
                await self._sign_in(scope)(scope, receive, guarded)
                return
            person = self._let_in(scope)
        except RefusedError as refusal:
            if is_http:
                await _explain(scope, refusal)(scope, receive, guarded)
            else:
                await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": str(refusal)})
            return
        await self.app({**scope, PERSON_KEY: person}, receive, guarded)

    def _let_in(self, scope: Scope) -> str:
        """The person whose request it is; `RefusedError` if it is nobody's, or of a kind that nobody may make."""
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
        return self._find_person(scope, headers)

    def _find_person(self, scope: Scope, headers: Headers) -> str:
        try:
            if self.proxy is not None and scope.get("client"):
                named, proofs = headers.getlist(self.proxy.header), headers.getlist(PROXY_SECRET_HEADER)
                person = self.proxy.find_person(scope["client"][0], named, proofs)
                if person is not None:
                    return person
        except SignInError as error:
            raise RefusedError(403, str(error)) from error
        person = next(filter(None, map(self.sessions.find_person, read_cookies(headers, self.cookie))), None)
        if person is None:
            raise RefusedError(401, SIGNED_OUT)
        return person

    def _sign_in(self, scope: Scope) -> Response:
        """Turns the token of a sign-in link into a session."""
        headers = Headers(scope=scope)
        host = check_host(headers, self.hosts)
        if scope["method"] != "GET":
            raise RefusedError(405, "Sign in by opening the link.")
        check_reading(headers, host, SIGN_IN_PATH)
        tokens = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])
        try:
            value = self.sessions.sign_in(tokens[0])
        except SignInError as error:
            raise RefusedError(401, str(error)) from error
        answer = RedirectResponse(START_PATH, status_code=303, headers={"Cache-Control": "no-store"})
        answer.set_cookie(self.cookie, value, max_age=SESSION_SECONDS, httponly=True, samesite="strict")
        return answer


def check_host(headers: Headers, hosts: frozenset[str]) -> str:
    """The one `Host` of a request, if it is ours: another name that leads here is somebody's DNS rebinding."""
    found = [value.lower() for value in headers.getlist("host")]
    if len(found) != 1 or found[0] not in hosts:
        raise RefusedError(
            421, "The UI is not served under this name; `ui.hosts` in the configuration adds names that it has."
        )
    return found[0]


def check_own_page(headers: Headers, host: str) -> None:
    """Refuse what a page of another origin sends; a browser always says which one it is."""
    origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
    # behind a proxy the pages are https, whatever reaches us
    if origins not in ([f"http://{host}"], [f"https://{host}"]) or sites not in ([], ["same-origin"]):
        raise RefusedError(403, "Only the pages of this UI may send this.")


def check_reading(headers: Headers, host: str, path: str) -> None:
    """Refuse reading for another origin, but for a person who follows a link here."""
    if path == GRAPHQL_PATH:
        raise RefusedError(405, "Queries are sent by POST.")
    sites = headers.getlist("sec-fetch-site")
    is_opened = headers.getlist("sec-fetch-mode") == ["navigate"] and headers.getlist("sec-fetch-dest") == ["document"]
    if headers.getlist("origin") or (sites not in ([], ["none"], ["same-origin"]) and not is_opened):
        check_own_page(headers, host)


def check_writing(headers: Headers, method: str, path: str) -> None:
    """Refuse all but GraphQL as JSON: what a form or a link of any page can send is never that."""
    if method != "POST" or path != GRAPHQL_PATH:
        raise RefusedError(405, f"The UI takes no {method} here.")
    kinds = [value.partition(";")[0].strip().lower() for value in headers.getlist("content-type")]
    if kinds != ["application/json"]:
        raise RefusedError(415, "Queries are sent as application/json.")


def read_cookies(headers: Headers, name: str) -> list[str]:
    """Every value of a cookie; what is no cookie counts as none."""
    found = []
    for line in headers.getlist("cookie"):
        for part in line.split(";"):
            try:
                found += [morsel.value for key, morsel in SimpleCookie(part).items() if key == name]
            except CookieError:
                continue
    return found


def _explain(scope: Scope, refusal: RefusedError) -> Response:
    headers = {"Cache-Control": "no-store"}
    is_page = "text/html" in Headers(scope=scope).get("accept", "")
    if refusal.status == 401 and str(refusal) == SIGNED_OUT and is_page:
        return HTMLResponse(SIGNED_OUT_PAGE, refusal.status, headers)
    return PlainTextResponse(f"{refusal}\n", refusal.status, headers)


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
