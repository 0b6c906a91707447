"""Resources of Google Cloud with the bill that they cause, for the tests of checks of its inventory."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.savings_bill import Bill
from tests.savings_inventory import TODAY, Estate

OLD = dt.datetime(2026, 1, 10)
#: Younger than the look-back window.
NEW = dt.datetime(2026, 10, 28)
ZONE = "region-1-b"
COMPUTE = f"//compute.googleapis.com/projects/account-1/zones/{ZONE}"
GLOBAL = "//compute.googleapis.com/projects/account-1/global"
N2 = {"n2-standard-2": (2, 8), "n2-standard-4": (4, 16), "n2-standard-8": (8, 32), "n2-highmem-2": (2, 16),
      "n2-highmem-4": (4, 32), "n2-highcpu-4": (4, 4)}  # fmt: skip


def days_ago(days: int) -> dt.datetime:
    """An instant so many days before the day of the run."""
    return dt.datetime.combine(TODAY, dt.time()) - dt.timedelta(days=days)


def estate(**types: tuple[int, int]) -> Estate:
    """An estate on a bill of Google's; its zone has the machine types of N2 and these (vCPUs and GiB)."""
    made = Estate(Bill("gcp"))
    for name, (vcpus, gibibytes) in {**N2, **{one.replace("_", "-"): size for one, size in types.items()}}.items():
        made.add(
            "gcp_machine_types", f"{COMPUTE}/machineTypes/{name}", zone=ZONE, machine_type=name, vcpus=vcpus,
            memory_mb=gibibytes * 1024, is_shared=False, is_deprecated=False,
        )  # fmt: skip
    return made


def add_vm(made: Estate, name: str, machine_type: str = "n2-standard-8", cost: str = "8", **columns: Any) -> str:
    """A running VM, billed every day with ``cost`` for its cores and half of that for its memory; its full name."""
    resource = f"{COMPUTE}/instances/{name}"
    plain = {
        "number": str(len(made.rows.get("gcp_instances", [])) + 1000), "zone": ZONE, "machine_type": machine_type,
        "status": "RUNNING", "created_at": OLD, "is_spot": False, "gpus": 0, "local_ssds": 0, "disks": [],
        "billed_as": [],
    }  # fmt: skip
    made.add("gcp_instances", resource, **{**plain, **columns})
    if cost != "0":
        made.bill.add(resource, "N2 Instance Core running in Belgium", cost=cost)
        made.bill.add(resource, "N2 Instance Ram running in Belgium", cost=Decimal(cost) / 2)
    return resource


def add_disk(made: Estate, name: str, cost: str = "2", disk_type: str = "pd-ssd", **columns: Any) -> str:
    """A disk of 100 GB that is attached to nothing, billed with ``cost`` every day; its full name."""
    resource = f"{COMPUTE}/disks/{name}"
    plain = {"disk_type": disk_type, "size_gb": 100, "status": "READY", "created_at": OLD, "users": [], "billed_as": []}
    made.add("gcp_disks", resource, **{**plain, **columns})
    usage = "SSD backed PD Capacity in Belgium" if disk_type == "pd-ssd" else "Balanced PD Capacity in Belgium"
    made.bill.add(resource, usage, cost=cost, quantity="3.3", unit="gibibyte month")
    return resource


def add_database(made: Estate, name: str, cost: str = "10", **columns: Any) -> str:
    """A running PostgreSQL of 8 vCPUs and 30 GiB, billed with ``cost`` a day, a tenth of it storage; its full name."""
    resource = f"//cloudsql.googleapis.com/projects/account-1/instances/{name}"
    plain = {
        "engine": "POSTGRES_16", "tier": "db-custom-8-30720", "vcpus": 8, "memory_mb": 30720, "state": "RUNNABLE",
        "activation_policy": "ALWAYS", "instance_type": "CLOUD_SQL_INSTANCE", "replicas": [], "disk_gb": 100,
        "created_at": OLD, "number": f"account-1:{name}", "billed_as": [],
    }  # fmt: skip
    made.add("gcp_databases", resource, **{**plain, **columns})
    part = Decimal(cost) / 10
    if plain | columns == plain or columns.get("activation_policy") != "NEVER":
        made.bill.add(resource, "Cloud SQL for PostgreSQL: Zonal - vCPU in Belgium", cost=part * 6)
        made.bill.add(resource, "Cloud SQL for PostgreSQL: Zonal - RAM in Belgium", cost=part * 3)
    made.bill.add(resource, "Cloud SQL for PostgreSQL: Zonal - Standard storage in Belgium", cost=part)
    return resource
