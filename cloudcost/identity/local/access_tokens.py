"""Access tokens of this installation (RFC 9068): what is in one, and what one must have to count."""

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

import jwt

from cloudcost.identity.local.signing_keys import ALGORITHM, SigningKeys
from cloudcost.identity.proofs import NotProvenError
from core.instants import Clock

TYPE = "at+jwt"
LIFE = dt.timedelta(minutes=15)
#: Of one machine's clock, which may be set back a little.
LEEWAY_SECONDS = 5
REQUIRED = ("iss", "aud", "sub", "iat", "exp", "jti", "client_id")
REFUSED = "This token does not count here."
EXPIRED = "This token has expired."


class AccessTokens:
    """Signs and checks the tokens of an address, which is both who issues them and whom they are for."""

    def __init__(self, address: str, keys: SigningKeys, clock: Clock) -> None:
        self.address = address
        self._keys = keys
        self._clock = clock

    def issue(self, subject: str, client: str, claims: Mapping[str, Any]) -> str:
        """A token of somebody; ``claims``: what it states beside the claims of every token."""
        now = int(self._clock().timestamp())
        pair = self._keys.current()
        body = {
            **claims,
            "iss": self.address,
            "aud": self.address,
            "sub": subject,
            "client_id": client,
            "iat": now,
            "exp": now + int(LIFE.total_seconds()),
            "jti": secrets.token_urlsafe(12),
        }
        return jwt.encode(body, pair.private, algorithm=ALGORITHM, headers={"kid": pair.kid, "typ": TYPE})

    def read(self, token: str) -> Mapping[str, Any]:
        """The claims of a token that was issued here, for here, and has not expired; else `NotProvenError`."""
        try:
            header = jwt.get_unverified_header(token)
            pair = self._keys.find(str(header.get("kid", "")))
            if pair is None or str(header.get("typ", "")).lower() != TYPE:
                raise NotProvenError(REFUSED)
            return jwt.decode(
                token,
                pair.private.public_key(),
                algorithms=[ALGORITHM],
                audience=self.address,
                issuer=self.address,
                leeway=LEEWAY_SECONDS,
                options={"require": list(REQUIRED), "strict_aud": True},
            )
        except jwt.ExpiredSignatureError:
            raise NotProvenError(EXPIRED) from None
        except (jwt.PyJWTError, ValueError):
            raise NotProvenError(REFUSED) from None
