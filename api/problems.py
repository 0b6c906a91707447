"""Errors as RFC 9457 has them: `application/problem+json`, with a stable type, one sentence, and the request's id."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from actions.approvals import FindingClosedError, NoReasonError, NotAllowedError, PlanChangedError
from actions.plans.document import NoPlanError
from actions.proposal_book import ProposalNotFoundError
from alerts.feedback import FeedbackError
from alerts.incident_book import IncidentNotFoundError, IncidentStateError
from api.published import NotPublishedError
from cloudcost.identity.api_keys import InvalidKeyError
from cloudcost.identity.directory import InvalidPersonError, NoSuchPersonError, PeopleError
from cloudcost.managed_settings import NoSuchSettingsError, OtherVersionError, SettingsError
from core.errors import CloudcostError, shorten
from savings.lifecycle.book import DecisionError
from state import ConflictError, StateStoreError
from warehouse import WarehouseError

LOG = logging.getLogger("api.problems")
MEDIA_TYPE = "application/problem+json"
TYPE = "urn:cloudcost:problem:"
TITLES: Mapping[str, str] = {
    "unauthenticated": "Nobody is signed in",
    "forbidden": "Not allowed",
    "not_found": "Not found",
    "method_not_allowed": "No such method",
    "invalid": "The request cannot be understood",
    "conflict": "Something else came first",
    "precondition_failed": "It has changed since it was read",
    "precondition_required": "A precondition is needed",
    "too_large": "Too large",
    "too_many_requests": "Too many requests",
    "unsupported": "No such format",
    "unavailable": "Not available now",
    "timeout": "It took too long",
    "internal": "A defect",
}
BY_STATUS: Mapping[int, str] = {
    400: "invalid", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    406: "unsupported", 409: "conflict", 412: "precondition_failed", 413: "too_large", 415: "unsupported",
    422: "invalid", 428: "precondition_required", 429: "too_many_requests", 503: "unavailable", 504: "timeout",
}  # fmt: skip
#: Errors of the application: status and type.
BY_ERROR: Sequence[tuple[type[Exception], int, str]] = (
    (NotAllowedError, 403, "forbidden"),
    (FindingClosedError, 409, "conflict"),
    (NoReasonError, 422, "invalid"),
    (PlanChangedError, 412, "precondition_failed"),
    (NoPlanError, 409, "conflict"),
    (FeedbackError, 422, "invalid"),
    (DecisionError, 422, "invalid"),
    (ProposalNotFoundError, 404, "not_found"),
    (IncidentNotFoundError, 404, "not_found"),
    (IncidentStateError, 409, "conflict"),
    (NoSuchSettingsError, 404, "not_found"),
    (OtherVersionError, 412, "precondition_failed"),
    (SettingsError, 422, "invalid"),
    (NoSuchPersonError, 404, "not_found"),
    (PeopleError, 409, "conflict"),
    (NotPublishedError, 503, "unavailable"),
    (StateStoreError, 503, "unavailable"),
    (WarehouseError, 503, "unavailable"),
)
#: Errors whose sentence names files and folders of the server: who asks is told this, the log has the rest.
WITHIN: Mapping[type[Exception], str] = {
    StateStoreError: "What people and runs decided cannot be read or written now.",
    WarehouseError: "The warehouse cannot be read now.",
}


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(description="Where: `query/month`, `body/roles/0`, `header/If-Match`.")
    detail: str = Field(description="What is wrong.")


class Problem(BaseModel):
    """What went wrong, as RFC 9457 describes it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{
        "type": f"{TYPE}forbidden", "title": "Not allowed", "status": 403,
        "detail": "This needs the permission see_audit, and you may not do that.", "instance": "req-5f0c2f6f0a9b4a52",
    }]})  # fmt: skip

    type: str = Field(description="A stable name of the kind of problem.")
    title: str = Field(description="The kind, in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="One sentence about this very case.")
    instance: str = Field(description="The id of the request, as it stands in the logs.")
    errors: list[Fault] | None = Field(None, description="Every fault of a request that cannot be understood.")


class ProblemError(Exception):
    """A request that ends with a problem."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        errors: Sequence[Fault] = (),
        challenge: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.errors = status, kind, detail, tuple(errors)
        self.headers = {**(headers or {}), **({"WWW-Authenticate": challenge} if challenge else {})}


def answer_problem(request: Request, problem: ProblemError) -> JSONResponse:
    """The answer to a request that ends with a problem."""
    body = Problem(
        type=f"{TYPE}{problem.kind}",
        title=TITLES[problem.kind],
        status=problem.status,
        detail=shorten(problem.detail, 2000),
        instance=getattr(request.state, "request_id", ""),
        errors=list(problem.errors) or None,
    )
    content = body.model_dump(exclude_none=True)
    return JSONResponse(content, problem.status, problem.headers, media_type=MEDIA_TYPE)


def translate(error: CloudcostError | ConflictError) -> ProblemError:
    """The problem that an error of the application is."""
    if isinstance(error, ConflictError):
        return ProblemError(409, "conflict", "Somebody else changed the same at this very moment: look again.")
    # a hint is what to type on the command line
    sentence = str(error.args[0]) if error.args else ""
    if isinstance(error, InvalidPersonError | InvalidKeyError):
        return ProblemError(422, "invalid", sentence, [Fault(pointer=f"body/{error.field}", detail=sentence)])
    if isinstance(error, SettingsError) and error.faults:
        faults = [
            Fault(pointer=shorten("/".join(map(str, ("body", "value", *place))), 300), detail=shorten(what, 500))
            for place, what in error.faults
        ]
        return ProblemError(422, "invalid", f"{faults[0].pointer}: {faults[0].detail}", faults)
    for kind, status, name in BY_ERROR:
        if isinstance(error, kind):
            if kind in WITHIN:
                LOG.warning("%s", error)
            return ProblemError(status, name, WITHIN.get(kind, sentence))
    return ProblemError(409, "conflict", sentence)


def is_page(request: Request) -> bool:
    """Whether the route of a request answers browsers with pages."""
    kind = getattr(request.scope.get("route"), "response_class", None)
    kind = getattr(kind, "value", kind)
    return isinstance(kind, type) and issubclass(kind, HTMLResponse)


def install(
    app: FastAPI,
    note: Callable[[Request, ProblemError], Awaitable[None]],
    write_page: Callable[[str, int], Response],
) -> None:
    """Let every error of the application come out as a problem; what is none of these is the `RequestGuard`'s.

    ``note``: what else is done with one that a route ends with. ``write_page``: how a browser is told a sentence.
    """

    def answer_refusal(request: Request, problem: ProblemError) -> Response:
        if not is_page(request):
            return answer_problem(request, problem)
        page = write_page(shorten(problem.detail, 500), problem.status)
        page.headers.update(problem.headers)
        return page

    @app.exception_handler(ProblemError)
    async def _problem(request: Request, error: ProblemError) -> Response:
        await note(request, error)
        return answer_refusal(request, error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        faults = [_read_fault(one) for one in error.errors()]
        detail = f"{faults[0].pointer}: {faults[0].detail}" if faults else "The request cannot be understood."
        return answer_refusal(request, ProblemError(422, "invalid", detail, faults))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        if isinstance(error.__cause__, ProblemError):
            # what was raised while a body was read, such as that it is too large
            return answer_problem(request, error.__cause__)
        kind = BY_STATUS.get(error.status_code, "invalid" if error.status_code < 500 else "internal")
        headers = dict(error.headers or {})
        return answer_problem(request, ProblemError(error.status_code, kind, str(error.detail), headers=headers))

    @app.exception_handler(ConflictError)
    @app.exception_handler(CloudcostError)
    async def _refused(request: Request, error: CloudcostError | ConflictError) -> JSONResponse:
        problem = translate(error)
        if not isinstance(error, NotAllowedError):  # a decision that is refused is a row with what it was about
            await note(request, problem)
        return answer_problem(request, problem)


def _read_fault(error: Any) -> Fault:
    place = "/".join(str(part) for part in error.get("loc", ()))
    return Fault(
        pointer=shorten(place, 300), detail=shorten(str(error.get("msg", "")).removeprefix("Value error, "), 500)
    )
