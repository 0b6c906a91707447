"""What a person prefers: how times and amounts are shown to them, by which channels they are told, and when not.

None of it changes a figure. The display currency says in which currency somebody would rather read an amount that has a
stated rate; nothing is converted because of it.
"""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator, model_validator

from core.section import BillingCurrency, Section

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
#: Named by what stands between thousands; `plain` has nothing there, as files and programs have it.
NumberFormat = Literal["plain", "comma", "point", "space", "apostrophe"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
#: Between thousands, and before decimals. The blank is one at which no line ends (U+00A0).
SEPARATORS: Mapping[NumberFormat, tuple[str, str]] = {
    "plain": ("", "."), "comma": (",", "."), "point": (".", ","), "space": ("\u00a0", ","), "apostrophe": ("'", "."),
}  # fmt: skip
UTC = "UTC"
DAY_MINUTES = 24 * 60
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")  # no \d, which is any script's digit
_ZONE = re.compile(r"(?!posix/|right/)[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}")


def _write_minutes(value: Any) -> Any:
    """YAML reads ``22:00`` as a number of base 60: 1320, which are the minutes of the day."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= DAY_MINUTES
    return f"{value // 60:02d}:{value % 60:02d}" if is_number else value


def _check_time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError(f"{text[:20]!r} is no time of a day, such as 07:30; 24:00 is its end")
    return text


TimeOfDay = Annotated[str, BeforeValidator(_write_minutes), AfterValidator(_check_time)]


class QuietHours(Section):
    """A stretch of a day in which somebody is not disturbed, by the clock on their wall."""

    start: TimeOfDay = Field(description="From this minute on, as 22:00.", examples=["22:00"])
    end: TimeOfDay = Field(
        description="Until this minute, which is none of it. One before the start is of the next day; 24:00 is the "
        "end of the day.",
        examples=["07:00"],
    )
    days: tuple[Weekday, ...] = Field(
        WEEKDAYS, min_length=1, max_length=7, description="On which days it begins. Default: on every day."
    )

    @model_validator(mode="after")
    def _is_a_stretch(self) -> "QuietHours":
        if self.start in (self.end, "24:00"):
            raise ValueError(f"{self.start}-{self.end} is no stretch of a day; 00:00-24:00 is a whole one")
        return self

    @staticmethod
    def split(text: str) -> dict[str, Any]:
        """The fields of a stretch that is written `22:00-07:00`, or `00:00-24:00 sat,sun`; they are not yet checked."""
        times, _, days = text.strip().partition(" ")
        start, _, end = times.partition("-")
        return {"start": start, "end": end, **({"days": days.replace(" ", "").lower().split(",")} if days else {})}

    def __str__(self) -> str:
        return f"{self.start}-{self.end}" + ("" if self.days == WEEKDAYS else f" {','.join(self.days)}")

    def covers(self, day: int, minute: int) -> bool:
        """Whether a minute (0 to 1439) of a weekday (Monday is 0) is in it."""
        start, end = _read_minutes(self.start), _read_minutes(self.end)
        if start < end:
            return WEEKDAYS[day] in self.days and start <= minute < end
        return (WEEKDAYS[day] in self.days and minute >= start) or (WEEKDAYS[day - 1] in self.days and minute < end)


class Profile(Section):
    """What one person prefers."""

    time_zone: str = Field(
        UTC,
        max_length=60,
        description="Time zone of the IANA database, such as Europe/Berlin. Default UTC: the days of charges are.",
        examples=["Europe/Berlin"],
    )
    currency: BillingCurrency | None = Field(
        None,
        description="In which currency they would rather read amounts that have a stated rate; nothing is converted "
        "because of it. Default none: as the answer has them.",
        examples=["EUR"],
    )
    number_format: NumberFormat = Field(
        "plain",
        description="How numbers are written to them: plain 1234.5, comma 1,234.5, point 1.234,5, space 1 234,5, "
        "apostrophe 1'234.5. Default plain. Files and JSON are always plain.",
    )
    channels: tuple[str, ...] = Field(
        (), max_length=20, description="Names of `alerts.channels` by which they are told. Default none of their own."
    )
    quiet_hours: tuple[QuietHours, ...] = Field(
        (), max_length=14, description="When they are not disturbed, in their time zone. Default never."
    )

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name != UTC and (not _ZONE.fullmatch(name) or not _is_zone(name)):
            raise ValueError(
                f"{name[:60]!r} is no time zone of the IANA database by area and place, such as Europe/Berlin"
            )
        return name

    @field_validator("channels")
    @classmethod
    def _are_named_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(names))

    @property
    def zone(self) -> ZoneInfo:
        """Their time zone."""
        return ZoneInfo(self.time_zone)

    def is_quiet(self, at: dt.datetime) -> bool:
        """Whether they are not to be disturbed at a moment, by the clock on their wall then: of a night in which clocks
        are put back the hour that comes twice is quiet twice, and one that is left out is not there. ValueError for a
        moment without a time zone.
        """
        if at.tzinfo is None:
            raise ValueError(f"{at} has no time zone: it may be any of 26 moments")
        here = at.astimezone(self.zone)
        return any(one.covers(here.weekday(), here.hour * 60 + here.minute) for one in self.quiet_hours)

    def show_time(self, at: dt.datetime) -> str:
        """A moment to the minute as their clock shows it, with the offset from UTC where that is not their zone."""
        here = at.astimezone(self.zone)
        return f"{here:%Y-%m-%d %H:%M}" + ("" if self.time_zone == UTC else f" {here:%z}")

    def show_number(self, value: Decimal | int | float) -> str:
        """A number with the separators that they read; every digit that it has stays."""
        thousands, point = SEPARATORS[self.number_format]
        text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        return text.replace(",", "\0").replace(".", point).replace("\0", thousands)


#: Of whoever has said nothing.
PLAIN = Profile()


def read_profile(base: Profile, changed: Mapping[str, Any]) -> Profile:
    """A profile with what was changed since. What cannot be any more (a zone that was given up) is as before: nobody is
    locked out by what they prefer.
    """
    if not changed:
        return base  # as of nearly everybody with each request
    known = {name: changed[name] for name in Profile.model_fields if name in changed}
    while True:
        values = {**base.model_dump(), **known}
        try:
            return Profile.model_validate({name: one for name, one in values.items() if one is not None})
        except ValidationError as error:
            wrong = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]} & known.keys()
            if not wrong:
                return base
            known = {name: one for name, one in known.items() if name not in wrong}


def check_profile(changed: Mapping[str, Any], channels: Collection[str]) -> None:
    """ValueError that states what of a change of a profile cannot be, the field first. None is: as without a word."""
    for name in changed:
        if name not in Profile.model_fields:
            raise ValueError(f"{name[:60]}: there is no such preference; there are {', '.join(Profile.model_fields)}")
    try:
        found = Profile.model_validate({name: value for name, value in changed.items() if value is not None})
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        raise ValueError(f"{place}: {fault['msg'].removeprefix('Value error, ')}") from error
    check_channels(found, channels)


def check_channels(profile: Profile, channels: Collection[str]) -> None:
    """ValueError where a profile names a channel that there is not."""
    for name in profile.channels:
        if name not in channels:
            known = ", ".join(sorted(channels)) or "none: `alerts.channels` has them"
            raise ValueError(f"channels: there is no channel {name[:60]!r}; there are {known}")


def _read_minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


@lru_cache(maxsize=1000)  # whoever is signed in may ask for any name
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
