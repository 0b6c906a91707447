"""What the section `allocation` accepts, what it says of a mistake, and the rows that it becomes."""

from decimal import Decimal
from pathlib import Path

import pytest

from cloudcost.config.document import CloudcostConfig, load_config
from cloudcost.settings_tables import read_settings
from cloudcost.settings_tables.allocation import SPLITS, TARGETS
from cloudcost.settings_tables.scopes import SCOPE_TESTS, digest_scope
from core.config_file import ConfigError
from warehouse.settings_contracts import SettingsContent, SettingsError

SOURCES = "sources: [{name: one, location: exports}]\n"
HERE = Path()


def read(folder: Path, text: str) -> CloudcostConfig:
    path = folder / "cloudcost.yaml"
    path.write_text(SOURCES + text)
    return load_config(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("allocation: {team: {tag_keys: [team, TEAM]}}", ":2: allocation.team.tag_keys: tag key 'team' is there twice"),
        ("allocation: {team: {tag_keys: ['a\"b']}}", "tag key 'a\"b' has a quote or a backslash"),
        ('allocation: {team: {tag_keys: ["a\\nb"]}}', "tag key 'a\\nb' has a control character"),
        ("allocation: {team: {aliases: {a: [x], b: [X]}}}", "alias 'x' is there twice"),
        ("allocation: {team: {accounts: {ab: x, AB: y}}}", "account 'ab' is there twice"),
        ("allocation: {team: {precedence: [tag, tag]}}", "precedence 'tag' is there twice"),
        (
            "allocation:\n  team:\n    rules:\n      - {name: r, value: v, when: {}}",
            ":5: allocation.team.rules[0].when: a condition is expected",
        ),
        (
            "allocation: {team: {rules: [{name: r, value: v, when: {service: {prefix: a, contains: b}}}]}}",
            "exactly one of equals, in, prefix, contains is expected",
        ),
        (
            "allocation: {team: {rules: [{name: r, value: v, when: {servise: x}}]}}",
            "unknown key; did you mean 'service'?",
        ),
        ("allocation: {splits: [{name: s, scope: {not: {team: 'a\\\\b'}}}]}", "splits[0].scope: team has a backslash"),
        ("allocation: {splits: [{name: s, scope: {an: [{team: a}]}}]}", "scope.an: unknown key; did you mean 'any'?"),
        (
            "budgets: [{name: b, amount: 1, scope: {usage_type: x}}]",
            "budgets[0].scope: usage_type cannot be asked here; there are source, provider",
        ),
        (
            "allocation: {splits: [{name: s, scope: {team: a}, method: fixed, shares: {x: 50, y: 49.9}}]}",
            "the shares add up to 99.9, not to 100",
        ),
        (
            "allocation: {splits: [{name: s, scope: {team: a}, method: fixed}]}",
            "`shares` and method fixed belong together",
        ),
        ("allocation: {splits: [{name: s, scope: {team: a}, targets: []}]}", "a target is expected"),
        (
            "allocation: {splits: [{name: s, scope: {team: a}}, {name: s, scope: {team: b}}]}",
            "split 's' is there twice",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)


def test_rules_become_rows_in_lower_case(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        "allocation: {splits: [{name: s, scope: {team: Ops, region: {in: [A, b, a]}}, method: fixed,"
        " shares: {X: 33.3, y: 66.7}}]}",
    )
    assert SPLITS.rows(config, HERE) == [
        ("s", "team", 1, "fixed", "effective_cost", False, digest_scope(config.allocation.splits[0].scope))
    ]
    assert SCOPE_TESTS.rows(config, HERE) == [
        ("split", "s", 1, "region", "a", False),
        ("split", "s", 1, "region", "b", False),
        ("split", "s", 2, "team", "ops", False),
    ]
    assert TARGETS.rows(config, HERE) == [("s", "x", Decimal("0.333")), ("s", "y", Decimal("0.667"))]


def test_a_fingerprint_follows_the_content_and_not_its_order(tmp_path: Path) -> None:
    one = read_settings(read(tmp_path, "allocation: {team: {accounts: {a: x, b: y}}}"), HERE)
    two = read_settings(read(tmp_path, "allocation: {team: {accounts: {b: y, a: x}}}"), HERE)
    three = read_settings(read(tmp_path, "allocation: {team: {accounts: {a: x, b: z}}}"), HERE)
    assert [c.fingerprint for c in one] == [c.fingerprint for c in two]
    changed = [a.table.name for a, b in zip(one, three, strict=True) if a.fingerprint != b.fingerprint]
    assert changed == ["allocation_accounts"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((("s", "x", None), ("s", "x", Decimal(1))), "rule_name 's', target 'x' is there twice"),
        ((("s", "x", 0.5),), "share 0.5 is no numeric"),
        ((("s", None, None),), "target is missing"),
        ((("s", "x"),), "has not 3 values"),
    ],
)
def test_rows_that_do_not_fit_are_refused(rows: tuple[tuple[object, ...], ...], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        SettingsContent(TARGETS, rows)  # type: ignore[arg-type]  # what is refused
