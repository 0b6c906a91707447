"""One's sign-ins, ending them, and invitations to set a password."""

import datetime as dt
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel, ConfigDict, Field

from api.access import BEARER, Anybody, allow
from api.callers import Caller
from api.problems import ProblemError
from api.sign_in.desk import DeskOf
from cloudcost.identity.directory import NoSuchPersonError
from cloudcost.identity.proofs import NotProvenError

router = APIRouter(prefix="/v1", tags=["sign in"])


class SessionOut(BaseModel):
    """A sign-in that lasts."""

    id: str = Field(description="Its name, which lets nobody in.")
    client: str = Field(description="What signed in: cloudcost-cli, or an application.")
    account: str = Field(description="By what.")
    signed_in_at: dt.datetime
    ends_at: dt.datetime = Field(description="It ends then at the latest.")


class SessionList(BaseModel):
    """Sign-ins, the oldest first."""

    items: list[SessionOut]


class SignOut(BaseModel):
    """What ends."""

    model_config = ConfigDict(extra="forbid")

    everywhere: bool = Field(False, description="Every sign-in of the person, not only the one of this token.")


class InvitationOut(BaseModel):
    """What lets somebody set a password, once."""

    person: str = Field(description="Who is invited.")
    link: str = Field(description="To be handed to them and nobody else: whoever opens it sets the password.")
    ends_at: dt.datetime = Field(description="It counts until then.")


@router.get("/me/sessions")
def list_sessions(caller: Annotated[Caller, Depends(Anybody())], desk: DeskOf) -> SessionList:
    """One's own sign-ins. For people; a machine has none."""
    found = [] if caller.is_machine else desk.doors.local.sessions.list(caller.person.name)
    return SessionList(
        items=[
            SessionOut(
                id=one.name, client=one.client, account=one.who.account, signed_in_at=one.who.at, ends_at=one.ends_at
            )
            for one in sorted(found, key=lambda one: one.who.at)
        ]
    )


@router.post("/me/sign-out", status_code=204)
def sign_out(
    what: SignOut,
    caller: Annotated[Caller, Depends(Anybody())],
    desk: DeskOf,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Response:
    """End this sign-in, or all of one's own; every token of them stops at once. For people."""
    if caller.is_machine:
        raise ProblemError(403, "forbidden", "A machine does not sign in: revoke its key.")
    if what.everywhere:
        desk.doors.local.accounts.end_everything(caller.person.name, caller.person.name, desk.store_of(caller))
        return Response(status_code=204)
    try:
        session = desk.doors.identify(given.credentials if given else "").session
    except NotProvenError:
        session = ""
    if not session:
        raise ProblemError(409, "conflict", "This token is of another provider: sign out there.")
    desk.doors.local.sessions.end(session)
    return Response(status_code=204)


@router.post("/people/{name:path}/invitation", status_code=201)
def invite_person(
    name: str, caller: Annotated[Caller, allow("manage_people")], desk: DeskOf, response: Response
) -> InvitationOut:
    """A link by which somebody sets a password, once, within a day. For those who manage people."""
    response.headers["Cache-Control"] = "no-store"
    if not desk.doors.is_local_enabled:
        raise ProblemError(409, "conflict", "Passwords are not used here (`identity.local.enabled`).")
    person = desk.doors.local.directory.find(name) if name.strip() else None
    if person is None:
        raise NoSuchPersonError(f"there is nobody called {name[:200]!r}")
    made = desk.doors.local.accounts.invite(caller.person.name, person, desk.store_of(caller))
    query = urlencode({"name": made.person, "invitation": made.token})
    return InvitationOut(person=made.person, link=f"{desk.address}/oauth/password?{query}", ends_at=made.ends_at)
