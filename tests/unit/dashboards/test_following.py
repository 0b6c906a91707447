"""What a process of Superset makes of `people.json`: a failure refuses whom it is about, and nobody else."""

import json
import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from cloudcost_superset.people import People
from cloudcost_superset.server import following
from cloudcost_superset.server.following import PASSWORDS, Follower, find_printer

ANA, BEN, EVA = "ana@example.com", "ben@example.com", "eva@example.com"


class Application:
    """What `look` needs of Superset; the metadata database is `follow`'s matter."""

    config: dict[str, Any] = {"SETTINGS": {}}  # noqa: RUF012

    def app_context(self) -> AbstractContextManager[None]:
        return nullcontext()


class Metadata:
    """Stands where `follow` is: what it was given, and what it cannot do."""

    def __init__(self) -> None:
        self.given: list[dict[str, list[str] | None]] = []
        self.failing: dict[str, str] = {}
        self.is_away = False

    def follow(self, people: People, settings: dict[str, Any], show: object) -> dict[str, str]:
        self.given.append(people.lines)
        if self.is_away:
            raise OSError("the database is away")
        return self.failing


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> Metadata:
    made = Metadata()
    monkeypatch.setattr(following, "follow", made.follow)
    monkeypatch.setattr(following, "LOOK_SECONDS", 0.0)
    return made


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLOUDCOST_DASHBOARDS_HOME", str(tmp_path))
    write(tmp_path, {ANA: "finance", BEN: "viewer"}, [EVA])
    return tmp_path


def write(home: Path, roles: dict[str, str], refused: list[str]) -> None:
    people = [{"email": name, "role": role, "scopes": []} for name, role in roles.items()]
    new = home / "new"
    new.write_text(json.dumps({"people": people, "refused": refused, "copies": []}))
    new.replace(home / "people.json")


def let_in(follower: Follower) -> list[str]:
    return [name for name in ("admin", ANA, BEN, EVA, "made-by-hand") if follower.lets_in(name)]


def test_the_file_is_followed_once_for_each_change(home: Path, metadata: Metadata) -> None:
    follower = Follower()
    for _ in range(3):
        follower.look(Application())
    assert metadata.given == [{ANA: ["cloudcost_finance"], BEN: ["cloudcost_viewer"], EVA: None}]
    assert let_in(follower) == ["admin", ANA, BEN, "made-by-hand"]
    write(home, {ANA: "viewer"}, [BEN, EVA])
    follower.look(Application())
    assert len(metadata.given) == 2 and let_in(follower) == ["admin", ANA, "made-by-hand"]


def test_who_cannot_be_changed_is_refused_until_they_are_and_others_are_not(home: Path, metadata: Metadata) -> None:
    follower = Follower()
    follower.look(Application())
    metadata.failing = {ANA: "the row is locked"}
    write(home, {ANA: "viewer", BEN: "viewer"}, [])
    follower.look(Application())
    assert let_in(follower) == ["admin", BEN, EVA, "made-by-hand"]
    metadata.failing = {}
    follower.look(Application())
    assert let_in(follower) == ["admin", ANA, BEN, EVA, "made-by-hand"] and len(metadata.given) == 3


def test_without_the_database_whoever_changed_is_refused(
    home: Path, metadata: Metadata, caplog: pytest.LogCaptureFixture
) -> None:
    follower = Follower()
    follower.look(Application())
    metadata.is_away = True
    write(home, {BEN: "viewer"}, [])
    for _ in range(3):
        follower.look(Application())
    assert let_in(follower) == ["admin", BEN, "made-by-hand"], (
        "who is taken out of the file, and who is not refused now"
    )
    assert [record.getMessage() for record in caplog.records] == [
        "people.json could not be followed: OSError('the database is away')"
    ]


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"people": [1], "refused": [], "copies": []}'])
def test_a_file_that_cannot_be_read_lets_nobody_in_but_the_first_administrator(
    home: Path, metadata: Metadata, text: str | None
) -> None:
    follower = Follower()
    follower.look(Application())
    (home / "people.json").unlink()
    if text is not None:
        (home / "people.json").write_text(text)
    follower.look(Application())
    assert let_in(follower) == ["admin"]
    write(home, {ANA: "viewer", BEN: "viewer"}, [])
    follower.look(Application())
    assert ANA in let_in(follower)


def test_what_was_drawn_for_other_roles_is_not_what_somebody_has_now(home: Path, metadata: Metadata) -> None:
    follower = Follower()
    follower.look(Application())
    assert follower.still_has(ANA, ["cloudcost_finance"]) and not follower.still_has(EVA, None)
    write(home, {ANA: "viewer"}, [])
    assert not follower.still_has(ANA, ["cloudcost_finance"])


def test_passwords_go_where_somebody_reads_them_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORDS, raising=False)
    assert find_printer() is None
    reading, writing = os.pipe()
    monkeypatch.setenv(PASSWORDS, str(writing))
    show = find_printer()
    assert show is not None
    show(ANA, "s3cret")
    assert os.read(reading, 100) == b"  ana@example.com  s3cret\n"
    os.close(reading)
    assert find_printer() is None
    os.close(writing)
