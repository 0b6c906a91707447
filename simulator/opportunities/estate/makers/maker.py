"""What every cloud can be asked to add: a resource that is billed, listed and measured in one step."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from simulator.opportunities.calendar import DAY
from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import ORDINARY, Setting
from simulator.opportunities.estate.native.facts import Facts
from simulator.opportunities.estate.usual import Loads
from simulator.opportunities.findings import Saving
from simulator.opportunities.lines import Resource

DAY_HOURS = Decimal(24)


class Maker(ABC):
    """Adds resources of one cloud to an estate. ``loads`` say how a resource is used, None as usual."""

    cloud: ClassVar[str]

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.company = estate.company

    @abstractmethod
    def machine(
        self,
        cores: int,
        loads: Loads | None = None,
        setting: Setting = ORDINARY,
        state: str = "running",
        since: int = 0,
        owner: str = "",
    ) -> Resource:
        """A machine of 2, 4 or 8 virtual processors; one that is stopped is so for ``since`` days."""

    @abstractmethod
    def covered_machine(self, cores: int, loads: Loads) -> Resource:
        """A machine that a commitment of its own pays for."""

    @abstractmethod
    def one_size_down(self, resource: Resource, cores: int) -> Saving:
        """What a machine or database with half of the processors saves."""

    @abstractmethod
    def disk(
        self,
        host: Resource | None,
        setting: Setting = ORDINARY,
        loads: Loads | None = None,
        state: str = "",
        since: int = 0,
    ) -> Resource:
        """A disk of about a tebibyte; ``state`` and ``since`` are said where it is attached to nothing."""

    @abstractmethod
    def snapshot(
        self, gigabytes: int, source: str, setting: Setting = ORDINARY, used_by: Sequence[str] = ()
    ) -> Resource:
        """A snapshot of a disk, by its id: there may be no such disk any more."""

    @abstractmethod
    def address(self, host: Resource | None, setting: Setting = ORDINARY) -> Resource:
        """A public address."""

    @abstractmethod
    def balancer(self, targets: Sequence[str], loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        """A load balancer."""

    @abstractmethod
    def nat(self, routes: Sequence[str], loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        """A NAT gateway; ``routes`` are the routes or subnets that lead to it."""

    @abstractmethod
    def database(self, cores: int, loads: Loads | None = None, setting: Setting = ORDINARY) -> Resource:
        """A database of 2, 4 or 8 virtual processors."""

    @abstractmethod
    def group(self, count: int, minimum: int, loads: Loads, sizes: Loads) -> tuple[Resource, list[Resource]]:
        """A scaling group, and the machines that its money is billed under; each machine has two processors."""

    @abstractmethod
    def cluster_of(self, resource: Resource) -> str:
        """The id of a Kubernetes cluster beside a resource."""

    @abstractmethod
    def list_owner(self, resource: Resource) -> str:
        """List a healthy scaling group that a machine is a member of; its id."""

    def facts(self, resource: Resource, setting: Setting, owner: str = "") -> Facts:
        """What is to be said of any resource that was made under a setting."""
        created = self.estate.made_on(resource, days=setting.days)
        if not owner and setting.owner == "kubernetes":
            owner = self.cluster_of(resource)
        elif not owner and setting.owner == "scaling":
            owner = self.list_owner(resource)
        return Facts(created, setting, owner=owner)

    def say(self, facts: Facts, since: int = 0, **said: object) -> Facts:
        """More facts; ``since`` is the number of days that the state has lasted."""
        as_of = self.company.calendar.as_of
        return replace(facts, since=as_of - DAY * since if since else None, **said)  # type: ignore[arg-type]
