"""Forwarding rules with nothing behind them."""

from decimal import Decimal

from tests.savings_gcp import days_ago, estate
from tests.savings_inventory import Estate

CHECK = "idle_forwarding_rule"
RULES = "//compute.googleapis.com/projects/account-1/regions/region-1/forwardingRules"


def add(made: Estate, name: str, **columns: object) -> str:
    plain = {
        "scheme": "EXTERNAL", "created_at": days_ago(16), "target": "projects/account-1/global/backendServices/web",
        "has_backend": False, "billed_as": [],
    }  # fmt: skip
    made.add("gcp_forwarding_rules", f"{RULES}/{name}", **{**plain, **columns})
    made.bill.add(f"{RULES}/{name}", "Network Load Balancing: Forwarding Rule Minimum Service Charge", cost="0.6")
    return f"{RULES}/{name}"


def example() -> Estate:
    made = estate()
    add(made, "empty")
    return made


def test_the_rule_is_saved() -> None:
    assert example().savings(CHECK) == {f"{RULES}/empty": Decimal("18.00")}


def test_with_a_backend_young_and_kept_are_not_found() -> None:
    made = estate()
    add(made, "used", has_backend=True)
    add(made, "young", created_at=days_ago(15))
    add(made, "kept", tags={"keep": "true"})
    found = made.ask(CHECK)
    assert not found.recommendations and not found.skipped


def test_one_that_could_not_be_followed_is_not_judged() -> None:
    made = estate()
    lost = add(made, "lost", has_backend=None)
    assert [(one.resource_id, one.reason) for one in made.ask(CHECK).skipped] == [
        (lost, "what stands behind it could not be followed")
    ]
