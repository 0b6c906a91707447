"""What stands before every route: who may use it. A route without one of these fails a test."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from email.utils import format_datetime
from typing import Annotated, Any, get_args, get_origin

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from api.callers import Caller, CredentialError
from api.problems import Fault, ProblemError
from api.services import Services, services_of
from cloudcost.identity.roles import Permission

BEARER = HTTPBearer(auto_error=False, scheme_name="bearer", description="An access token, or a key of a machine.")
#: Before a key, where a client cannot send a bearer token.
MARK = "__access__"


class Require:
    """The dependency of a route that only those may use who have a permission; it gives the `Caller`."""

    def __init__(self, permission: Permission) -> None:
        if permission not in get_args(Permission):
            raise ValueError(permission)
        self.permission: Permission = permission

    def __call__(
        self,
        request: Request,
        services: Annotated[Services, Depends(services_of)],
        given: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
    ) -> Caller:
        """The caller; a problem of status 401 where nobody is proved, 403 where they may not."""
        caller = identify(request, services, given)
        _admit(request, services, caller)
        if not caller.may(self.permission):
            why = "a machine may not" if caller.is_machine and caller.person.may(self.permission) else "you may not"
            raise ProblemError(403, "forbidden", f"This needs the permission {self.permission}, and {why} do that.")
        return caller


class Anybody:
    """The dependency of a route that everybody may use who has proved who they are."""

    def __call__(
        self,
        request: Request,
        services: Annotated[Services, Depends(services_of)],
        given: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
    ) -> Caller:
        """The caller; a problem of status 401 where nobody is proved."""
        caller = identify(request, services, given)
        _admit(request, services, caller)
        return caller


class Public:
    """The dependency of a route that needs no sign-in."""

    def __call__(self) -> None:
        """Let everybody in."""


class Deprecated:
    """The dependency of a route that is to go, by `Deprecation` (RFC 9745) and `Sunset` (RFC 8594); beside it stands
    `deprecated=True`, which the document shows.

    ``since``: from when on nobody should begin to use it; ``until``: from when on it may be gone; ``instead``: where
    it is written what to use.
    """

    def __init__(self, since: dt.datetime, until: dt.datetime, instead: str) -> None:
        self._headers = [
            ("Deprecation", f"@{int(since.timestamp())}"),
            ("Sunset", format_datetime(until.astimezone(dt.UTC), usegmt=True)),
            ("Link", f'<{instead}>; rel="deprecation"; type="text/html"'),
        ]

    def __call__(self, request: Request) -> None:
        """Let the answer say so."""
        request.state.answer_headers = [*getattr(request.state, "answer_headers", []), *self._headers]


def identify(request: Request, services: Services, given: HTTPAuthorizationCredentials | None) -> Caller:
    """The caller of a request with this header, which remembers them; a problem of status 401 where nobody is proved,
    403 where they have no role here.
    """
    if given is None:
        raise ProblemError(
            401, "unauthenticated", "A bearer token or a key is needed.", challenge='Bearer realm="cloudcost"'
        )
    try:
        caller = services.authenticator.identify(given.credentials)
    except CredentialError as refusal:
        challenge = 'Bearer realm="cloudcost", error="invalid_token"'
        raise ProblemError(401, "unauthenticated", str(refusal), challenge=challenge) from refusal
    request.state.caller = caller
    if caller.person.is_disabled or not caller.person.roles:
        raise ProblemError(403, "forbidden", f"{caller.person.name} has no role here.")
    return caller


def find_single(route: Any) -> frozenset[str]:
    """The parameters of a route's query that have one value."""
    found: set[str] = set()
    for field in route.dependant.query_params:
        kind = field.field_info.annotation
        is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
        fields = {name: one.annotation for name, one in kind.model_fields.items()} if is_model else {field.alias: kind}
        found |= {name for name, annotation in fields.items() if get_origin(annotation) is not list}
    return frozenset(found)


def _check_repeated(request: Request) -> None:
    """A problem where a parameter with one value is given twice: one of them would be left out without a word."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    if max(counts.values(), default=1) == 1:
        return
    faults = [
        Fault(pointer=f"query/{name}", detail="it has one value and was given several times")
        for name in sorted(find_single(request.scope["route"]))
        if counts[name] > 1
    ]
    if faults:
        raise ProblemError(422, "invalid", f"{faults[0].pointer}: {faults[0].detail}", faults)


def _admit(request: Request, services: Services, caller: Caller) -> None:
    """Count the request, also one that is refused, and let every answer say how many are left."""
    services.limits.check(caller)
    left = services.limits.describe("caller", caller.account, caller.person.name)
    request.state.answer_headers = [*getattr(request.state, "answer_headers", []), *left.items()]
    _check_repeated(request)


def access_of(dependant: Any) -> Require | Anybody | Public | None:
    """What stands before a route, of its resolved dependencies; None where nothing does."""
    for found in dependant.dependencies:
        if isinstance(found.call, Require | Anybody | Public):
            return found.call
        inner = access_of(found)
        if inner is not None:
            return inner
    return None


def allow(permission: Permission) -> Callable[..., Caller]:
    """`Depends` of a permission, for a parameter of a route."""
    return Depends(Require(permission))
