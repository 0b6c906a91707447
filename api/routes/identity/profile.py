"""What people prefer: their time zone, how numbers are written to them, by what they are told and when not."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from api.access import Anybody, allow
from api.callers import Caller
from api.problems import ProblemError
from api.requests import NO_CONTROLS
from api.services import Services, services_of
from cloudcost.identity.directory import NoSuchPersonError
from cloudcost.identity.person import Person, is_quiet
from cloudcost.identity.profile import NumberFormat, Weekday

router = APIRouter(prefix="/v1", tags=["people"])
ServicesOf = Annotated[Services, Depends(services_of)]
Manager = Annotated[Caller, allow("manage_people")]
Signed = Annotated[Caller, Depends(Anybody())]
TimeOfDay = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", examples=["22:00"])]


class QuietStretch(BaseModel):
    """A stretch of a day in which somebody is not disturbed, by the clock on their wall."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"start": "22:00", "end": "07:00", "days": ["mon", "tue"]}]},
    )

    start: TimeOfDay = Field(description="From this minute on.")
    end: TimeOfDay = Field(description="Until this minute; one before the start is of the next day.")
    days: list[Weekday] | None = Field(
        None, min_length=1, max_length=7, description="On which days it begins; without a word on every day."
    )


class ProfileOut(BaseModel):
    """What somebody prefers. Times and amounts of the API stay exact and UTC: showing them so is for who shows them."""

    person: str = Field(description="Whose it is.", examples=["ana@example.com"])
    time_zone: str = Field(description="Time zone of the IANA database.", examples=["Europe/Berlin"])
    currency: str | None = Field(
        description="In which currency they would rather read amounts that have a stated rate; nothing is converted "
        "because of it.",
        examples=["EUR"],
    )
    number_format: NumberFormat = Field(description="plain 1234.5, comma 1,234.5, point 1.234,5, space 1 234,5, …")
    channels: list[str] = Field(description="Names of channels by which they are told.")
    quiet_hours: list[QuietStretch] = Field(description="When they are not disturbed, in their time zone.")
    is_quiet_now: bool = Field(description="Whether it is so at the time of the answer.")
    known_channels: list[str] = Field(description="Names of the channels that there are.", examples=[["ops-mail"]])


class ProfileChange(BaseModel):
    """What changes of a profile; what is left out stays, and null is as if nobody had said anything."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"time_zone": "Europe/Berlin", "number_format": "point"}]},
    )

    time_zone: str | None = Field(None, max_length=60, description="Time zone of the IANA database.")
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$", description="ISO 4217; nothing is converted by it.")
    number_format: NumberFormat | None = Field(None, description="How numbers are written to them.")
    channels: list[str] | None = Field(None, max_length=20, description="Names of channels that there are.")
    quiet_hours: list[QuietStretch] | None = Field(None, max_length=14, description="When they are not disturbed.")
    reason: str = Field("", max_length=500, pattern=NO_CONTROLS, description="Why; it is kept in the audit log.")


@router.get("/me/profile")
def read_my_profile(caller: Signed, services: ServicesOf) -> ProfileOut:
    """What one prefers. Everybody who is signed in may ask; a key is told what its owner prefers."""
    return _show(services, caller.person)


@router.patch("/me/profile")
def change_my_profile(change: ProfileChange, caller: Signed, services: ServicesOf) -> ProfileOut:
    """Change what one prefers; it counts within a second. For people, each of them their own."""
    if caller.is_machine:
        raise ProblemError(403, "forbidden", "What a person prefers they change themselves: no machine does.")
    if caller.person.origin == "group":
        sentence = "You are known by a group of your provider alone: an administrator adds you, then you can prefer."
        raise ProblemError(409, "conflict", sentence)
    return _change(services, caller, caller.person.name, change)


@router.get("/profiles/{name:path}")
def read_profile(name: str, caller: Manager, services: ServicesOf) -> ProfileOut:
    """What somebody prefers. For those who manage people."""
    found = services.directory.find(name) if name.strip() else None
    if found is None:
        raise NoSuchPersonError(f"there is nobody called {name[:200]!r}")
    return _show(services, found)


@router.patch("/profiles/{name:path}")
def change_profile(name: str, change: ProfileChange, caller: Manager, services: ServicesOf) -> ProfileOut:
    """Change what somebody prefers. For those who manage people."""
    return _change(services, caller, name, change)


def _change(services: Services, caller: Caller, name: str, change: ProfileChange) -> ProfileOut:
    wanted: dict[str, Any] = change.model_dump(exclude_unset=True, exclude={"reason"})
    for stretch in wanted.get("quiet_hours") or ():
        if stretch.get("days") is None:
            stretch.pop("days", None)
    directory = services.directory_of(caller)
    return _show(services, directory.change_profile(caller.person.name, name, change.reason, **wanted))


def _show(services: Services, person: Person) -> ProfileOut:
    profile = person.profile
    return ProfileOut(
        person=person.name,
        **profile.model_dump(mode="json"),
        is_quiet_now=is_quiet(person, services.clock().astimezone(dt.UTC)),
        known_channels=sorted(channel.name for channel in services.installation.config.alerts.channels),
    )
