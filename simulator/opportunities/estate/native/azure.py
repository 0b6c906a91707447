"""What Azure lists: resources as Azure Resource Graph and the providers' own calls give them.

Names under ``properties`` are those of the providers' REST APIs (camel case), the instance view's power state beside
them. They are generally known and were not looked up one by one.
"""

from collections.abc import Mapping
from typing import Any

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Item
from simulator.opportunities.estate.native.facts import Facts, at
from simulator.opportunities.lines import Resource

_POWER = {"running": "VM running", "allocated": "VM stopped", "stopped": "VM deallocated"}
_CODES = {"running": "PowerState/running", "allocated": "PowerState/stopped", "stopped": "PowerState/deallocated"}


def _put(
    estate: Estate, resource: Resource, kind: str, facts: Facts, properties: Mapping[str, Any], **said: Any
) -> None:
    provider = resource.id.partition("/providers/")[2].split("/")
    type_ = "/".join([provider[0], *provider[1::2]])
    content = {"type": type_.lower(), "location": resource.region, **properties}
    item = Item(
        resource,
        kind,
        type_,
        facts.state,
        facts.created,
        facts.sku,
        facts.size,
        facts.owner,
        properties=content,
        **said,
    )
    estate.put(item, facts.setting)


def put_machine(estate: Estate, resource: Resource, facts: Facts) -> None:
    """A virtual machine with its instance view."""
    statuses: list[dict[str, str]] = [{"code": _CODES[facts.state], "displayStatus": _POWER[facts.state]}]
    if facts.since:
        statuses[0]["time"] = at(facts.since)
    inner: dict[str, Any] = {
        "hardwareProfile": {"vmSize": facts.sku},
        "timeCreated": at(facts.created),
        "storageProfile": {"osDisk": {"osType": facts.system}},
        "instanceView": {"statuses": statuses},
    }
    tags = {}
    if facts.setting.owner == "scaling":
        inner["virtualMachineScaleSet"] = {"id": facts.owner}
    elif facts.setting.owner == "kubernetes":
        tags = {"aks-managed-poolName": "main", "aks-managed-cluster-name": facts.owner.rpartition("/")[2]}
    _put(estate, resource, "machine", facts, {"properties": inner}, tags=tags)


def put_disk(estate: Estate, resource: Resource, facts: Facts) -> None:
    """A managed disk; `diskState` says more than whether it has a machine.

    That of a machine which is deallocated is reserved, and so long ago was it that its ownership changed.
    https://learn.microsoft.com/rest/api/compute/disks/get#diskstate
    """
    host = facts.target
    machine = estate.items.get(("azure", host.id)) if host else None
    is_off = machine is not None and machine.state == "stopped"
    state = {"attached": "Attached", "reserved": "Reserved", "exported": "ActiveSAS"}.get(facts.state, "Unattached")
    inner = {
        "diskSizeGB": facts.size,
        "diskState": "Reserved" if is_off else state,
        "timeCreated": at(facts.created),
        "tier": facts.sku.partition(" ")[2],
        "diskIOPSReadWrite": facts.iops,
    }
    if machine is not None and is_off:
        inner["LastOwnershipUpdateTime"] = machine.properties["properties"]["instanceView"]["statuses"][0]["time"]
    elif facts.since:
        inner["LastOwnershipUpdateTime"] = at(facts.since)
    content = {
        "sku": {"name": facts.sku.partition(" ")[0]},
        "managedBy": host.id if host else None,
        "properties": inner,
    }
    tags = {"ASR-ReplicaDisk": "asr"} if facts.setting.owner == "replication" else {}
    _put(estate, resource, "disk", facts, content, tags=tags, links={"attached_to": [host.id]} if host else {})


def put_snapshot(estate: Estate, resource: Resource, facts: Facts) -> None:
    """A snapshot of a managed disk, which may be gone."""
    inner = {
        "diskSizeGB": facts.size,
        "timeCreated": at(facts.created),
        "incremental": False,
        "creationData": {"createOption": "Copy", "sourceResourceId": facts.source},
    }
    content = {"sku": {"name": facts.sku or "Standard_LRS"}, "properties": inner}
    _put(estate, resource, "snapshot", facts, content, links={"source": [facts.source], "images": list(facts.used_by)})


def put_address(estate: Estate, resource: Resource, facts: Facts) -> None:
    """A public address; its configuration names what has it."""
    host = facts.target
    inner: dict[str, Any] = {"publicIPAllocationMethod": "Static", "ipAddress": "198.51.100.7"}
    if host:
        inner["ipConfiguration"] = {"id": f"{host.id}/ipConfigurations/primary"}
    content = {"sku": {"name": "Standard"}, "properties": inner}
    _put(estate, resource, "address", facts, content, links={"attached_to": [host.id]} if host else {})


def put_balancer(estate: Estate, resource: Resource, facts: Facts) -> None:
    """A load balancer or an application gateway with its backends."""
    is_gateway = "applicationGateways" in resource.id
    backends = [{"id": one} for one in facts.used_by]
    pool = {"backendAddresses": backends} if is_gateway else {"backendIPConfigurations": backends}
    pools = [{"name": "main", "properties": pool}] if backends or is_gateway else []
    content = {
        "sku": {"name": "Standard_v2" if is_gateway else "Standard"},
        "properties": {"backendAddressPools": pools, "provisioningState": "Succeeded"},
    }
    kind = "gateway" if is_gateway else "balancer"
    _put(estate, resource, kind, facts, content, links={"targets": list(facts.used_by)})


def put_nat(estate: Estate, resource: Resource, facts: Facts) -> None:
    """A NAT gateway with its subnets."""
    content = {"sku": {"name": "Standard"}, "properties": {"subnets": [{"id": one} for one in facts.used_by]}}
    _put(estate, resource, "nat", facts, content, links={"routes": list(facts.used_by)})


def put_database(estate: Estate, resource: Resource, facts: Facts) -> None:
    """A database of Azure SQL; its size is its virtual cores."""
    inner = {"status": "Online", "creationDate": at(facts.created), "currentServiceObjectiveName": facts.sku}
    sku = {"name": "GP_Gen5", "tier": "GeneralPurpose", "capacity": facts.size}
    _put(estate, resource, "database", facts, {"sku": sku, "properties": inner})


def put_group(estate: Estate, resource: Resource, facts: Facts) -> None:
    """A scale set with the bounds of its autoscale setting."""
    profile = {
        "capacity": {"minimum": str(facts.minimum), "maximum": str(facts.maximum), "default": str(facts.minimum)}
    }
    content = {
        "sku": {"name": facts.sku, "tier": "Standard", "capacity": facts.size},
        "properties": {"orchestrationMode": "Uniform", "timeCreated": at(facts.created)},
        "autoscalesettings": {"enabled": True, "profiles": [profile]},
    }
    _put(estate, resource, "group", facts, content, links={"members": list(facts.used_by)})


def put_plan(estate: Estate, resource: Resource, facts: Facts) -> None:
    """An App Service plan; its size is its workers."""
    content = {
        "sku": {"name": facts.sku, "tier": "PremiumV3", "capacity": facts.size},
        "properties": {"numberOfSites": len(facts.used_by), "status": "Ready", "createdTime": at(facts.created)},
    }
    _put(estate, resource, "plan", facts, content, links={"sites": list(facts.used_by)})


def put_log(estate: Estate, resource: Resource, facts: Facts) -> None:
    """A workspace of Log Analytics."""
    inner = {"retentionInDays": facts.retention, "createdDate": at(facts.created), "sku": {"name": "PerGB2018"}}
    _put(estate, resource, "log", facts, {"properties": inner})


def put_bucket(estate: Estate, resource: Resource, facts: Facts) -> None:
    """A storage account with the rules of its management policy."""
    rule = {"name": "old", "enabled": True, "type": "Lifecycle", "definition": {"actions": {"version": {"delete": 30}}}}
    inner = {"creationTime": at(facts.created), "accessTier": "Hot"}
    content = {"kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": inner, "managementPolicies": [rule]}
    _put(estate, resource, "bucket", facts, content)
