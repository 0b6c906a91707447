"""GKE clusters without nodes."""

from decimal import Decimal

from tests.savings_gcp import days_ago, estate
from tests.savings_inventory import Estate

CHECK = "idle_gke_cluster"
CLUSTERS = "//container.googleapis.com/projects/account-1/locations/region-1/clusters"


def add(made: Estate, name: str, **columns: object) -> str:
    plain = {
        "status": "RUNNING", "created_at": days_ago(16), "nodes": 0, "node_pools": 1, "can_grow": False,
        "is_autopilot": False, "billed_as": [],
    }  # fmt: skip
    made.add("gcp_clusters", f"{CLUSTERS}/{name}", **{**plain, **columns})
    made.bill.add(f"{CLUSTERS}/{name}", "Regional Kubernetes Clusters", cost="2.4")
    return f"{CLUSTERS}/{name}"


def example() -> Estate:
    made = estate()
    add(made, "empty")
    return made


def test_the_fee_is_saved() -> None:
    assert example().savings(CHECK) == {f"{CLUSTERS}/empty": Decimal("72.00")}


def test_with_nodes_growing_autopilot_young_and_kept_are_not_found() -> None:
    made = estate()
    add(made, "used", nodes=1)
    add(made, "batch", can_grow=True)
    add(made, "autopilot", is_autopilot=True)
    add(made, "young", created_at=days_ago(15))
    add(made, "kept", tags={"keep": "true"})
    found = made.ask(CHECK)
    assert not found.recommendations and not found.skipped


def test_one_in_an_odd_state_is_not_judged() -> None:
    made = estate()
    odd = add(made, "odd", status="ERROR")
    assert [(one.resource_id, one.reason) for one in made.ask(CHECK).skipped] == [(odd, "its state is ERROR")]
