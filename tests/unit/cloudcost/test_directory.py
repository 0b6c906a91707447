"""People: what the configuration says, what was changed since, and that nobody becomes more than they were made."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from audit.keys import KeyFile
from audit.log import AuditEntry, AuditLog
from audit.rows import HEAD_KEY, HEAD_KIND, ROW_KIND, name_row
from audit.seal import Origin, Seal, SealedStore, Witness
from cloudcost.config.document import CloudcostConfig
from cloudcost.identity.directory import Directory, InvalidPersonError, NoSuchPersonError, PeopleError
from cloudcost.identity.people import PersonSettings
from cloudcost.identity.people_log import CHANGED, SUBJECT
from cloudcost.identity.person import people_of_file
from cloudcost.identity.roles import PERMISSIONS, ROLES, permissions_of, sees_all_rows
from state import SqliteStateStore, Write

SOURCES = [{"name": "cloud", "provider": "aws", "location": "exports"}]
ADA, BEN, CEM = "ada@example.com", "ben@example.com", "cem@example.com"


def clock() -> dt.datetime:
    return dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.fixture
def store(tmp_path: Path) -> SealedStore:
    seal = Seal(KeyFile(tmp_path / "key"), Witness(tmp_path / "witness"), Origin("root", "host", "cli"))
    return SealedStore(SqliteStateStore(tmp_path / "state.sqlite"), seal)


@pytest.fixture
def people(store: SealedStore) -> Directory:
    return make(store)


def make(store: SealedStore) -> Directory:
    listed = [PersonSettings(name="Ada@example.com", roles=("admin",)), PersonSettings(name=BEN, account="ben")]
    found = people_of_file(listed, [BEN], [(BEN, "team", ["payments"]), (CEM, "finance", [])])
    return Directory(store, found, ["payments", "search"], clock)


def test_the_file_names_people_once_with_all_that_they_are(people: Directory) -> None:
    ada, ben, cem = people.list()
    assert (ada.name, ada.roles, ada.sees_all_rows) == (ADA, ("admin",), True)
    assert (ben.roles, ben.scopes, ben.account, ben.sees_all_rows) == (
        ("team_lead", "approver"), ("payments",), "ben", False,
    )  # fmt: skip
    assert (cem.roles, cem.origin) == (("analyst",), "file")
    assert people.approvers() == (BEN,)


def test_a_change_counts_for_every_reader_at_once_and_is_a_row(people: Directory, store: SealedStore) -> None:
    other = make(store)
    assert other.find(CEM) is not None and other.approvers() == (BEN,)
    people.change(ADA, CEM.upper(), "covers for Ben", roles=["analyst", "approver"])
    other.forget()
    assert other.approvers() == (BEN, CEM)
    found = other.find(CEM)
    assert found is not None and (found.changed, found.origin) == (("roles",), "file")
    (row,) = AuditLog(store, clock).rows_about(f"{SUBJECT}{CEM}")
    assert (row.actor, row.event, row.details) == (
        ADA, "person.changed", {"fields": {"roles": ["analyst", "approver"]}, "reason": "covers for Ben"},
    )  # fmt: skip


def test_what_was_read_is_taken_for_what_is_for_a_second_at_most(
    people: Directory, store: SealedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, now = make(store), 100.0
    monkeypatch.setattr("cloudcost.identity.directory.time.monotonic", lambda: now)
    assert other.approvers() == (BEN,)
    people.change(ADA, BEN, is_disabled=True)
    now += 0.5
    assert other.approvers() == (BEN,)
    now += 0.6
    assert other.approvers() == ()


def test_a_disabled_person_may_nothing_and_is_there(people: Directory) -> None:
    people.change(ADA, BEN, is_disabled=True)
    ben = people.find(BEN)
    assert ben is not None and ben.permissions == frozenset() and not ben.sees_all_rows and people.approvers() == ()
    assert people.change(ADA, BEN, is_disabled=False).may("decide_proposals")


def test_somebody_is_added_changed_and_put_back(people: Directory) -> None:
    new = people.add(ADA, " Dora@Example.com ", "new", roles=["team_lead"], scopes=["search"], account="dora")
    assert (new.name, new.origin, new.account, new.sees_all_rows) == ("dora@example.com", "store", "dora", False)
    people.change(ADA, BEN, roles=["viewer"], scopes=[])
    assert people.reset(ADA, BEN).roles == ("team_lead", "approver")
    assert people.reset(ADA, "dora@example.com").is_disabled  # nobody has her in the file


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        (ADA, {"roles": ["viewer"]}, "is there already"),
        ("x@example.com", {"roles": ["boss"]}, "no role 'boss'"),
        ("x@example.com", {"roles": ["viewer"], "scopes": ["all"]}, "no scope 'all'; there are payments, search"),
        ("x@example.com", {"roles": ["viewer"], "account": "ben"}, "is 'ben@example.com''s: one person, one account"),
        ("x@example.com", {"roles": ["viewer"], "is_root": True}, "a person has no 'is_root'"),
        (" ", {"roles": ["viewer"]}, "a person's name is empty"),
        ("x" * 201, {"roles": ["viewer"]}, "at most 200 characters"),
        ("x\x1b[2J", {"roles": ["viewer"]}, "all of them printable"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_is_refused_in_a_sentence(
    people: Directory, name: str, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(PeopleError, match=message.replace("'", ".")):
        people.add(ADA, name, **fields)
    assert len(people.list()) == 3


def test_the_last_administrator_stays_one(people: Directory) -> None:
    for fields in ({"roles": ["viewer"]}, {"is_disabled": True}):
        with pytest.raises(PeopleError, match="is the last who may manage people"):
            people.change("somebody", ADA, **fields)
    people.change(ADA, CEM, roles=["admin"])
    assert people.change(CEM, ADA, roles=["viewer"]).roles == ("viewer",)


def test_nobody_changes_their_own_roles(people: Directory) -> None:
    with pytest.raises(PeopleError, match="somebody else has to change your own roles"):
        people.change(ADA.upper(), ADA, roles=["admin", "approver"])


def test_nobody_puts_back_their_own_roles(people: Directory, store: SealedStore) -> None:
    """A role that somebody else took away does not come back by letting the file count again."""
    people.change(ADA, CEM, roles=["admin"])
    people.change(ADA, BEN, roles=["admin"])
    with pytest.raises(PeopleError, match="somebody else has to change your own roles"):
        people.reset(BEN.upper(), BEN)
    assert BEN not in make(store).approvers()
    assert people.reset(ADA, BEN).may("decide_proposals")


def test_who_was_changed_and_then_left_the_file_is_listed_as_they_are(people: Directory, store: SealedStore) -> None:
    people.change(ADA, BEN, is_disabled=True)
    people.change(ADA, CEM, roles=["admin"])
    later = Directory(store, people_of_file([PersonSettings(name=ADA, roles=("admin",))], [], []), [], clock)
    found = {person.name: person for person in later.list()}
    assert list(found) == [ADA, BEN, CEM] and found[BEN].is_disabled and found[CEM].roles == ("admin",)
    assert all(later.find(name) == person for name, person in found.items())


@pytest.mark.parametrize("name", ["x@example.com", " ", ""])
def test_nobody_unknown_is_changed(people: Directory, name: str) -> None:
    with pytest.raises(NoSuchPersonError):
        people.change(ADA, name, roles=["viewer"])
    with pytest.raises(NoSuchPersonError):
        people.reset(ADA, name)
    assert people.find(name) is None


def test_of_two_who_change_at_once_one_looks_again(
    people: Directory, store: SealedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two administrators who take each other's role must not both succeed."""
    people.change(ADA, CEM, roles=["admin"])
    other, look = make(store), Directory._look

    def look_and_be_overtaken(self: Directory) -> object:
        seen = look(self)
        if self is people:
            other.change(CEM, ADA, roles=["viewer"])
        return seen

    monkeypatch.setattr(Directory, "_look", look_and_be_overtaken)
    with pytest.raises(PeopleError, match=r"(at this very moment|is the last)"):
        people.change(ADA, CEM, roles=["viewer"])
    assert [p.name for p in other.list() if p.may("manage_people")] == [CEM]


def test_who_writes_the_store_without_the_key_becomes_nobody(people: Directory, store: SealedStore) -> None:
    people.change(ADA, CEM, "once", roles=["viewer"])
    forged = store.get(ROW_KIND, name_row(1))
    assert forged is not None
    body = {**forged.body, "seq": 2, "details": {"fields": {"roles": ["admin", "approver"]}, "reason": ""}}
    head = store.get(HEAD_KIND, HEAD_KEY)
    assert head is not None
    store.transact([Write.insert(ROW_KIND, name_row(2), body), Write.update(head, {"seq": 2, "hash": body["hash"]})])
    found = make(store).find(CEM)
    assert found is not None and found.roles == ("viewer",)


def test_a_genuine_row_in_another_place_does_not_count(people: Directory, store: SealedStore) -> None:
    """The role that was taken away does not come back by copying the row that once gave it."""
    people.change(ADA, CEM, roles=["approver"])
    people.change(ADA, CEM, roles=["viewer"])
    given, head = store.get(ROW_KIND, name_row(1)), store.get(HEAD_KIND, HEAD_KEY)
    assert given is not None and head is not None
    store.transact([Write.insert(ROW_KIND, name_row(3), given.body), Write.update(head, {**head.body, "seq": 3})])
    found = make(store).find(CEM)
    assert found is not None and found.roles == ("viewer",)


def test_rows_that_follow_are_read_one_by_one_and_all_the_same(people: Directory, store: SealedStore) -> None:
    reader = make(store)
    for number in range(5):
        people.add(ADA, f"p{number}@example.com", roles=["viewer"])
        AuditLog(store, clock).append(AuditEntry("x", "other", "thing"))
        reader.forget()
        assert reader.list() == make(store).list() and len(reader.list()) == 4 + number


def test_every_role_has_permissions_and_nobody_approves_by_administering() -> None:
    assert set(PERMISSIONS) == set(ROLES) and all(PERMISSIONS.values())
    assert [role for role in ROLES if "decide_proposals" in PERMISSIONS[role]] == ["approver"]
    assert permissions_of([]) == frozenset()


@pytest.mark.parametrize(
    ("roles", "scopes", "sees_all"),
    [
        ((), (), False), (("viewer",), (), True), (("viewer",), ("a",), False), (("team_lead",), (), False),
        (("team_lead",), ("a",), False), (("approver",), (), True), (("approver",), ("a",), False),
        (("approver", "team_lead"), (), False), (("analyst",), ("a",), True), (("admin", "team_lead"), ("a",), True),
    ],
)  # fmt: skip
def test_who_sees_every_row(roles: tuple[str, ...], scopes: tuple[str, ...], sees_all: bool) -> None:
    assert sees_all_rows(roles, scopes) is sees_all  # type: ignore[arg-type]


def test_a_change_through_another_account_is_written_as_theirs(people: Directory, store: SealedStore) -> None:
    through = people.acting_through(SealedStore(store.inner, store.seal.for_account("local ada@example.com")))
    through.change(ADA, CEM, roles=["viewer"])
    found = people.find(CEM)
    assert found is not None and found.roles == ("viewer",)
    (row,) = AuditLog(store, clock).rows()
    assert (row.account, row.event) == ("local ada@example.com", CHANGED)
    assert replace(store.seal.origin, account="x") != store.seal.origin


def test_preferences_are_changed_one_by_one_and_are_rows(people: Directory, store: SealedStore) -> None:
    first = people.change_profile(CEM, CEM, "I moved", time_zone="Asia/Tokyo", number_format="comma")
    assert (first.profile.time_zone, first.changed, first.roles) == ("Asia/Tokyo", ("profile",), ("analyst",))
    second = people.change_profile(ADA, CEM, number_format="point", time_zone=None)
    assert (second.profile.time_zone, second.profile.number_format) == ("UTC", "point")
    rows = [row for row in AuditLog(store, clock).rows() if row.subject == f"{SUBJECT}{CEM}"]
    assert [(row.actor, row.event, row.details["fields"], row.details["reason"]) for row in rows] == [
        (CEM, CHANGED, {"profile": {"time_zone": "Asia/Tokyo", "number_format": "comma"}}, "I moved"),
        (ADA, CHANGED, {"profile": {"number_format": "point", "time_zone": None}}, ""),
    ]
    assert people.change(ADA, CEM, roles=["viewer"]).profile.number_format == "point"
    assert people.change_profile(CEM, CEM, number_format="point") == people.find(CEM)
    assert len([row for row in AuditLog(store, clock).rows() if row.subject == f"{SUBJECT}{CEM}"]) == 3
    assert people.reset(ADA, CEM).profile.number_format == "plain"


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"time_zone": "Mars"}, "time_zone"),
        ({"channels": ["nobody-there"]}, "channels"),
        ({"roles": ["admin"]}, "roles"),
        ({"is_disabled": False}, "is_disabled"),
        ({"quiet_hours": [{"start": "1", "end": "2"}]}, "quiet_hours"),
    ],
)
def test_nobody_becomes_more_by_a_preference(people: Directory, wanted: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidPersonError) as refused:
        people.change_profile(CEM, CEM, **wanted)
    assert refused.value.field == field
    found = people.find(CEM)
    assert found is not None and (found.roles, found.changed) == (("analyst",), ())
    with pytest.raises(NoSuchPersonError):
        people.change_profile(ADA, "dora@example.com", currency="EUR")


@pytest.mark.parametrize("name", ["\uff41da@example.com", "\u0251da@example.com", "ADA@EXAMPLE.COM"])
def test_nobody_is_added_who_looks_like_somebody(people: Directory, name: str) -> None:
    with pytest.raises(PeopleError, match="is there already") as refused:
        people.add(BEN, name, roles=["admin"])
    assert not isinstance(refused.value, InvalidPersonError)


def test_a_name_of_two_scripts_is_none(people: Directory) -> None:
    with pytest.raises(InvalidPersonError, match="mixes letters of Cyrillic and Latin"):
        people.add(ADA, "d\u043era@example.com", roles=["viewer"])
    with pytest.raises(ValidationError, match="mixes letters"):
        CloudcostConfig.model_validate({"sources": SOURCES, "people": [{"name": "d\u043era"}]})
    with pytest.raises(ValidationError, match="looks like 'strasse'"):
        CloudcostConfig.model_validate(
            {"sources": SOURCES, "people": [{"name": "strasse"}], "actions": {"approvers": ["stra\u00dfe"]}}
        )


def test_of_two_who_look_alike_the_one_of_the_configuration_counts(store: SealedStore) -> None:
    """One was added before names were compared so, or before the file named the other."""
    entry = AuditEntry(
        ADA, "person.added", f"{SUBJECT}\u0441em@example.com", {"fields": {"roles": ["admin"]}, "reason": ""}
    )
    AuditLog(store, clock).append(entry)
    people = make(store)
    second, first = people.find("\u0441em@example.com"), people.find(CEM)
    assert second is not None and second.is_disabled and not second.permissions
    assert first is not None and not first.is_disabled


def test_who_counts_for_nobody_is_not_enabled_in_vain(store: SealedStore) -> None:
    twin = "\u0441em@example.com"
    entry = AuditEntry(ADA, "person.added", f"{SUBJECT}{twin}", {"fields": {"roles": ["admin"]}, "reason": ""})
    AuditLog(store, clock).append(entry)
    people, before = make(store), len(list(AuditLog(store, clock).rows()))
    with pytest.raises(PeopleError, match=f"looks like '{CEM}', who counts"):
        people.change(ADA, twin, is_disabled=False)
    assert len(list(AuditLog(store, clock).rows())) == before


def test_who_was_added_and_reset_still_has_their_looks(store: SealedStore) -> None:
    """Somebody whom the file named for a while, in which they were reset: the log says of them that they are there."""
    make(store).add(ADA, "dora@example.com", roles=["viewer"])
    with_dora = people_of_file([PersonSettings(name=ADA, roles=("admin",)), PersonSettings(name="dora@example.com")],
                               [], [])  # fmt: skip
    Directory(store, with_dora, [], clock).reset(ADA, "dora@example.com")
    people = make(store)
    assert people.find("dora@example.com") is not None
    with pytest.raises(PeopleError, match=r"looks like 'dora@example\.com'"):
        people.add(ADA, "dora@example\u2024com", roles=["viewer"])
