"""Redis instances that nobody connects to."""

from decimal import Decimal

from tests.savings_gcp import NEW, OLD, estate
from tests.savings_inventory import Estate

CHECK = "idle_memorystore"
PLACE = "projects/account-1/locations/region-1/instances"


def add(made: Estate, name: str, clients: float | list[float] = 0, **columns: object) -> str:
    resource = f"//redis.googleapis.com/{PLACE}/{name}"
    plain = {"number": f"{PLACE}/{name}", "tier": "BASIC", "memory_gb": 5, "state": "READY", "created_at": OLD}
    made.add("gcp_caches", resource, **{**plain, **columns})
    made.measure("gcp_cache_clients", resource, clients)
    made.bill.add(resource, "Redis Capacity Basic M2 Belgium", cost="3")
    return resource


def example() -> Estate:
    made = estate()
    add(made, "idle")
    return made


def test_the_instance_is_saved() -> None:
    assert list(example().savings(CHECK).values()) == [Decimal("90.00")]


def test_used_once_young_kept_and_in_repair_are_not_found() -> None:
    made = estate()
    add(made, "monthly", [0.0] * 335 + [1.0])
    add(made, "young", created_at=NEW)
    add(made, "kept", tags={"keep": "true"})
    add(made, "repair", state="REPAIRING")
    found = made.ask(CHECK)
    assert not found.recommendations and not found.skipped
