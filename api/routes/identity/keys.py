"""Keys of machines: one's own, and for administrators everybody's."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import allow
from api.callers import Caller
from api.problems import ProblemError
from api.sign_in.desk import Desk, DeskOf
from cloudcost.identity.api_keys import LONGEST_DAYS, LONGEST_NAME, ApiKey, NoSuchKeyError, NotGrantedError
from cloudcost.identity.roles import Permission

router = APIRouter(prefix="/v1", tags=["keys"])
Owner = Annotated[Caller, allow("own_keys")]


class KeyOut(BaseModel):
    """A key, without its secret."""

    id: str = Field(description="Its id, which is also in the key itself.", examples=["3f0a9b4a52c1"])
    owner: str = Field(description="As whom it acts.")
    name: str = Field(description="What it is for.")
    permissions: list[Permission] = Field(description="What it may, as long as its owner may.")
    created_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None = Field(description="Since when it counts no more.")
    used_at: dt.datetime | None = Field(description="When it was used last, to the minute.")


class Keys(BaseModel):
    """Keys, the oldest first."""

    items: list[KeyOut]


class NewKey(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=LONGEST_NAME, description="What it is for.", examples=["nightly export"])
    permissions: list[Permission] = Field(min_length=1, max_length=20, description="What it may, of what you may.")
    days: int = Field(90, ge=1, le=LONGEST_DAYS, description="After so many days it counts no more.")


class MadeKey(KeyOut):
    """A key, this once with its secret."""

    key: str = Field(description="To be sent as `Authorization: Bearer cck_…`; it is shown this once.")


@router.get("/keys")
def list_keys(caller: Owner, desk: DeskOf, everybody: bool = False) -> Keys:
    """One's own keys; with `everybody`, for those who manage people, all of them."""
    if everybody and not caller.may("manage_people"):
        raise ProblemError(403, "forbidden", "Everybody's keys need the permission manage_people.")
    found = desk.doors.local.keys.list(None if everybody else caller.person.name)
    return Keys(items=[_show(key) for key in sorted(found, key=lambda key: key.created_at)])


@router.post("/keys", status_code=201)
def create_key(new: NewKey, caller: Owner, desk: DeskOf, response: Response) -> MadeKey:
    """Make a key that acts as oneself. Its text is in this answer and nowhere else. For people who may own keys."""
    response.headers["Cache-Control"] = "no-store"
    try:
        made, text = desk.doors.local.keys.create(
            caller.person, new.name, new.permissions, new.days, through=desk.store_of(caller)
        )
    except NotGrantedError as error:
        raise ProblemError(403, "forbidden", str(error)) from error
    return MadeKey(key=text, **_show(made).model_dump())


@router.delete("/keys/{key_id}")
def revoke_key(key_id: str, caller: Owner, desk: DeskOf) -> KeyOut:
    """Let a key count no more, at once. For its owner, and for those who manage people."""
    keys = desk.doors.local.keys
    found = _find(desk, key_id)
    if found.owner != caller.person.name and not caller.may("manage_people"):
        raise ProblemError(404, "not_found", f"There is no key {key_id[:40]!r} of yours.")
    return _show(keys.revoke(caller.person.name, found.key_id, through=desk.store_of(caller)))


def _find(desk: Desk, key_id: str) -> ApiKey:
    try:
        return desk.doors.local.keys.find(key_id)
    except NoSuchKeyError:
        raise ProblemError(404, "not_found", f"There is no key {key_id[:40]!r} of yours.") from None


def _show(key: ApiKey) -> KeyOut:
    return KeyOut(
        id=key.key_id,
        owner=key.owner,
        name=key.name,
        permissions=list(key.permissions),
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        used_at=key.used_at,
    )
