"""Sections that people change: versions over the file, kept with who and why, and never what the file locks."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from cloudcost.installation import Installation
from cloudcost.managed_settings import (
    KIND,
    STOP,
    SUBJECT,
    NoSuchSettingsError,
    OtherVersionError,
    SettingsError,
)
from core.config_file import ConfigError
from state import Write

ADA = "ada@example.com"
CONFIG = """\
sources: [{name: plain, provider: aws, location: exports}]
actions: {mode: live}
budgets: [{name: all, amount: 1000, currency: USD}]
anomalies: {minimum_amount: 20}
locked_settings: [anomalies]
"""
BUDGETS: list[dict[str, Any]] = [
    {"name": "all", "amount": "1200.50", "currency": "USD"},
    {"name": "extra", "amount": 5, "currency": "EUR"},
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "cloudcost.yaml").write_text(CONFIG)
    return tmp_path


def open_home(home: Path) -> Installation:
    """As a new process opens it."""
    return Installation(home / "cloudcost.yaml", home / "home", "cli")


def change(home: Path, section: str, value: Any, reason: str = "because", **more: Any) -> None:
    open_home(home).managed_settings.change(ADA, section, value, reason, **more)


def test_a_look_at_the_configuration_makes_no_state(home: Path) -> None:
    assert open_home(home).config.budgets[0].amount == 1000
    assert not (home / "home" / "state.sqlite").exists()


def test_a_change_stands_in_the_place_of_the_file_and_is_kept_with_who_and_why(home: Path) -> None:
    change(home, "budgets", BUDGETS, "a new quarter")
    assert [(str(b.amount), b.currency) for b in open_home(home).config.budgets] == [("1200.50", "USD"), ("5", "EUR")]
    found = open_home(home).managed_settings.find("budgets")
    assert (found.version, found.actor, found.reason) == (1, ADA, "a new quarter")
    assert open_home(home).file_config.budgets[0].amount == 1000


def test_what_follows_is_built_anew_after_a_change(home: Path) -> None:
    before = open_home(home).scoring_input()
    change(home, "budgets", BUDGETS)
    assert open_home(home).scoring_input() != before


def test_every_version_is_kept_and_can_be_gone_back_to(home: Path) -> None:
    change(home, "budgets", BUDGETS)
    change(home, "budgets", BUDGETS[:1])
    change(home, "budgets", None, "the file again")
    settings = open_home(home).managed_settings
    assert open_home(home).config.budgets[0].amount == 1000
    assert settings.roll_back(ADA, "budgets", 1, "no").version == 4
    assert len(open_home(home).config.budgets) == 2
    assert [(v.version, None if v.value is None else len(v.value)) for v in settings.list_versions("budgets")] == [
        (1, 2), (2, 1), (3, None), (4, 2),
    ]  # fmt: skip
    settings.roll_back(ADA, "budgets", 0, "the file")
    assert open_home(home).config.budgets[0].amount == 1000
    with pytest.raises(NoSuchSettingsError, match="has no version 9"):
        settings.roll_back(ADA, "budgets", 9, "no")


@pytest.mark.parametrize(
    ("section", "value", "message"),
    [
        ("anomalies", {"minimum_amount": 5}, "anomalies is locked by the configuration file"),
        ("budgets", [{"name": "all"}], r"budgets\[0\], as changed since .*a budget needs an amount"),
        ("budgets", [{"name": "a", "amount": -1, "currency": "USD"}], "greater than"),
        ("budgets", "none", "budgets, as changed since"),
        ("forecasts", {"horizon": 9}, "forecasts.horizon, as changed since .*unknown key"),
        (STOP, "yes", "stopped_actions is true or false"),
    ],
)
def test_what_does_not_hold_together_is_refused(home: Path, section: str, value: Any, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        change(home, section, value)
    assert open_home(home).config.budgets[0].amount == 1000


@pytest.mark.parametrize("section", ["sources", "actions", "people", "audit", "metrics", "nothing"])
def test_other_sections_cannot_be_changed(home: Path, section: str) -> None:
    with pytest.raises(NoSuchSettingsError, match="there is no section"):
        change(home, section, {})


def test_a_change_needs_a_reason(home: Path) -> None:
    with pytest.raises(SettingsError, match="needs a reason"):
        change(home, "budgets", BUDGETS, " ")


def test_who_read_an_older_version_is_told(home: Path) -> None:
    change(home, "budgets", BUDGETS, expected=0)
    with pytest.raises(OtherVersionError, match="has version 1 by now, not 0"):
        change(home, "budgets", [], expected=0)


def test_a_lock_that_is_set_later_holds_at_once(home: Path) -> None:
    change(home, "budgets", BUDGETS)
    (home / "cloudcost.yaml").write_text(CONFIG.replace("[anomalies]", "[anomalies, budgets]"))
    assert open_home(home).config.budgets[0].amount == 1000


def test_what_the_file_says_now_and_a_section_no_more_fits_is_named_with_its_section(home: Path) -> None:
    change(home, "budgets", BUDGETS)
    store, key = open_home(home).store, "budgets"
    record = store.get(KIND, key)
    assert record is not None
    # as a release would find it that knows other keys
    settings = open_home(home).managed_settings
    body = {**record.body, "value": [{**BUDGETS[0], "colour": "red"}]}
    body["seal"] = settings._seal(key, body)
    store.transact([Write.update(record, body)])
    with pytest.raises(ConfigError, match=r"budgets\[0\].colour, as changed since .*unknown key"):
        _ = open_home(home).config
    open_home(home).managed_settings.change(ADA, key, None, "whatever the file has")
    assert open_home(home).config.budgets[0].amount == 1000


def test_who_writes_the_store_without_the_key_changes_nothing(home: Path) -> None:
    change(home, "budgets", BUDGETS)
    store = open_home(home).store
    record = store.get(KIND, "budgets")
    assert record is not None
    store.transact([Write.update(record, {**record.body, "value": []})])
    assert open_home(home).config.budgets[0].amount == 1000
    assert open_home(home).managed_settings.find("budgets").version == 0


def test_a_stop_makes_every_execution_a_dry_run_at_once(home: Path) -> None:
    running = open_home(home)

    def read_modes() -> set[str]:
        return {running.action_settings.mode, open_home(home).config.actions.mode}

    assert read_modes() == {"live"}
    change(home, STOP, True, "something is wrong")
    assert read_modes() == {"dry_run"}
    change(home, STOP, False, "it was nothing")
    assert read_modes() == {"live"}


def test_a_stop_is_not_ended_by_putting_an_older_record_back(home: Path) -> None:
    change(home, STOP, False, "made")
    store = open_home(home).store
    older = store.get(KIND, STOP)
    change(home, STOP, True, "stop")
    newer = store.get(KIND, STOP)
    assert older is not None and newer is not None
    store.transact([Write.update(newer, older.body)])
    assert open_home(home).action_settings.mode == "dry_run"


def test_every_change_is_a_row_of_the_log(home: Path) -> None:
    from audit.log import AuditLog

    change(home, "budgets", BUDGETS, "a new quarter")
    (row,) = AuditLog(open_home(home).store, lambda: dt.datetime.now(dt.UTC)).rows_about(f"{SUBJECT}budgets")
    assert (row.actor, row.event, row.details["version"], row.details["reason"]) == (
        ADA, "settings.changed", 1, "a new quarter",
    )  # fmt: skip


def test_an_error_in_the_file_itself_names_its_line(home: Path) -> None:
    change(home, "budgets", BUDGETS)
    (home / "cloudcost.yaml").write_text(CONFIG.replace("live", "alive"))
    with pytest.raises(ConfigError, match=r"cloudcost.yaml:2: actions.mode"):
        _ = open_home(home).config
