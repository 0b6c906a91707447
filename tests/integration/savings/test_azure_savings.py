"""A home that looks into a subscription: its bill beside what Azure says of its resources."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from audit.log import DEMO_MADE, SYSTEM, AuditEntry, AuditLog
from cloudcost.analytics.savings import find_savings, write_savings
from cloudcost.installation import Installation
from cloudcost.permissions import describe_blind_checks
from core.instants import utc_now
from savings.inventory.contract import Window
from tests.integration.savings.test_azure_inventory import GROUP, SUBSCRIPTION, disk, put_disks
from tests.integration.savings.test_azure_kinds import ROOT, put, sku
from tests.peers.arm_resources import ArmResources
from tests.savings_bill import Bill

TODAY = dt.date(2026, 11, 2)
WINDOW = Window.before(TODAY, 14)
WHERE: dict[str, Any] = {"sub_account_id": SUBSCRIPTION, "region_id": "westeurope"}
MACHINES = f"{GROUP}/providers/Microsoft.Compute/virtualMachines"
CONFIG = """
sources: [{{name: azure, provider: azure, location: exports}}]
savings:
  disabled_checks: [coverable_on_demand]
  inventory:
    azure:
      subscriptions: [{subscription}]
      access:
        tenant_id_env: TENANT
        client_id_env: APPLICATION
        client_secret_env: SECRET
        management_url: {url}
"""


@pytest.fixture
def arm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArmResources]:
    with ArmResources(tmp_path) as server:
        given = {"TENANT": "11111111-0000-4000-8000-000000000000", "APPLICATION": "app", "SECRET": "right"}
        given |= {"REQUESTS_CA_BUNDLE": str(server.certificate), "AZURE_AUTHORITY_HOST": server.url}
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        yield server


def open_home(arm: ArmResources, folder: Path) -> Installation:
    """A home whose bill has a disk of 1.25 and two machines of 9.216 a day."""
    (folder / "cloudcost.yaml").write_text(CONFIG.format(subscription=SUBSCRIPTION, url=arm.url))
    (folder / "home").mkdir()
    bill = Bill(cloud="azure").add(disk("Lost")["id"].lower(), "P10 LRS Disk", cost="1.25", **WHERE)
    for name in ("web", "dark"):
        machine = {"x_sku_meter_category": "Virtual Machines", "x_sku_meter_subcategory": "Dsv5 Series", **WHERE}
        bill.add(f"{MACHINES}/{name}".lower(), "D8s v5", cost="9.216", **machine)
    bill.write(folder / "home" / "warehouse.duckdb")
    return Installation(folder / "cloudcost.yaml", folder / "home", "cli")


def put_estate(arm: ArmResources) -> None:
    put_disks(arm, disk("Lost"), disk("Used", diskState="Attached"))
    state = {"statuses": [{"code": "PowerState/running"}]}
    for name in ("Web", "Dark"):
        size = {"hardwareProfile": {"vmSize": "Standard_D8s_v5"}, "storageProfile": {"osDisk": {}, "dataDisks": []}}
        made = {**size, "instanceView": state, "timeCreated": "2026-01-02T00:00:00Z"}
        put(arm, "Microsoft.Compute/virtualMachines", name, made)
    for vcpus in (4, 8):
        known = {"vCPUs": str(vcpus), "MemoryGB": str(vcpus * 4), "MaxDataDiskCount": "8", "PremiumIO": "True"}
        arm.add(f"{ROOT}/providers/Microsoft.Compute/skus", sku(f"Standard_D{vcpus}s_v5", "westeurope", **known))
    hours = [WINDOW.start + dt.timedelta(hours=number) for number in range(14 * 24)]
    busy = [(at, 22.0 if at.weekday() < 5 and 8 <= at.hour < 18 else 1.0) for at in hours]
    arm.measure(f"{MACHINES}/Web", "Percentage CPU", list(busy))
    arm.measure(f"{MACHINES}/Web", "Available Memory Bytes", [(at, 24.0 * 2**30) for at in hours])
    for metric in ("Network In Total", "Network Out Total"):
        arm.measure(f"{MACHINES}/Web", metric, [(at, 1e6) for at in hours])


def ask(installation: Installation, query: str) -> list[tuple[Any, ...]]:
    with installation.warehouse.connect(read_only=True) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(query).fetchall()
    return rows


def test_findings_add_up_and_what_was_not_seen_is_said(arm: ArmResources, tmp_path: Path) -> None:
    installation = open_home(arm, tmp_path)
    put_estate(arm)
    arm.denied.add("Microsoft.Cache")
    write_savings(installation, find_savings(installation, TODAY))
    found = ask(
        installation,
        "select check_name, regexp_extract(resource_id, '[^/]*$'), round(monthly_saving, 2), evidence_kind "
        "from ml.recommendations where provider = 'azure' order by monthly_saving",
    )
    # 276.48 in 30 days of a machine: half of it, and 118 of its 168 hours
    assert found == [
        ("azure_disk_unattached", "lost", Decimal("37.50"), "inventory"),
        ("azure_vm_oversized", "web", Decimal("138.24"), "inventory"),
        ("azure_vm_off_hours", "web", Decimal("194.19"), "inventory"),
    ]
    # half of the machine for 50 of 168 hours is left
    ((total,),) = ask(installation, "select sum(planned_saving) from ml.recommendations")
    left = Decimal("276.48") / 2 * 50 / 168
    assert abs(total - (Decimal("37.5") + Decimal("276.48") - left)) < Decimal("1e-9")
    unjudged = ask(
        installation, "select check_name, resource_id, reason from ml.unjudged_savings order by check_name, resource_id"
    )
    cache = [reason for name, resource, reason in unjudged if name == "azure_redis_idle" and not resource]
    assert len(cache) == 1 and "may not read" in cache[0] and "Microsoft.Cache" in cache[0]
    dark = {name: reason for name, resource, reason in unjudged if resource.endswith("/dark")}
    assert set(dark) == {"azure_vm_idle", "azure_vm_off_hours", "azure_vm_oversized"}
    assert set(dark.values()) == {"its CPU: measured on 0 days, which are too few"}
    assert not [sentence for sentence in describe_blind_checks(installation) if "azure" in sentence]


def test_a_demo_looks_into_no_subscription_that_is_not_on_this_machine(arm: ArmResources, tmp_path: Path) -> None:
    installation = open_home(arm, tmp_path)
    text = (tmp_path / "cloudcost.yaml").read_text().replace(arm.url, "https://management.azure.com")
    (tmp_path / "cloudcost.yaml").write_text(text)
    AuditLog(installation.store, utc_now).append(AuditEntry(SYSTEM, DEMO_MADE, "demo"))
    installation = Installation(tmp_path / "cloudcost.yaml", tmp_path / "home", "cli")
    write_savings(installation, find_savings(installation, TODAY))
    reasons = ask(installation, "select distinct reason from ml.unjudged_savings where check_name = 'azure_vm_stopped'")
    assert reasons == [
        (
            "azure_virtual_machines: this is a demo's home: it reads this machine alone, and management.azure.com is "
            "not on it",
        )
    ]
    assert not arm.calls, "nobody was asked for a token or anything else"
