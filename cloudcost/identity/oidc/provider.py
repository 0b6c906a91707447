"""Who a token of another provider is of: its signature, what it is for, and the person or machine that it names."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import jwt

from cloudcost.identity.directory import LONGEST_NAME, Directory
from cloudcost.identity.oidc.provider_keys import ProviderKeys
from cloudcost.identity.person import Person
from cloudcost.identity.proofs import NotProvenError, Proof
from cloudcost.identity.roles import ROLES
from cloudcost.identity.settings import ProviderSettings
from core.persons import describe_doubt, normalise_person

#: Two clocks differ by so much at most.
LEEWAY_SECONDS = 60
LONGEST_SUBJECT = 300
REQUIRED = ("iss", "aud", "sub", "iat", "exp")
#: What only a token has that tells a client who signed in, and that is for nobody else to take.
OF_ID_TOKENS = ("nonce", "at_hash", "c_hash")
ACCESS_TYPES = {"at+jwt", "application/at+jwt"}
REFUSED = "This token does not count here."
EXPIRED = "This token has expired."
TOO_EARLY = "This token does not count yet."
OTHER_AUDIENCE = "This token is for somebody else."
ID_TOKEN = "This is an ID token: send an access token."  # noqa: S105 - a sentence
NOBODY = "This token names nobody: the claim that names the person is missing or not verified."


class Provider:
    """One provider, and what its tokens prove."""

    def __init__(
        self,
        settings: ProviderSettings,
        directory: Directory,
        environ: Mapping[str, str],
        keys: ProviderKeys | None = None,
    ) -> None:
        self.settings = settings
        self.environ = environ
        self.keys = keys or ProviderKeys(settings.issuer)
        self._directory = directory

    def prove(self, token: str) -> Proof:
        """Whose access token this is. `NotProvenError`; `UnavailableError` where its key would have to be asked for."""
        header, claims = self.read(token, self.settings.audience)
        kind = str(header.get("typ", "")).lower()
        if kind not in ACCESS_TYPES and (kind not in ("", "jwt") or _is_id_token(claims)):
            raise NotProvenError(ID_TOKEN if _is_id_token(claims) else REFUSED)
        return self.name(claims)

    def read(self, token: str, audience: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Header and claims of a token that the provider has signed for ``audience`` and that counts now."""
        try:
            header = jwt.get_unverified_header(token)
            algorithm = str(header.get("alg", ""))
            # of the header nothing else is followed: neither jku nor x5u nor a key that it brings
            if algorithm not in self.settings.algorithms:
                raise NotProvenError(REFUSED)
            key = self.keys.find(str(header.get("kid", "")), algorithm)
            if key is None:
                raise NotProvenError(REFUSED)
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=audience,
                issuer=self.settings.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": list(REQUIRED)},
            )
        except jwt.ExpiredSignatureError:
            raise NotProvenError(EXPIRED) from None
        except jwt.ImmatureSignatureError:
            raise NotProvenError(TOO_EARLY) from None
        except jwt.InvalidAudienceError:
            raise NotProvenError(OTHER_AUDIENCE) from None
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise NotProvenError(REFUSED) from None
        return header, claims

    def name(self, claims: Mapping[str, Any]) -> Proof:
        """The person or machine that claims name, with the roles that they have here."""
        subject = str(claims["sub"])
        if not subject.isprintable() or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise NotProvenError(REFUSED)
        account = f"{self.settings.name} {subject}"
        machine = next((one for one in self.settings.machines if (one.subject or one.client_id) == subject), None)
        if machine is not None:
            person = Person(f"machine {machine.client_id}", machine.roles, machine.scopes, origin="group")
            return Proof(person, account, is_machine=True)
        person = self._find_person(claims)
        at = claims.get("auth_time")
        is_time = isinstance(at, int) and not isinstance(at, bool) and 0 <= at < 2**40
        signed_in_at = dt.datetime.fromtimestamp(at, dt.UTC) if is_time and at is not None else None
        return Proof(person, account, signed_in_at=signed_in_at)

    def _find_person(self, claims: Mapping[str, Any]) -> Person:
        claim = self.settings.person_claim
        value = claims.get(claim)
        if claim == "email" and (not _is_verified(claims) or "@" not in str(value)):
            raise NotProvenError(NOBODY)
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME or not value.isprintable():
            raise NotProvenError(NOBODY)
        name = normalise_person(value)
        known = self._directory.find(name)
        if known is not None:
            return known
        if describe_doubt(name) or self._directory.find_lookalike(name) is not None:
            # a provider lets people choose names; here one must not pass for another
            raise NotProvenError(NOBODY)
        groups = claims.get(self.settings.groups_claim)
        member = {group for group in groups if isinstance(group, str)} if isinstance(groups, list) else set()
        given = {role for group, role in self.settings.group_roles.items() if group in member}
        scopes = [s for group, names in self.settings.group_scopes.items() if group in member for s in names]
        roles = tuple(role for role in ROLES if role in given)
        return Person(name, roles, tuple(dict.fromkeys(scopes)), origin="group")


def _is_verified(claims: Mapping[str, Any]) -> bool:
    """Whether nothing says that the address is not theirs; some providers write truth as text."""
    return claims.get("email_verified", True) in (True, "true")


def _is_id_token(claims: Mapping[str, Any]) -> bool:
    is_marked = claims.get("token_use") == "id" or str(claims.get("typ", "")).lower() == "id"
    return is_marked or any(name in claims for name in OF_ID_TOKENS)
