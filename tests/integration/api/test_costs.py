"""What the API says of costs is what the command line says, to the last place, whatever is asked."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from api.money.measures import ALLOCATED, DIMENSIONS, REPORTING
from audit.log import AuditLog
from cli.app import app as command_line
from core.instants import utc_now
from tests.integration.api.company import Company, days_of

COSTS = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
ALL = {"measures": list(COSTS), "limit": 10_000}


@pytest.fixture(scope="module")
def totals(company: Company) -> list[dict[str, str]]:
    """`cloudcost totals`, by source, billing period and currency."""
    environment = {
        "CLOUDCOST_CONFIG": str(company.installation.config_path),
        "CLOUDCOST_HOME": str(company.installation.home),
    }
    done = CliRunner().invoke(command_line, ["totals", "--format", "csv"], env=environment, catch_exceptions=False)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) > 6
    return rows


def add_up(rows: list[dict[str, Any]], currency: str = "billing_currency") -> dict[str, list[Decimal]]:
    found: dict[str, list[Decimal]] = {}
    for row in rows:
        sums = found.setdefault(row[currency], [Decimal(0)] * len(COSTS))
        found[row[currency]] = [have + Decimal(row[name]) for have, name in zip(sums, COSTS, strict=True)]
    return found


def ask_all(company: Company, who: str, **query: Any) -> list[dict[str, Any]]:
    answer = company.get(who, "/v1/costs", **{**ALL, **query})
    assert answer.status_code == 200, answer.text
    assert answer.json()["next"] is None
    rows: list[dict[str, Any]] = answer.json()["items"]
    return rows


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("allocation", [False, True])
def test_sums_over_any_dimension_are_the_totals(
    company: Company, totals: list[dict[str, str]], dimension: str, allocation: bool
) -> None:
    if allocation and dimension not in ALLOCATED.dimensions:
        answer = company.get("ana", "/v1/costs", group_by=dimension, allocation=True)
        assert answer.status_code == 422 and f"{dimension}: allocated costs have" in answer.json()["detail"]
        return
    for month in sorted({row["period"] for row in totals}):
        of_month = [{**row, "billing_currency": row["currency"]} for row in totals if row["period"] == month]
        found = ask_all(company, "ana", month=month, group_by=dimension, allocation=allocation)
        assert add_up(found) == add_up(of_month)


def test_days_months_and_pages_add_up_to_the_same(company: Company, totals: list[dict[str, str]]) -> None:
    month = max(row["period"] for row in totals)
    wanted = add_up([{**row, "billing_currency": row["currency"]} for row in totals if row["period"] == month])
    for granularity in ("day", "month"):
        assert add_up(ask_all(company, "ana", month=month, granularity=granularity)) == wanted
    client, seen = company.client("ana"), []
    answer = client.get("/v1/costs", params={**ALL, "month": month, "group_by": ["usage_type", "team"], "limit": 37})
    while True:
        seen += answer.json()["items"]
        link = answer.links.get("next")
        assert (link is None) == (answer.json()["next"] is None)
        if link is None:
            break
        answer = client.get(link["url"])
    assert len(seen) > 74 and add_up(seen) == wanted
    keys = [(row["billing_currency"], row["usage_type"], row["team"]) for row in seen]
    assert len(set(keys)) == len(keys)


def test_the_reporting_currency_is_what_the_mart_has(company: Company) -> None:
    ((month,),) = company.rows("select max(billing_period) from marts.fct_cost_daily")
    answer = company.get("ana", "/v1/costs", month=f"{month:%Y-%m}", currency="reporting", measures=list(COSTS)).json()
    (wanted,) = company.rows(
        f"select {', '.join(f'sum(reporting_{name})' for name in COSTS)} from {REPORTING.name} "
        f"where billing_period = '{month}'"
    )
    (row,) = answer["items"]
    assert row["reporting_currency"] == "USD"
    assert [Decimal(row[name]) for name in COSTS] == list(wanted)
    rates = {rate["billing_currency"]: rate for rate in answer["rates"]}
    assert rates["USD"]["lowest_rate"] == "1.000000000000" and rates["USD"]["rows_without_rate"] == 0
    assert rates["EUR"]["lowest_rate"] is None and rates["EUR"]["rows_without_rate"] > 0


def test_a_filter_takes_its_values_and_beginnings_and_nothing_else(company: Company) -> None:
    every = ask_all(company, "ana", group_by=["service_name", "team"])
    services = ["Amazon Redshift", "BigQuery"]
    some = ask_all(company, "ana", group_by=["service_name", "team"], service_name=services, team_prefix="da")
    assert some == [row for row in every if row["service_name"] in services and (row["team"] or "").startswith("da")]
    without = ask_all(company, "ana", group_by=["service_name", "team"], team="")
    assert without and without == [row for row in every if not row["team"]]
    hostile = "x' or 1=1 --"
    assert ask_all(company, "ana", team=hostile) == []
    assert ask_all(company, "ana", team_prefix=hostile) == []
    answer = company.get("ana", "/v1/costs", **{hostile: "1"})
    assert answer.status_code == 422 and answer.json()["errors"][0]["detail"] == "Extra inputs are not permitted"


def test_periods_are_compared(company: Company) -> None:
    newest, before = (
        {row["service_name"]: row for row in ask_all(company, "ana", month=month, group_by="service_name")}
        for month in ("2026-10", "2026-09")
    )
    rows = ask_all(company, "ana", month="2026-10", group_by="service_name", compare="previous_period")
    assert {row["service_name"] for row in rows} == newest.keys() | before.keys()
    for row in rows:
        now, then = (part.get(row["service_name"], {}).get("effective_cost") for part in (newest, before))
        assert (row["effective_cost"], row["effective_cost_before"]) == (now, then)
        change = Decimal(now or 0) - Decimal(then or 0)
        assert Decimal(row["effective_cost_change"]) == change
        base = abs(Decimal(then or 0))
        percent = change / base * 100 if base else None
        found = row["effective_cost_change_percent"]
        assert (found is None) == (percent is None)
        assert percent is None or abs(Decimal(found) - percent) <= Decimal("0.0000005")
    days = ask_all(company, "ana", start="2026-10-08", end="2026-10-15", compare="previous_period")
    week = ask_all(company, "ana", start="2026-10-01", end="2026-10-08")
    assert [row["effective_cost_before"] for row in days] and {
        row["billing_currency"]: row["effective_cost_before"] for row in days
    } == {row["billing_currency"]: row["effective_cost"] for row in week}


def test_every_format_has_the_same_rows(company: Company) -> None:
    query = {"measures": [*COSTS, "line_item_count"], "group_by": ["service_name", "team"], "granularity": "day"}
    rows = company.get("ana", "/v1/costs", **query, limit=10_000).json()["items"]
    answers = {name: company.get("ana", "/v1/costs", **query, format=name) for name in ("csv", "ndjson", "parquet")}
    assert [json.loads(line) for line in answers["ndjson"].text.splitlines()] == rows
    texts = [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
    assert list(csv.DictReader(io.StringIO(answers["csv"].text))) == texts
    table = pq.read_table(io.BytesIO(answers["parquet"].content))
    assert table.schema.field("effective_cost").type == pa.decimal128(38, 12)
    assert [format(value, "f") for value in table["effective_cost"].to_pylist()] == [r["effective_cost"] for r in rows]
    by_accept = company.client("ana").get("/v1/costs", params=query, headers={"Accept": "text/html, text/csv;q=0.5"})
    assert by_accept.content == answers["csv"].content
    assert by_accept.headers["content-disposition"] == 'attachment; filename="costs.csv"'
    assert company.client("ana").get("/v1/costs", headers={"Accept": "text/html"}).status_code == 406
    assert company.get("vera", "/v1/costs", format="csv").status_code == 403
    log = AuditLog(company.installation.store, utc_now).rows()
    exported = [row for row in log if row.event == "costs.exported"]
    assert {(row.actor, row.account) for row in exported} == {("ana", "test ana")}
    assert exported[-1].details["rows"] == len(rows) and exported[-1].details["format"] == "csv"
    assert exported[-1].details["question"]["measures"] == query["measures"], "every value that was asked for"


def test_an_answer_is_given_once(company: Company) -> None:
    client = company.client("ana")
    first = client.get("/v1/costs", params={"group_by": "team"})
    tag = first.headers["etag"]
    again = client.get("/v1/costs", params={"group_by": "team"}, headers={"If-None-Match": f'"x", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["x-snapshot-id"] == first.json()["snapshot_id"] == first.headers["x-snapshot-id"]
    tags = {
        company.get(who, "/v1/costs", **query).headers["etag"]
        for who in ("ana", "theo", "nils")
        for query in ({"group_by": "team"}, {"group_by": "product"}, {"group_by": "team", "limit": 3})
    }
    assert tag in tags and len(tags) == 9


def test_a_cursor_is_good_for_its_question_alone(company: Company) -> None:
    query = {"group_by": "usage_type", "limit": 5}
    cursor = company.get("ana", "/v1/costs", **query).json()["next"]
    for who, other, why in (
        ("ana", {**query, "group_by": "team"}, "it is of another question"),
        ("theo", query, "it is of another question"),
        ("ana", {**query, "cursor": cursor[:-2] + "xx"}, "it is none that was given here"),
        ("ana", {**query, "cursor": "ü"}, "it is none that was given here"),
    ):
        answer = company.get(who, "/v1/costs", **{"cursor": cursor, **other})
        assert answer.status_code == 422 and answer.json()["errors"] == [{"pointer": "query/cursor", "detail": why}]


def test_an_answer_says_how_far_it_is_complete(company: Company) -> None:
    last = dict(
        company.rows(
            "select source_name, max(charge_date) from marts.fct_cost_daily where charge_category = 'Usage' group by 1"
        )
    )
    whole = company.get("ana", "/v1/costs").json()
    assert whole["data_complete_until"] == min(last.values()).isoformat() and whole["is_reconciled"] is True
    for source, day in last.items():
        assert company.get("ana", "/v1/costs", source_name=source).json()["data_complete_until"] == day.isoformat()
    assert company.get("ana", "/v1/costs", month="2020-01").json()["is_reconciled"] is None


def test_charges_are_single_lines(company: Company) -> None:
    start, end = days_of(dt.date(2026, 10, 1))
    answer = company.get("ana", "/v1/charges", start=start, end=end, service_name="Amazon Redshift", limit=10_000)
    rows = answer.json()["items"]
    ((count, total),) = company.rows(
        "select count(*), sum(billed_cost) from marts.fct_charges where service_name = 'Amazon Redshift' "
        f"and charge_period_start >= '{start}' and charge_period_start < '{end}'"
    )
    assert (len(rows), sum(Decimal(row["billed_cost"]) for row in rows)) == (count, total) and count
    one = company.get("ana", "/v1/charges", start=start, end=end, resource_id=rows[0]["resource_id"]).json()["items"]
    assert one and {row["resource_id"] for row in one} == {rows[0]["resource_id"]}
    assert company.get("vera", "/v1/charges").status_code == 403
    mine = company.get("theo", "/v1/charges", limit=10_000).json()["items"]
    assert mine and {row["x_team"] for row in mine} == {"payments"}


def test_too_many_rows_are_refused_with_a_sentence(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = company.installation.config.api
    monkeypatch.setattr(type(settings), "most_rows", 3, raising=False)
    monkeypatch.setitem(settings.__dict__, "most_rows", 3)
    answer = company.get("ana", "/v1/costs", group_by="usage_type", format="csv")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("The answer has more than 3 rows (api.most_rows)")
    assert company.get("ana", "/v1/costs", group_by="usage_type", format="csv", limit=2).status_code == 200


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"measures": "consumed_quantity"}, "query/measures: consumed_quantity adds up units"),
        ({"compare": "previous_year", "granularity": "day"}, "query/compare: periods are compared as wholes"),
        ({"sort": "-list_cost"}, "query/sort: sort: list_cost is no column of this answer"),
        ({"currency": "reporting", "product": "x"}, "query/product: product: costs in the reporting currency have"),
        ({"currency": "reporting", "allocation": True}, "query/allocation: allocated costs are in the billing"),
        ({"month": "2026-10", "start": "2026-10-01"}, "query: a month or days, not both"),
        ({"start": "2026-10-01"}, "query: start and end are given together"),
        ({"start": "2026-02-30", "end": "2026-03-01"}, "query: 2026-02-30 is no day of the calendar"),
        ({"group_by": ["team", "team"]}, "query/group_by: group_by: each is named once"),
        ({"month": ["2026-10", "2026-09"]}, "query/month: it has one value and was given several times"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(company: Company, query: dict[str, Any], sentence: str) -> None:
    answer = company.get("ana", "/v1/costs", **query)
    assert answer.status_code == 422 and answer.json()["detail"].startswith(sentence), answer.text


def test_dimensions_list_what_one_sees(company: Company) -> None:
    teams = company.get("ana", "/v1/costs/dimensions/team").json()["items"]
    assert teams == [
        *sorted(team for (team,) in company.rows("select distinct x_team from marts.fct_cost_daily") if team), None
    ]  # fmt: skip
    assert company.get("theo", "/v1/costs/dimensions/team").json()["items"] == ["payments"]
    assert company.get("ana", "/v1/costs/dimensions/team", prefix="pa").json()["items"] == ["payments"]
    assert company.get("ana", "/v1/costs/dimensions/colour").status_code == 422


def test_a_question_that_takes_too_long_is_ended(company: Company) -> None:
    from api.published import Published
    from warehouse import WarehouseError

    hurried = Published(company.installation, 0.05)
    hurried.look()
    with pytest.raises(WarehouseError, match=r"more than 0\.05 seconds"), hurried.read() as reading:
        reading.rows("select count(*) from range(100000000000) as a(x) where x % 7 = 3")
    with hurried.read() as reading, pytest.raises(duckdb.Error):
        reading.rows("select * from read_csv('/etc/hostname')")
