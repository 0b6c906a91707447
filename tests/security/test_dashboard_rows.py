"""Readers of the dashboards who want other people's rows: by SQL of their own, by questions no page asks, by errors."""

import itertools
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from dashboards.home import INSIDE, PYTHON
from tests.dashboards_site import PEOPLE, TEAM, Site, Visitor
from tests.e2e.dashboards.test_people import logged
from tests.security.hostile_questions import DAILY, ESCAPES, FINER, LINES, METRIC, TABLE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

READERS = ("viewer", "team", "nobody", "finance")
Datasets = dict[str, int]
People = dict[str, Visitor]


@pytest.fixture(scope="module")
def foreign(site: Site) -> set[str]:
    """What stands in rows outside the team's scope, and nowhere in its own."""
    of_others = f"select distinct {{0}} from {TABLE} where x_team <> '{TEAM}'"
    own = f"select distinct {{0}} from {TABLE} where x_team = '{TEAM}'"
    teams = {row[0] for row in site.query(of_others.format("x_team"))} - {None, TEAM}
    accounts = {row[0] for row in site.query(of_others.format("sub_account_id"))}
    found = teams | (accounts - {row[0] for row in site.query(own.format("sub_account_id"))})
    assert teams
    return {str(value) for value in found if value}


@pytest.fixture(scope="module")
def guest(site: Site, visitors: People, datasets: Datasets) -> Visitor:
    """An embedded guest of the overview who may see the rows of one team."""
    admin = visitors["admin"]
    pages = {p["slug"]: p["id"] for p in admin.get("/api/v1/dashboard/?q=(page_size:50)").json()["result"]}
    page = pages["overview"]
    uid = admin.post(f"/api/v1/dashboard/{page}/embedded", {"allowed_domains": [site.url]}).json()["result"]["uuid"]
    charts = admin.get(f"/api/v1/dashboard/{page}/charts").json()["result"]
    used = {int(chart["form_data"]["datasource"].split("__")[0]) for chart in charts}
    rules = [{"clause": f"x_team = '{TEAM}'", "dataset": datasets[DAILY]}]
    rules += [{"clause": "1 = 0", "dataset": other} for other in used - {datasets[DAILY]}]
    token = {"user": {"username": "portal"}, "resources": [{"type": "dashboard", "id": uid}], "rls": rules}
    visitor = Visitor(site.url)
    visitor.session.headers["X-GuestToken"] = admin.post("/api/v1/security/guest_token/", token).json()["token"]
    visitor.session.headers["X-Page"] = str(page)
    return visitor


def custom(sql: str) -> dict[str, Any]:
    return {"expressionType": "SQL", "sqlExpression": sql, "label": "mine"}


def is_closed(answer: Any, foreign: set[str]) -> bool:
    """Refused in words, and not a value of anybody else's in them."""
    leaked = [value for value in foreign if value in answer.text]
    assert not leaked, f"{leaked} in {answer.text[:500]}"
    if answer.status_code == 200:
        return not any(result.get("data") for result in answer.json()["result"])
    assert answer.status_code in (400, 401, 403, 404, 405, 422), f"{answer.status_code} {answer.text[:500]}"
    return True


@pytest.mark.parametrize("escape", ESCAPES)
def test_sql_in_a_metric(escape: str, visitors: People, datasets: Datasets, guest: Visitor, foreign: set[str]) -> None:
    for visitor in (visitors["team"], visitors["viewer"], visitors["finance"], guest):
        answer = visitor.ask(datasets[DAILY], columns=[], metrics=[custom(ESCAPES[escape])])
        assert is_closed(answer, foreign), answer.text[:500]


@pytest.mark.parametrize("escape", ["union", "subquery", "whole row"])
@pytest.mark.parametrize(
    "place", ["column", "bare column", "order", "where", "having", "filter", "series", "limit", "axis", "raw column"]
)
def test_sql_in_every_other_place(
    place: str, escape: str, visitors: People, datasets: Datasets, guest: Visitor, foreign: set[str]
) -> None:
    sql = ESCAPES[escape]
    column = {"sqlExpression": sql, "label": "mine", "expressionType": "SQL"}
    places: dict[str, dict[str, Any]] = {
        "column": {"columns": [column], "metrics": [METRIC]},
        "bare column": {"columns": [sql], "metrics": [METRIC]},
        "order": {"columns": [], "metrics": [METRIC], "orderby": [[custom(sql), True]]},
        "where": {"columns": [], "metrics": [METRIC], "extras": {"where": f"({sql}) is not null"}},
        "having": {"columns": [], "metrics": [METRIC], "extras": {"having": f"({sql}) is not null"}},
        "filter": {"columns": [], "metrics": [METRIC], "filters": [{"col": column, "op": "IS NOT NULL"}]},
        "series": {"columns": ["x_team"], "metrics": [METRIC], "series_columns": [column], "series_limit": 2},
        "limit": {"columns": ["x_team"], "metrics": [METRIC], "series_columns": ["x_team"], "series_limit": 2,
                  "series_limit_metric": custom(sql)},
        "axis": {"columns": [{**column, "columnType": "BASE_AXIS", "timeGrain": "P1D"}], "metrics": [METRIC]},
        "raw column": {"columns": [column], "metrics": None},
    }  # fmt: skip
    question = places[place]
    for visitor in (visitors["team"], visitors["viewer"], guest):
        assert is_closed(visitor.ask(datasets[DAILY], **question), foreign)
    answer = visitors["finance"].ask(datasets[DAILY], **question)
    assert answer.status_code in (400, 403, 422), f"{place}: {answer.text[:300]}"


def test_finance_may_write_an_expression_and_no_more(visitors: People, datasets: Datasets) -> None:
    for sql in ("sum(billed_cost) / nullif(count(distinct x_team), 0)", "max(date_trunc('month', charge_date))"):
        answer = visitors["finance"].ask(datasets[DAILY], columns=[], metrics=[custom(sql)])
        assert answer.status_code == 200, answer.text[:500]
        assert answer.json()["result"][0]["data"][0]["mine"] is not None


@pytest.mark.parametrize("role", ["viewer", "team", "nobody"])
@pytest.mark.parametrize("metric", ["custom", "simple"])
def test_figures_are_the_certified_ones(metric: str, role: str, visitors: People, datasets: Datasets) -> None:
    simple = {"expressionType": "SIMPLE", "aggregate": "SUM", "column": {"column_name": "billed_cost"}, "label": "mine"}
    measure = {"custom": custom("sum(billed_cost)"), "simple": simple}[metric]
    answer = visitors[role].ask(datasets[DAILY], columns=[], metrics=[measure])
    assert answer.status_code == 403
    assert "available to you" in answer.text or "none of their charts" in answer.text


@pytest.mark.parametrize(
    "columns_and_filters",
    [
        {"columns": [], "metrics": [METRIC], "filters": [{"col": "x_team", "op": ">", "val": 5}]},
        {"columns": [], "metrics": [METRIC], "filters": [{"col": "x_team", "op": "==", "val": 5}]},
        {"columns": [], "metrics": [METRIC], "filters": [{"col": "charge_date", "op": "==", "val": "x"}]},
        {"columns": [], "metrics": [METRIC], "extras": {"where": "cast(x_team as int) > 0"}},
        {"columns": [], "metrics": [METRIC], "extras": {"where": "error(x_team) is null"}},
        {"columns": [], "metrics": [custom("max(cast(x_team as date))")]},
        {"columns": ["x_team"], "metrics": [METRIC], "filters": [{"col": "x_team", "op": "REGEX", "val": "("}]},
    ],
    ids=["number", "equal number", "no day", "cast in where", "error in where", "cast in metric", "operator"],
)
def test_an_error_tells_of_no_row(
    columns_and_filters: dict[str, Any], visitors: People, datasets: Datasets, foreign: set[str]
) -> None:
    for role in ("team", "nobody"):
        answer = visitors[role].ask(datasets[DAILY], **columns_and_filters)
        assert not [value for value in foreign if value in answer.text], answer.text[:500]


def test_a_query_names_another_dataset_than_its_question(visitors: People, datasets: Datasets, guest: Visitor) -> None:
    for visitor in (visitors["viewer"], visitors["team"], guest):
        for result_type in ("full", "samples", "drill_detail", "columns", "query"):
            query = {"datasource": {"id": datasets["checks"], "type": "table"}, "columns": [], "metrics": [METRIC],
                     "result_type": result_type, "row_limit": 5}  # fmt: skip
            request = {"datasource": {"id": datasets[DAILY], "type": "table"}, "queries": [query], "force": True}
            answer = visitor.post("/api/v1/chart/data", request)
            assert answer.status_code in (400, 401, 403), f"{result_type} {answer.text[:300]}"


@pytest.mark.parametrize("kind", ["query", "saved_query", "sl_table", "view", "annotation"])
def test_what_is_asked_is_no_dataset(kind: str, visitors: People) -> None:
    for role in READERS:
        request = {
            "datasource": {"id": 1, "type": kind},
            "queries": [{"columns": [], "metrics": [METRIC]}],
            "force": True,
        }
        assert visitors[role].post("/api/v1/chart/data", request).status_code in (400, 401, 403, 404), role


def test_an_annotation_draws_another_chart(visitors: People, datasets: Datasets, foreign: set[str]) -> None:
    charts = visitors["admin"].get("/api/v1/chart/?q=(page_size:200)").json()["result"]
    other = next(c["id"] for c in charts if c["slice_name"] == "Cost per month by charge category")
    layer = {"name": "mine", "value": other, "annotationType": "INTERVAL", "sourceType": "line", "overrides": {}}
    for role in ("team", "viewer", "nobody"):
        answer = visitors[role].ask(datasets[DAILY], columns=[], metrics=[METRIC], annotation_layers=[layer])
        assert is_closed(answer, foreign)


@pytest.mark.parametrize("route", ["explore_json", "samples", "values", "validate", "sql lab", "estimate", "format"])
def test_the_other_routes(route: str, visitors: People, datasets: Datasets, guest: Visitor, foreign: set[str]) -> None:
    number = datasets[DAILY]
    form = {"datasource": f"{number}__table", "viz_type": "table", "metrics": [METRIC], "groupby": ["x_team"]}
    sql = {"database_id": 1, "sql": f"select x_team from {TABLE}", "client_id": "c1", "schema": "marts"}
    for visitor in (visitors["team"], visitors["nobody"], guest):
        answer = {
            "explore_json": lambda v: v.post(f"/superset/explore_json/?form_data={json.dumps(form)}", {}),
            "samples": lambda v: v.post(f"/datasource/samples?datasource_id={number}&datasource_type=table", {}),
            "values": lambda v: v.get(f"/api/v1/datasource/table/{number}/column/x_team/values/"),
            "validate": lambda v: v.post(
                f"/api/v1/datasource/table/{number}/validate_expression/", {"expression": ESCAPES["exists"]}
            ),
            "sql lab": lambda v: v.post("/api/v1/sqllab/execute/", sql),
            "estimate": lambda v: v.post("/api/v1/sqllab/estimate/", sql),
            "format": lambda v: v.get("/api/v1/database/1/table_metadata/?name=fct_cost_daily&schema=marts"),
        }[route](visitor)  # fmt: skip
        assert not [value for value in foreign if value in answer.text], answer.text[:500]


@pytest.mark.parametrize("finer", FINER)
def test_a_viewer_asks_for_more_than_summaries(
    finer: str, visitors: People, datasets: Datasets, guest: Visitor
) -> None:
    for visitor in (visitors["viewer"], guest):
        question = {"row_limit": 50, **FINER[finer]}
        context = {"dashboardId": guest.session.headers["X-Page"]}
        request = {"datasource": {"id": datasets[DAILY], "type": "table"}, "queries": [question], "form_data": context,
                 "force": True, "result_type": "full", "result_format": "json"}  # fmt: skip
        answer = visitor.post("/api/v1/chart/data", request)
        assert answer.status_code in (400, 401, 403), answer.text[:300]


@pytest.mark.parametrize("kind", ["chart", "dashboard", "dataset", "theme", "report"])
def test_nobody_is_told_who_else_there_is(kind: str, visitors: People, guest: Visitor) -> None:
    for who, visitor in [*((role, visitors[role]) for role in READERS), ("guest", guest)]:
        for column in ("owners", "created_by", "changed_by", "roles"):
            answer = visitor.get(f"/api/v1/{kind}/related/{column}?q=(page_size:100)")
            assert answer.status_code != 200 or answer.json()["result"] == [], f"{who} {column} {answer.text[:300]}"
    if kind == "chart":
        assert PEOPLE["viewer"] in visitors["admin"].get("/api/v1/chart/related/owners").text


@pytest.mark.parametrize("kind", ["chart", "dashboard", "dataset", "database"])
def test_nobody_is_told_where_the_warehouse_is(kind: str, site: Site, visitors: People, datasets: Datasets) -> None:
    """An export has the address of the database behind a chart, on Redshift with host and user."""
    for role in READERS:
        listed = visitors[role].get(f"/api/v1/{kind}/?q=(page_size:5)")
        numbers = [row["id"] for row in listed.json().get("result", [])] if listed.ok else [1]
        answer = visitors[role].get(f"/api/v1/{kind}/export/?q=!({','.join(map(str, numbers))})")
        assert answer.status_code == 403, f"{role} {answer.status_code}"


def test_many_queries_in_one_question(visitors: People, datasets: Datasets) -> None:
    query = {"columns": ["service_name"], "metrics": ["effective_cost"]}
    request = {"datasource": {"id": datasets[DAILY], "type": "table"}, "queries": [query] * 500, "force": True}
    for role in READERS:
        assert visitors[role].post("/api/v1/chart/data", request).status_code in (400, 403), role


def test_a_viewer_asks_for_days_where_a_chart_shows_months(visitors: People, datasets: Datasets) -> None:
    saved = visitors["admin"].get("/api/v1/chart/?q=(page_size:200)").json()["result"]
    chart = next(c["id"] for c in saved if c["slice_name"] == "Billed cost per month by provider")
    known = visitors["admin"].get(f"/api/v1/chart/{chart}").json()["result"]["query_context"]
    query, number = json.loads(known)["queries"][0], json.loads(known)["datasource"]["id"]
    assert visitors["viewer"].ask(number, **query).status_code == 200
    axis = query["columns"][0]
    assert axis["timeGrain"] == "P1M"
    for grain, status in (("P1Y", 200), ("P1M", 200), ("P1D", 403), ("PT1H", 403), (None, 403)):
        columns = [{**axis, "timeGrain": grain}, *query["columns"][1:]]
        assert visitors["viewer"].ask(number, **{**query, "columns": columns}).status_code == status, grain
    for kind in (None, "", "base_axis", "AXIS"):  # what is no axis is given as it is, whatever it says of months
        columns = [{**axis, "columnType": kind}, *query["columns"][1:]]
        answer = visitors["viewer"].ask(number, **{**query, "columns": columns, "post_processing": []})
        assert answer.status_code in (400, 403), f"{kind}: {answer.text[:300]}"


@pytest.mark.parametrize("result_type", ["samples", "drill_detail"])
def test_a_viewer_asks_for_rows_of_the_dataset(
    result_type: str, visitors: People, datasets: Datasets, access: dict[str, Any]
) -> None:
    for name in access["datasets"]["viewer"]:
        request = {"datasource": {"id": datasets[name], "type": "table"}, "result_type": result_type, "force": True,
                 "queries": [{"columns": [], "metrics": [], "row_limit": 1000}]}  # fmt: skip
        assert visitors["viewer"].post("/api/v1/chart/data", request).status_code in (400, 401, 403), name


def test_a_viewer_leaves_out_the_condition_of_a_chart(visitors: People, datasets: Datasets) -> None:
    saved = visitors["admin"].get("/api/v1/chart/?q=(page_size:200)").json()["result"]
    chart = next(c["id"] for c in saved if c["slice_name"] == "Forecast with 80 % interval")
    query = json.loads(visitors["admin"].get(f"/api/v1/chart/{chart}").json()["result"]["query_context"])["queries"][0]
    number = datasets["cost_forecasts"]
    assert visitors["viewer"].ask(number, **query).status_code == 200
    for where in ("", "1 = 1", "scope_level = 'account'", "(scope_level = 'provider') or true"):
        answer = visitors["viewer"].ask(number, **{**query, "extras": {"where": where}})
        assert answer.status_code in (400, 403), where


def test_a_dataset_that_is_newer_than_the_rules(site: Site, visitors: People) -> None:
    """An administrator adds one and gives it to everybody; until it has a rule, it shows no row."""
    admin = visitors["admin"]
    table = {"database": 1, "schema": "marts", "table_name": "dim_account"}
    number = admin.post("/api/v1/dataset/", table).json()["id"]
    view = f"[cloudcost].[dim_account](id:{number})"
    try:
        rights = admin.get("/api/v1/security/permissions-resources/?q=(page_size:1000,order_column:id,"
                           "order_direction:desc)").json()["result"]  # fmt: skip
        right = next(r["id"] for r in rights if f"(id:{number})" in r["view_menu"]["name"]), view
        roles = admin.get("/api/v1/security/roles/?q=(page_size:100)").json()["result"]
        for role in ("cloudcost_team", "cloudcost_finance", "cloudcost_viewer"):
            known = next(r["id"] for r in roles if r["name"] == role)
            held = [p["id"] for p in admin.get(f"/api/v1/security/roles/{known}/permissions/").json()["result"]]
            body = {"permission_view_menu_ids": [*held, right[0]]}
            assert admin.post(f"/api/v1/security/roles/{known}/permissions", body).ok
        for role in READERS:
            answer = visitors[role].ask(number, columns=["sub_account_id"], metrics=["count"])
            if answer.status_code == 200:
                assert answer.json()["result"][0]["data"] == [], role
    finally:
        assert admin.session.delete(
            f"{site.url}/api/v1/dataset/{number}", timeout=60,
            headers={"X-CSRFToken": admin.get("/api/v1/security/csrf_token/").json()["result"], "Referer": site.url},
        ).ok  # fmt: skip


def test_a_refused_question_is_not_answered_from_memory(visitors: People, datasets: Datasets) -> None:
    request = {"datasource": {"id": datasets[DAILY], "type": "table"}, "force": False, "result_format": "json",
             "result_type": "full",
             "queries": [{"columns": ["x_team"], "metrics": [METRIC], "row_limit": 99}]}  # fmt: skip
    for _ in range(2):
        assert visitors["finance"].post("/api/v1/chart/data", request).status_code == 200
        assert visitors["viewer"].post("/api/v1/chart/data", request).status_code == 403


def test_what_is_refused_is_an_event(site: Site, visitors: People, datasets: Datasets) -> None:
    kinds = {"question_refused": "team", "expression_refused": "finance"}

    def of_role(kind: str) -> list[dict[str, Any]]:
        """Of what others asked before, the event may still be on its way."""
        return [what for who, what in logged(site, kind) if who == PEOPLE[kinds[kind]]]

    before = {kind: len(of_role(kind)) for kind in kinds}
    for role in kinds.values():
        visitors[role].ask(datasets[DAILY], columns=[], metrics=[custom(ESCAPES["union"])])
    deadline = time.monotonic() + 10
    while any(len(of_role(kind)) == before[kind] for kind in kinds):
        assert time.monotonic() < deadline, "no event was logged"
        time.sleep(0.2)
    assert {kind: of_role(kind)[0]["address"] for kind in kinds} == dict.fromkeys(kinds, "127.0.0.1")


@pytest.mark.parametrize("part", ["of every kind", pytest.param("all", marks=pytest.mark.slow)])
def test_every_reader_dataset_route_and_expression(
    part: str, visitors: People, datasets: Datasets, access: dict[str, Any], guest: Visitor, foreign: set[str]
) -> None:
    """The matrix: nobody of a part sees a value outside it, whatever is asked of whichever dataset in whichever way."""
    scope = access["scope_columns"]
    # with and without columns for team and account, a query in place of a table, lines, figures that we write
    some = (
        DAILY, LINES, "fct_cost_reporting_daily", "fct_waste_monthly", "checks", "recommendations", "fct_savings",
        "unjudged_savings", "fct_realised_savings",
    )  # fmt: skip
    tried = 0
    for name, number in datasets.items():
        if part != "all" and name not in some:
            continue
        team = scope.get(name, {}).get("team")
        questions: dict[str, dict[str, Any]] = {
            "rows": {"columns": [team] if team else [], "metrics": ["number_of_rows"]},
            "union": {"columns": [], "metrics": [custom(ESCAPES["union"])]},
        }
        if team:
            questions["raw"] = {"columns": [team], "metrics": None}
        for (kind, question), (who, visitor), (result_type, shape) in itertools.product(
            questions.items(),
            (("team", visitors["team"]), ("nobody", visitors["nobody"]), ("guest", guest)),
            (("full", "json"), ("full", "csv"), ("samples", "json"), ("drill_detail", "json")),
        ):
            if kind != "rows" and (result_type, shape) not in (("full", "json"), ("samples", "json")):
                continue
            body = {"datasource": {"id": number, "type": "table"}, "queries": [{**question, "row_limit": 1000}],
                    "result_type": result_type, "result_format": shape, "force": True}  # fmt: skip
            answer = visitor.post("/api/v1/chart/data", body)
            tried += 1
            leaked = [value for value in foreign if value in answer.text]
            assert not leaked, f"{who} {name} {kind} {result_type} {shape}: {leaked}"
    assert tried > (400 if part == "all" else 80)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of a thousand random expressions."""
    script = Path(__file__).with_name("superset_expressions_attack.py")
    command = [str(PYTHON), str(script), str(tmp_path_factory.mktemp("hostile")), "20251129", "1000"]
    environment = {**os.environ, "PYTHONPATH": str(INSIDE)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_thousand_random_expressions_bring_nothing_to_light(hostile: dict[str, Any]) -> None:
    assert hostile["outside"] == []
    assert hostile["tried"] == 1000
    assert hostile["executed"] >= 30, "too few were let pass to say anything"
    assert hostile["raw statements let pass"] >= 30
