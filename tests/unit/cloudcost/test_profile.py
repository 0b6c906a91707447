"""What people prefer: their clock, their numbers, and when they are not disturbed."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from cloudcost.identity.people import PersonSettings
from cloudcost.identity.person import Person, is_quiet, people_of_file
from cloudcost.identity.profile import PLAIN, Profile, QuietHours, _is_zone, check_profile, read_profile

NIGHTS = QuietHours(start="22:00", end="07:00")
WEEKENDS = QuietHours(start="00:00", end="24:00", days=("sat", "sun"))


def person(zone: str, *quiet: QuietHours) -> Person:
    return Person("ana", profile=Profile(time_zone=zone, quiet_hours=quiet))


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-01-14T20:59", False), ("2026-01-14T21:00", True), ("2026-01-14T23:30", True), ("2026-01-15T05:59", True),
        ("2026-01-15T06:00", False), ("2026-07-14T20:00", True), ("2026-07-14T19:59", False),
        ("2026-07-15T05:00", False),
    ],
)  # fmt: skip
def test_a_night_is_by_the_clock_on_the_wall_in_winter_and_summer(at: str, expected: bool) -> None:
    assert is_quiet(person("Europe/Berlin", NIGHTS), utc(at)) is expected


@pytest.mark.parametrize(
    ("start", "end", "at", "expected"),
    [
        # 29 March 2026, Berlin: 02:00 is 03:00, at 01:00 UTC
        ("01:00", "02:30", "2026-03-29T00:59", True), ("01:00", "02:30", "2026-03-29T01:00", False),
        ("02:15", "02:45", "2026-03-29T01:15", False), ("02:30", "03:30", "2026-03-29T01:00", True),
        # 25 October 2026, Berlin: 03:00 is 02:00, at 01:00 UTC, so that half past two comes twice
        ("02:15", "02:45", "2026-10-25T00:30", True), ("02:15", "02:45", "2026-10-25T01:30", True),
        ("02:15", "02:45", "2026-10-25T01:00", False), ("23:00", "02:30", "2026-10-25T01:15", True),
        ("23:00", "02:30", "2026-10-25T01:30", False),
    ],
)  # fmt: skip
def test_nights_in_which_clocks_change(start: str, end: str, at: str, expected: bool) -> None:
    assert is_quiet(person("Europe/Berlin", QuietHours(start=start, end=end)), utc(at)) is expected


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    friday = person("UTC", QuietHours(start="22:00", end="07:00", days=("fri",)))
    asked = ["2026-11-27T06:00", "2026-11-27T22:00", "2026-11-28T06:59", "2026-11-28T07:00", "2026-11-28T22:00"]
    assert [is_quiet(friday, utc(at)) for at in asked] == [False, True, True, False, False]
    sunday = person("UTC", QuietHours(start="22:00", end="07:00", days=("sun",)))
    assert is_quiet(sunday, utc("2026-11-30T03:00"))  # a Monday


def test_several_stretches_and_whole_days_add_up() -> None:
    found = person("America/New_York", NIGHTS, WEEKENDS)
    # Saturday in New York from Saturday 05:00 UTC to Monday 05:00 UTC
    asked = ["2026-11-28T17:00", "2026-11-30T04:59", "2026-11-30T11:59", "2026-11-30T12:00"]
    assert [is_quiet(found, utc(at)) for at in asked] == [True, True, True, False]
    assert not is_quiet(Person("ben"), utc("2026-11-30T03:00"))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        is_quiet(person("UTC", NIGHTS), dt.datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"time_zone": "Europe/Berlim"}, "is no time zone"), ({"time_zone": "../etc/passwd"}, "is no time zone"),
        ({"time_zone": "right/Europe/Berlin"}, "is no time zone"), ({"currency": "EURO"}, "match pattern"),
        ({"currency": "XXX"}, "XXX"), ({"number_format": "de"}, "plain"),
        ({"quiet_hours": [{"start": "25:00", "end": "07:00"}]}, "'25:00' is no time of a day"),
        ({"quiet_hours": [{"start": "0\u0663:00", "end": "07:00"}]}, "is no time of a day"),  # Arabic
        ({"quiet_hours": [{"start": "07:00", "end": "07:00"}]}, "no stretch of a day"),
        ({"quiet_hours": [{"start": "24:00", "end": "07:00"}]}, "no stretch of a day"),
        ({"quiet_hours": [{"start": "07:00", "end": "08:00", "days": []}]}, "at least 1"),
        ({"quiet_hours": [{"start": "07:00", "end": "08:00", "days": ["monday"]}]}, "mon"),
        ({"zone": "UTC"}, "no such preference"),
        ({"channels": ["mail", "pager"]}, "no channel 'pager'; there are mail"),
    ],
)  # fmt: skip
def test_what_cannot_be_preferred_is_said(values: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValueError, match=next(iter(values))) as refused:
        check_profile(values, ["mail"])
    assert wrong in str(refused.value)


def test_a_time_that_yaml_reads_as_a_number_is_that_time() -> None:
    assert QuietHours.model_validate({"start": 1320, "end": "07:00"}) == NIGHTS
    with pytest.raises(ValidationError):
        QuietHours.model_validate({"start": 1441, "end": "07:00"})


def test_the_file_has_a_profile_and_what_was_changed_since_stands_over_it() -> None:
    listed = [PersonSettings(name="Ana", roles=("viewer",), profile=Profile(time_zone="Asia/Tokyo", currency="EUR"))]
    (ana,) = people_of_file(listed, ["ana"], [("ana", "finance", [])])
    assert (ana.profile.time_zone, ana.roles) == ("Asia/Tokyo", ("viewer", "analyst", "approver"))
    changed = read_profile(ana.profile, {"number_format": "point", "currency": None})
    assert (changed.time_zone, changed.number_format, changed.currency) == ("Asia/Tokyo", "point", None)


def test_a_zone_that_there_is_no_more_locks_nobody_out() -> None:
    found = read_profile(PLAIN, {"time_zone": "Europe/Atlantis", "number_format": "comma"})
    assert found == Profile(number_format="comma")
    of_file = Profile(time_zone="Asia/Tokyo")
    assert read_profile(of_file, {"time_zone": "Europe/Atlantis", "currency": "EUR"}).time_zone == "Asia/Tokyo"


def test_names_of_zones_that_there_are_not_are_not_remembered_for_ever() -> None:
    for number in range(2000):
        assert not _is_zone(f"Europe/Nowhere{number}")
    assert _is_zone.cache_info().currsize <= 1000


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("plain", ["1234567.891", "-1000", "0.5"]), ("comma", ["1,234,567.891", "-1,000", "0.5"]),
        ("point", ["1.234.567,891", "-1.000", "0,5"]), ("space", ["1\u00a0234\u00a0567,891", "-1\u00a0000", "0,5"]),
        ("apostrophe", ["1'234'567.891", "-1'000", "0.5"]),
    ],
)  # fmt: skip
def test_numbers_have_the_separators_that_are_read_and_every_digit(name: Any, shown: list[str]) -> None:
    profile = Profile(number_format=name)
    assert [profile.show_number(one) for one in (Decimal("1234567.891"), -1000, 0.5)] == shown


def test_a_moment_is_shown_as_on_the_wall() -> None:
    at = utc("2026-07-14T22:30")
    assert Profile(time_zone="Europe/Berlin").show_time(at) == "2026-07-15 00:30 +0200"
    assert PLAIN.show_time(at) == "2026-07-14 22:30"
