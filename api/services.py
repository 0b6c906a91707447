"""What routes work with: the installation, who callers are, and what is published. Made once a process."""

import hmac
from dataclasses import dataclass, field
from functools import cached_property

from fastapi import Request

from api.callers import Authenticator, Caller
from api.limits import Limits
from api.published import Published
from api.running import Running
from audit.seal import SealedStore
from cloudcost.identity.directory import Directory
from cloudcost.installation import Installation
from core.instants import Clock, utc_now
from state import StateStore


@dataclass(frozen=True)
class Services:
    """The parts that routes need. ``authenticator``: who a token or key is of."""

    installation: Installation
    authenticator: Authenticator
    published: Published
    limits: Limits
    running: Running
    clock: Clock = field(default=utc_now)

    @property
    def directory(self) -> Directory:
        """The people."""
        return self.installation.directory

    @cached_property
    def cursor_key(self) -> bytes:
        """What cursors are signed with, made of the installation's own key: the same in all of its processes."""
        return hmac.digest(self.installation.seal.key, b"cloudcost api cursors", "sha256")

    def directory_of(self, caller: Caller) -> Directory:
        """The people, as whose changes this caller's account is written down."""
        return self.directory.acting_through(self.store_of(caller))

    def store_of(self, caller: Caller) -> StateStore:
        """The state store, whose audit rows say that this caller wrote them: their account, not the server's."""
        store = self.installation.store
        if not isinstance(store, SealedStore):
            return store
        return SealedStore(store.inner, store.seal.for_account(caller.account))


def make_services(installation: Installation, authenticator: Authenticator) -> Services:
    """The services of an installation."""
    settings = installation.config.api
    return Services(
        installation,
        authenticator,
        Published(installation, settings.statement_seconds),
        Limits(settings.requests_per_minute),
        Running(settings.questions_at_once, settings.questions_at_once_of_caller),
    )


def services_of(request: Request) -> Services:
    """The services of the application that a request came to."""
    found = request.app.state.services
    assert isinstance(found, Services)  # noqa: S101 - `make_app` has put it there
    return found
