"""What a request must be like to be let in, by its headers and address alone; each check refuses with one sentence."""

import re
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import Scope

GRAPHQL_PATH = "/graphql"
#: What browsers send when they fetch a page that nobody has opened yet; such an answer is not shown, so a link would be
#: used up for nothing. They ask again after an error.
AHEAD_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
#: The log of a step or of a tick of a sensor, as Dagster's pages name it; its own errors come of anything else.
LOG_ADDRESS = re.compile(r"/logs(/(?!\.{1,2}/)[^/\x00-\x1f]+)+/(out|err)")
#: What would show `dagster.yaml` with the passwords that may be in it, and files of this machine.
CLOSED_ADDRESSES = ("/download_debug", "/notebook", "/dagit/notebook")


class RefusedError(Exception):
    """A request that is not let in: its HTTP status, and why.

    ``kind``: what the audit log calls it; empty where it is nothing to be written down, such as a session that ended.
    """

    def __init__(self, status: int, why: str, kind: str = "", person: str = "") -> None:
        super().__init__(why)
        self.status = status
        self.kind = kind
        self.person = person


def find_address(scope: Scope) -> str:
    """Who is connected; behind a proxy, that one. Empty where the server does not know."""
    client = scope.get("client")
    return client[0] if client else ""


def check_host(headers: Headers, hosts: frozenset[str]) -> str:
    """The one `Host` of a request, if it is ours: another name that leads here is somebody's DNS rebinding."""
    found = [value.lower() for value in headers.getlist("host")]
    if len(found) != 1 or found[0] not in hosts:
        raise RefusedError(
            421,
            "The UI is not served under this name; `ui.hosts` in the configuration adds names that it has.",
            "another host name",
        )
    return found[0]


def check_own_page(headers: Headers, host: str) -> None:
    """Refuse what a page of another origin sends; a browser always states which one it is."""
    origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
    # behind a proxy the pages are https, whatever reaches us
    if origins not in ([f"http://{host}"], [f"https://{host}"]) or sites not in ([], ["same-origin"]):
        what = "another site's page" if origins else "a program, not a page of this UI"
        raise RefusedError(403, "Only the pages of this UI may send this.", what)


def check_reading(headers: Headers, host: str, path: str) -> None:
    """Refuse reading for another origin, but for a person who follows a link here."""
    if path == GRAPHQL_PATH:
        raise RefusedError(405, "Queries are sent by POST.")
    sites = headers.getlist("sec-fetch-site")
    is_opened = headers.getlist("sec-fetch-mode") == ["navigate"] and headers.getlist("sec-fetch-dest") == ["document"]
    if headers.getlist("origin") or (sites not in ([], ["none"], ["same-origin"]) and not is_opened):
        check_own_page(headers, host)


def is_fetched_ahead(headers: Headers) -> bool:
    """Whether a browser asks for a page that nobody has opened yet."""
    return any("prefetch" in value or "preview" in value for name in AHEAD_HEADERS for value in headers.getlist(name))


def check_address(path: str) -> None:
    """Refuse what nobody needs to read here, and the addresses of logs that cannot be."""
    is_closed = any(path == closed or path.startswith(f"{closed}/") for closed in CLOSED_ADDRESSES)
    is_log = path == "/logs" or path.startswith("/logs/")
    if is_closed or (is_log and not LOG_ADDRESS.fullmatch(path)):
        raise RefusedError(404, "There is no such address.")


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
