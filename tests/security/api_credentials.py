"""Credentials that prove nobody, each wrong in one way, and those that prove somebody."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cloudcost.identity.local.signing_keys import ALGORITHM
from tests.api_house import PEOPLE, House
from tests.peers.oidc import Provider

AUDIENCE = "https://api.example.com"
PROVIDER_SECTION = """
identity:
  providers:
    - name: corp
      issuer: {url}
      audience: {audience}
      group_roles: {{readers: viewer, staff: analyst}}
      group_scopes: {{readers: [payments]}}
      machines: [{{client_id: exporter, subject: exporter@clients, roles: [analyst, approver, admin]}}]
      client_id_env: TEST_OIDC_CLIENT
      client_secret_env: TEST_OIDC_SECRET
"""


def list_forged_local(house: House) -> Iterator[tuple[str, str]]:
    """Name and text of tokens that look like this installation's."""
    good = house.token(PEOPLE["admin"])
    pair, claims = house.doors.signing.current(), jwt.decode(good, options={"verify_signature": False})
    stranger = ec.generate_private_key(ec.SECP256R1())
    public = pair.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    now = int(time.time())

    def sign(signer: Any = pair.private, algorithm: str = ALGORITHM, header: Any = None, **changed: Any) -> str:
        body = {name: value for name, value in {**claims, **changed}.items() if value is not None}
        return jwt.encode(
            body, signer, algorithm=algorithm, headers={"kid": pair.kid, "typ": "at+jwt", **(header or {})}
        )

    yield "expired", sign(iat=now - 1000, exp=now - 100)
    yield "not yet valid", sign(nbf=now + 1000)
    yield "made in the future", sign(iat=now + 1000)
    yield "wrong audience", sign(aud="https://another.example.com")
    yield "audience of several", sign(aud=[claims["aud"], "https://another.example.com"])
    yield "wrong issuer", sign(iss="https://another.example.com")
    yield "no expiry", sign(exp=None)
    yield "no subject", sign(sub=None)
    yield "subject is no text", sign(sub=["admin@example.com"])
    yield "another person's sign-in", sign(sub=PEOPLE["boss"])
    yield "no sign-in", sign(sid=None)
    yield "of a key that is not there", sign(key="0123456789ab", sid=None)
    yield "ID token", sign(header={"typ": "JWT"})
    yield "wrong key", sign(stranger)
    yield "another kid", sign(header={"kid": "another"})
    yield "kid of a file", sign(header={"kid": "../../keys/tokens.json"})
    yield "kid is no text", _join({"alg": ALGORITHM, "kid": ["x"], "typ": "at+jwt"}, claims, "c2ln")
    yield (
        "key of its own",
        sign(stranger, header={"jwk": json.loads(jwt.algorithms.ECAlgorithm.to_jwk(stranger.public_key()))}),
    )
    yield "alg none", _join({"alg": "none", "kid": pair.kid, "typ": "at+jwt"}, claims, "")
    yield "HS256 by the public key", _hmac(public, {"alg": "HS256", "kid": pair.kid, "typ": "at+jwt"}, claims)
    yield (
        "HS256 by the public JWK",
        _hmac(json.dumps(pair.public_jwk).encode(), {"alg": "HS256", "kid": pair.kid, "typ": "at+jwt"}, claims),
    )
    yield "critical extension", sign(header={"crit": ["x"], "x": 1})
    yield "cut", good[:-10]
    yield "changed", _change_claim(good, "sub", PEOPLE["boss"])
    ended = house.token(PEOPLE["admin"])
    house.doors.local.sessions.end(jwt.decode(ended, options={"verify_signature": False})["sid"])
    yield "signed out", ended


def list_forged_oidc(provider: Provider) -> Iterator[tuple[str, str]]:
    """Name and text of tokens that look like the provider's."""
    claims = {"sub": "1", "email": PEOPLE["admin"], "email_verified": True, "aud": AUDIENCE}
    now = int(time.time())
    key = provider.keys["one"]
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    curve = ec.generate_private_key(ec.SECP256R1())
    whole = {**claims, "iss": provider.url, "iat": now, "exp": now + 300}
    yield "expired", provider.sign({**claims, "exp": now - 100})
    yield "not yet valid", provider.sign({**claims, "nbf": now + 100})
    yield "made in the future", provider.sign({**claims, "iat": now + 100})
    yield "wrong audience", provider.sign({**claims, "aud": "https://another.example.com"})
    yield "no audience", provider.sign({**claims, "aud": None})
    yield "no expiry", provider.sign({**claims, "exp": None})
    yield "no subject", provider.sign({**claims, "sub": None})
    yield "subject that nothing shows", provider.sign({**claims, "sub": "a\ud800"})
    yield "wrong issuer", provider.sign({**claims, "iss": f"{provider.url}/another"})
    yield "another tenant", provider.sign({**claims, "iss": "https://login.example.com/other"})
    yield (
        "wrong key",
        jwt.encode(whole, provider.keys["impostor"], algorithm="RS256", headers={"kid": "one", "typ": "at+jwt"}),
    )
    yield "another kid", jwt.encode(whole, key, algorithm="RS256", headers={"kid": "unknown", "typ": "at+jwt"})
    yield "no kid", jwt.encode(whole, key, algorithm="RS256", headers={"typ": "at+jwt"})
    yield "alg that is not listed", provider.sign(claims, algorithm="RS384")
    yield (
        "EC key under an RSA kid",
        jwt.encode(whole, curve, algorithm="ES256", headers={"kid": "one", "typ": "at+jwt"}),
    )
    yield (
        "key of its own",
        jwt.encode(
            whole,
            curve,
            algorithm="ES256",
            headers={"typ": "at+jwt", "jwk": json.loads(jwt.algorithms.ECAlgorithm.to_jwk(curve.public_key()))},
        ),
    )
    yield (
        "keys elsewhere",
        provider.sign(claims, kid="impostor", jku="https://evil.example/jwks", x5u="https://evil.example"),
    )
    yield "alg none", _join({"alg": "none", "kid": "one", "typ": "at+jwt"}, whole, "")
    yield "HS256 by the public key", _hmac(public, {"alg": "HS256", "kid": "one", "typ": "at+jwt"}, whole)
    yield "ID token by its nonce", provider.sign({**claims, "nonce": "n"}, typ="JWT")
    yield "ID token by its hash", provider.sign({**claims, "at_hash": "n"}, typ="JWT")
    yield "ID token by its mark", provider.sign({**claims, "token_use": "id"}, typ="JWT")
    yield "another type", provider.sign(claims, typ="logout+jwt")
    yield "address not verified", provider.sign({**claims, "email_verified": False})
    yield "no address", provider.sign({**claims, "email": None})
    yield "address of several", provider.sign({**claims, "email": [PEOPLE["admin"]]})


def list_bad_keys(house: House) -> Iterator[tuple[str, str]]:
    """Name and text of keys that count for nobody."""
    good = house.key(PEOPLE["admin"], "see_costs", "see_audit")
    other = house.key(PEOPLE["admin"], "see_costs")
    yield "wrong secret", f"{good[:-4]}AAAA" if not good.endswith("AAAA") else f"{good[:-4]}BBBB"
    yield "another's secret", "_".join([*good.split("_", 2)[:2], other.split("_", 2)[2]])
    yield "unknown", "cck_0123456789ab_" + "a" * 43
    yield "no id", "cck__" + "a" * 43
    yield "id alone", "_".join(good.split("_", 2)[:2])
    yield "id of a file", "cck_../../../etc_" + "a" * 43
    revoked = house.key(PEOPLE["admin"])
    house.doors.local.keys.revoke(PEOPLE["admin"], revoked.split("_")[1])
    yield "revoked", revoked


def list_garbage() -> Iterator[tuple[str, str]]:
    """Name and text of what is no credential."""
    yield "empty", ""
    yield "a word", "letmein"
    yield "dots", ".."
    yield "three parts", "a.b.c"
    yield "long", "a" * 20_000
    yield "deep", _join({"alg": "RS256"}, {}, "x").replace(".", "." + _encode(b"[" * 3000), 1)
    yield "no object", f"{_encode(b'[]')}.{_encode(b'[]')}.{_encode(b'x')}"
    yield "no issuer", _join({"alg": "ES256"}, {"sub": "admin@example.com"}, "x")
    yield "a refresh token", "ccr_" + "a" * 22 + "." + "b" * 43


def _join(header: dict[str, Any], claims: dict[str, Any], signature: str) -> str:
    return f"{_encode(json.dumps(header).encode())}.{_encode(json.dumps(claims).encode())}.{signature}"


def _hmac(secret: bytes, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Signed as a library that mixes keys up would check it."""
    text = _join(header, claims, "").removesuffix(".")
    return f"{text}.{_encode(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def _change_claim(token: str, name: str, value: str) -> str:
    header, _, signature = token.split(".")
    claims = {**jwt.decode(token, options={"verify_signature": False}), name: value}
    return f"{header}.{_encode(json.dumps(claims).encode())}.{signature}"


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
