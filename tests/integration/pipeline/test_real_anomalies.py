"""A real month: what doubled is found on its day with its cause, and what is always there raises nothing."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.pipeline.conftest import Home

pytestmark = pytest.mark.timeout(900)
REPORT = "aws_cur_2018_10"


@pytest.fixture(scope="module")
def home(realdata: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Home:
    path = realdata(REPORT)
    home = Home(tmp_path_factory.mktemp("october"))
    home.configure(
        f'sources:\n  - {{name: aws, provider: aws, location: "{path}"}}\n'
        "forecasts: {horizon_days: 7}\nanomalies: {open_days: 31}\n"
    )
    done = home.call("run")
    assert done.returncode == 0, done
    return home


def test_the_doubling_of_glue_is_found_on_its_day_with_glue_as_its_cause(home: Home) -> None:
    found = home.query(
        "select start_date, service_name, direction, top_cause, impact_cost from ml.cost_anomalies order by 1, 2"
    )
    glue = [row for row in found if row[1] == "AWS Glue"]
    assert [row[0] for row in glue][:1] == [dt.date(2018, 10, 10)] and glue[0][2] == "up"
    assert glue[0][3].startswith("usage type USE1-DEVED-DPU-Hour: +") and glue[0][3].endswith("by usage")
    first = home.query(
        "select c.member, c.share from ml.anomaly_causes as c join ml.cost_anomalies as a using (anomaly_id) "
        "where a.start_date = '2018-10-10' and c.dimension = 'service_name' and c.rank = 1"
    )
    assert first == [("AWS Glue", pytest.approx(1.0))]
    days = home.query(
        "select charge_date, sum(effective_cost) from marts.fct_cost_daily where service_name = 'AWS Glue' "
        "and charge_date between '2018-10-03' and '2018-10-10' group by 1 order by 1"
    )
    before = sorted(cost for _, cost in days[:-1])[len(days[:-1]) // 2]
    assert glue[0][4] >= days[-1][1] - before - Decimal(1)


def test_the_reservation_fee_of_the_first_raises_nothing(home: Home) -> None:
    fees = home.query(
        "select sum(billed_cost) from marts.fct_cost_daily where charge_date = '2018-10-01' "
        "and charge_category = 'Purchase'"
    )
    assert fees[0][0] > 100
    assert home.query("select count(*) from ml.cost_anomalies where start_date = '2018-10-01'") == [(0,)]


def test_the_causes_add_up_in_the_warehouse(home: Home) -> None:
    rows = home.query(
        "select c.anomaly_id, c.dimension, sum(c.contribution), max(a.impact_cost) from ml.anomaly_causes as c "
        "join ml.cost_anomalies as a using (anomaly_id) group by 1, 2"
    )
    assert len(rows) >= 5 and all(total == impact for *_, total, impact in rows)


def test_people_say_what_it_was(home: Home) -> None:
    query = "select anomaly_id from ml.cost_anomalies where service_name = 'AWS Glue' order by start_date"
    name = home.query(query)[0][0]
    assert name in home.call("anomalies", "list", "--format", "csv").stdout
    answer = home.call("anomalies", "feedback", name, "--planned", "--reason", "a new crawler", "--until", "2018-10-31")
    assert answer.returncode == 0 and answer.stdout.startswith(f"{name}: planned until 2018-10-31")
    assert home.call("anomalies", "feedback", "nothing", "--expected", "--reason", "x").returncode == 1
    assert home.call("anomalies", "feedback", name, "--reason", "x").returncode == 1
    (kept,) = home.records("anomaly_feedback")
    assert (kept["verdict"], kept["scope"]["service"], kept["reason"]) == ("planned", "AWS Glue", "a new crawler")
    assert [one["event"] for one in home.records("audit") if one["subject"] == name] == ["anomaly.planned"]
