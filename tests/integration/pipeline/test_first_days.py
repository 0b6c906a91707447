"""A customer's first days: everything runs through, every table is there, and what needs more days is said."""

import datetime as dt
from pathlib import Path

import pytest

from cli.commands.run import run_pipeline
from cli.output.summary import describe_scoring
from cloudcost.installation import Installation
from core.errors import OK
from orchestration.defs.alerts.assets import incidents
from orchestration.defs.ml.anomalies import contributions_add_up, cost_anomalies, detector_is_as_good_as_before
from orchestration.defs.ml.forecasts import cost_forecasts, forecast_accuracy_holds
from tests.integration.pipeline.conftest import Home
from tests.integration.pipeline.scoring import execute, materialise, open_installation, read
from tests.unit.ml.rows import make_rows
from warehouse.written_tables import read_declaration

ASSETS = [
    cost_forecasts, forecast_accuracy_holds, cost_anomalies, contributions_add_up, detector_is_as_good_as_before,
    incidents,
]  # fmt: skip
SOURCES = "sources:\n  - {name: first, provider: auto, location: exports}\n"
HEADER = (
    "BillingAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,"
    "ChargeCategory,ChargeFrequency,BilledCost,EffectiveCost,ListCost,ContractedCost,ProviderName,ServiceName,"
    "ServiceCategory,PricingCategory\n"
)


def describe_columns(installation: Installation) -> dict[tuple[str, str], list[str]]:
    """The columns of every written table that is there."""
    found: dict[tuple[str, str], list[str]] = {}
    for schema, table, column in read(
        installation,
        "select table_schema, table_name, column_name from information_schema.columns "
        "where table_schema in ('ml', 'ops', 'business') order by 1, 2, ordinal_position",
    ):
        found.setdefault((schema, table), []).append(column)
    return found


@pytest.mark.parametrize(("days", "forecasts", "waits"), [(1, 0, 2), (8, 0, 2), (9, 9, 1), (10, 9, 0)])
def test_scoring_runs_through_and_says_what_it_waits_for(days: int, forecasts: int, waits: int, tmp_path: Path) -> None:
    installation = open_installation(tmp_path, make_rows([40.0 + day for day in range(days)]))
    result = materialise(installation, ASSETS)
    # two days are still filling and forecast too
    assert read(installation, "select count(*) from ml.cost_forecasts where unique_id = 'total|USD'") == [(forecasts,)]
    assert read(installation, "select count(*) from ml.cost_anomalies") == [(0,)]
    sentences = describe_scoring(installation)
    assert sum(one.count("days,") + one.count("days (") for one in sentences) == waits
    check = next(e for e in result.get_asset_check_evaluations() if e.check_name == "forecast_accuracy_holds")
    assert check.passed and (check.description or "") == "; ".join(sentences)
    columns = describe_columns(installation)
    savings = ("recommendations", "savings_history", "unjudged_savings", "realised_savings")
    of_savings = {("ml", name) for name in savings}
    assert set(columns) == {key for key in read_declaration() if key[0] == "ml"} - of_savings
    assert all(names == read_declaration()[key].columns.names for key, names in columns.items())


def test_where_the_usage_is_taken_back_the_scores_go_and_the_history_stays(tmp_path: Path) -> None:
    installation = open_installation(tmp_path, make_rows([40.0 + day for day in range(12)]))
    materialise(installation, ASSETS)
    kept = read(installation, "select * from ml.forecast_history order by forecast_id")
    execute(installation, "delete from marts.fct_cost_daily")
    materialise(installation, ASSETS)
    for table in ("cost_forecasts", "cost_forecast_horizons", "forecast_accuracy", "cost_anomalies"):
        assert read(installation, f"select count(*) from ml.{table}") == [(0,)], table
    assert kept and read(installation, "select * from ml.forecast_history order by forecast_id") == kept
    assert describe_scoring(installation) == ["There is no usage yet, which forecasts and anomalies are made from"]


def test_a_file_without_rows_is_said_and_is_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "first.csv").write_text(HEADER)
    (tmp_path / "cloudcost.yaml").write_text(SOURCES)
    installation = Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")
    assert run_pipeline(installation, None, everything=False, retry_quarantined=False, verbose=False) == OK
    printed = capsys.readouterr()
    assert printed.err == "note: first: first.csv holds no rows: taken as an empty delivery\n"
    assert printed.out.startswith("There are no costs yet: no source has delivered a row.")


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_the_first_line_of_the_first_day_runs_through(tmp_path: Path) -> None:
    home, day = Home(tmp_path), dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    month = day.replace(day=1)
    following = (month + dt.timedelta(days=31)).replace(day=1)
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "first.csv").write_text(
        f"{HEADER}acct,USD,{month},{following},{day},{day + dt.timedelta(days=1)},Usage,Usage-Based,42,42,42,42,Acme,"
        "Svc,Compute,Standard\n"
    )
    home.configure(SOURCES)
    done = home.call("run")
    assert done.returncode == 0, done
    assert "Acme in USD: 1 day of usage so far; forecasts begin with 9 days, anomalies" in done.stdout
    assert home.query("select sum(billed_cost) from marts.fct_cost_daily") == [(42,)]
    columns = describe_columns(Installation(tmp_path / "cloudcost.yaml", home.state))
    assert columns == {key: table.columns.names for key, table in read_declaration().items()}
    filled = {key for key in columns if home.query(f"select count(*) from {'.'.join(key)}") != [(0,)]}
    assert filled == {("ops", "sources"), ("ops", "deliveries"), ("ops", "checks")}
    log = next(home.state.glob("logs/run-*.log")).read_text()
    assert "RUN_SUCCESS" in log and "STEP_FAILURE" not in log and "STEP_SKIPPED" not in log
    assert home.call("run").returncode == 0
