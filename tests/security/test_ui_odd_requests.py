"""Requests that are none: answered with what is wrong with them, and nothing of them reaches Dagster.

Each was seen to be passed on by the door as it was; many end in Dagster as an error of its own (500).
"""

import json
from collections.abc import Iterator

import pytest

from door.queries import BODY_BYTES
from tests.security.ui_visitor import QUERY, Served, serve

DEEP = 100_000


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve() as found:
        yield found


@pytest.mark.parametrize(
    "body",
    ["[]", f"[{QUERY}]", "1", "null", '"query"', "true", "", "{", "NaN", "[" * DEEP, '{"a":' * DEEP,
     '{"query": "{a}", "variables": ' + "[" * 500 + "]" * 500 + "}",
     "{}", '{"query": 1}', '{"query": null}', '{"query": ["{a}"]}', '{"query": "{a}", "variables": []}',
     '{"query": "{a}", "variables": "[]"}', '{"query": "{a}", "variables": "{"}',
     '{"query": "{a}", "operationName": {}}', '{"query": "{"}', '{"query": "drop table"}',
     json.dumps({"query": "{a" * DEEP}), json.dumps({"query": "{a" * 500 + "}" * 500}),
     json.dumps({"query": "query($x: " + "[" * 900 + "A" + "]" * 900 + ") {a}"}),
     json.dumps({"query": "{" + "a " * 50_000 + "}"})],
    ids=lambda body: body[:24],
)  # fmt: skip
def test_what_is_no_query_is_told_so(served: Served, body: str) -> None:
    before = len(served.seen)
    answer = served.send("POST", "/graphql", served.by_page(), body)
    assert (answer.status, answer.text.count("\n")) == (400, 1)
    assert len(served.seen) == before


def test_a_query_that_is_too_long_is_told_so(served: Served) -> None:
    body = json.dumps({"query": "{a}", "variables": {"x": "y" * BODY_BYTES}})
    assert served.send("POST", "/graphql", served.by_page(), body).status == 413


@pytest.mark.parametrize(
    "path",
    ["/logs", "/logs/", "/logs/x", "/logs/x/out/", "/logs//out", "/logs/../x/out", "/logs/x/../../y/out",
     "/logs/x/passwd", "/logs/x/%00/out", "/logs/x/%2e%2e/out", "/download_debug/x", "/download_debug/", "/notebook",
     "/dagit/notebook?repoLocName=x&path=/any.ipynb"],
)  # fmt: skip
def test_addresses_that_lead_nowhere_are_none(served: Served, path: str) -> None:
    before = len(served.seen)
    assert served.send("GET", path, served.sign_in()).status == 404
    assert len(served.seen) == before


@pytest.mark.parametrize("path", ["/logs/x/compute_logs/step/out", "/logs/x/y/err", "/runs/x", "/logs-of-mine"])
def test_other_addresses_are_dagsters(served: Served, path: str) -> None:
    assert served.send("GET", path, served.sign_in()).status == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [("Sec-Purpose", "prefetch"), ("Sec-Purpose", "prefetch;prerender"), ("Purpose", "prefetch"),
     ("X-Moz", "prefetch"), ("X-Purpose", "preview")],
)  # fmt: skip
def test_a_page_that_is_fetched_ahead_uses_up_no_link(served: Served, name: str, value: str) -> None:
    """Succeeded: a browser that guessed where its user would go next signed in, and the link was used."""
    token = served.tokens[-1]
    answer = served.send("GET", f"/sign-in?token={token}", {name: value})
    assert answer.status == 503 and "Set-Cookie" not in answer.headers
    assert served.tokens[-1] == token
    assert served.send("GET", f"/sign-in?token={token}").status == 303
