"""Where the time of a run went: the parts and `other` are its wall time, details of them count in no sum."""

import json
import time
from decimal import Decimal
from types import SimpleNamespace

import dagster as dg
import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.failures import UsageError
from cli.output.tables import Format
from cli.output.timings import MODELS, list_timings, show_timings
from cloudcost.step_clock import StepClock
from core.progress import Timings, collect_timings, measure, report_spent


def test_parts_and_other_are_the_wall_time() -> None:
    timings = Timings(begun=time.monotonic() - 100)
    with collect_timings() as collected:
        report_spent("step", "short", 5)
        report_spent("survey", "azure", 10)
        report_spent("step", "long", 25)
        report_spent("survey", "azure", 10)
        report_spent("ingestion", "azure: fetch", 9, is_detail=True)
    timings.spent += collected.spent
    rows = list_timings(timings)
    assert [(part, name, round(seconds)) for part, name, seconds, _ in rows] == [
        ("survey", "azure", 20),
        ("step", "long", 25),
        ("step", "short", 5),
        ("other", "", 50),
        ("total", "", 100),
        ("ingestion", "azure: fetch", 9),
    ]
    assert sum(share for _, _, _, share in rows[:4]) == Decimal(100)


def test_of_the_models_the_slowest_are_named() -> None:
    with collect_timings() as timings:
        for number in range(MODELS + 5):
            report_spent("model", f"model_{number}", number, is_detail=True)
    names = [name for part, name, *_ in list_timings(timings) if part == "model"]
    assert names == [f"model_{number}" for number in range(MODELS + 4, 4, -1)]


def test_nothing_is_kept_for_nobody_and_a_failure_is_measured_too() -> None:
    report_spent("step", "before", 1)
    with collect_timings() as timings, pytest.raises(ZeroDivisionError), measure("survey", "azure"):
        _ = 1 // 0
    report_spent("step", "after", 1)
    assert [(one.part, one.name) for one in timings.spent] == [("survey", "azure")]


def test_rows_for_programs_are_alone_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    with show_timings(True, Format.JSON), measure("survey", "azure"):
        print("Nothing new")
    shown = capsys.readouterr()
    assert [row["part"] for row in json.loads(shown.out)] == ["survey", "other", "total"]
    assert shown.err == "Nothing new\n"


def test_a_form_without_timings_is_wrong_usage() -> None:
    assert isinstance(CliRunner().invoke(app, ["run", "--format", "json"]).exception, UsageError)


def test_steps_and_models_are_measured_by_their_events() -> None:
    clock = StepClock(1)

    @dg.asset
    def costs() -> dg.MaterializeResult[None]:
        time.sleep(0.05)
        return dg.MaterializeResult(metadata={"unique_id": "model.cloudcost.fct_costs", "Execution Duration": 0.5})

    with collect_timings() as timings:
        result = dg.materialize([costs])
        # events bear no moments that the clock could take: it goes by when it is called
        for event in result.all_events:
            clock(SimpleNamespace(dagster_event=event))
    assert [(one.part, one.name, one.is_detail) for one in timings.spent] == [
        ("model", "fct_costs", True),
        ("step", "costs", False),
    ]
    assert timings.spent[0].seconds == 0.5
