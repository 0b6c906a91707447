"""What an inventory consists of: resources as their cloud lists them, and scopes that could not be read."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.opportunities.lines import Account, Resource

#: A tag that says that nobody may touch what has it; ``truth.json`` names it for the configuration of who reads.
PROTECTION = ("cost-protected", "true")


@dataclass(frozen=True)
class Setting:
    """Where and since when a resource is there, and what else is to be said of it.

    ``days``: it is as old as so many billed days; 0 as old as the bill or older. ``is_measured`` false: no metric is
    there of it. ``is_locked``: it is in the scope that cannot be read. ``owner`` is what made it and would make it
    again: ``scaling`` for a scaling group, ``kubernetes`` for a node pool. ``beside`` is a resource of the same account
    and region.
    """

    days: int = 0
    is_protected: bool = False
    is_measured: bool = True
    is_locked: bool = False
    owner: str = ""
    beside: Resource | None = None


ORDINARY = Setting()


@dataclass
class Item:
    """A resource of the inventory; `simulator.opportunities.estate` says what each field means."""

    resource: Resource
    kind: str
    type: str
    state: str
    created: dt.date
    sku: str = ""
    size: int = 0
    owner: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        """Its entry in ``inventory.json``."""
        resource = self.resource
        return {
            "cloud": resource.cloud,
            "account": resource.account.id,
            "region": resource.region,
            "resource_id": resource.id,
            "name": resource.name,
            "kind": self.kind,
            "type": self.type,
            "state": self.state,
            "created": self.created.isoformat(),
            "sku": self.sku,
            "size": self.size,
            "owner": self.owner,
            "tags": dict(sorted({**resource.tags, **self.tags}.items())),
            "links": {name: sorted(ids) for name, ids in sorted(self.links.items())},
            "properties": self.properties,
        }


@dataclass(frozen=True)
class Scope:
    """An account, or a region of one, whose inventory and metrics could not be read; region "" is all regions."""

    account: Account
    region: str
    error: str

    def describe(self) -> dict[str, str]:
        """Its entry in ``inventory.json`` and ``truth.json``."""
        return {"cloud": self.account.cloud, "account": self.account.id, "region": self.region, "error": self.error}
