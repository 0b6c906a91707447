"""Who may look at the dashboards follows from the directory, and what changes there is written for Superset at once."""

import contextlib
import json
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from cloudcost.config.dashboards import DashboardSettings
from cloudcost.identity.person import Person
from cloudcost_superset import people as inside
from dashboards import people_watch
from dashboards.home import DashboardHome
from dashboards.people import Reader, Readers, list_readers
from dashboards.people_watch import PeopleWatch, watch_people

ANA = "ana@example.com"


@pytest.mark.parametrize(
    ("roles", "scopes", "role", "seen"),
    [
        (["admin"], [], "admin", ()),
        (["admin", "team_lead"], ["one"], "admin", ()),
        (["analyst"], ["one"], "finance", ()),
        (["analyst", "viewer"], [], "finance", ()),
        (["approver"], [], "finance", ()),
        (["approver", "viewer"], ["one"], "team", ("one",)),
        (["approver", "team_lead"], [], "team", ()),
        (["team_lead"], ["one", "two"], "team", ("one", "two")),
        (["team_lead"], [], "team", ()),
        (["viewer"], [], "viewer", ()),
        (["viewer"], ["two"], "team", ("two",)),
        (["viewer"], ["gone"], "team", ()),
        (["approver"], ["gone", "one"], "team", ("one",)),
    ],
)
def test_a_person_has_the_role_that_shows_what_they_may_see(
    roles: list[str], scopes: list[str], role: str, seen: tuple[str, ...]
) -> None:
    person = Person(ANA, tuple(roles), tuple(scopes))  # type: ignore[arg-type]
    (reader,) = list_readers([person], ["one", "two"]).people
    assert (reader.email, reader.role, reader.scopes) == (ANA, role, seen)


def test_who_is_disabled_or_has_no_role_is_refused_and_who_has_no_address_is_nobody_here() -> None:
    people = [
        Person("ben@example.com", ("admin",), is_disabled=True),
        Person("cem@example.com"),
        Person("dora", ("admin",)),
        Person("mia @example.com", ("admin",)),
    ]
    assert list_readers(people, []) == Readers((), ("ben@example.com", "cem@example.com"))


def test_superset_reads_what_is_written_for_it(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    readers = Readers((Reader(ANA, "team", ("one",)), Reader("b@example.com", "admin")), ("c@example.com",))
    assert home.write_people(readers)
    inode = (tmp_path / "people.json").stat().st_ino
    assert not home.write_people(readers) and (tmp_path / "people.json").stat().st_ino == inode
    people = inside.read_people((tmp_path / "people.json").read_text())
    assert people.lines == {
        ANA: ["cloudcost_team", "cloudcost_scope_one"], "b@example.com": ["Admin"], "c@example.com": None,
    }  # fmt: skip
    assert people.copies == [
        {"scopes": [], "folder": "scopes/none"}, {"scopes": ["one"], "folder": "scopes/one"},
    ]  # fmt: skip
    mapping = inside.map_roles(people, {"oidc": {"group_roles": {"staff": "viewer"}}})
    assert mapping == {
        f"mail:{ANA}": ["cloudcost_team", "cloudcost_scope_one"], "mail:b@example.com": ["Admin"],
        "group:staff": ["cloudcost_viewer"],
    }  # fmt: skip


def test_a_file_that_was_spoilt_is_written_again(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    home.write_people(home.readers)
    (tmp_path / "people.json").write_bytes(b"\xff")
    assert home.write_people(home.readers)
    assert json.loads((tmp_path / "people.json").read_text())["people"] == []
    assert [path.name for path in tmp_path.iterdir()] == ["people.json"]


def test_changes_are_written_and_passwords_printed_while_it_watches(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(people_watch, "EVERY_SECONDS", 0.05)
    now = Readers()
    written: list[Readers] = []
    with watch_people(lambda: now, written.append) as passwords:
        now = Readers((Reader(ANA, "viewer"),))
        wait_for(lambda: now in written)
        os.write(passwords, b"  ana@example.com  s3cret\n")
        wait_for(lambda: "  ana@example.com  s3cret\n" in capsys.readouterr().out)
    wait_for(lambda: all(thread.name != "people" for thread in threading.enumerate()))


def test_what_cannot_be_found_out_is_told_once_and_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    answers: list[Readers | Exception] = [OSError("no state"), OSError("no state"), Readers(), OSError("no state")]
    written: list[Readers] = []

    def read() -> Readers:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    watch = PeopleWatch(read, written.append, 0)
    for count in (1, 0, 0, 1):
        watch.look()
        assert capsys.readouterr().err.count("cannot be found out, what was known stays in force: no state") == count
    assert written == [Readers()]


def test_a_terminal_that_is_gone_does_not_end_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is disabled must not keep what they see because nobody reads the passwords of others."""
    monkeypatch.setattr(people_watch, "EVERY_SECONDS", 0.05)
    reading, writing = os.pipe()
    os.close(reading)
    gone = os.fdopen(writing, "w")
    monkeypatch.setattr(sys, "stdout", gone)
    monkeypatch.setattr(sys, "stderr", gone)
    now = Readers((Reader(ANA, "viewer"),))
    written: list[Readers] = []
    with watch_people(lambda: now, written.append) as passwords:
        os.write(passwords, b"  ana@example.com  s3cret\n")
        wait_for(lambda: now in written)
        now = Readers((), (ANA,))
        wait_for(lambda: now in written)
    with contextlib.suppress(OSError):
        gone.close()


@pytest.mark.parametrize(
    ("claims", "address"),
    [
        ({"email": "Ana@Example.com"}, ANA),
        ({"email": ANA, "email_verified": True}, ANA),
        ({"email": ANA, "email_verified": "true"}, ANA),
        ({"email": ANA, "email_verified": False}, ""),
        ({"email": ANA, "email_verified": "false"}, ""),
        ({"email": ANA, "email_verified": None}, ""),
        ({"email": None}, ""),
        # the sign of kelvin, which is another letter than k, and has the same in lower case
        ({"email": "\u212aim@example.com"}, ""),
        ({"email": "J\u00dcRGEN@example.com"}, "j\u00fcrgen@example.com"),
        ({}, ""),
    ],
)
def test_an_address_that_may_not_be_theirs_counts_as_none(claims: dict[str, object], address: str) -> None:
    assert inside.find_address(claims) == address


def make_home(folder: Path) -> DashboardHome:
    settings = DashboardSettings.model_validate({"separation": "copies"})
    return DashboardHome(folder, folder / "serving", settings, "USD", Readers())


def wait_for(is_so: object) -> None:
    assert callable(is_so)
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)
