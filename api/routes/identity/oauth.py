"""OAuth 2.0 for clients: tokens, codes for devices, revocation, and what this server says of itself."""

import base64
import binascii
from typing import Annotated, Any, Literal
from urllib.parse import unquote_plus

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.access import Public
from api.sign_in.desk import Desk, DeskOf
from cloudcost.identity.local.grants import DEVICE_SECONDS, INTERVAL, CodeReusedError, Device
from cloudcost.identity.local.provider import TokenSet
from cloudcost.identity.proofs import NotProvenError

router = APIRouter(tags=["oauth"], dependencies=[Depends(Public())])
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
GRANTS = ("authorization_code", "refresh_token", "client_credentials", DEVICE_GRANT)
#: Of answers with a token in them (RFC 6749, 5.1).
NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
Text = Annotated[str, Field(max_length=8192)]


class TokenForm(BaseModel):
    """What a client asks for a token with (RFC 6749, 8628)."""

    grant_type: Text = Field("", description="authorization_code, refresh_token, client_credentials, or device_code.")
    client_id: Text = Field("", description="The client; of client_credentials the id of a key.")
    client_secret: Text = Field("", description="Of client_credentials: the whole key.")
    code: Text = Field("", description="Of authorization_code.")
    redirect_uri: Text = Field("", description="Of authorization_code: the same as before.")
    code_verifier: Text = Field("", description="Of authorization_code: what the challenge was made of.")
    refresh_token: Text = Field("", description="Of refresh_token; it counts once.")
    device_code: Text = Field("", description="Of device_code.")


class Tokens(BaseModel):
    """A token."""

    access_token: str = Field(description="To be sent as `Authorization: Bearer …`.")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6750
    expires_in: int = Field(description="Seconds for which it counts.")
    refresh_token: str | None = Field(None, description="For the next one; it counts once.")


class OAuthError(BaseModel):
    """Why there is no token (RFC 6749, 5.2)."""

    error: str = Field(description="invalid_request, invalid_client, invalid_grant, authorization_pending, …")
    error_description: str = Field("", description="The same in one sentence.")


class DeviceForm(BaseModel):
    """What a device asks for a code with."""

    client_id: Text = Field("", description="cloudcost-cli, or a client of the configuration.")


class DeviceCodes(BaseModel):
    """Codes for a device and for the person before it (RFC 8628)."""

    device_code: str = Field(description="For the device, which asks for a token with it.")
    user_code: str = Field(description="For the person, who types it in.")
    verification_uri: str = Field(description="Where.")
    verification_uri_complete: str = Field(description="The same with the code.")
    expires_in: int = Field(description="Seconds for which the codes count.")
    interval: int = Field(description="The device asks not more often than every so many seconds.")


class RevokeForm(BaseModel):
    """What a client gives back."""

    token: Text = Field("", description="A refresh token, or an access token.")
    token_type_hint: Text = Field("", description="Not needed.")


class OAuthRefusal(Exception):
    """A request for a token that is refused."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": OAuthError, "description": "There is no token for this."},
    401: {"model": OAuthError, "description": "The client is not proved."},
}


@router.get("/.well-known/oauth-authorization-server")
def describe_server(desk: DeskOf) -> dict[str, Any]:
    """Where clients get their tokens, and how (RFC 8414). Everybody may ask."""
    at = desk.address
    return {
        "issuer": at,
        "authorization_endpoint": f"{at}/oauth/authorize",
        "token_endpoint": f"{at}/oauth/token",
        "device_authorization_endpoint": f"{at}/oauth/device_authorization",
        "revocation_endpoint": f"{at}/oauth/revoke",
        "jwks_uri": f"{at}/.well-known/jwks.json",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": True,
    }


@router.get("/.well-known/jwks.json")
def list_public_keys(desk: DeskOf, response: Response) -> dict[str, Any]:
    """The keys that our tokens are checked with (RFC 7517), all of them for ES256. Everybody may ask."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return {"keys": [pair.public_jwk for pair in desk.doors.signing.published()]}


@router.post("/oauth/token", response_model=Tokens, responses=REFUSALS)
def issue_token(request: Request, desk: DeskOf, form: Annotated[TokenForm, Form()]) -> Response:
    """A token for a code, a refresh token or a key. Everybody may ask; what they send has to prove them."""
    network = desk.count(request)
    try:
        found = _issue(desk, form, request.headers.get("authorization", ""), network)
    except OAuthRefusal as refusal:
        return _refuse(refusal)
    except NotProvenError as error:
        return _refuse(OAuthRefusal("invalid_grant", str(error)))
    body = Tokens(access_token=found.access, expires_in=found.seconds, refresh_token=found.refresh)
    return JSONResponse(body.model_dump(exclude_none=True), headers=NOT_KEPT)


@router.post("/oauth/device_authorization", response_model=DeviceCodes, responses=REFUSALS)
def authorise_device(request: Request, desk: DeskOf, form: Annotated[DeviceForm, Form()]) -> Response:
    """Codes for a device that has no browser, such as a terminal. Everybody may ask; a person lets it in."""
    network = desk.count(request)
    if not desk.knows_client(form.client_id):
        return _refuse(OAuthRefusal("invalid_client", "There is no such client.", 401))
    device_code, user_code = desk.grants.add_device(form.client_id, network)
    at = f"{desk.address}/oauth/device"
    body = DeviceCodes(
        device_code=device_code,
        user_code=user_code,
        verification_uri=at,
        verification_uri_complete=f"{at}?user_code={user_code}",
        expires_in=DEVICE_SECONDS,
        interval=INTERVAL,
    )
    return JSONResponse(body.model_dump(), headers=NOT_KEPT)


@router.post("/oauth/revoke", status_code=200)
def revoke_token(request: Request, desk: DeskOf, form: Annotated[RevokeForm, Form()]) -> dict[str, Any]:
    """End the sign-in that a token is of, whoever has it (RFC 7009). The answer does not tell whether it was one."""
    desk.count(request)
    session = desk.doors.local.sessions.find_by_token(form.token)
    name = "" if session is None else session.name
    if not name:
        try:
            name = str(desk.doors.local.tokens.read(form.token).get("sid", ""))
        except NotProvenError:
            return {}
    if name:
        desk.doors.local.sessions.end(name)
    return {}


def _issue(desk: Desk, form: TokenForm, authorization: str, network: str) -> TokenSet:
    client, secret = _read_client(form, authorization)
    local = desk.doors.local
    if form.grant_type == "client_credentials":
        return _exchange_key(desk, client, secret)
    if form.grant_type not in GRANTS:
        raise OAuthRefusal(
            "unsupported_grant_type" if form.grant_type else "invalid_request",
            f"grant_type is one of {', '.join(GRANTS)}.",
        )
    if not desk.knows_client(client):
        raise OAuthRefusal("invalid_client", "There is no such client.", 401)
    if form.grant_type == "refresh_token":
        return local.refresh(form.refresh_token, client)
    if form.grant_type == "authorization_code":
        return _swap_code(desk, form, client)
    state = desk.grants.ask_device(form.device_code, client)
    if isinstance(state, Device) and state.who is not None:
        return local.open(state.who, client, network)
    errors = {
        "pending": ("authorization_pending", "Nobody has let this device in yet."),
        "slow_down": ("slow_down", "Ask less often."),
        "denied": ("access_denied", "It was refused."),
    }
    error, sentence = errors.get(
        str(state), ("expired_token", "This code was used, has ended, or was never given out.")
    )
    raise OAuthRefusal(error, sentence)


def _swap_code(desk: Desk, form: TokenForm, client: str) -> TokenSet:
    """The tokens for a code. Used twice, somebody has it who should not: the tokens that it gave count no more."""
    local = desk.doors.local
    try:
        code = desk.grants.take_code(form.code, client, form.redirect_uri, form.code_verifier)
        found = local.open(code.who, client, code.network)
        desk.grants.note_session(form.code, found.session)
    except CodeReusedError as reused:
        if reused.session:
            local.sessions.end(reused.session, "identity.code_reused")
        raise
    return found


def _exchange_key(desk: Desk, client: str, secret: str) -> TokenSet:
    """``client`` may be left out: the key names itself."""
    try:
        if client and client not in (secret.split("_")[1:2] or [""])[0:1]:
            raise NotProvenError("The key is not this client's.")
        return desk.doors.local.exchange_key(secret)
    except NotProvenError as error:
        raise OAuthRefusal("invalid_client", str(error), 401) from error


def _read_client(form: TokenForm, authorization: str) -> tuple[str, str]:
    """Id and secret of the client, of the header or of the form."""
    kind, _, text = authorization.partition(" ")
    if kind.lower() != "basic":
        return form.client_id, form.client_secret
    try:
        client, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise OAuthRefusal("invalid_client", "The header Authorization cannot be read.", 401) from None
    return unquote_plus(client), unquote_plus(secret)


def _refuse(refusal: OAuthRefusal) -> JSONResponse:
    headers = {**NOT_KEPT, **({"WWW-Authenticate": 'Basic realm="cloudcost"'} if refusal.status == 401 else {})}
    body = OAuthError(error=refusal.error, error_description=refusal.description)
    return JSONResponse(body.model_dump(), refusal.status, headers)
