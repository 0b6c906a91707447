"""The pages on which people sign in: for a client, for a device, by an invitation, here or at another provider.

They are not in the OpenAPI document: a program has no use for them. Everybody may open them.
"""

import hmac
import secrets
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import Public
from api.sign_in import pages
from api.sign_in.desk import Desk, DeskOf, check_own_page
from cloudcost.identity.local.attempts import TooManyAttemptsError
from cloudcost.identity.local.grants import PAGE_SECONDS, Code, Page
from cloudcost.identity.local.grants import Request as ClientRequest
from cloudcost.identity.local.passwords import PasswordError, TooBusyError
from cloudcost.identity.local.sessions import SignedIn
from cloudcost.identity.oidc import browser
from cloudcost.identity.proofs import NotProvenError, UnavailableError

router = APIRouter(
    tags=["sign in"], dependencies=[Depends(Public())], include_in_schema=False, default_response_class=HTMLResponse
)
PAGE_IS_OVER = "This page was open too long, or is another browser's: begin again where you came from."
NO_ROLE = "You have no role here: an administrator has to give you one."
NO_DEVICE = "No device waits for this code: look whether it is the newest one."
#: Of PKCE: 256 bits as unpadded base64.
CHALLENGE_CHARACTERS = 43
COOKIE_CHARACTERS = 43
Text = Annotated[str, Form(max_length=2000)]
#: What somebody types: too much of it is answered on the form itself.
Typed = Annotated[str, Form()]


@router.get("/oauth/authorize")
def authorize(
    request: Request,
    desk: DeskOf,
    response_type: str = "",
    client_id: str = "",
    redirect_uri: str = "",
    state: str = "",
    code_challenge: str = "",
    code_challenge_method: str = "",
) -> Response:
    """The page on which somebody signs in for a client."""
    desk.count(request)
    if not desk.knows_client(client_id) or not desk.may_return_to(client_id, redirect_uri):
        return pages.answer_wrong("This client is not known here, or may not send you back to where it wants.")
    if len(state) > 500:
        return pages.answer_wrong("The client's request cannot be understood.")
    wanted = ClientRequest(client_id, redirect_uri, state, code_challenge)
    if response_type != "code":
        return _send_back(desk, wanted, error="unsupported_response_type")
    if code_challenge_method != "S256" or len(code_challenge) != CHALLENGE_CHARACTERS:
        return _send_back(desk, wanted, error="invalid_request", error_description="PKCE with S256 is needed")
    return _open_page(request, desk, wanted)


@router.get("/oauth/device")
def open_device_page(request: Request, desk: DeskOf, user_code: str = "") -> Response:
    """The page on which somebody lets a device in."""
    network = desk.count(request)
    if not user_code:
        return pages.answer_page("Sign a device in", pages.write_code_form())
    try:
        # a code is short: who guesses ever more of them has to wait
        desk.doors.local.accounts.attempts.begin("device code", network, True)
    except TooManyAttemptsError as error:
        return _ask_to_wait(error)
    if desk.grants.find_device(user_code) is None:
        desk.doors.local.accounts.attempts.end_wrong("device code", network, True)
        return pages.answer_page("Sign a device in", pages.write_code_form(NO_DEVICE), 400)
    desk.doors.local.accounts.attempts.end_right("device code", network)
    return _open_page(request, desk, None, user_code)


@router.post("/oauth/sign-in")
def sign_in(request: Request, desk: DeskOf, page: Text = "", name: Typed = "", password: Typed = "") -> Response:
    """Somebody signs in by a password, for what the page is open for."""
    check_own_page(request)
    network = desk.count(request)
    found = _find_page(request, desk, page)
    if found is None or not desk.doors.is_local_enabled:
        return pages.answer_wrong(PAGE_IS_OVER)
    try:
        who = desk.doors.local.sign_in(name, password, network)
    except TooManyAttemptsError as error:
        return _ask_to_wait(error)
    except TooBusyError as error:
        return pages.answer_wrong(str(error), 503)
    except NotProvenError as error:
        return _show(desk, page, found, str(error), 401, name[:200])
    return _finish(desk, page, found, who, network)


@router.post("/oauth/refuse")
def refuse_device(request: Request, desk: DeskOf, page: Text = "") -> Response:
    """A device is not let in: nobody here started it."""
    check_own_page(request)
    found = _find_page(request, desk, page)
    if found is None or found.request is not None:
        return pages.answer_wrong(PAGE_IS_OVER)
    desk.grants.pages.take(page)
    desk.grants.answer_device(found.user_code, None)
    return pages.answer_done("Refused", "The device was not let in. You can close this page.")


@router.get("/oauth/providers/{name}")
def go_to_provider(request: Request, name: str, desk: DeskOf, page: str = "") -> Response:
    """Send the browser to another provider, which signs somebody in for what the page is open for."""
    desk.count(request)
    found = _find_page(request, desk, page)
    if found is None or name not in desk.offered:
        return pages.answer_wrong(PAGE_IS_OVER)
    errand = browser.begin(desk.doors.providers[name], f"{desk.address}/oauth/callback")
    try:
        address = errand.address
    except UnavailableError as error:
        return pages.answer_wrong(str(error), 503)
    desk.grants.pages.change(page, lambda one: replace(one, errand=errand))
    desk.grants.errands.put(errand.state, page)
    return _redirect(address)


@router.get("/oauth/callback")
def come_back(request: Request, desk: DeskOf, code: str = "", state: str = "", error: str = "") -> Response:
    """Somebody comes back from another provider."""
    network = desk.count(request)
    page = desk.grants.errands.take(state) or ""
    found = _find_page(request, desk, page)
    if found is None or found.errand is None or found.errand.state != state:
        return pages.answer_wrong(PAGE_IS_OVER)
    if error or not code:
        return _show(desk, page, found, browser.FAILED, 401)
    try:
        proof = found.errand.finish(code)
    except UnavailableError as failure:
        return pages.answer_wrong(str(failure), 503)
    except NotProvenError as refusal:
        return _show(desk, page, found, str(refusal), 401)
    if proof.person.is_disabled or not proof.person.roles:
        return _show(desk, page, found, NO_ROLE, 403)
    return _finish(desk, page, found, desk.doors.local.vouch(proof), network)


@router.get("/oauth/password")
def open_invitation(request: Request, desk: DeskOf, name: str = "", invitation: str = "") -> Response:
    """The page on which somebody who was invited sets a password; opening it uses nothing up."""
    desk.count(request)
    return pages.answer_page("Set a password", pages.write_password_form(name[:200], invitation[:200]))


@router.post("/oauth/password")
def accept_invitation(
    request: Request,
    desk: DeskOf,
    name: Typed = "",
    invitation: Text = "",
    password: Typed = "",
    again: Typed = "",
) -> Response:
    """Somebody who was invited sets a password."""
    check_own_page(request)
    network = desk.count(request)
    if not desk.doors.is_local_enabled:
        return pages.answer_wrong("Passwords are not used here.")
    try:
        if password != again:
            raise PasswordError("the two passwords are not the same")
        desk.doors.local.accounts.accept(name, invitation, password, network)
    except TooManyAttemptsError as error:
        return _ask_to_wait(error)
    except (PasswordError, NotProvenError) as error:
        return pages.answer_page("Set a password", pages.write_password_form(name[:200], invitation, str(error)), 400)
    return pages.answer_done("Done", "Your password is set. You can sign in with it now.")


def _open_page(request: Request, desk: Desk, wanted: ClientRequest | None, user_code: str = "") -> Response:
    cookie = request.cookies.get(_cookie_name(desk), "")
    if len(cookie) != COOKIE_CHARACTERS:
        cookie = secrets.token_urlsafe(32)
    page = secrets.token_urlsafe(32)
    opened = Page(cookie, wanted, user_code)
    desk.grants.pages.put(page, opened)
    answer = _show(desk, page, opened)
    answer.set_cookie(
        _cookie_name(desk), cookie, max_age=PAGE_SECONDS, secure=desk.is_private, httponly=True, samesite="lax"
    )
    return answer


def _find_page(request: Request, desk: Desk, page: str) -> Page | None:
    """The page of that name, if it is open in this browser."""
    found = desk.grants.pages.get(page) if page else None
    cookie = request.cookies.get(_cookie_name(desk), "")
    return found if found is not None and hmac.compare_digest(found.cookie.encode(), cookie.encode()) else None


def _show(desk: Desk, page: str, opened: Page, wrong: str = "", status: int = 200, name: str = "") -> Response:
    if opened.request is not None:
        about, targets = f"{opened.request.client} wants to act as you.", [_origin(opened.request.redirect_uri)]
    else:
        device = desk.grants.find_device(opened.user_code)
        if device is None:
            return pages.answer_wrong(NO_DEVICE)
        about, targets = (
            f"{device.client}, started at {device.network}, wants to act as you. Its code is {opened.user_code}: go on "
            "only if you started it and it shows this code.",
            [],
        )
    user_code = None if opened.request is not None else opened.user_code
    body = pages.write_sign_in(page, about, desk.doors.is_local_enabled, desk.offered, wrong, user_code, name)
    return pages.answer_page("Sign in to cloudcost", body, status, targets)


def _finish(desk: Desk, page: str, opened: Page, who: SignedIn, network: str) -> Response:
    """Give what the page was open for; it is over with that, whoever else still has it."""
    if desk.grants.pages.take(page) is None:
        return pages.answer_wrong(PAGE_IS_OVER)
    if opened.request is not None:
        return _send_back(desk, opened.request, code=desk.grants.give_code(Code(who, opened.request, network)))
    if not desk.grants.answer_device(opened.user_code, who):
        return pages.answer_wrong(NO_DEVICE)
    return pages.answer_done("Signed in", "The device is signed in as you. You can close this page.")


def _send_back(desk: Desk, wanted: ClientRequest, **answer: str) -> Response:
    fields = {**answer, **({"state": wanted.state} if wanted.state else {}), "iss": desk.address}
    mark = "&" if "?" in wanted.redirect_uri else "?"
    return _redirect(f"{wanted.redirect_uri}{mark}{urlencode(fields)}")


def _redirect(address: str) -> Response:
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def _ask_to_wait(error: TooManyAttemptsError) -> Response:
    answer = pages.answer_wrong(str(error), 429)
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _cookie_name(desk: Desk) -> str:
    """A browser sends the cookies of all ports of a host to each of them, and of a private one to no other."""
    return "__Host-cloudcost-page" if desk.is_private else f"cloudcost_page_{urlsplit(desk.address).port or 80}"


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
