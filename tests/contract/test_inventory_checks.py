"""What every check of a cloud's inventory must keep to: nothing is found where anything that it needs is missing, and
what was missing is said."""

import importlib

import pytest

from savings.check import InventoryCheck
from savings.inventory.contract import KEY_COLUMNS
from savings.inventory.registry import find_metrics, find_tables
from savings.registry import CHECKS
from tests.savings_inventory import ACCOUNT, REGION, Estate

INVENTORY_CHECKS = {name: check for name, check in CHECKS.items() if isinstance(check, InventoryCheck)}
each = pytest.mark.parametrize("name", sorted(INVENTORY_CHECKS))
each_table_and_metric = pytest.mark.parametrize(
    ("name", "part"),
    [(name, part) for name, check in sorted(INVENTORY_CHECKS.items()) for part in (*check.tables, *check.metrics)],
)


def example(name: str) -> Estate:
    """The estate in which a check finds something, by its own tests."""
    made = importlib.import_module(f"tests.unit.savings.checks.test_{name}").example()
    assert isinstance(made, Estate)
    return made


@each
def test_what_it_asks_for_is_there(name: str) -> None:
    check = INVENTORY_CHECKS[name]
    assert check.tables and set(check.tables) <= set(find_tables()) and set(check.metrics) <= set(find_metrics())
    clouds = {find_tables()[table].cloud for table in check.tables}
    assert clouds == set(check.clouds)
    assert {find_metrics()[metric].table for metric in check.metrics} <= set(check.tables)


@each
def test_something_is_found_in_its_example(name: str) -> None:
    found = example(name).ask(name)
    assert found.recommendations
    assert all(one.evidence_kind == "inventory" for one in found.recommendations)


@each_table_and_metric
def test_a_scope_that_was_not_read_to_its_end_has_no_finding_and_a_reason(name: str, part: str) -> None:
    estate = example(name)
    (cloud,) = INVENTORY_CHECKS[name].clouds
    estate.incomplete = {part: {(cloud, ACCOUNT, REGION): "access is denied"}}
    found = estate.ask(name)
    assert not found.recommendations
    assert [(one.account_id, one.region, one.reason) for one in found.skipped if not one.resource_id] == [
        (ACCOUNT, REGION, f"{part}: access is denied")
    ]


@pytest.mark.parametrize(
    ("name", "metric"),
    [(name, metric) for name, check in sorted(INVENTORY_CHECKS.items()) for metric in check.metrics],
)
def test_what_was_not_measured_is_not_judged_and_that_is_said(name: str, metric: str) -> None:
    estate = example(name)
    resources = {one.resource_id for one in estate.ask(name).recommendations}
    estate.series[metric] = []
    found = estate.ask(name)
    assert not resources & {one.resource_id for one in found.recommendations}
    assert resources <= {one.resource_id for one in found.skipped}


@pytest.mark.parametrize("name", sorted(n for n, c in INVENTORY_CHECKS.items() if c.lever in ("delete", "schedule")))
def test_what_people_protect_by_a_tag_is_left_alone(name: str) -> None:
    estate = example(name)
    found = {one.resource_id for one in estate.ask(name).recommendations}
    for table in estate.rows.values():
        for row in table:
            if "tags" in row:
                row["tags"] = {"Do-Not-Delete": "true"}
    assert found and not estate.ask(name).recommendations


@pytest.mark.parametrize("name", sorted(find_tables()))
def test_a_table_says_what_it_has_and_where_that_is_from(name: str) -> None:
    table = find_tables()[name]
    assert name.startswith(f"{table.cloud}_") and table.permissions and table.link.startswith("https://")
    assert not set(table.columns) & {*KEY_COLUMNS, "is_protected", "protected_by"}
    assert table.columns.get("tags") == "map(varchar, varchar)"


@pytest.mark.parametrize("name", sorted(find_metrics()))
def test_a_metric_says_what_it_measures(name: str) -> None:
    metric = find_metrics()[name]
    assert name.startswith(f"{metric.cloud}_") and metric.unit and metric.statistic and metric.permissions
    assert find_tables()[metric.table].cloud == metric.cloud and metric.link.startswith("https://")


@pytest.mark.parametrize("name", sorted({*find_tables(), *find_metrics()}))
def test_it_is_read_for_a_check(name: str) -> None:
    assert any(name in (*check.tables, *check.metrics) for check in INVENTORY_CHECKS.values()), "nobody asks for it"
