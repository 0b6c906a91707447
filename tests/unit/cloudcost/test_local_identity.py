"""The local provider's parts: passwords, attempts, signing keys, the first administrator."""

from __future__ import annotations

import datetime as dt
import os
import pty
import re
import sys
import threading
import time
from pathlib import Path

import jwt
import pytest

from actions.approvals import NotAllowedError
from api.serve import print_first_admin
from api.sign_in.desk import make_doors
from audit.log import AuditLog
from audit.seal import SealedStore
from cli.output.terminal import CleanStream
from cloudcost.identity.local import accounts as accounts_module
from cloudcost.identity.local import first_admin, passwords, signing_keys
from cloudcost.identity.local.attempts import FIRST_WAIT, FREE, LONGEST_WAIT, Attempts, TooManyAttemptsError
from cloudcost.identity.local.first_admin import make_first_admin
from cloudcost.identity.local.passwords import (
    LETTERS,
    PasswordError,
    TooBusyError,
    check_password,
    hash_password,
    is_password,
    make_password,
)
from cloudcost.identity.local.sessions import Sessions, SignedIn
from cloudcost.identity.local.signing_keys import AFTER, AHEAD, SIGNS, SigningKeyError, SigningKeys
from cloudcost.identity.proofs import NotProvenError
from cloudcost.installation import Installation
from core.instants import utc_now
from tests.api_house import PEOPLE, build_house

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def wait(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


def test_a_password_is_kept_so_that_it_is_slow_to_guess() -> None:
    password = make_password()
    assert len(password) == 23 and set(password) <= set(LETTERS) | {"-"}
    kept = hash_password(password)
    assert kept != hash_password(password) and password not in kept
    assert is_password(password, kept)
    assert not is_password(password + "x", kept) and not is_password("", kept)


def test_nobodys_password_takes_as_long_as_somebodys() -> None:
    kept = hash_password("a good long one")

    def measure(password: str, text: str | None) -> float:
        best = 9.0
        for _ in range(3):
            started = time.process_time()
            assert not is_password(password, text)
            best = min(best, time.process_time() - started)
        return best

    somebody, nobody = measure("wrong", kept), measure("wrong", None)
    assert 0.5 < somebody / nobody < 2
    assert not is_password("", None)


@pytest.mark.parametrize("password", ["short", "a" * 30, "ana@example.com", "x" * 201, "abababababababab"])
def test_what_is_no_password(password: str) -> None:
    with pytest.raises(PasswordError):
        check_password(password, "ana@example.com")


def wrong(attempts: Attempts, name: str, network: str, is_known: bool = False) -> bool:
    """Whether a wrong attempt was looked at."""
    try:
        attempts.begin(name, network, is_known)
    except TooManyAttemptsError:
        return False
    attempts.end_wrong(name, network, is_known)
    return True


def test_waits_grow_end_and_are_not_made_longer_by_trying() -> None:
    clock = Clock()
    attempts = Attempts(clock.seconds)
    assert [wrong(attempts, "ana", "a", True) for _ in range(FREE + 1)] == [True] * FREE + [False]
    waits = []
    for _ in range(8):
        with pytest.raises(TooManyAttemptsError) as found:
            attempts.begin("ana", "a", True)
        waits.append(found.value.seconds - 1)
        for _ in range(20):
            assert not wrong(attempts, "ana", "a", True)
        clock.wait(waits[-1] + 1)
        assert wrong(attempts, "ana", "a", True)
    assert waits == [FIRST_WAIT, 60, 120, 240, 480, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT]


def test_strangers_cannot_lock_somebody_out_of_where_they_come_from() -> None:
    attempts = Attempts(Clock().seconds)
    tried = [wrong(attempts, "ana", f"stranger {number}") for number in range(40)]
    assert tried.count(True) == 20
    assert not wrong(attempts, "ana", "another stranger")
    assert wrong(attempts, "ana", "home", is_known=True)
    attempts.end_right("ana", "home")
    assert wrong(attempts, "ben", "another stranger")


def test_a_network_that_is_wrong_everywhere_waits() -> None:
    attempts = Attempts(Clock().seconds)
    tried = [wrong(attempts, f"person {number}", "a") for number in range(80)]
    assert tried.count(True) == 60
    assert wrong(attempts, "person 79", "b")


def test_people_behind_one_address_do_not_use_each_other_up() -> None:
    attempts = Attempts(Clock().seconds)
    for number in range(200):
        attempts.begin(f"person {number}", "office", False)
        attempts.end_right(f"person {number}", "office")


def test_so_many_wait_for_a_turn_and_others_are_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_AT_ONCE", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "_WAITING", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 0.05)
    with passwords._AT_ONCE:
        with pytest.raises(passwords.TooBusyError):
            is_password("x", None)
        with passwords._WAITING, pytest.raises(passwords.TooBusyError):
            is_password("x", None)
    assert not is_password("x", None)


def test_who_had_no_turn_was_not_wrong(tmp_path: Path) -> None:
    """A crowd that signs in at nine makes nobody wait for minutes."""
    house = build_house(tmp_path / "it")
    name, password = PEOPLE["viewer"], house.password(PEOPLE["viewer"])
    for _ in range(8):
        passwords._WAITING.acquire()
    try:
        for _ in range(FREE + 1):
            with pytest.raises(TooBusyError):
                house.doors.local.sign_in(name, password, "192.0.2.1")
    finally:
        passwords._WAITING.release(8)
    assert house.doors.local.sign_in(name, password, "192.0.2.1").person == name


def test_a_password_that_is_replaced_while_it_is_compared_lets_nobody_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Comparing takes time, and whoever knows the old one can sign in again and again until it is replaced."""
    house = build_house(tmp_path / "it")
    old = house.password(PEOPLE["viewer"])

    def compare_and_be_overtaken(password: str, kept: str | None) -> bool:
        is_right = is_password(password, kept)
        house.password(PEOPLE["viewer"])
        return is_right

    monkeypatch.setattr(accounts_module, "is_password", compare_and_be_overtaken)
    who = house.doors.local.sign_in(PEOPLE["viewer"], old, "192.0.2.1")
    token = house.doors.local.open(who, "cloudcost-cli", "192.0.2.1").access
    with pytest.raises(NotProvenError):
        house.doors.identify(token)


def test_an_invitation_ends_no_sign_in_and_a_password_that_is_set_ends_each(tmp_path: Path) -> None:
    """Also of somebody who came by a provider, and had no account here before."""
    house = build_house(tmp_path / "it")
    accounts, viewer = house.doors.local.accounts, house.installation.directory.find(PEOPLE["viewer"])
    assert viewer is not None and accounts.generation(viewer.name) == 0
    token = house.token(viewer.name)
    made = accounts.invite(PEOPLE["admin"], viewer)
    assert house.doors.identify(token).person == viewer
    accounts.accept(viewer.name, made.token, "a good long password", "192.0.2.1")
    with pytest.raises(NotProvenError):
        house.doors.identify(token)
    assert accounts.generation(viewer.name) >= utc_now().timestamp() - 60


def test_a_right_password_begins_anew() -> None:
    attempts = Attempts(Clock().seconds)
    for _ in range(10):
        assert all(wrong(attempts, "ana", "home", True) for _ in range(FREE - 1))
        attempts.end_right("ana", "home")


def test_signing_keys_are_published_before_and_after_they_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_keys, "FRESH_SECONDS", 0.0)
    clock = Clock()
    keys = SigningKeys(tmp_path / "keys", clock)
    first = keys.current()
    path = tmp_path / "keys" / "tokens.json"
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    clock.wait((SIGNS - AHEAD).total_seconds())
    assert len(keys.published()) == 2 and keys.current().kid == first.kid
    clock.wait(AHEAD.total_seconds())
    second = keys.current()
    assert second.kid != first.kid and keys.find(first.kid) is not None
    assert SigningKeys(tmp_path / "keys", clock).current().kid == second.kid
    clock.wait(AFTER.total_seconds())
    assert keys.find(first.kid) is None and keys.current().kid == second.kid
    assert jwt.PyJWK(second.public_jwk).key.public_numbers() == second.private.public_key().public_numbers()
    assert "d" not in second.public_jwk


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o602])
def test_signing_keys_that_others_may_know_are_not_used(tmp_path: Path, mode: int) -> None:
    SigningKeys(tmp_path, Clock()).current()
    (tmp_path / "tokens.json").chmod(mode)
    with pytest.raises(SigningKeyError, match="others can read or write"):
        SigningKeys(tmp_path, Clock()).current()


@pytest.mark.parametrize("text", ["", "{}", '{"pairs": [{"kid": "a"}]}', '{"pairs": 1}', "[]"])
def test_a_file_without_keys_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokens.json").touch(mode=0o600)
    (tmp_path / "tokens.json").write_text(text)
    with pytest.raises(SigningKeyError, match="no keys are in it"):
        SigningKeys(tmp_path, Clock()).current()


def test_whoever_serves_the_api_first_is_its_administrator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = build_house(tmp_path / "it")
    directory, accounts = house.installation.directory, house.doors.local.accounts
    monkeypatch.setattr(first_admin, "authenticate", lambda people: "stranger")
    assert make_first_admin(directory, accounts) is None, "others manage people here"
    monkeypatch.setattr(first_admin, "authenticate", lambda people: PEOPLE["admin"])
    made = make_first_admin(directory, accounts)
    assert made is not None and made[0] == PEOPLE["admin"]
    assert house.doors.local.sign_in(*made, "home").person == PEOPLE["admin"]
    assert make_first_admin(directory, accounts) is None, "a second start makes nothing"


def test_in_a_demo_an_administrator_of_it_gets_the_first_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = build_house(tmp_path / "it")
    directory, accounts = house.installation.directory, house.doors.local.accounts
    monkeypatch.setattr(first_admin, "authenticate", lambda people: "stranger")
    assert make_first_admin(directory, accounts) is None
    managers, is_known = first_admin.find_managers(directory, accounts)
    assert not is_known and PEOPLE["admin"] in managers
    made = make_first_admin(directory, accounts, is_demo=True)
    assert made is not None and made[0] == managers[0]
    assert house.doors.local.sign_in(*made, "home").person == managers[0]
    assert first_admin.find_managers(directory, accounts) == (managers, True)
    assert make_first_admin(directory, accounts, is_demo=True) is None, "a second start makes nothing"


def test_the_start_says_how_to_sign_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    house = build_house(tmp_path / "it")
    accounts, installation = house.doors.local.accounts, house.installation
    monkeypatch.setattr(first_admin, "authenticate", lambda people: "stranger")
    print_first_admin(installation, accounts)
    assert "no administrator has a password yet" in (said := capsys.readouterr().out) and PEOPLE["admin"] in said
    assert "`cloudcost people password`" in said
    monkeypatch.setattr(AuditLog, "is_demo", True)
    print_first_admin(installation, accounts)
    name = first_admin.find_managers(installation.directory, accounts)[0][0]
    first, second, third = capsys.readouterr().out.splitlines()
    assert (
        first == f"First administrator: {name}"
        and third == f"Another one: `cloudcost people password {name} --as {name}`"
    )
    path = installation.home / "first_admin_password"
    assert second == f"Password: in {path}, for this account alone; remove it when you know it"
    assert path.stat().st_mode & 0o777 == 0o600
    assert house.doors.local.sign_in(name, path.read_text().strip(), "home").person == name
    print_first_admin(installation, accounts)
    assert capsys.readouterr().out == "", "a second start says nothing"


def test_a_password_is_shown_on_a_terminal_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = build_house(tmp_path / "it")
    monkeypatch.setattr(AuditLog, "is_demo", True)
    mine, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdout", CleanStream(terminal))
        print_first_admin(house.installation, house.doors.local.accounts)
        monkeypatch.undo()
        shown = os.read(mine, 4096).decode()
    os.close(mine)
    found = re.search(r"Password, shown this once: (\S+)", shown)
    assert found is not None, shown
    name = first_admin.find_managers(house.installation.directory, house.doors.local.accounts)[0][0]
    assert house.doors.local.sign_in(name, found[1], "home").person == name
    assert not (house.installation.home / "first_admin_password").exists()


def test_where_nobody_manages_people_the_account_is_made_administrator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "exports").mkdir()
    config = tmp_path / "c.yaml"
    config.write_text(f"sources: [{{name: a, provider: aws, location: {tmp_path / 'exports'}}}]\n")
    installation = Installation(config, tmp_path / "home", "api")
    accounts = make_doors(installation).local.accounts

    def doubt(people: object) -> str:
        raise NotAllowedError("it is not certain whose account this is")

    monkeypatch.setattr(first_admin, "authenticate", doubt)
    assert make_first_admin(installation.directory, accounts) is None
    monkeypatch.setattr(first_admin, "authenticate", lambda people: "Ana")
    made = make_first_admin(installation.directory, accounts)
    person = installation.directory.find("ana")
    assert made is not None and made[0] == "ana" and person is not None and person.roles == ("admin",)
    assert not any(made[1] in str(record.body) for record in installation.store.list("identity_accounts"))


def test_a_sign_in_ends_with_its_time_whatever_is_done(tmp_path: Path) -> None:
    clock = Clock()
    store = build_house(tmp_path / "it").installation.store
    assert isinstance(store, SealedStore)
    sessions = Sessions(store, clock)
    who = SignedIn("ana@example.com", "local ana@example.com", START, 1)
    session, token = sessions.begin(who, "cloudcost-cli", dt.timedelta(days=2), "home")
    clock.wait(86_400 * 1.9)
    session, token = sessions.refresh(token, "cloudcost-cli")
    assert sessions.list("ana@example.com") == [session] and sessions.list("ben@example.com") == []
    clock.wait(86_400 * 0.2)
    with pytest.raises(NotProvenError, match="has ended"):
        sessions.refresh(token, "cloudcost-cli")
    assert sessions.find(session.name) is None and sessions.list("ana@example.com") == []
