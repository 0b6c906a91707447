"""Attacks on the door of the Dagster UI, each by a request that a page, a script or another account could send.

*Succeeded* says what was seen to succeed against `dagster dev`, which `cloudcost ui` served before there was a door: it
asked nobody who they are and looked neither at Origin nor at Host. It has no sessions, sign-in links or proxies: what
concerns those could not be tried there, and what a test does not call *succeeded* was not.
"""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from cloudcost.config.document import load_config
from core.config_file import ConfigError
from door.sessions import SESSION_SECONDS, TrustedProxy
from orchestration.ui.serve import UiError, find_proxy, list_hosts, run_server, take_port
from tests.security.ui_visitor import JSON, PERSON, QUERY, Served, serve

EVIL = "https://evil.example"
MUTATION = "/graphql?query=mutation%7BlaunchRun%7D"
SECRET = "of-the-proxy-and-nobody-else-0123456789"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve() as found:
        yield found


def test_who_signed_in_is_let_in_and_named(served: Served) -> None:
    page = served.by_page()
    assert served.send("POST", "/graphql", page, QUERY).text == f'{{"person":"{PERSON}"}}'
    assert served.seen[-1] == ("POST", "/graphql", PERSON, QUERY)
    assert served.send("GET", "/asset-groups", {"Cookie": page["Cookie"]}).status == 200
    charset = {**page, "Content-Type": "application/json; charset=utf-8"}
    assert served.send("POST", "/graphql", charset, QUERY).status == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "/asset-groups", ""), ("GET", "/logs/any/compute.out", ""), ("POST", "/graphql", QUERY), ("GET", "/", "")],
)
def test_without_a_session_nothing_is_shown_or_done(served: Served, method: str, path: str, body: str) -> None:
    """Succeeded for the pages and the query: whoever reached the port was in."""
    before = len(served.seen)
    for cookie in ({}, {"Cookie": "cloudcost_ui=guess"}, {"Cookie": f"cloudcost_ui={served.tokens[-1]}"}):
        answer = served.send(method, path, {**JSON, "Origin": served.origin, **cookie}, body)
        assert (answer.status, "You are not signed in" in answer.text) == (401, True)
    assert len(served.seen) == before


@pytest.mark.parametrize("path", [MUTATION, "/%67raphql?query=mutation%7BlaunchRun%7D", "/graphql"])
@pytest.mark.parametrize("origin", [{}, {"Origin": EVIL, "Referer": EVIL}])
def test_graphql_is_never_asked_by_get(served: Served, path: str, origin: dict[str, str]) -> None:
    """Succeeded by GET, with a foreign Origin and without one: a link or an image of any page started jobs."""
    before = len(served.seen)
    assert served.send("GET", path, {**served.sign_in(), **origin}).status == 405
    assert served.send("HEAD", path, served.sign_in()).status == 405
    assert len(served.seen) == before


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/graphql",
     "text/plain; application/json", "text/plain, application/json", "application/json+x", ""],
)  # fmt: skip
def test_graphql_is_json_or_refused(served: Served, kind: str) -> None:
    """Succeeded by form, by `application/graphql` and by text whose type only mentions JSON; the rest was not tried. A
    form can send most of these to any site without the browser's asking first.
    """
    before = len(served.seen)
    page = {**served.by_page(), "Content-Type": kind}
    assert served.send("POST", MUTATION, page, QUERY).status == 415
    twice = [*served.by_page().items(), ("Content-Type", "text/plain")]
    assert served.send("POST", MUTATION, twice, QUERY).status == 415
    assert len(served.seen) == before


@pytest.mark.parametrize(
    "origins",
    [[EVIL], ["null"], [], [""], ["http://127.0.0.1:1"], ["http://127.0.0.1"], ["{own}", EVIL], ["{own}.evil.example"],
     ["{own}@evil.example"], ["ftp://{host}"]],
)  # fmt: skip
def test_only_own_pages_send_queries(served: Served, origins: list[str]) -> None:
    """Succeeded from https://evil.example and without an Origin; the rest was not tried. The cookie alone would not do:
    to a browser, all ports of a host are the same site.
    """
    before = len(served.seen)
    own = {**served.sign_in(), **JSON}
    given = [("Origin", origin.format(own=served.origin, host=served.host)) for origin in origins]
    assert served.send("POST", "/graphql", [*own.items(), *given], QUERY).status == 403
    assert len(served.seen) == before


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "anything"])
def test_what_a_browser_says_of_another_site_is_believed(served: Served, site: str) -> None:
    """Not tried: a browser that says this says the Origin too."""
    before = len(served.seen)
    assert served.send("POST", "/graphql", {**served.by_page(), "Sec-Fetch-Site": site}, QUERY).status == 403
    assert len(served.seen) == before


def test_other_sites_link_here_but_read_nothing(served: Served) -> None:
    """Not seen to succeed before: a browser keeps such answers from a page by itself."""
    cookie, before = served.sign_in(), len(served.seen)
    for site in ("cross-site", "same-site"):
        for way in ({}, {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
                    {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}):  # fmt: skip
            assert served.send("GET", "/runs", {**cookie, "Sec-Fetch-Site": site, **way}).status == 403
    assert served.send("GET", "/runs", {**cookie, "Origin": EVIL}).status == 403
    assert len(served.seen) == before
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert served.send("GET", "/runs", {**cookie, **link}).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "{own}.evil.example"]
)
def test_a_name_that_was_bent_to_us_is_refused(served: Served, host: str) -> None:
    """Succeeded: DNS rebinding. The page's own origin is the bent name then, so Origin and cookies say nothing."""
    name, before = host.format(port=served.port, own=served.host), len(served.seen)
    page = {**served.by_page(), "Origin": f"http://{name}"}
    assert served.send("POST", "/graphql", page, QUERY, host=name).status == 421
    assert served.send("GET", f"/sign-in?token={served.tokens[-1]}", host=name).status == 421
    both = [*served.by_page().items(), ("Host", served.host), ("Host", name)]
    assert served.send("POST", "/graphql", both, QUERY).status in (400, 421)
    assert len(served.seen) == before


def test_names_that_are_ours_are_served(served: Served) -> None:
    for host in (f"localhost:{served.port}", f"LOCALHOST:{served.port}", "costs.example.com"):
        page = {**served.by_page(), "Origin": f"https://{host.lower()}"}
        assert served.send("POST", "/graphql", page, QUERY, host=host).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/report_asset_materialization/raw/plain"), ("POST", "/"), ("POST", "/graphql/"), ("PUT", "/graphql"),
     ("DELETE", "/graphql"), ("PATCH", "/runs"), ("OPTIONS", "/graphql"), ("TRACE", "/graphql")],
)  # fmt: skip
def test_nothing_but_graphql_is_written(served: Served, method: str, path: str) -> None:
    """Succeeded: `report_asset_…` recorded for any page what never happened. The others were not tried."""
    before = len(served.seen)
    assert served.send(method, path, served.by_page(), "{}").status == 405
    assert served.send(method, path, {**served.sign_in(), "Origin": EVIL}).status == 403
    assert len(served.seen) == before


def test_a_sign_in_link_counts_once(served: Served) -> None:
    first = served.tokens[-1]
    for method in ("HEAD", "POST"):
        assert served.send(method, f"/sign-in?token={first}").status == 405
    for token in ("", "guess", first[:-1], f"{first}x", "%ff%00"):
        assert served.send("GET", f"/sign-in?token={token}").status == 401
    assert served.send("GET", "/sign-in").status == 401
    answer = served.send("GET", f"/sign-in?token={first}")
    assert (answer.status, answer.headers["Location"]) == (303, "/asset-groups")
    again = served.send("GET", f"/sign-in?token={first}")
    assert again.status == 401 and "used before" in again.text and "Set-Cookie" not in again.headers
    assert served.tokens[-1] != first and served.sign_in()


def test_a_sign_in_link_in_another_page_signs_nobody_in(served: Served) -> None:
    token = served.tokens[-1]
    hidden = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    assert served.send("GET", f"/sign-in?token={token}", hidden).status == 403
    assert served.tokens[-1] == token


def test_a_session_is_the_browsers_alone_and_ends(served: Served) -> None:
    answer = served.send("GET", f"/sign-in?token={served.tokens[-1]}")
    cookie = str(answer.headers["Set-Cookie"]).lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "domain" not in cookie
    session = {"Cookie": str(answer.headers["Set-Cookie"]).partition(";")[0]}
    assert served.send("GET", "/runs", session).status == 200
    served.now += SESSION_SECONDS + 1
    assert served.send("GET", "/runs", session).status == 401


def test_every_answer_keeps_pages_to_themselves(served: Served) -> None:
    """Succeeded in part: no answer said that pages may not be framed, or that addresses are not for other sites."""
    cookie = served.sign_in()
    for answer in (
        served.send("GET", "/runs", cookie),
        served.send("GET", "/runs"),
        served.send("GET", "/runs", cookie, host="evil.example"),
        served.send("GET", "/sign-in?token=guess"),
    ):
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_browser_is_told_in_a_page_what_to_do(served: Served) -> None:
    answer = served.send("GET", "/runs", {"Accept": "text/html,*/*"})
    assert answer.status == 401 and "open the link" in answer.text and "Try again" in answer.text


def talk(served: Served, origin: str | None, headers: dict[str, str], path: str = "/graphql") -> str:
    address = f"ws://{served.host}{path}"
    with connect(
        address,
        origin=None if origin is None else Origin(origin),
        additional_headers=headers,
        subprotocols=[Subprotocol("graphql-ws")],
    ) as socket_:
        socket_.send("hello")
        return str(socket_.recv())


def test_a_websocket_of_an_own_page_is_let_in(served: Served) -> None:
    assert talk(served, served.origin, served.sign_in()) == "heard"
    assert served.seen[-1] == ("WS", "/graphql", PERSON, "hello")


def test_a_websocket_of_others_is_refused(served: Served) -> None:
    """Succeeded from https://evil.example: a browser lets any page open one, and read it. The rest was not tried."""
    before = len(served.seen)
    for origin, cookie, path in (
        (EVIL, served.sign_in(), "/graphql"),
        (None, served.sign_in(), "/graphql"),
        ("http://127.0.0.1:1", served.sign_in(), "/graphql"),
        (served.origin, {}, "/graphql"),
        (served.origin, {"Cookie": "cloudcost_ui=guess"}, "/graphql"),
        (served.origin, served.sign_in(), "/elsewhere"),
        (served.origin, {**served.sign_in(), "Sec-Fetch-Site": "same-site"}, "/graphql"),
    ):
        with pytest.raises(InvalidStatus):
            talk(served, origin, cookie, path)
    assert len(served.seen) == before


@pytest.fixture(scope="module")
def behind_proxy() -> Iterator[Served]:
    with serve(TrustedProxy(["127.0.0.1"], "X-Forwarded-Email", [PERSON, "ben@example.com"], SECRET)) as found:
        yield found


def proxied(served: Served, *headers: tuple[str, str], secret: str = SECRET) -> tuple[int, str]:
    pairs = [*JSON.items(), ("Origin", "https://costs.example.com"), ("X-Cloudcost-Proxy-Secret", secret), *headers]
    answer = served.send("POST", "/graphql", pairs, QUERY, host="costs.example.com")
    return answer.status, answer.text


def test_a_trusted_proxy_says_who_somebody_is(behind_proxy: Served) -> None:
    assert proxied(behind_proxy, ("X-Forwarded-Email", "Ben@Example.com")) == (200, '{"person":"ben@example.com"}')


def test_a_proxys_word_is_its_own_and_about_one_person(behind_proxy: Served) -> None:
    before = len(behind_proxy.seen)
    named = ("X-Forwarded-Email", "ben@example.com")
    assert proxied(behind_proxy, named, secret="guess")[0] == 401
    assert proxied(behind_proxy, named, secret="")[0] == 401
    assert proxied(behind_proxy, named, ("X-Cloudcost-Proxy-Secret", "guess"))[0] == 401
    assert proxied(behind_proxy)[0] == 401
    assert proxied(behind_proxy, ("X-Forwarded-Email", "eve@example.com"))[0] == 403
    assert proxied(behind_proxy, named, ("X-Forwarded-Email", PERSON))[0] == 403
    assert proxied(behind_proxy, ("X-Forwarded-Email", f"{PERSON}, ben@example.com"))[0] == 403
    assert proxied(behind_proxy, ("X-Forwarded-Email", " "))[0] in (401, 403)
    assert len(behind_proxy.seen) == before


def test_a_page_elsewhere_is_not_helped_by_the_proxys_sign_in(behind_proxy: Served) -> None:
    pairs = [*JSON.items(), ("Origin", EVIL), ("X-Cloudcost-Proxy-Secret", SECRET), ("X-Forwarded-Email", PERSON)]
    assert behind_proxy.send("POST", "/graphql", pairs, QUERY, host="costs.example.com").status == 403


def test_from_any_other_address_the_header_is_nothing() -> None:
    with serve(TrustedProxy(["10.0.0.5"], "X-Forwarded-Email", [PERSON])) as elsewhere:
        for forwarded in ((), (("X-Forwarded-For", "10.0.0.5"),), (("Forwarded", "for=10.0.0.5"),)):
            assert proxied(elsewhere, ("X-Forwarded-Email", PERSON), *forwarded)[0] == 401
        assert elsewhere.seen == []


def test_without_a_configured_proxy_the_header_is_nothing(served: Served) -> None:
    assert proxied(served, ("X-Forwarded-Email", PERSON))[0] == 401


def test_hosts_are_those_of_the_address() -> None:
    assert list_hosts("127.0.0.1", 3000, ()) == {"127.0.0.1:3000", "localhost:3000", "[::1]:3000"}
    assert f"{socket.gethostname().lower()}:3000" in list_hosts("0.0.0.0", 3000, ())
    assert {"10.1.2.3", "10.1.2.3:80", "costs.example.com"} <= list_hosts("10.1.2.3", 80, ("costs.example.com",))


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with take_port("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        message = f"port {port} of 127.0.0.1 cannot be listened on"
        with pytest.raises(UiError, match=message), take_port("127.0.0.1", port):
            pass


def test_the_ui_ends_with_its_daemon() -> None:
    daemon = subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"])
    with take_port("127.0.0.1", 0) as listener, pytest.raises(UiError, match=r"daemon has ended \(code 7\)"):
        run_server(PlainTextResponse("never asked"), listener, daemon)


def test_a_proxy_without_its_secret_ends_the_start(tmp_path: Path) -> None:
    from cloudcost.installation import Installation

    (tmp_path / "cloudcost.yaml").write_text(
        "sources: [{name: plain, provider: aws, location: exports}]\n"
        "ui: {trusted_proxy: {addresses: [127.0.0.1], header: X-Email, people: [ana], secret_env: SHORT_SECRET}}\n"
    )
    with pytest.raises(UiError, match=r"SHORT_SECRET .* needs at least 32 characters"):
        find_proxy(Installation(tmp_path / "cloudcost.yaml", tmp_path))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("{hosts: ['https://costs.example.com']}", "is no host name"),
        ("{trusted_proxy: {addresses: [127.0.0.1], header: X-Email, people: [ana]}}", "is not the proxy's alone"),
        ("{trusted_proxy: {addresses: ['::1'], header: X-Email, people: [ana]}}", "is not the proxy's alone"),
        (
            "{trusted_proxy: {addresses: ['::ffff:127.0.0.1'], header: X-Email, people: [ana]}}",
            "is not the proxy's alone",
        ),
        ("{trusted_proxy: {addresses: [proxy], header: X-Email, people: [ana]}}", "does not appear to be an IPv4 or"),
        ("{trusted_proxy: {addresses: [10.0.0.5], header: X-Email, people: []}}", "at least 1 item"),
        ("{trusted_proxy: {addresses: [10.0.0.5], header: 'X Email', people: [ana]}}", "match pattern"),
    ],
)
def test_settings_that_would_let_in_anybody_are_refused(tmp_path: Path, settings: str, message: str) -> None:
    file = tmp_path / "cloudcost.yaml"
    file.write_text(f"sources: [{{name: plain, provider: aws, location: exports}}]\nui: {settings}\n")
    with pytest.raises(ConfigError, match=rf"cloudcost.yaml:2: .*{re.escape(message)}"):
        load_config(file)
