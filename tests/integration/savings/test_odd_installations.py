"""Odd configurations and odd bills of a whole home: what they cost, and what is said of them."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from savings.lifecycle.book import DecisionError
from tests.integration.savings.test_savings_command import Home
from tests.savings_bill import Bill


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that `cloudcost` finds by itself."""
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(tmp_path / "cloudcost.yaml"))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    return Home(tmp_path)


def test_a_check_with_figures_that_cannot_be_meant_does_not_run_and_says_so(home: Home) -> None:
    wrong = "savings: {disabled_checks: [gp2], parameters: {gp2_to_gp3: {price_ration: 0.5}}}\n"
    with (home.folder / "cloudcost.yaml").open("a") as file:
        file.write(wrong)
    home.judge()
    assert [one for one in home.list() if one["check"] == "gp2_to_gp3"] == []
    reasons = [reason for (reason,) in home.rows("select reason from ml.unjudged_savings")]
    assert any("there is no check 'gp2'" in reason for reason in reasons)
    assert any("did you mean price_ratio?" in reason for reason in reasons)
    # not judged is not gone
    assert (
        home.rows("select status, plan_note from ml.savings_history where check_name = 'gp2_to_gp3'")
        == [("found", "not in the plan: it could not be judged in the last run")] * 2
    )


def test_a_source_that_ended_has_nothing_to_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its account goes on in another source, which found the same."""
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(tmp_path / "cloudcost.yaml"))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    day = Decimal(100) / 31
    meter: dict[str, Any] = {"cost": day / 10, "quantity": day, "unit": "GB-Months"}
    bill = Bill().add("vol-1", "EBS:VolumeUsage.gp2", **meter)
    bill.add("vol-1", "EBS:VolumeUsage.gp2", first_days_ago=3100, last_days_ago=3060, source_name="old", **meter)
    home = Home(tmp_path, bill)
    assert [one["resource"] for one in home.list("--check", "gp2_to_gp3")] == ["vol-1"]
    (reason,) = home.rows("select reason from ml.unjudged_savings where check_name = 'every check'")
    assert reason[0].startswith("source 'old' has no usage since 2018-06-15, others have")


@pytest.mark.parametrize(
    ("reason", "why"),
    [("x" * 2**20, "500 characters"), ("red \x1b[31m", "cannot be read"), ("a\x00b", "cannot be read")],
)
def test_a_reason_that_nobody_would_read_is_refused(home: Home, reason: str, why: str) -> None:
    one = home.list()[0]
    for command in ("accept", "dismiss", "restore"):
        if command == "restore":
            home.call("accept", one["id"])
        answer = home.call(command, one["id"], "--reason", reason)
        assert isinstance(answer.exception, DecisionError) and why in str(answer.exception)


def test_what_is_restored_already_is_not_restored_again(home: Home) -> None:
    one = home.list()[0]
    home.call("dismiss", one["id"], "--reason", "kept", "--until", str(dt.date.today() + dt.timedelta(days=9)))
    assert "found again" in home.call("restore", one["id"]).stdout
    assert "nothing was decided about it" in home.call("restore", one["id"], "--reason", "again").stdout
