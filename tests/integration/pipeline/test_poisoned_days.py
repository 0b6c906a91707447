"""A warehouse and a history with charges of 9999-12-31, year 1 and infinity: scored is what is scored without them."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from cli.output.summary import describe_scoring
from cloudcost.analytics.forecasting import FORECAST_TABLES
from cloudcost.installation import Installation
from orchestration.defs.actions.assets import proposals
from orchestration.defs.alerts.assets import incidents
from orchestration.defs.ml.anomalies import (
    ANOMALY_TABLES,
    QUALITY_KIND,
    contributions_add_up,
    cost_anomalies,
    detector_is_as_good_as_before,
)
from orchestration.defs.ml.forecasts import cost_forecasts, forecast_accuracy_holds
from tests.integration.pipeline.scoring import execute, materialise, open_installation, read
from tests.unit.ml.rows import make_rows, make_weekly

ASSETS = [
    cost_forecasts, forecast_accuracy_holds, cost_anomalies, contributions_add_up, detector_is_as_good_as_before,
    incidents, proposals,
]  # fmt: skip
LAST, PEAK = "2025-01-24", "2025-01-19"
TODAY = dt.datetime.now(dt.UTC).date()
#: The last one is of usage that nobody can have had yet.
DAYS = ("-infinity", "0001-01-01", "9999-12-31", "10000-01-01", "infinity", str(TODAY + dt.timedelta(days=1)))
RESTATED = """
create table marts.fct_cost_monthly_history as
select 'aws' as source_name, period as billing_period, 'USD' as billing_currency, 2 as change_number,
    'restated' as change_kind, 'd1' as from_delivery_id, 'd2' as to_delivery_id, timestamp '2025-06-01' as valid_from,
    9.5::decimal(38, 12) as billed_cost, 9.5::decimal(38, 12) as effective_cost,
    1::decimal(38, 12) as billed_cost_difference, 1::decimal(38, 12) as effective_cost_difference,
    0::decimal(38, 12) as list_cost_difference, 0::decimal(38, 12) as contracted_cost_difference
from (values (date '2025-01-01'), (date '9999-12-01'), (date 'infinity')) as periods (period)
"""
Scores = dict[str, list[tuple[Any, ...]]]


def read_scores(installation: Installation) -> Scores:
    """Everything that scoring wrote."""
    names = (*FORECAST_TABLES, *ANOMALY_TABLES)
    return {name: sorted(read(installation, f"select * from ml.{name}"), key=repr) for name in names}


def poison(installation: Installation, day: str) -> None:
    """A million on a day, in every table that is read, and in what earlier runs left."""
    given = {
        "marts.fct_cost_daily": f"date '{day}' as charge_date, 1e6 as effective_cost",
        "intermediate.int_costs__changed": f"date '{day}' as charge_date, 1e6 as new_effective_cost",
        "intermediate.int_focus__unioned": f"date '{day}' as charge_date, timestamp '{day}' as charge_period_start, "
        f"timestamp '{day}' as billing_period_end, 1e6 as effective_cost",
    }
    left = {"ml.forecast_runs": "", "ml.forecast_history": f", date '{day}' as forecast_date"}
    execute(
        installation,
        *(
            f"insert into {table} select * replace ({columns}) from {table} where charge_date = date '{PEAK}'"
            for table, columns in given.items()
        ),
        *(
            f"insert into {table} select distinct on (as_of_date) * replace (date '{day}' as as_of_date{columns}) "
            f"from {table} where as_of_date = date '{LAST}'"
            for table, columns in left.items()
        ),
        # an earlier release's run, which wrote such rows, left no mark that says what this one would make of the costs
        *(f"comment on table {table} is null" for table in left),
    )


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, Scores]:
    """An installation that was scored, poisoned and scored again; and its scores before."""
    costs = np.where(np.arange(24) == 18, 5000.0, make_weekly(24))
    installation = open_installation(tmp_path_factory.mktemp("poisoned"), make_rows(costs))
    execute(installation, RESTATED)
    materialise(installation, ASSETS)
    clean = read_scores(installation)
    for day in DAYS:
        poison(installation, day)
    odd = {"flagged_share": 1.0, "answers": 0.0, "precision": 1.0}
    installation.store.insert(QUALITY_KIND, "9999-12-31", odd)
    materialise(installation, ASSETS)
    return installation, clean


def test_scores_are_those_without_such_days(scored: tuple[Installation, Scores]) -> None:
    installation, clean = scored
    assert len(clean["cost_forecasts"]) > 30 and len(clean["cost_anomalies"]) == 1
    assert read_scores(installation) == clean
    # no cost was taken away
    assert read(installation, "select count(*) from marts.fct_cost_daily") == [(24 + len(DAYS),)]


def test_incidents_are_of_what_happened(scored: tuple[Installation, Scores]) -> None:
    findings = [record.body["finding"] for record in scored[0].store.list("incident")]
    reported = {(finding["rule"], finding["start"]) for finding in findings}
    # one of the few days that were judged is flagged, which is told of the last scored day and not of 9999-12-31
    quality = ("anomaly_quality", LAST)
    assert reported == {("cost_anomaly", PEAK), ("closed_period_changed", "2025-01-01"), quality}


def test_what_is_left_out_is_said(scored: tuple[Installation, Scores]) -> None:
    # a purchase of next year is charged ahead, which is nothing odd
    execute(
        scored[0],
        "insert into marts.fct_cost_daily select * replace ('Purchase' as charge_category, current_date + 300 as "
        f"charge_date) from marts.fct_cost_daily where charge_date = date '{PEAK}'",
    )
    reported = [sentence for sentence in describe_scoring(scored[0]) if "left out" in sentence]
    assert [sentence.split(" line item(s) of ")[1].split()[0] for sentence in reported] == sorted(DAYS)
    assert reported[0] == (
        "aws: 1 line item(s) of -infinity are in every total and left out of forecasts and anomalies: what is "
        f"scored lies from 2000-01-01 to {TODAY}"
    )
