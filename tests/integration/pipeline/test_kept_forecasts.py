"""Forecasts are scored when something that they stand on changed; what is there else is what a scoring would make."""

import random
import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

import ml.forecast.costs
from cloudcost.analytics import scored_inputs
from cloudcost.analytics.forecasting import FORECAST_TABLES, bring_forecasts_up_to_date
from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.installation import Installation
from core.instants import utc_now
from orchestration.defs.ml.forecasts import last_charge_date, read_daily_costs
from tests.integration.pipeline.scoring import execute, open_installation, read
from tests.unit.ml.rows import make_rows, make_weekly
from warehouse import written_tables
from warehouse.written_tables import read_declaration

ROOT = Path(__file__).resolve().parents[3]

#: Of the daily costs, of what was scored, and of neither.
CHANGES = {
    "nothing": ["select 1"],
    "one cost": [
        "update marts.fct_cost_daily set effective_cost = effective_cost + 5 "
        "where charge_date = (select max(charge_date) from marts.fct_cost_daily)"
    ],
    "one more day": [
        "insert into marts.fct_cost_daily select * replace (charge_date + 1 as charge_date) from marts.fct_cost_daily "
        "where charge_date = (select max(charge_date) from marts.fct_cost_daily)"
    ],
    "a name": ["update marts.fct_cost_daily set sub_account_name = sub_account_name || '!'"],
    "another table": ["create or replace table marts.fct_budget_status as select 1 as budget"],
    "a lost table": ["drop table ml.forecast_accuracy"],
}
UNNOTICED = {"nothing", "another table"}


def score(installation: Installation) -> None:
    days = ScoredDays.until(utc_now().date())
    daily = read_daily_costs(installation, days)
    bring_forecasts_up_to_date(installation, daily, last_charge_date(daily), days)


def read_tables(installation: Installation) -> dict[str, list[str]]:
    """Every row as text, which shows each digit; in no order, as a table has none."""
    return {name: sorted(map(repr, read(installation, f"select * from ml.{name}"))) for name in FORECAST_TABLES}


@pytest.fixture
def scorings(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """One entry for each time that forecasts were really made."""
    made: list[object] = []
    forecast_costs = ml.forecast.costs.forecast_costs

    def count(*given: object, **inputs: object) -> object:
        made.append(inputs)
        return forecast_costs(*given, **inputs)  # type: ignore[arg-type]

    monkeypatch.setattr("ml.forecast.costs.forecast_costs", count)
    return made


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_what_is_kept_is_what_a_scoring_would_make(seed: int, tmp_path: Path, scorings: list[object]) -> None:
    rows = make_rows(make_weekly(40, seed=seed))
    (tmp_path / "kept").mkdir()
    (tmp_path / "scored").mkdir()
    kept, scored = open_installation(tmp_path / "kept", rows), open_installation(tmp_path / "scored", rows)
    changes = list(CHANGES)
    random.Random(seed).shuffle(changes)
    score(kept)
    score(scored)
    for change in changes:
        scorings.clear()
        execute(kept, *CHANGES[change])
        score(kept)
        assert len(scorings) == (change not in UNNOTICED), change
        execute(scored, *CHANGES[change], *(f"comment on table ml.{t} is null" for t in read_names(scored)))
        score(scored)
        assert len(scorings) == 1 + (change not in UNNOTICED), change
        assert read_tables(kept) == read_tables(scored), change


def read_names(installation: Installation) -> list[str]:
    """The tables that a scoring wrote and that are there once `a lost table` was lost."""
    found = read(installation, "select table_name from duckdb_tables() where schema_name = 'ml'")
    return [name for (name,) in found if name != "forecast_accuracy"]


def test_other_settings_another_day_and_other_code_score_anew(
    tmp_path: Path, scorings: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = open_installation(tmp_path, make_rows(make_weekly(30)))
    score(installation)
    score(installation)
    assert len(scorings) == 1
    path = installation.config_path
    path.write_text(path.read_text().replace("horizon_days: 7", "horizon_days: 8"))
    score(Installation(path, installation.home))
    assert len(scorings) == 2
    path.write_text(path.read_text().replace("horizon_days: 8", "horizon_days: 8, immature_days: 3"))
    score(Installation(path, installation.home))
    assert len(scorings) == 3
    monkeypatch.setattr(scored_inputs, "_fingerprint_code", lambda: "other code")
    score(Installation(path, installation.home))
    assert len(scorings) == 4
    declared = read_declaration()
    key = ("ml", "cost_forecasts")
    columns = declared[key].columns
    wide = pa.schema([(c.name, pa.float64() if pa.types.is_integer(c.type) else c.type) for c in columns])
    assert wide != columns
    changed = {**declared, key: replace(declared[key], columns=wide)}
    monkeypatch.setattr(written_tables, "read_declaration", lambda: changed)
    score(Installation(path, installation.home))
    assert len(scorings) == 5, "what is there has the types that an earlier release declared"
    today = ScoredDays.until(utc_now().date())
    daily = read_daily_costs(installation, today)
    fingerprints = {
        scored_inputs.fingerprint_inputs(daily, last_charge_date(daily), days)
        for days in (today, ScoredDays(today.first, today.last.replace(year=today.last.year + 1)))
    }
    assert len(fingerprints) == 2


def test_what_the_models_go_by_is_in_the_fingerprint() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in scored_inputs.list_code()}
    imported = re.compile(r"^\s*from (core\.\w+|warehouse\.\w+) import", re.MULTILINE)
    used = {name for path in (ROOT / "ml").rglob("*.py") for name in imported.findall(path.read_text())}
    assert "core.scope" in used
    assert {f"{name.replace('.', '/')}.py" for name in used} <= names
    assert "dbt_project/models/written.yml" in names
