"""An OpenID Connect provider: discovery, authorisation code flow with PKCE or a client secret, signed id tokens.

Whoever is next to sign in is set by the test (`Provider.person`); the authorisation page answers at once. A test makes
it lie by `Provider.forged` (claims that the id token states instead) and `Provider.is_impostor` (another key signs).
Access tokens for an API are made by `Provider.sign`; `Provider.turn_key` changes the keys that it publishes, and
`Provider.is_down` lets it answer nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass
class Provider:
    """The running provider and what it answers."""

    url: str
    client_id: str
    client_secret: str
    person: dict[str, Any] = field(default_factory=dict)
    forged: dict[str, Any] = field(default_factory=dict)
    is_impostor: bool = False
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: int = 0
    keys: dict[str, Any] = field(default_factory=dict)
    published: list[dict[str, Any]] = field(default_factory=list)
    fetches: int = 0
    is_down: bool = False
    challenges: dict[str, str] = field(default_factory=dict)

    def sign(self, claims: dict[str, Any], kid: str = "one", algorithm: str = "RS256", **header: Any) -> str:
        """A token with these claims, signed by the key of that name; ``header`` has what it states beside that."""
        now = int(time.time())
        body = {"iss": self.url, "iat": now, "exp": now + 300, **claims}
        given = {name: value for name, value in body.items() if value is not None}
        return jwt.encode(given, self.keys[kid], algorithm=algorithm, headers={"kid": kid, "typ": "at+jwt", **header})

    def turn_key(self, kid: str, is_older_kept: bool = False) -> None:
        """Publish a new key, and the older ones only if they are kept."""
        self.keys[kid] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.published = [*(self.published if is_older_kept else []), _publish(self.keys[kid], kid)]

    @property
    def discovery_url(self) -> str:
        """What a client is configured with."""
        return f"{self.url}/.well-known/openid-configuration"


@contextmanager
def run_oidc_provider() -> Iterator[Provider]:
    """Serve on a free port until the block ends."""
    key, other_key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}", secrets.token_hex(8), secrets.token_hex(16))
    provider.keys = {"one": key, "impostor": other_key}
    provider.published = [_publish(key, "one")]
    server.RequestHandlerClass = _handler(provider, (key, other_key))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def _publish(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    found = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {**found, "kid": kid, "use": "sig", "alg": "RS256"}


def _handler(provider: Provider, keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if provider.is_down:
                self._refuse(503)
            elif parts.path == "/.well-known/openid-configuration":
                self._answer(_describe(provider.url))
            elif parts.path == "/jwks":
                provider.fetches += 1
                self._answer({"keys": provider.published})
            elif parts.path == "/authorize" and query.get("client_id") == provider.client_id:
                code = secrets.token_urlsafe(16)
                provider.codes[code] = {**provider.person, "nonce": query.get("nonce")}
                provider.challenges[code] = query.get("code_challenge", "")
                self.send_response(302)
                back = urlencode({"code": code, "state": query["state"]})
                self.send_header("Location", f"{query['redirect_uri']}?{back}")
                self.end_headers()
            elif parts.path == "/userinfo":
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                self._answer(provider.tokens[token]) if token in provider.tokens else self._refuse()
            else:
                self._refuse()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            claims = provider.codes.pop(form.get("code", ""), None)
            if claims is None or not self._is_client(form) or not self._is_verified(form):
                self._refuse()
                return
            now = int(time.time())
            token = secrets.token_urlsafe(16)
            provider.tokens[token] = {name: value for name, value in claims.items() if name != "nonce"}
            identity = {"iss": provider.url, "aud": provider.client_id, "iat": now, "exp": now + 300, **claims}
            identity |= provider.forged
            signed = jwt.encode(identity, keys[provider.is_impostor], algorithm="RS256", headers={"kid": "one"})
            self._answer({"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": signed})

        def _is_client(self, form: dict[str, str]) -> bool:
            header = self.headers.get("Authorization", "")
            if header.startswith("Basic "):
                given = base64.b64decode(header.removeprefix("Basic ")).decode()
                return given == f"{provider.client_id}:{provider.client_secret}"
            return form.get("client_secret") == provider.client_secret

        def _is_verified(self, form: dict[str, str]) -> bool:
            """Whether it is the browser that came for the code (PKCE), where that one was sent with a challenge."""
            wanted = provider.challenges.pop(form.get("code", ""), "")
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            return not wanted or base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == wanted

        def _answer(self, body: dict[str, Any]) -> None:
            text = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def _refuse(self, status: int = 401) -> None:
            provider.refused += 1
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    return Handler


def _describe(url: str) -> dict[str, Any]:
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token",
        "userinfo_endpoint": f"{url}/userinfo",
        "jwks_uri": f"{url}/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": ["openid", "email", "profile", "groups"],
    }
