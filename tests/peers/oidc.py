"""An OpenID Connect provider: discovery, authorisation code flow with PKCE or a client secret, signed id tokens.

Whoever is next to sign in is set by the test (`Provider.person`); the authorisation page answers at once. A test makes
it lie by `Provider.forged` (claims that the id token states instead) and `Provider.is_impostor` (another key signs).
"""

from __future__ import annotations

import base64
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

    @property
    def discovery_url(self) -> str:
        """What a client is configured with."""
        return f"{self.url}/.well-known/openid-configuration"


@contextmanager
def run_oidc_provider() -> Iterator[Provider]:
    """Serve on a free port until the block ends."""
    key, other_key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) | {
        "kid": "one",
        "use": "sig",
        "alg": "RS256",
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}", secrets.token_hex(8), secrets.token_hex(16))
    server.RequestHandlerClass = _handler(provider, (key, other_key), jwk)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def _handler(
    provider: Provider, keys: tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey], jwk: dict[str, Any]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/.well-known/openid-configuration":
                self._answer(_describe(provider.url))
            elif parts.path == "/jwks":
                self._answer({"keys": [jwk]})
            elif parts.path == "/authorize" and query.get("client_id") == provider.client_id:
                code = secrets.token_urlsafe(16)
                provider.codes[code] = {**provider.person, "nonce": query.get("nonce")}
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
            if claims is None or not self._is_client(form):
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

        def _answer(self, body: dict[str, Any]) -> None:
            text = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def _refuse(self) -> None:
            provider.refused += 1
            self.send_response(401)
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
