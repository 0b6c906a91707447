"""Where people and clients get their tokens: the ways in, and what is under way. Made once for an application."""

import re
import threading
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import State

from api.callers import Caller
from api.problems import ProblemError
from api.services import Services, services_of
from api.sign_in.networks import find_network
from audit.seal import SealedStore
from cloudcost.identity.doors import Doors, open_doors
from cloudcost.identity.local.grants import Grants
from cloudcost.identity.oidc import browser
from cloudcost.installation import Installation
from core.instants import Clock, utc_now

#: The command line, which signs in by a code on another screen or by a browser of its own machine.
COMMAND_LINE = "cloudcost-cli"
#: `urlsplit` leaves out blanks, tabs and line breaks without a word.
REDIRECT = re.compile(r"[\x21-\x7e]{1,500}")
LOOPBACK = {"127.0.0.1", "[::1]", "localhost"}
_MAKING = threading.Lock()


@dataclass(frozen=True)
class Desk:
    """The ways in of an application, with what its pages and codes need."""

    installation: Installation
    doors: Doors
    grants: Grants
    services: Services

    @property
    def address(self) -> str:
        """As the API is reached; also who issues its tokens."""
        return self.doors.local.tokens.address

    @property
    def is_private(self) -> bool:
        """Whether browsers reach it over TLS."""
        return self.address.startswith("https://")

    @property
    def offered(self) -> list[str]:
        """The providers at which a browser can sign in."""
        return [name for name, provider in self.doors.providers.items() if browser.is_offered(provider)]

    def network_of(self, request: Request) -> str:
        """Where a request comes from."""
        return find_network(request, self.installation.config.api.trusted_proxies)

    def count(self, request: Request) -> str:
        """Count one request of a stranger, and name where it is from; a problem of status 429 for one too many."""
        network = self.network_of(request)
        self.services.limits.count("network", network)
        return network

    def store_of(self, caller: Caller) -> SealedStore:
        """The state, whose audit rows say that this caller wrote them."""
        store = self.services.store_of(caller)
        assert isinstance(store, SealedStore)  # noqa: S101 - what `Installation.store` is
        return store

    def knows_client(self, client: str) -> bool:
        """Whether there is a client of that name."""
        return client == COMMAND_LINE or any(
            one.client_id == client for one in self.installation.config.identity.clients
        )

    def may_return_to(self, client: str, redirect_uri: str) -> bool:
        """Whether browsers may be sent there for the client; the command line has any port of the browser's machine."""
        if client == COMMAND_LINE:
            if not REDIRECT.fullmatch(redirect_uri):
                return False
            try:
                parts = urlsplit(redirect_uri)
                is_whole = parts.port is not None and not (parts.query or parts.fragment or parts.username)
            except ValueError:
                return False
            host = parts.netloc.rpartition(":")[0]
            return is_whole and parts.scheme == "http" and host in LOOPBACK and parts.path == "/callback"
        known = self.installation.config.identity.clients
        return any(one.client_id == client and redirect_uri in one.redirect_uris for one in known)


def make_doors(installation: Installation, clock: Clock = utc_now) -> Doors:
    """The ways into an installation's API."""
    store = installation.store
    assert isinstance(store, SealedStore)  # noqa: S101 - what `Installation.store` is
    config = installation.config
    return open_doors(
        config.identity,
        config.api.address,
        store,
        installation.directory,
        installation.home,
        clock,
        installation.environ,
    )


def desk_of(request: Request, services: Annotated[Services, Depends(services_of)]) -> Desk:
    """The desk of the application that a request came to."""
    return find_desk(request.app.state, services)


def find_desk(state: State, services: Services) -> Desk:
    """The one desk of an application, made when it is asked for first."""
    with _MAKING:
        if not hasattr(state, "desk"):
            authenticator = services.authenticator
            doors = getattr(authenticator, "doors", None)
            if not isinstance(doors, Doors):
                doors = make_doors(services.installation)
            state.desk = Desk(services.installation, doors, Grants(utc_now), services)
    found = state.desk
    assert isinstance(found, Desk)  # noqa: S101
    return found


DeskOf = Annotated[Desk, Depends(desk_of)]


def check_own_page(request: Request) -> None:
    """A problem of status 403 for what a page of another origin sends: a browser states whose page it is."""
    origins, sites = request.headers.getlist("origin"), request.headers.getlist("sec-fetch-site")
    host = request.headers.get("host", "")
    is_own = origins in ([], [f"http://{host}"], [f"https://{host}"]) and sites in ([], ["same-origin"])
    if not is_own:
        raise ProblemError(403, "forbidden", "Only the pages of this API may send this.")
