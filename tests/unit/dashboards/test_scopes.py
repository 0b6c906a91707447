"""What Superset's side is told of scopes: a condition for every dataset, and where each combination has its copy."""

import json
from pathlib import Path
from typing import Any

import pytest

from cloudcost.config.dashboards import DashboardSettings
from dashboards.home import DashboardHome
from dashboards.people import Reader, Readers
from dashboards.scopes import write_row_rules

ACCESS: dict[str, Any] = {
    "datasets": {"viewer": ["sums"], "team": ["costs", "waste"], "finance": ["bills"]},
    "scope_columns": {"costs": {"team": "x_team", "account": "sub_account_id"}, "waste": {"team": "team"}},
}


def test_every_dataset_has_a_condition_and_one_without_columns_shows_no_row() -> None:
    scopes = [
        {"name": "both", "teams": ["o'hara", "web"], "accounts": ["1"]},
        {"name": "account", "teams": [], "accounts": ["2"]},
    ]
    assert write_row_rules(scopes, ACCESS) == {
        "both": {
            "bills": "1 = 0", "costs": "(x_team in ('o''hara', 'web') or sub_account_id in ('1'))", "sums": "1 = 0",
            "waste": "(team in ('o''hara', 'web'))",
        },
        "account": {"bills": "1 = 0", "costs": "(sub_account_id in ('2'))", "sums": "1 = 0", "waste": "1 = 0"},
    }  # fmt: skip


def test_a_star_is_itself_and_case_counts() -> None:
    (rules,) = write_row_rules([{"name": "one", "teams": ["*", "Web", "web", "a!%"], "accounts": []}], ACCESS).values()
    assert rules["costs"] == "(x_team in ('*', 'Web', 'web', 'a!%'))"


@pytest.mark.parametrize("value", ["{{ current_user() }}", "{% raw %}", "{# x"])
def test_a_value_that_superset_would_read_as_a_template_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="cannot be a scope's value"):
        write_row_rules([{"name": "one", "teams": [value], "accounts": []}], ACCESS)


@pytest.mark.parametrize(
    ("separation", "copies"),
    [
        ("rows", []),
        ("copies", [{"scopes": [], "folder": "scopes/none"}, {"scopes": ["a", "b"], "folder": "scopes/a+b"}]),
    ],
)
def test_superset_is_told_of_rules_and_copies_and_has_a_fresh_bundle(
    tmp_path: Path, separation: str, copies: list[dict[str, Any]]
) -> None:
    settings = DashboardSettings.model_validate(
        {
            "separation": separation,
            "scopes": [{"name": "a", "teams": ["web"]}, {"name": "b", "accounts": ["1"]}],
        }
    )
    people = Reader("a@example.com", "team", ("b", "a")), Reader("c@example.com", "finance")
    readers = Readers(people, ("d@example.com",))
    home = DashboardHome(tmp_path / "dashboards", tmp_path / "serving", settings, "USD", readers)
    home.bundle.mkdir(parents=True)
    (home.bundle / "old.yaml").write_text("a chart that the design has no more")
    home.prepare()
    written = json.loads((home.folder / "settings.json").read_text())
    assert "people" not in written
    listed = json.loads((home.folder / "people.json").read_text())
    assert listed["copies"] == copies
    assert [person["email"] for person in listed["people"]] == ["a@example.com", "c@example.com"]
    assert listed["refused"] == ["d@example.com"]
    assert (home.folder / "people.json").stat().st_mode & 0o777 == 0o600
    assert written["row_rules"]["a"]["fct_cost_daily"] == "(x_team in ('web'))"
    assert not (home.bundle / "old.yaml").exists()
    assert (home.bundle / "access.yaml").exists()
