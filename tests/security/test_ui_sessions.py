"""Who comes in by the door is written down, strangers cannot fill the log, and who signs out is out.

What was seen to succeed before there was signing out and a journal: a websocket outlived its session, nobody could end
one, and no row told of anybody.
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from door.sessions import SESSION_SECONDS, TrustedProxy
from tests.security.ui_visitor import JSON, PERSON, QUERY, Served, serve

BEN = "ben@example.com"
SECRET = "of-the-proxy-and-nobody-else-0123456789"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def served() -> Iterator[Served]:
    with serve() as found:
        yield found


@pytest.fixture
def behind_proxy() -> Iterator[Served]:
    with serve(TrustedProxy(["127.0.0.1"], "X-Forwarded-Email", [PERSON, BEN], SECRET)) as found:
        yield found


def through_proxy(person: str, secret: str = SECRET) -> dict[str, str]:
    return {"X-Forwarded-Email": person, "X-Cloudcost-Proxy-Secret": secret}


def list_events(served: Served) -> list[tuple[str, str]]:
    return [(row.event, row.actor) for row in served.rows]


@contextlib.contextmanager
def talk(served: Served, headers: dict[str, str]) -> Iterator[ClientConnection]:
    """A websocket on which one word was heard and the next is waited for."""
    served.keeps_talking = True
    with connect(
        f"ws://{served.host}/graphql",
        origin=Origin(served.origin),
        additional_headers=headers,
        subprotocols=[Subprotocol("graphql-ws")],
    ) as socket:
        socket.send("hello")
        assert socket.recv(10) == "heard"
        yield socket


def is_closed(socket: ClientConnection, seconds: float = 10) -> bool:
    try:
        socket.recv(seconds)
    except ConnectionClosed as end:
        return end.rcvd is not None and end.rcvd.code == 1008
    except TimeoutError:
        return False
    return False


def sign_out(served: Served, headers: dict[str, str]) -> int:
    return served.send("POST", "/sign-out", {**headers, **FORM, "Origin": served.origin}).status


def test_signing_in_by_a_link_is_a_row(served: Served) -> None:
    token = served.tokens[-1]
    cookie = served.sign_in()["Cookie"].partition("=")[2]
    (row,) = served.rows
    assert (row.event, row.actor, row.subject) == ("ui.signed_in", PERSON, "ui")
    assert (row.details["by"], row.details["from"]) == ("link", "127.0.0.1")
    text = json.dumps(row.details)
    assert token not in text and cookie not in text and token[:12] not in text and cookie[:12] not in text


def test_nobody_comes_in_unseen(served: Served) -> None:
    served.is_full = True
    answer = served.send("GET", f"/sign-in?token={served.tokens[-1]}")
    assert answer.status == 503 and "Set-Cookie" not in answer.headers and "disk" not in answer.text
    served.is_full = False
    assert served.sign_in() and len(served.rows) == 1


def test_a_refused_link_is_a_row_and_a_flood_is_few(served: Served) -> None:
    used = served.tokens[-1]
    served.sign_in()
    for _ in range(300):
        assert served.send("GET", "/sign-in?token=guess").status == 401
    assert served.send("GET", f"/sign-in?token={used}").status == 401
    assert served.timers.run() == [0, 0]
    first, second = served.rows[1:]
    assert (first.event, first.actor) == ("ui.refused", "unknown")
    assert (first.details["what"], first.details["times"], first.details["from"]) == (
        "a wrong link",
        300,
        ["127.0.0.1"],
    )
    assert (second.details["what"], second.details["times"]) == ("a used link", 1)
    assert "guess" not in json.dumps(first.details) and used not in json.dumps(second.details)


def test_a_flood_is_told_ever_more_seldom(served: Served) -> None:
    waits = []
    for _ in range(10):
        for _ in range(3):
            served.send("GET", "/sign-in?token=guess")
        waits += served.timers.run()
    assert waits == [0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert [row.details["times"] for row in served.rows] == [3] * 10
    assert served.timers.run() == [3600] and not served.timers.waiting
    served.send("GET", "/sign-in?token=guess")
    assert served.timers.run() == [0] and len(served.rows) == 11


def test_what_could_not_be_written_is_told_later(served: Served) -> None:
    served.is_full = True
    served.send("GET", "/sign-in?token=guess")
    served.timers.run()
    served.is_full = False
    served.send("GET", "/sign-in?token=guess")
    assert served.timers.run() == [60] and served.rows[0].details["times"] == 2


def test_attempts_of_other_pages_and_names_are_rows(served: Served) -> None:
    by_page = served.by_page()
    served.send("POST", "/graphql", {**by_page, "Origin": "https://evil.example"}, QUERY)
    del by_page["Origin"]
    served.send("POST", "/graphql", by_page, QUERY)
    served.send("GET", "/runs", host="evil.example")
    served.send("GET", "/runs")  # a session that ended is nothing to write down
    served.timers.run()
    assert [row.details["what"] for row in served.rows[1:]] == [
        "another site's page",
        "a program, not a page of this UI",
        "another host name",
    ]


def test_who_comes_through_the_proxy_is_one_row(behind_proxy: Served) -> None:
    for _ in range(3):
        assert behind_proxy.send("GET", "/runs", through_proxy(BEN)).status == 200
    assert behind_proxy.send("GET", "/runs", through_proxy(PERSON)).status == 200
    assert list_events(behind_proxy) == [("ui.signed_in", BEN), ("ui.signed_in", PERSON)]
    assert behind_proxy.rows[0].details["by"] == "proxy"
    behind_proxy.now += SESSION_SECONDS + 1
    assert behind_proxy.send("GET", "/runs", through_proxy(BEN)).status == 200
    assert list_events(behind_proxy)[2:] == [("ui.signed_in", BEN)]


def test_many_first_requests_at_once_are_one_row(behind_proxy: Served) -> None:
    seen: list[int] = []
    visit: Callable[[], None] = lambda: seen.append(behind_proxy.send("GET", "/runs", through_proxy(BEN)).status)  # noqa: E731
    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [200] * 8 and list_events(behind_proxy) == [("ui.signed_in", BEN)]


def test_who_may_not_come_through_the_proxy_is_a_row(behind_proxy: Served) -> None:
    assert behind_proxy.send("GET", "/runs", through_proxy("eve@example.com")).status == 403
    behind_proxy.timers.run()
    assert behind_proxy.send("GET", "/runs", through_proxy(BEN, "guess")).status == 401
    assert behind_proxy.send("GET", "/runs", through_proxy(f"{BEN}, {PERSON}")).status == 403
    behind_proxy.timers.run()
    assert list_events(behind_proxy) == [("ui.refused", "eve@example.com"), *[("ui.refused", "unknown")] * 2]
    what = [row.details["what"] for row in behind_proxy.rows]
    assert what == ["a person who may not", "the proxy's header without its secret", "not one person"]


def test_names_in_a_flood_are_few_and_short(behind_proxy: Served) -> None:
    for number in range(50):
        behind_proxy.send("GET", "/runs", through_proxy(f"{number:03}{'x' * 1000}@example.com"))
    behind_proxy.timers.run()
    (row,) = behind_proxy.rows
    assert (row.actor, row.details["times"], len(row.details["people"])) == ("unknown", 50, 5)
    assert len(json.dumps(row.details)) < 2000


def test_signing_out_ends_the_session_and_no_other(served: Served) -> None:
    mine, other = served.sign_in(), served.sign_in()
    page = served.send("GET", "/sign-out", mine)
    assert page.status == 200 and PERSON in page.text and 'method="post"' in page.text
    assert served.send("GET", "/runs", mine).status == 200
    answer = served.send("POST", "/sign-out", {**mine, **FORM, "Origin": served.origin})
    assert answer.status == 200 and "You are signed out" in answer.text
    assert "cloudcost_ui=" in answer.headers["Set-Cookie"] and "Max-Age=0" in answer.headers["Set-Cookie"]
    assert served.send("GET", "/runs", mine).status == 401
    assert served.send("POST", "/graphql", {**mine, **JSON, "Origin": served.origin}, QUERY).status == 401
    assert served.send("GET", "/runs", other).status == 200
    row = served.rows[-1]
    assert (row.event, row.actor, row.details["session"]) == (
        "ui.signed_out",
        PERSON,
        served.rows[0].details["session"],
    )
    assert sign_out(served, mine) == 401 and len(served.rows) == 3


def test_nobody_else_signs_somebody_out(served: Served) -> None:
    mine = served.sign_in()
    for method, headers, status in (
        ("POST", {"Origin": "https://evil.example"}, 403),
        ("POST", {"Origin": "null"}, 403),
        ("POST", {}, 403),
        ("POST", {"Origin": served.origin, "Sec-Fetch-Site": "same-site"}, 403),
        ("PUT", {"Origin": served.origin}, 405),
        ("GET", {"Origin": "https://evil.example"}, 403),
        ("GET", {}, 200),
        ("HEAD", {}, 200),
    ):
        assert served.send(method, "/sign-out", {**mine, **FORM, **headers}).status == status
    assert served.send("POST", "/sign-out", {**mine, "Origin": served.origin}, host="evil.example").status == 421
    assert served.send("GET", "/runs", mine).status == 200


def test_signing_out_works_while_nothing_can_be_written(served: Served) -> None:
    mine = served.sign_in()
    served.is_full = True
    assert sign_out(served, mine) == 200
    assert served.send("GET", "/runs", mine).status == 401


def test_signing_out_closes_the_websockets_of_that_session(served: Served) -> None:
    mine, other = served.sign_in(), served.sign_in()
    with talk(served, mine) as first, talk(served, mine) as second, talk(served, other) as others:
        begun = time.monotonic()
        assert sign_out(served, mine) == 200
        assert is_closed(first) and is_closed(second)
        assert time.monotonic() - begun < 1
        others.send("still here")
        assert others.recv(10) == "heard more"
    with pytest.raises(InvalidStatus), talk(served, mine):
        pass


def test_a_websocket_ends_when_its_session_does(served: Served) -> None:
    with talk(served, served.sign_in()) as socket:
        served.now += SESSION_SECONDS + 1
        assert is_closed(socket)


def test_nothing_is_heard_after_the_end(served: Served) -> None:
    mine = served.sign_in()
    with talk(served, mine) as socket:
        sign_out(served, mine)
        with contextlib.suppress(ConnectionClosed):
            socket.send("too late")
        assert is_closed(socket)
    assert not any("too late" in seen for seen in served.seen)


def test_who_came_through_the_proxy_is_told_to_sign_out_there(behind_proxy: Served) -> None:
    ben = through_proxy(BEN)
    with talk(behind_proxy, ben) as socket:
        answer = behind_proxy.send("POST", "/sign-out", {**ben, **FORM, "Origin": behind_proxy.origin})
        assert answer.status == 200 and "until you sign out there too" in answer.text
        assert is_closed(socket)
    assert list_events(behind_proxy)[-1] == ("ui.signed_out", BEN)


def test_signing_out_behind_the_proxy_ends_a_link_of_before_too(behind_proxy: Served) -> None:
    cookie = behind_proxy.sign_in()
    assert sign_out(behind_proxy, {**cookie, **through_proxy(BEN)}) == 200
    assert behind_proxy.send("GET", "/runs", cookie).status == 401
    assert sorted(list_events(behind_proxy)[-2:]) == [("ui.signed_out", PERSON), ("ui.signed_out", BEN)]


def test_pages_have_a_link_to_signing_out(served: Served) -> None:
    served.page = "<html><body>costs</body></html>"
    answer = served.send("GET", "/runs", served.sign_in())
    assert 'href="/sign-out"' in answer.text and answer.text.endswith("</body></html>")
    assert int(answer.headers["Content-Length"]) == len(answer.text)
