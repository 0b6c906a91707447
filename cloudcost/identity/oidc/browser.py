"""Signing a browser in at another provider: authorisation code with PKCE, state and nonce."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from cloudcost.identity.oidc.metadata import fetch_json
from cloudcost.identity.oidc.provider import Provider
from cloudcost.identity.proofs import NotProvenError, Proof, UnavailableError

SCOPES = "openid email profile"
FAILED = "The provider did not sign anybody in."


@dataclass(frozen=True)
class Errand:
    """A browser that was sent to a provider, until it comes back. ``verifier`` and ``nonce`` are known to us alone."""

    provider: Provider
    redirect_uri: str
    state: str
    nonce: str
    verifier: str

    @property
    def address(self) -> str:
        """Where the browser is sent; `UnavailableError` where that is not known."""
        where = self.provider.keys.metadata().authorization_endpoint
        if not where:
            raise UnavailableError("The provider has no page to sign in.")
        query = {
            "response_type": "code",
            "client_id": client_id(self.provider),
            "redirect_uri": self.redirect_uri,
            "scope": SCOPES,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
        }
        return f"{where}{'&' if '?' in where else '?'}{urlencode(query)}"

    def finish(self, code: str) -> Proof:
        """Who came back with this code. `NotProvenError`; `UnavailableError`."""
        metadata, client = self.provider.keys.metadata(), client_id(self.provider)
        secret = self.provider.environ.get(self.provider.settings.client_secret_env or "", "")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        is_basic = bool(secret) and "client_secret_basic" in metadata.auth_methods
        if not is_basic:
            form |= {"client_id": client, **({"client_secret": secret} if secret else {})}
        found = fetch_json("POST", metadata.token_endpoint, form, (client, secret) if is_basic else None)
        _, claims = self.provider.read(str(found.get("id_token", "")), client)
        nonce = str(claims.get("nonce", ""))
        if not hmac.compare_digest(nonce.encode(), self.nonce.encode()) or claims.get("azp", client) != client:
            raise NotProvenError(FAILED)
        proof = self.provider.name(claims)
        if proof.is_machine:
            raise NotProvenError(FAILED)
        return proof


def begin(provider: Provider, redirect_uri: str) -> Errand:
    """An errand for a browser."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Errand(provider, redirect_uri, state, nonce, verifier)


def is_offered(provider: Provider) -> bool:
    """Whether browsers can be signed in at it."""
    return bool(client_id(provider))


def client_id(provider: Provider) -> str:
    """The id by which this API is known to the provider; empty where it is not."""
    return provider.environ.get(provider.settings.client_id_env or "", "")


def challenge(verifier: str) -> str:
    """What a verifier is proved against (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
