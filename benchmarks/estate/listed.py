"""A resource of ``inventory.json``, and what the tables of all clouds take from it alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

#: Makes the row of one table from what is listed.
Maker = Callable[["Listed"], dict[str, Any]]


@dataclass(frozen=True)
class Listed:
    """One entry; `simulator.opportunities.estate` says what each field means."""

    cloud: str
    account: str
    region: str
    resource_id: str
    name: str
    kind: str
    sku: str
    size: int
    tags: Mapping[str, str]
    links: Mapping[str, list[str]]
    properties: Mapping[str, Any]

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> "Listed":
        """The entry without what is told twice: state, owner and age stand among the cloud's own fields."""
        return cls(**{name: entry[name] for name in cls.__dataclass_fields__})

    @property
    def short(self) -> str:
        """What stands behind the last slash or colon of its id."""
        return last_part(self.resource_id)

    def place(self, resource_id: str = "", region: str | None = None) -> dict[str, Any]:
        """The keys of its row, and its tags."""
        return {
            "account_id": self.account,
            "region": self.region if region is None else region,
            "resource_id": resource_id or self.resource_id,
            "tags": dict(self.tags),
        }


def last_part(resource_id: str) -> str:
    """What stands behind the last slash or colon."""
    return resource_id.rpartition("/")[2].rpartition(":")[2]
