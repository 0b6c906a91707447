"""People: who one is, and for administrators who there is, with which roles."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from api.access import Anybody, allow
from api.callers import Caller
from api.requests import NO_CONTROLS
from api.services import Services, services_of
from cloudcost.identity.directory import Directory, NoSuchPersonError
from cloudcost.identity.person import Person
from cloudcost.identity.profile import NumberFormat
from cloudcost.identity.roles import Permission, Role

router = APIRouter(prefix="/v1", tags=["people"])
ServicesOf = Annotated[Services, Depends(services_of)]
Manager = Annotated[Caller, allow("manage_people")]


class PersonOut(BaseModel):
    """Somebody as administrators see them."""

    name: str = Field(description="Their one spelling.", examples=["ana@example.com"])
    roles: list[Role] = Field(description="What they are.")
    scopes: list[str] = Field(description="Whose costs they see, where they do not see all.")
    account: str | None = Field(description="Their account on the machine of the installation.")
    is_disabled: bool = Field(description="Whether they may do nothing.")
    origin: str = Field(description="`file` (the configuration), `store` (an administrator) or `group`.")
    changed: list[str] = Field(description="What is not as the configuration has it.")
    permissions: list[Permission] = Field(description="What they may.")


class People(BaseModel):
    """Everybody."""

    items: list[PersonOut]


class Me(BaseModel):
    """Whoever asks."""

    person: PersonOut
    account: str = Field(description="By what they are known.", examples=["local ana@example.com"])
    is_machine: bool = Field(description="Whether a key or a machine's token was sent.")
    allowed: list[Permission] = Field(description="What they may by this token or key.")
    time_zone: str = Field(description="In which they read times; answers have UTC.", examples=["Europe/Berlin"])
    number_format: NumberFormat = Field(description="How they read numbers; answers have plain ones.")


class NewPerson(BaseModel):
    """Somebody to be added."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, description="Their address, as they sign in.")
    roles: list[Role] = Field(min_length=1, max_length=5, description="What they are.")
    scopes: list[str] = Field(default_factory=list, max_length=100, description="Whose costs they see.")
    account: str | None = Field(None, min_length=1, max_length=100, description="Their account on the machine.")
    reason: str = Field("", max_length=500, pattern=NO_CONTROLS, description="Why; it is kept in the audit log.")


class Change(BaseModel):
    """What changes of somebody; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    roles: list[Role] | None = Field(None, max_length=5, description="What they are.")
    scopes: list[str] | None = Field(None, max_length=100, description="Whose costs they see.")
    is_disabled: bool | None = Field(None, description="Whether they may do nothing.")
    reason: str = Field("", max_length=500, pattern=NO_CONTROLS, description="Why; it is kept in the audit log.")


@router.get("/me")
def read_me(caller: Annotated[Caller, Depends(Anybody())]) -> Me:
    """Who one is and what one may. Everybody who is signed in may ask."""
    allowed = sorted(one for one in caller.allowed if caller.may(one))
    profile = caller.person.profile
    return Me(
        person=_show(caller.person),
        account=caller.account,
        is_machine=caller.is_machine,
        allowed=allowed,
        time_zone=profile.time_zone,
        number_format=profile.number_format,
    )


@router.get("/people")
def list_people(caller: Manager, services: ServicesOf) -> People:
    """Everybody whom the configuration or an administrator named. For those who manage people."""
    return People(items=[_show(person) for person in services.directory.list()])


@router.get("/people/{name:path}")
def read_person(name: str, caller: Manager, services: ServicesOf) -> PersonOut:
    """One person. For those who manage people."""
    return _show(_find(services.directory, name))


@router.post("/people", status_code=201)
def add_person(new: NewPerson, caller: Manager, services: ServicesOf) -> PersonOut:
    """Add somebody; it counts at once. For those who manage people."""
    directory = services.directory_of(caller)
    fields = {"roles": new.roles, "scopes": new.scopes, "account": new.account}
    return _show(directory.add(caller.person.name, new.name, new.reason, **fields))


@router.patch("/people/{name:path}")
def change_person(name: str, change: Change, caller: Manager, services: ServicesOf) -> PersonOut:
    """Change somebody's roles or scopes, disable or enable them; it counts within a second, everywhere. For those who
    manage people."""
    fields = change.model_dump(exclude_none=True, exclude={"reason"})
    return _show(services.directory_of(caller).change(caller.person.name, name, change.reason, **fields))


@router.delete("/people/{name:path}/changes")
def reset_person(name: str, caller: Manager, services: ServicesOf) -> PersonOut:
    """Let somebody be as the configuration has them; who is not in it is disabled. For those who manage people."""
    return _show(services.directory_of(caller).reset(caller.person.name, name))


def _find(directory: Directory, name: str) -> Person:
    found = directory.find(name) if name.strip() else None
    if found is None:
        raise NoSuchPersonError(f"there is nobody called {name!r}")
    return found


def _show(person: Person) -> PersonOut:
    return PersonOut(
        name=person.name,
        roles=list(person.roles),
        scopes=list(person.scopes),
        account=person.account,
        is_disabled=person.is_disabled,
        origin=person.origin,
        changed=list(person.changed),
        permissions=sorted(person.permissions),
    )
