"""Load balancers that nothing passes through."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate

OLD = dt.datetime(2026, 1, 1)
ARN = "arn:aws:elasticloadbalancing:region-1:account-1:loadbalancer/app/"


def balancer(estate: Estate, name: str, requests: Any = 0.0, **columns: Any) -> Estate:
    """A load balancer for 0.60 a day."""
    plain = {"name": name, "kind": "application", "created_at": OLD, "targets": 2, "healthy_targets": 2}
    estate.add("aws_load_balancers", ARN + name, **{**plain, **columns})
    estate.bill.add(ARN + name, "LoadBalancerUsage", cost="0.60")
    if requests is not None:
        estate.measure("aws_load_balancer_requests", ARN + name, requests)
    return estate


def example() -> Estate:
    return balancer(Estate(), "idle")


def test_all_of_it_is_saved() -> None:
    assert example().savings("idle_load_balancer") == {ARN + "idle": Decimal("18.00")}


def test_without_a_healthy_target_it_is_surer() -> None:
    estate = balancer(example(), "empty", targets=0, healthy_targets=0)
    balancer(estate, "ill", healthy_targets=0)
    balancer(estate, "classic", kind="classic", targets=0, healthy_targets=None)
    sure = {
        one.resource_id.removeprefix(ARN): one.confidence for one in estate.ask("idle_load_balancer").recommendations
    }
    assert sure == {"idle": "medium", "empty": "high", "ill": "high", "classic": "high"}


def test_who_is_called_is_left_alone() -> None:
    estate = balancer(Estate(), "called", [0.0] * 335 + [1.0])
    # it has no target, and sends everybody elsewhere
    balancer(estate, "redirects", 40.0, targets=0, healthy_targets=0)
    balancer(estate, "unmeasured", None)
    balancer(estate, "new", created_at=dt.datetime(2026, 10, 30))
    balancer(estate, "ingress", tags={"elbv2.k8s.aws/cluster": "main"})
    found = estate.ask("idle_load_balancer")
    assert not found.recommendations
    assert sorted(one.resource_id.removeprefix(ARN) for one in found.skipped) == ["ingress", "new", "unmeasured"]
