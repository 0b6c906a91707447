"""What a provider says of itself (OpenID Connect Discovery), read over TLS from its own address."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from cloudcost.identity.proofs import UnavailableError
from cloudcost.identity.settings import check_private_address

PATH = "/.well-known/openid-configuration"
CONNECT_SECONDS, READ_SECONDS, ALL_SECONDS = 3.0, 3.0, 5.0
MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class Metadata:
    """Where a provider is asked for what."""

    jwks_uri: str
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    auth_methods: tuple[str, ...] = ()


def read_metadata(issuer: str) -> Metadata:
    """What the provider of this issuer says; `UnavailableError` where it cannot be asked or is another's."""
    found = fetch_json("GET", f"{issuer.rstrip('/')}{PATH}")
    if found.get("issuer") != issuer:
        raise UnavailableError(f"The provider at {issuer} says that it is another one.")
    places = {name: str(found.get(name, "")) for name in ("jwks_uri", "authorization_endpoint", "token_endpoint")}
    for name, address in places.items():
        if not address and name != "jwks_uri":
            continue
        try:
            check_private_address(address)
        except ValueError:
            raise UnavailableError(f"The provider at {issuer} names no {name} over TLS.") from None
    methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Metadata(**places, auth_methods=tuple(map(str, methods)) if isinstance(methods, list) else ())


def fetch_json(
    method: str, address: str, data: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None
) -> dict[str, Any]:
    """A JSON object from an address, without following it elsewhere, within seconds; else `UnavailableError`."""
    give_up_at = time.monotonic() + ALL_SECONDS
    try:
        with requests.request(
            method,
            address,
            data=data,
            auth=auth,
            headers={"Accept": "application/json"},
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as answer:
            body = b""
            for part in answer.iter_content(8192):
                body += part
                if len(body) > MOST_BYTES or time.monotonic() > give_up_at:
                    raise UnavailableError("The provider's answer is too long or too slow.")
            found = json.loads(body) if answer.status_code == 200 else None
    except (requests.RequestException, ValueError, RecursionError) as error:
        raise UnavailableError(f"The provider cannot be asked just now ({type(error).__name__}).") from error
    if not isinstance(found, dict):
        raise UnavailableError(f"The provider does not answer as it should (HTTP {answer.status_code}).")
    return found
