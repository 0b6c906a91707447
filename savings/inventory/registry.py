"""The kinds of inventory there are. To add one: write its module below `savings/inventory/<cloud>/`."""

from collections.abc import Iterable, Mapping
from functools import cache

from core.registry import find_values
from savings.check import InventoryCheck
from savings.inventory.contract import Cloud, InventoryTable, Metric


@cache
def find_tables() -> Mapping[str, InventoryTable]:
    """Every kind of resource, by its name."""
    return find_values("savings.inventory", InventoryTable)


@cache
def find_metrics() -> Mapping[str, Metric]:
    """Everything that is measured of resources, by its name."""
    return find_values("savings.inventory", Metric)


def list_permissions(checks: Iterable[InventoryCheck], cloud: Cloud) -> tuple[str, ...]:
    """What these checks must be granted in a cloud, in the words of its policies, each once."""
    checks = list(checks)
    parts: list[InventoryTable | Metric] = [find_tables()[name] for check in checks for name in check.tables]
    parts += [find_metrics()[name] for check in checks for name in check.metrics]
    return tuple(sorted({one for part in parts if part.cloud == cloud for one in part.permissions}))
