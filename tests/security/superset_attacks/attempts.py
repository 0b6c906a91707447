"""How often passwords can be guessed and tokens be had."""

import os
from typing import Any

from attacked import MISTYPED, PASSWORD, add, app, attack, bearer, client, pass_time, sign_in, tokens
from limits import parse


def guess(name: str, address: str, times: int, headers: dict[str, str] | None = None) -> list[int]:
    """Wrong passwords by the API."""
    body = {"username": name, "password": MISTYPED, "provider": "db"}
    visitor = client(address)
    return [visitor.post("/api/v1/security/login", json=body, headers=headers).status_code for _ in range(times)]


@attack
def guess_in_two_processes() -> list[int]:
    """What one process counted, the other knows: a child guesses ten times, then the parent once."""
    child = os.fork()
    if child == 0:
        guess("gina", "10.1.0.1", 10)
        os._exit(0)
    os.waitpid(child, 0)
    return guess("gina", "10.1.0.1", 1)


@attack
def guess_one_account_from_many_addresses() -> dict[str, Any]:
    """Each address stays below its own limit. The person, who signed in before, still comes in from where they were."""
    with app.app_context():
        add("anna", "reader")
    home = "10.2.0.1"
    first = tokens("anna", address=home).status_code
    answers = [status for number in range(15) for status in guess("anna", f"10.2.1.{number}", 1)]
    return {
        "first": first, "401": answers.count(401), "429": answers.count(429),
        "right password from elsewhere": tokens("anna", address="10.2.2.1").status_code,
        "right password from home": tokens("anna", address=home).status_code,
        "right password from home, by the form": sign_in(client(home), "anna").status_code,
    }  # fmt: skip


@attack
def guess_one_account_under_many_names() -> int:
    """The account's name in capitals, its mail address, with blanks: all one account."""
    with app.app_context():
        add("bert", "reader")
    names = ("bert", "BERT", "bert@example.com", "BERT@example.com", " bert")
    answers = [s for number in range(20) for s in guess(names[number % 5], f"10.3.1.{number}", 1)]
    return answers.count(401)


@attack
def guess_for_ever() -> int:
    """A lock-out ends although the guessing goes on meanwhile."""
    with app.app_context():
        add("cora", "reader")
    for number in range(12):
        guess("cora", f"10.4.1.{number}", 1)
    pass_time(20 * 60)
    return int(tokens("cora", address="10.4.2.1").status_code)


@attack
def spray_accounts_from_one_address() -> dict[str, int]:
    """One password for very many accounts, slowly: a minute's limit is never reached."""
    from cloudcost_superset.server import limits

    limits.WRONG_PER_ADDRESS = parse("20 per hour")  # 60 take long
    found: list[int] = []
    for number in range(3):
        found += guess(f"somebody{number}", "10.5.0.1", 9)
        pass_time(61)
    return {"401": found.count(401), "429": found.count(429)}


@attack
def guess_behind_a_forged_header() -> int:
    """Another forwarded address each time, where there is no proxy."""
    found = [s for n in range(15) for s in guess("eve", "10.6.0.1", 1, {"X-Forwarded-For": f"10.6.1.{n}"})]
    return found.count(401)


@attack
def guess_from_one_network_of_version_six() -> int:
    found = [status for number in range(12) for status in guess("ede", f"2001:db8::{number + 1:x}", 1)]
    return found.count(401)


@attack
def refresh_and_give_out_tokens_without_end() -> dict[str, int]:
    from cloudcost_superset.server import limits

    limits.PER_ADDRESS_TOKENS = parse("10 per minute")
    refresh = tokens("admin").json["refresh_token"]
    visitor = client("10.7.0.1")
    again = [visitor.post("/api/v1/security/refresh", headers=bearer("x")).status_code for _ in range(12)]
    again += [visitor.post("/api/v1/security/refresh", headers=bearer(refresh)).status_code]
    visitor = client("10.7.0.2")
    guest = [visitor.post("/api/v1/security/guest_token/", json={}).status_code for _ in range(12)]
    return {"refresh": again.count(429), "guest": guest.count(429)}


@attack
def read_what_was_noted() -> dict[str, int]:
    """Refusals are events, each once a minute at most for one address, so that nobody fills the log."""
    from superset import db
    from superset.models.core import Log

    with app.app_context():
        rows = [row.json for row in db.session.query(Log).filter_by(action="login_limited")]
    return {
        "rows": len(rows), "of the spraying": sum("10.5.0.1" in row for row in rows),
        "passwords": sum(PASSWORD in row or MISTYPED in row for row in rows),
    }  # fmt: skip
