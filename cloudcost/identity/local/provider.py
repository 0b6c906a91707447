"""The local provider: signs people in, gives their tokens, and tells who a token is of."""

import datetime as dt
from dataclasses import dataclass

from cloudcost.identity.api_keys import ApiKeys
from cloudcost.identity.directory import Directory
from cloudcost.identity.local.access_tokens import LIFE, REFUSED, AccessTokens
from cloudcost.identity.local.accounts import Accounts
from cloudcost.identity.local.sessions import ENDED, Session, Sessions, SignedIn
from cloudcost.identity.person import Person
from cloudcost.identity.proofs import NotProvenError, Proof
from core.instants import Clock

#: The account of a person by a password of this installation, before their name.
LOCAL = "local"
#: Groups of a provider are as they were at the sign-in, so that ends soon.
LONGEST_BY_PROVIDER = dt.timedelta(hours=12)


@dataclass(frozen=True)
class TokenSet:
    """What a client gets: a token for 15 minutes and, where the sign-in lasts, one for the next.

    ``session``: the name of the sign-in, which is not for the client.
    """

    access: str
    refresh: str | None = None
    session: str = ""

    @property
    def seconds(self) -> int:
        """How long the access token counts."""
        return int(LIFE.total_seconds())


@dataclass(frozen=True)
class LocalProvider:
    """The parts of the local provider, put together.

    ``lasts``: a sign-in at most. ``ways``: by what people may have signed in: `local`, or the name of a provider; who
    came by one that there is no more is signed out.
    """

    directory: Directory
    accounts: Accounts
    sessions: Sessions
    tokens: AccessTokens
    keys: ApiKeys
    clock: Clock
    lasts: dt.timedelta
    ways: frozenset[str]

    def sign_in(self, name: str, password: str, network: str) -> SignedIn:
        """Somebody by their password; see `Accounts.sign_in`."""
        person, generation = self.accounts.sign_in(name, password, network)
        return SignedIn(person.name, f"{LOCAL} {person.name}", self.clock(), generation)

    def vouch(self, proof: Proof) -> SignedIn:
        """Somebody whom another provider has just signed in."""
        person = proof.person
        groups = (person.roles, person.scopes) if person.origin == "group" else ((), ())
        return SignedIn(person.name, proof.account, self.clock(), self.accounts.generation(person.name), *groups)

    def open(self, who: SignedIn, client: str, network: str) -> TokenSet:
        """The tokens of a new sign-in."""
        is_local = who.account.startswith(f"{LOCAL} ")
        lasts = self.lasts if is_local else min(self.lasts, LONGEST_BY_PROVIDER)
        session, refresh = self.sessions.begin(who, client, lasts, network)
        return TokenSet(self._issue(session), refresh, session.name)

    def refresh(self, token: str, client: str) -> TokenSet:
        """The next tokens of a sign-in; `NotProvenError` where it has ended or its person may nothing any more."""
        session, following = self.sessions.refresh(token, client)
        person = self._find(session.who)
        if person is None or person.is_disabled or self.accounts.generation(person.name) != session.who.generation:
            self.sessions.end(session.name)
            raise NotProvenError(ENDED)
        return TokenSet(self._issue(session), following)

    def exchange_key(self, key: str) -> TokenSet:
        """A token for a key; it ends with the key."""
        found = self.keys.prove(key)
        name = found.account.removeprefix("key ")
        return TokenSet(self.tokens.issue(found.person.name, name, {"key": name}))

    def identify(self, token: str) -> Proof:
        """Whose token this is; `NotProvenError` where it counts for nobody."""
        claims = self.tokens.read(token)
        if "key" in claims:
            return self.keys.prove_by_name(str(claims["key"]))
        session = self.sessions.find(str(claims.get("sid", "")))
        if session is None or session.who.person != claims["sub"]:
            raise NotProvenError(ENDED)
        person = self._find(session.who)
        if person is None:
            raise NotProvenError(REFUSED)
        if self.accounts.generation(person.name) != session.who.generation:
            raise NotProvenError(ENDED)
        return Proof(person, session.who.account, signed_in_at=session.who.at, session=session.name)

    def _issue(self, session: Session) -> str:
        who = session.who
        claims = {"sid": session.name, "gen": who.generation, "auth_time": int(who.at.timestamp())}
        return self.tokens.issue(who.person, session.client, claims)

    def _find(self, who: SignedIn) -> Person | None:
        """As the directory has them; whom it does not name has what their groups gave. None for nobody."""
        if who.account.partition(" ")[0] not in self.ways:
            return None
        found = self.directory.find(who.person)
        if found is not None or not who.roles:
            return found
        return Person(who.person, who.roles, who.scopes, origin="group")
