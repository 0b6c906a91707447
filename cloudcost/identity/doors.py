"""Everything by which somebody proves to the API who they are, put together for one installation."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jwt

from audit.keys import KEY_FOLDER
from audit.seal import SealedStore
from cloudcost.identity.api_keys import PREFIX, ApiKeys
from cloudcost.identity.directory import Directory
from cloudcost.identity.local.access_tokens import AccessTokens
from cloudcost.identity.local.accounts import Accounts
from cloudcost.identity.local.attempts import Attempts
from cloudcost.identity.local.provider import LOCAL, LocalProvider
from cloudcost.identity.local.sessions import Sessions
from cloudcost.identity.local.signing_keys import SigningKeys
from cloudcost.identity.oidc.provider import Provider
from cloudcost.identity.proofs import MOST_CHARACTERS, NotProvenError, Proof
from cloudcost.identity.settings import IdentitySettings
from core.instants import Clock

UNREADABLE = "This is no token or key of ours."
ANOTHER_ISSUER = "Tokens of this issuer do not count here."


@dataclass(frozen=True)
class Doors:
    """The ways in: keys, tokens of the local provider, tokens of others."""

    local: LocalProvider
    signing: SigningKeys
    providers: dict[str, Provider]
    is_local_enabled: bool

    def identify(self, credential: str) -> Proof:
        """Whose a bearer token or key is, told by its form. `NotProvenError`; `UnavailableError`."""
        if len(credential) > MOST_CHARACTERS or not credential.isascii():
            raise NotProvenError(UNREADABLE)
        if credential.startswith(PREFIX):
            return self.local.keys.prove(credential)
        issuer = _read_issuer(credential)
        if issuer == self.local.tokens.address:
            return self.local.identify(credential)
        provider = next((one for one in self.providers.values() if one.settings.issuer == issuer), None)
        if provider is None:
            raise NotProvenError(ANOTHER_ISSUER)
        return provider.prove(credential)


def open_doors(
    settings: IdentitySettings,
    address: str,
    store: SealedStore,
    directory: Directory,
    home: Path,
    clock: Clock,
    environ: Mapping[str, str],
) -> Doors:
    """The ways into the API of this address. ``environ``: where client secrets of providers are."""
    signing = SigningKeys(home / KEY_FOLDER, clock)
    accounts = Accounts(store, directory, clock, Attempts())
    local = LocalProvider(
        directory,
        accounts,
        Sessions(store, clock),
        AccessTokens(address, signing, clock),
        ApiKeys(store, directory, clock),
        clock,
        dt.timedelta(days=settings.session_days),
        frozenset([*([LOCAL] if settings.local.enabled else []), *(one.name for one in settings.providers)]),
    )
    providers = {one.name: Provider(one, directory, environ) for one in settings.providers}
    return Doors(local, signing, providers, settings.local.enabled)


def _read_issuer(token: str) -> str:
    """Whom a token says that it is of; nothing is believed yet."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise NotProvenError(UNREADABLE) from None
    return str(claims.get("iss", ""))
