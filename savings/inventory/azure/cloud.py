"""Azure, opened for reading what resources there are: a scope is a subscription, and its rows say where they are."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from clouds.aws.accounts import NotThisMachineError
from clouds.azure.resources import ResourceManager
from core.errors import LocationError
from savings.inventory.contract import InventoryTable, ScopeReader

#: Where a tag says that a service owns the resource and makes it again: the beginning of its name, and the owner.
_OWNER_TAGS = {
    "aks-managed": "Kubernetes",
    "kubernetes.io": "Kubernetes",
    "k8s-azure": "Kubernetes",
    "asr-replicadisk": "Site Recovery",
    "databricks-": "Databricks",
}
#: What groups of resources are called that a service makes: the beginning, and the owner. A cluster's own group may
#: have another name; its machines and disks have the tags above.
_OWNER_GROUPS = {"mc_": "Kubernetes", "azurebackuprg_": "Backup", "databricks-rg-": "Databricks"}
#: Words in names that a service gives.
_OWNER_NAMES = {"asrseeddisk": "Site Recovery", "azurebackup_": "Backup"}


@dataclass(kw_only=True)
class AzureReader(ScopeReader):
    """One subscription."""

    manager: ResourceManager

    def list(self, path: str, api_version: str, **options: str) -> Iterator[dict[str, Any]]:
        """The resources of the subscription below ``path``, such as ``providers/Microsoft.Compute/disks``."""
        return self.manager.list(f"/subscriptions/{self.account_id}/{path}", api_version, **options)

    def describe(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """What every row begins with, its tags, and the service that owns it (``owner``), where one does."""
        return {
            "account_id": self.account_id,
            "region": name_region(resource.get("location")),
            "resource_id": resource.get("id"),
            "tags": read_part(resource, "tags"),
            "owner": find_owner(resource),
        }


@dataclass(frozen=True)
class AzureCloud:
    """The subscriptions that may be read."""

    manager: ResourceManager
    subscriptions: Collection[str]
    cloud: Literal["azure"] = "azure"

    def list_scopes(self, table: InventoryTable) -> Sequence[tuple[str, str]]:
        """Every subscription once: an answer has all of its regions."""
        return [(subscription, "") for subscription in self.subscriptions]

    def open(self, account_id: str, region: str) -> AzureReader:
        """A reader of the subscription."""
        return AzureReader(account_id=account_id, region=region, manager=self.manager)

    def explain(self, error: Exception) -> str | None:
        """What was wrong with Azure's answer, or that there was none."""
        return str(error) if isinstance(error, LocationError | NotThisMachineError) else None


def name_region(location: Any) -> str:
    """A location as the bill's region: ``West Europe`` and ``westeurope`` are the same."""
    return str(location or "").replace(" ", "").lower()


def find_owner(resource: Mapping[str, Any]) -> str | None:
    """The service that made the resource and makes it again when somebody deletes it; None: people did."""
    tags = {str(name).lower(): str(value).lower() for name, value in read_part(resource, "tags").items()}
    for tag in tags:
        for beginning, owner in _OWNER_TAGS.items():
            if tag.startswith(beginning):
                return owner
    if tags.get("vendor") == "databricks":
        return "Databricks"
    parts = str(resource.get("id") or "").lower().split("/")
    group = parts[parts.index("resourcegroups") + 1] if "resourcegroups" in parts[:-1] else ""
    for beginning, owner in _OWNER_GROUPS.items():
        if group.startswith(beginning):
            return owner
    for word, owner in _OWNER_NAMES.items():
        if word in parts[-1]:
            return owner
    return None


def read_part(thing: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object of that name in an answer, nothing where there is none; `LocationError` for what is no object."""
    found = thing.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise LocationError(f"{_name(thing)}: its {name} is no object", "invalid")
    return found


def read_parts(thing: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of the list of that name, nothing where there is none; `LocationError` for what is no such list."""
    found = thing.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise LocationError(f"{_name(thing)}: its {name} is no list of objects", "invalid")
    return found


def read_properties(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The ``properties`` of a resource, or of a part of it."""
    return read_part(resource, "properties")


def read_ids(thing: Mapping[str, Any], name: str) -> list[str]:
    """The ids of the list of that name, which refers to other resources."""
    return [str(one["id"]) for one in read_parts(thing, name) if one.get("id")]


def _name(thing: Mapping[str, Any]) -> str:
    return str(thing.get("id") or thing.get("name") or "an answer")[:200]


#: Columns of `AzureReader.describe` beside the keys.
COMMON_COLUMNS: Mapping[str, Literal["varchar", "map(varchar, varchar)"]] = {
    "tags": "map(varchar, varchar)",
    "owner": "varchar",
}


def find_subscription(resource_id: str) -> str:
    """The subscription in a resource's id, lower-cased; empty where it has none."""
    parts = resource_id.lower().split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else ""
