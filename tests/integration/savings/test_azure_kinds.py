"""Every kind of resource as Azure's REST API answers, and the columns that become of it."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.savings.test_azure_inventory import GROUP, SUBSCRIPTION, cloud, take
from tests.peers.arm_resources import ArmResources

ROOT = f"/subscriptions/{SUBSCRIPTION}"


@pytest.fixture
def arm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArmResources]:
    with ArmResources(tmp_path) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", server.url)
        yield server


def put(arm: ArmResources, kind: str, name: str, properties: dict[str, Any], **more: Any) -> str:
    """A resource in the list of its kind; its id."""
    made = {"id": f"{GROUP}/providers/{kind}/{name}", "name": name, "type": kind, "location": "westeurope"}
    arm.add(f"{ROOT}/providers/{kind}", {**made, "properties": properties, **more})
    return str(made["id"])


def rows(arm: ArmResources, table: str) -> list[dict[str, Any]]:
    """What is read of a table, all of it."""
    taken = take(cloud(arm), table)
    assert not taken.incomplete[table], taken.incomplete[table]
    return taken.rows[table]


def pick(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_machines_have_their_state_from_a_list_of_its_own(arm: ArmResources) -> None:
    def view(state: str) -> dict[str, Any]:
        return {"statuses": [{"code": "ProvisioningState/succeeded"}, {"code": f"PowerState/{state}"}]}

    system = {"osDisk": {"osType": "Linux"}, "dataDisks": [{"lun": 0}, {"lun": 1}]}
    kind = "Microsoft.Compute/virtualMachines"
    plain = {"hardwareProfile": {"vmSize": "Standard_D4s_v5"}, "storageProfile": system}
    put(arm, kind, "web", {**plain, "instanceView": view("running"), "timeCreated": "2026-01-02T00:00:00Z"})
    put(arm, kind, "old", {**plain, "instanceView": view("stopped"), "priority": "Spot", "host": {"id": "/h"}})
    put(arm, kind, "odd", {**plain, "virtualMachineScaleSet": {"id": "/set"}})
    put(arm, kind, "node", {**plain, "instanceView": view("running")}, tags={"aks-managed-poolName": "a"})
    web, old, odd, node = rows(arm, "azure_virtual_machines")
    assert pick(web, "size", "power_state", "priority", "system", "data_disks", "owner", "is_on_host") == (
        "Standard_D4s_v5", "running", "Regular", "Linux", 2, None, False,
    )  # fmt: skip
    assert web["created_at"] == dt.datetime(2026, 1, 2)
    assert pick(old, "power_state", "priority", "is_on_host") == ("stopped", "Spot", True)
    assert pick(odd, "power_state", "owner") == (None, "scale set")
    assert node["owner"] == "Kubernetes"


def sku(name: str, region: str, **capabilities: str) -> dict[str, Any]:
    return {
        "resourceType": "virtualMachines",
        "name": name,
        "family": "standardDSv5Family",
        "locations": [region],
        "restrictions": [],
        "capabilities": [{"name": key, "value": value} for key, value in capabilities.items()],
    }


def put_sizes(arm: ArmResources, *more: dict[str, Any]) -> None:
    common = {"vCPUs": "4", "MemoryGB": "16", "MaxDataDiskCount": "8", "MaxResourceVolumeMB": "0", "PremiumIO": "True"}
    constrained = sku("Standard_D4-2s_v5", "westeurope", **common, vCPUsAvailable="2")
    constrained["restrictions"] = [{"type": "Location", "values": ["westeurope"]}]
    arm.add(
        f"{ROOT}/providers/Microsoft.Compute/skus",
        sku("Standard_D4s_v5", "westeurope", **common),
        constrained,
        sku("Standard_D4s_v5", "northeurope", **common),
        {"resourceType": "disks", "name": "Premium_LRS", "locations": ["westeurope"]},
        *more,
    )


def test_sizes_are_those_of_regions_with_a_machine(arm: ArmResources) -> None:
    put(arm, "Microsoft.Compute/virtualMachines", "web", {}, location="West Europe")
    put_sizes(arm)
    plain, constrained = rows(arm, "azure_vm_sizes")
    names = ("resource_id", "region", "family", "vcpus", "memory_gib", "most_data_disks", "local_disk_mib")
    assert pick(plain, *names) == ("Standard_D4s_v5", "westeurope", "standardDSv5Family", 4, 16, 8, 0)
    truths = ("takes_premium_disks", "is_constrained", "is_offered")
    assert pick(plain, *truths) == (True, False, True) and pick(constrained, *truths) == (True, True, False)


def test_a_region_whose_sizes_cannot_be_read_is_incomplete_and_the_others_are_not(arm: ArmResources) -> None:
    for name, region in (("web", "westeurope"), ("far", "japaneast")):
        put(arm, "Microsoft.Compute/virtualMachines", name, {}, location=region)
    put_sizes(arm, sku("Standard_D4s_v5", "japaneast", PremiumIO="maybe"))
    taken = take(cloud(arm), "azure_vm_sizes")
    assert {row["region"] for row in taken.rows["azure_vm_sizes"]} == {"westeurope"}
    ((scope, reason),) = taken.incomplete["azure_vm_sizes"].items()
    assert scope == ("azure", SUBSCRIPTION, "japaneast") and "'maybe' is neither True nor False" in reason


def test_scale_sets_have_the_least_of_their_autoscaling(arm: ArmResources) -> None:
    kind = "Microsoft.Compute/virtualMachineScaleSets"
    size = {"sku": {"name": "Standard_D2s_v5", "capacity": 4}, "zones": ["1", "2"]}
    inner = {"loadBalancerBackendAddressPools": [{"id": "/LB/backendAddressPools/A"}]}
    interface = {"properties": {"ipConfigurations": [{"properties": inner}]}}
    profile = {"networkProfile": {"networkInterfaceConfigurations": [interface]}}
    first = put(arm, kind, "first", {"orchestrationMode": "Uniform", "virtualMachineProfile": profile}, **size)
    put(arm, kind, "second", {"orchestrationMode": "Flexible", "virtualMachineProfile": {"priority": "Spot"}}, **size)
    third = put(arm, kind, "third", {"virtualMachineProfile": {}}, **size)
    for target, enabled in ((first.upper(), True), (third, False)):
        profiles = [{"capacity": {"minimum": least, "maximum": "9", "default": "4"}} for least in ("4", "2")]
        setting = {"enabled": enabled, "targetResourceUri": target, "profiles": profiles}
        put(arm, "Microsoft.Insights/autoscalesettings", f"of-{enabled}", setting)
    names = ("size", "capacity", "is_flexible", "priority", "is_autoscaled", "floor", "zones")
    found = rows(arm, "azure_scale_sets")
    assert [row["pools"] for row in found] == [["/lb/backendaddresspools/a"], [], []]
    assert [pick(row, *names) for row in found] == [
        ("Standard_D2s_v5", 4, False, "Regular", True, 2, 2),
        ("Standard_D2s_v5", 4, True, "Spot", False, None, 2),
        ("Standard_D2s_v5", 4, False, "Regular", False, None, 2),
    ]


def test_snapshots_name_the_disk_that_they_were_taken_of(arm: ArmResources) -> None:
    source = f"{GROUP}/providers/Microsoft.Compute/disks/Data"
    made = {"creationData": {"createOption": "Copy", "sourceResourceId": source}, "diskSizeGB": 64, "incremental": True}
    put(arm, "Microsoft.Compute/snapshots", "s", made, sku={"name": "Standard_ZRS"})
    put(arm, "Microsoft.Compute/snapshots", "AzureBackup_x", {"creationData": {"createOption": "Import"}})
    plain, backup = rows(arm, "azure_snapshots")
    assert pick(plain, "source_id", "source_subscription", "size_gib", "is_incremental", "sku", "owner") == (
        source.lower(), SUBSCRIPTION, 64, True, "Standard_ZRS", None,
    )  # fmt: skip
    assert pick(backup, "source_id", "owner") == (None, "Backup")


def test_addresses_name_what_they_belong_to(arm: ArmResources) -> None:
    kind, sku_of = "Microsoft.Network/publicIPAddresses", {"sku": {"name": "Standard", "tier": "Regional"}}
    static = {"publicIPAllocationMethod": "Static", "ipAddress": "20.1.2.3"}
    put(arm, kind, "free", static, **sku_of)
    put(arm, kind, "used", {**static, "ipConfiguration": {"id": "/nic/ipConfigurations/a"}}, **sku_of)
    put(arm, kind, "out", {**static, "natGateway": {"id": "/nat"}}, **sku_of)
    found = rows(arm, "azure_public_ips")
    assert [row["used_by"] for row in found] == [None, "/nic/ipConfigurations/a", "/nat"]
    assert pick(found[0], "sku", "allocation", "ip_address") == ("Standard", "Static", "20.1.2.3")


def test_interfaces_name_what_has_them(arm: ArmResources) -> None:
    kind = "Microsoft.Network/networkInterfaces"
    put(arm, kind, "a", {"virtualMachine": {"id": "/vm"}})
    put(arm, kind, "b", {"privateEndpoint": {"id": "/endpoint"}})
    put(arm, kind, "c", {"hostedWorkloads": ["/metal"]})
    put(arm, kind, "d", {"dscpConfiguration": {"id": "/dscp"}})
    users = [row["used_by"] for row in rows(arm, "azure_network_interfaces")]
    assert users == ["/vm", "/endpoint", "a workload of the platform", None]


def test_what_is_behind_balancers_and_gateways_is_counted(arm: ArmResources) -> None:
    kind = "Microsoft.Network/loadBalancers"
    pools = [{"properties": {"backendIPConfigurations": [{"id": "/a"}]}}, {"properties": {}}]
    by_address = [{"properties": {"loadBalancerBackendAddresses": [{"name": "a"}, {"name": "b"}]}}]
    one_machine = [{"properties": {"backendIPConfiguration": {"id": "/a"}}}]
    put(arm, kind, "a", {"backendAddressPools": pools, "loadBalancingRules": [{}], "outboundRules": [{}]})
    put(arm, kind, "b", {"backendAddressPools": by_address})
    put(arm, kind, "c", {"backendAddressPools": [], "inboundNatRules": one_machine})
    put(arm, kind, "d", {"backendAddressPools": [{"properties": {}}], "loadBalancingRules": [{}]})
    found = rows(arm, "azure_load_balancers")
    assert [pick(row, "backends", "rules") for row in found] == [(1, 2), (2, 0), (1, 0), (0, 1)]
    kind = "Microsoft.Network/applicationGateways"
    addresses = [{"properties": {"backendAddresses": [{"fqdn": "shop.example.com"}]}}]
    plain = {"sku": {"name": "WAF_v2"}, "operationalState": "Running"}
    put(arm, kind, "a", {**plain, "backendAddressPools": addresses, "redirectConfigurations": [{}]})
    put(arm, kind, "b", {**plain, "backendAddressPools": [{"properties": {"backendAddresses": []}}]})
    names = ("sku", "state", "backends", "redirects")
    assert [pick(row, *names) for row in rows(arm, "azure_application_gateways")] == [
        ("WAF_v2", "Running", 1, 1),
        ("WAF_v2", "Running", 0, 0),
    ]


def test_what_goes_through_gateways_and_circuits(arm: ArmResources) -> None:
    kind = "Microsoft.Network/natGateways"
    put(arm, kind, "a", {"subnets": [{"id": "/s"}]}, sku={"name": "Standard"})
    put(arm, kind, "b", {"sourceVirtualNetwork": {"id": "/v"}})
    put(arm, kind, "c", {})
    assert [row["serves"] for row in rows(arm, "azure_nat_gateways")] == [["/s"], ["/v"], []]
    kind = "Microsoft.Network/expressRouteCircuits"
    provider = {"serviceProviderProperties": {"serviceProviderName": "Telco"}}
    put(arm, kind, "a", {"serviceProviderProvisioningState": "NotProvisioned", **provider})
    put(arm, kind, "b", {"serviceProviderProvisioningState": "Provisioned", "expressRoutePort": {"id": "/p"}})
    assert [
        pick(row, "provider", "provider_state", "is_direct") for row in rows(arm, "azure_express_route_circuits")
    ] == [
        ("Telco", "NotProvisioned", False),
        (None, "Provisioned", True),
    ]


def test_gateways_of_networks_are_listed_by_group_and_asked_for_their_connections(arm: ArmResources) -> None:
    kind = "Microsoft.Network/virtualNetworkGateways"
    known = [{"id": f"{GROUP}/providers/{kind}/{name}", "type": kind} for name in ("vpn", "idle")]
    arm.add(f"{ROOT}/resources", *known, {"id": "/other", "type": "Microsoft.Network/virtualNetworks"})
    plain = {"gatewayType": "Vpn", "sku": {"name": "VpnGw1"}}
    clients = {"vpnClientConfiguration": {"vpnClientProtocols": ["OpenVPN"]}}
    for one, more in zip(known, ({}, clients), strict=True):
        arm.add(f"{GROUP}/providers/{kind}", {**one, "location": "westeurope", "properties": {**plain, **more}})
    arm.add(f"{known[0]['id']}/connections", *({"id": f"/c{number}"} for number in range(3)))
    names = ("kind", "sku", "connections", "takes_clients")
    found = rows(arm, "azure_virtual_network_gateways")
    assert [pick(row, *names) for row in found] == [("Vpn", "VpnGw1", 3, False), ("Vpn", "VpnGw1", 0, True)]


def test_plans_databases_and_caches(arm: ArmResources) -> None:
    sku_of = {"sku": {"name": "P1v3", "tier": "PremiumV3", "size": "P1v3", "family": "Pv3", "capacity": 3}}
    put(arm, "Microsoft.Web/serverfarms", "plan", {"numberOfSites": 2, "zoneRedundant": True}, **sku_of)
    (plan,) = rows(arm, "azure_app_service_plans")
    assert pick(plan, "tier", "size", "workers", "apps", "is_elastic", "is_zone_redundant") == (
        "PremiumV3", "P1v3", 3, 2, False, True,
    )  # fmt: skip
    server = put(arm, "Microsoft.Sql/servers", "sql", {})
    for name, more in (("master", {}), ("shop", {"elasticPoolId": "/p"})):
        made = {"status": "Online", "maxSizeBytes": 268435456000, "creationDate": "2026-01-02T03:04:05.67Z", **more}
        database = {"id": f"{server}/databases/{name}", "name": name, "location": "westeurope"}
        tier = {"sku": {"name": "Standard", "tier": "Standard", "capacity": 50}}
        arm.add(f"{server}/databases", {**database, **tier, "properties": made})
    (shop,) = rows(arm, "azure_sql_databases")
    assert pick(shop, "status", "tier", "sku", "capacity", "pool_id", "max_size_bytes") == (
        "Online", "Standard", "Standard", 50, "/p", 268435456000,
    )  # fmt: skip
    pool = {"id": f"{server}/elasticPools/p", "name": "p", "location": "westeurope", "sku": {"tier": "Standard"}}
    arm.add(f"{server}/elasticPools", {**pool, "properties": {"creationDate": "2026-01-02T03:04:05Z"}})
    (found,) = rows(arm, "azure_sql_pools")
    assert pick(found, "tier", "capacity", "created_at") == ("Standard", None, dt.datetime(2026, 1, 2, 3, 4, 5))
    made = {"sku": {"name": "Premium", "family": "P", "capacity": 1}, "linkedServers": [{"id": "/l"}]}
    put(arm, "Microsoft.Cache/redis", "cache", made)
    (cache,) = rows(arm, "azure_redis_caches")
    assert pick(cache, "tier", "size", "linked") == ("Premium", "P1", 1)
