"""Who sees what, tried from every side: role x dataset x route, and the ways around."""

import json
import sqlite3
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.dashboards_site import NOBODY, PEOPLE, ROOT, TEAM, Site, Visitor, chart_questions, patiently

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

ROLES = ("viewer", "team", "finance")
#: The column of the team in each dataset that a team may see rows of; by the warehouse, not by the bundle.
OWN = {"fct_cost_daily": "x_team", "fct_charges": "x_team"}


def rows_of(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text[:500]
    found: list[dict[str, Any]] = answer.json()["result"][0]["data"]
    return found


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reads_exactly_its_datasets(
    role: str, visitors: dict[str, Visitor], datasets: dict[str, int], access: dict[str, Any]
) -> None:
    """A viewer is asked for what a chart of a page asks; of what no page of theirs shows, they get nothing at all."""
    refused = set()
    own = chart_questions(visitors[role])
    for name, number in datasets.items():
        question = own.get(number) or {"columns": [], "metrics": [COUNT]}
        answer = visitors[role].ask(number, **question if role == "viewer" else {"columns": [], "metrics": [COUNT]})
        if answer.status_code != 200:
            assert answer.status_code in (401, 403), f"{name}: {answer.status_code} {answer.text[:300]}"
            refused.add(name)
    shown = {name for name, number in datasets.items() if role != "viewer" or number in own}
    assert refused == set(datasets) - (set(access["datasets"][role]) & shown)
    assert set(access["datasets"][role]) - refused


COUNT = "number_of_rows"


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_team_sees_its_own_rows_and_all_of_them(
    name: str, site: Site, visitors: dict[str, Visitor], datasets: dict[str, int]
) -> None:
    column = OWN[name]
    seen = rows_of(visitors["team"].ask(datasets[name], columns=[column], metrics=[COUNT]))
    expected = site.query(f"select count(*) from marts.{name} where {column} = '{TEAM}'")[0][0]
    assert expected > 0
    assert [(row[column], row[COUNT]) for row in seen] == [(TEAM, expected)]
    everything = rows_of(visitors["finance"].ask(datasets[name], columns=[], metrics=[COUNT]))
    assert everything[0][COUNT] == site.query(f"select count(*) from marts.{name}")[0][0] > expected


def test_no_dataset_shows_a_team_a_row_outside_its_scope(
    site: Site, visitors: dict[str, Visitor], datasets: dict[str, int], access: dict[str, Any]
) -> None:
    """Datasets without a column for the team show nothing at all, rather than everything."""
    for name in access["datasets"]["team"]:
        column = access["scope_columns"].get(name, {}).get("team")
        is_hidden = name == "cost_forecasts"  # no filter by team, which would empty the charts of other levels
        shown = [column] if column and not is_hidden else []
        found = rows_of(visitors["team"].ask(datasets[name], columns=shown, metrics=[COUNT]))
        if is_hidden:
            theirs = site.query(f"select count(*) from ml.{name} where {column} = '{TEAM}'")[0][0]
            assert sum(row[COUNT] for row in found) == theirs, name
        elif column:
            assert {row[column] for row in found} <= {TEAM}, name
        else:
            assert sum(row[COUNT] for row in found) == 0, name


def test_a_person_without_a_scope_sees_nothing(
    visitors: dict[str, Visitor], datasets: dict[str, int], access: dict[str, Any]
) -> None:
    for name in access["datasets"]["team"]:
        found = rows_of(visitors["nobody"].ask(datasets[name], columns=[], metrics=[COUNT]))
        assert found[0][COUNT] == 0, name


@pytest.mark.parametrize(
    "clause",
    ["1 = 1) or (1 = 1", "x_team is not null or 1 = 1", "(select count(*) from marts.fct_cost_daily) > 0"],
)
def test_a_condition_of_ones_own_does_not_open_the_scope(
    clause: str, visitors: dict[str, Visitor], datasets: dict[str, int]
) -> None:
    extras = {"where": clause}
    answer = visitors["team"].ask(datasets["fct_cost_daily"], columns=["x_team"], metrics=[COUNT], extras=extras)
    if answer.status_code == 200:
        assert {row["x_team"] for row in rows_of(answer)} <= {TEAM}


def test_an_expression_of_ones_own_reads_no_other_rows(visitors: dict[str, Visitor], datasets: dict[str, int]) -> None:
    """A subquery in a metric would read past the scope."""
    metric = {"expressionType": "SQL", "label": "all", "sqlExpression": "(select count(*) from marts.fct_cost_daily)"}
    answer = visitors["team"].ask(datasets["fct_cost_daily"], columns=[], metrics=[metric])
    found = answer.json()["result"][0] if answer.status_code == 200 else {"data": [], "error": answer.text}
    counted = [row["all"] for row in found.get("data") or []]
    own = rows_of(visitors["team"].ask(datasets["fct_cost_daily"], columns=[], metrics=[COUNT]))[0][COUNT]
    assert not counted or max(counted) <= own, found


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_sql_lab_and_administration_are_closed(role: str, visitors: dict[str, Visitor]) -> None:
    visitor = visitors[role]
    sql = {"database_id": 1, "sql": "select * from marts.fct_cost_daily", "client_id": f"c{role}", "runAsync": False}
    assert visitor.post("/api/v1/sqllab/execute/", sql).status_code in (401, 403)
    for path in ("/api/v1/security/users/", "/api/v1/rowlevelsecurity/", "/api/v1/security/roles/"):
        assert visitor.get(path).status_code in (401, 403, 404), path
    body = {"user": {"username": "me"}, "resources": [], "rls": []}
    assert visitor.post("/api/v1/security/guest_token/", body).status_code in (401, 403, 404)


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_samples_and_values_keep_to_the_scope(
    role: str, visitors: dict[str, Visitor], datasets: dict[str, int]
) -> None:
    """The routes beside chart data: samples of a dataset, and the values that a filter offers."""
    number = datasets["fct_cost_daily"]
    answer = visitors[role].post(f"/datasource/samples?datasource_id={number}&datasource_type=table&per_page=1000", {})
    if answer.status_code == 200 and role in ("team", "nobody"):
        assert {row["x_team"] for row in answer.json()["result"]["data"]} <= ({TEAM} if role == "team" else set())
    answer = visitors[role].get(f"/api/v1/datasource/table/{number}/column/x_team/values/")
    if answer.status_code == 200 and role in ("team", "nobody"):
        assert set(answer.json()["result"]) <= ({TEAM} if role == "team" else set())


def test_an_export_keeps_to_the_scope(visitors: dict[str, Visitor], datasets: dict[str, int]) -> None:
    body = {"datasource": {"id": datasets["fct_cost_daily"], "type": "table"}, "result_format": "csv",
            "result_type": "full",
            "queries": [{"columns": ["x_team"], "metrics": [COUNT], "row_limit": 1000}]}  # fmt: skip
    answer = visitors["team"].post("/api/v1/chart/data", body)
    assert answer.status_code == 200, answer.text[:300]
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(f"{TEAM},")


def ask_twice(visitor: Visitor, body: dict[str, Any]) -> tuple[Any, bool]:
    """The rows, and whether the second answer was remembered."""
    first, second = (visitor.post("/api/v1/chart/data", body) for _ in range(2))
    assert (first.status_code, rows_of(first)) == (second.status_code, rows_of(second))
    return rows_of(second), "X-Cloudcost-Remembered" in second.headers


def test_answers_are_remembered_for_a_role_and_its_scope_and_never_for_another(
    site: Site, visitors: dict[str, Visitor], datasets: dict[str, int]
) -> None:
    """The same request to the byte, in both orders: what one is answered, nobody else is."""
    number = datasets["fct_cost_daily"]
    for limit, order in ((101, ("finance", "team", "nobody")), (102, ("nobody", "team", "finance"))):
        body = {
            "datasource": {"id": number, "type": "table"}, "force": False, "result_format": "json",
            "result_type": "full", "queries": [{"columns": ["x_team"], "metrics": [COUNT], "row_limit": limit}],
        }  # fmt: skip
        seen = {role: ask_twice(visitors[role], body) for role in order}
        assert all(remembered for _, remembered in seen.values())
        assert [row["x_team"] for row in seen["team"][0]] == [TEAM]
        assert seen["nobody"][0] == []
        assert len(seen["finance"][0]) > 1
        # the viewer may not read this dataset, however well the answer is known; the administrator owns it
        forbidden = {**body, "datasource": {"id": datasets["fct_charges"], "type": "table"}}
        assert ask_twice(visitors["finance"], forbidden)[1]
        assert visitors["viewer"].post("/api/v1/chart/data", forbidden).status_code in (401, 403)
        assert not ask_twice(visitors["admin"], body)[1]
    stranger = Visitor(site.url).post("/api/v1/chart/data", body)
    assert stranger.status_code in (400, 401, 403)
    assert "X-Cloudcost-Remembered" not in stranger.headers


def test_a_rule_that_changes_makes_remembered_answers_void(
    visitors: dict[str, Visitor], datasets: dict[str, int]
) -> None:
    body = {
        "datasource": {"id": datasets["fct_cost_daily"], "type": "table"}, "force": False, "result_format": "json",
        "result_type": "full", "queries": [{"columns": ["x_team"], "metrics": [COUNT], "row_limit": 103}],
    }  # fmt: skip
    admin = visitors["admin"]
    assert ask_twice(visitors["team"], body)[1]
    rules = admin.get("/api/v1/rowlevelsecurity/?q=(page_size:100)").json()["result"]
    rule = next(r for r in rules if "x_team" in r["clause"] and r["filter_type"] == "Regular")
    known = admin.get(f"/api/v1/rowlevelsecurity/{rule['id']}").json()["result"]
    kept = {
        "name": known["name"], "filter_type": known["filter_type"], "clause": known["clause"],
        "group_key": known["group_key"], "tables": [t["id"] for t in known["tables"]],
        "roles": [r["id"] for r in known["roles"]],
    }  # fmt: skip
    try:
        assert admin.put(f"/api/v1/rowlevelsecurity/{rule['id']}", {**kept, "clause": "x_team = 'nobody'"}).ok
        deadline = time.monotonic() + 15
        while rows_of(visitors["team"].post("/api/v1/chart/data", body)):
            assert time.monotonic() < deadline, "the old rows are still shown"
            time.sleep(0.5)
    finally:
        assert admin.put(f"/api/v1/rowlevelsecurity/{rule['id']}", kept).ok
        time.sleep(6)


def logged(site: Site, action: str) -> list[tuple[str, dict[str, Any]]]:
    """User and details of the events of this kind, the last one first."""
    with sqlite3.connect(site.root / "home" / "dashboards" / "superset.db") as metadata:
        rows = metadata.execute(
            """select coalesce(u.email, ''), l.json from logs l left join ab_user u on u.id = l.user_id
            where l.action = ? order by l.id desc""",
            (action,),
        ).fetchall()
    return [(email, json.loads(details)) for email, details in rows]


def test_logins_refusals_and_exports_are_audited_with_who_what_and_from_where(
    site: Site, visitors: dict[str, Visitor], datasets: dict[str, int]
) -> None:
    assert visitors["finance"].get("/api/v1/me/").ok
    logins = logged(site, "login")
    assert {email for email, _ in logins} >= {PEOPLE["finance"], PEOPLE["team"]}
    assert {details["address"] for _, details in logins} == {"127.0.0.1"}
    stranger = Visitor(site.url)
    for name in (PEOPLE["finance"], "mallory@fernhill.example"):
        body = {"username": name, "password": "wrong-hunter2", "provider": "db"}
        assert patiently(lambda body=body: stranger.post("/api/v1/security/login", body)).status_code == 401
    (nobody, unknown), (somebody, known) = logged(site, "login_refused")[:2]
    assert (nobody, unknown["name"]) == ("", "mallory@fernhill.example")
    assert (somebody, known["name"]) == (PEOPLE["finance"], PEOPLE["finance"])
    exported = len(logged(site, "export"))
    number = datasets["fct_cost_daily"]
    query = {"datasource": {"id": number, "type": "table"}, "result_format": "csv", "result_type": "full",
             "queries": [{"columns": [], "metrics": [COUNT], "row_limit": 10}]}  # fmt: skip
    assert visitors["team"].post("/api/v1/chart/data", query).status_code == 200
    events = logged(site, "export")
    assert len(events) == exported + 1
    who, what = events[0]
    assert (who, what["type"], what["datasource"]["id"]) == (PEOPLE["team"], "text/csv", number)
    assert what["file"].endswith(".csv")
    assert "hunter2" not in (site.root / "home" / "dashboards" / "logs" / "web.log").read_text()


def test_a_view_of_a_chart_is_logged_within_seconds(
    site: Site, visitors: dict[str, Visitor], datasets: dict[str, int]
) -> None:
    before = len(logged(site, "ChartDataRestApi.data"))
    assert visitors["finance"].ask(datasets["fct_cost_daily"], columns=[], metrics=[COUNT]).status_code == 200
    deadline = time.monotonic() + 10
    while len(logged(site, "ChartDataRestApi.data")) == before:
        assert time.monotonic() < deadline, "no view was logged"
        time.sleep(0.2)
    assert logged(site, "ChartDataRestApi.data")[0][0] == PEOPLE["finance"]


def test_a_permission_that_is_taken_away_is_gone_within_seconds(
    site: Site, visitors: dict[str, Visitor], datasets: dict[str, int]
) -> None:
    admin, number = visitors["admin"], datasets["fct_reconciliation"]
    roles = admin.get("/api/v1/security/roles/?q=(page_size:100)").json()["result"]
    role = next(found["id"] for found in roles if found["name"] == "cloudcost_finance")
    rights = admin.get(f"/api/v1/security/roles/{role}/permissions/").json()["result"]
    kept = [right["id"] for right in rights if "fct_reconciliation" not in right["view_menu_name"]]
    assert len(kept) < len(rights)
    ask = {"columns": [], "metrics": [COUNT]}
    assert visitors["finance"].ask(number, **ask).status_code == 200
    try:
        answer = admin.post(f"/api/v1/security/roles/{role}/permissions", {"permission_view_menu_ids": kept})
        assert answer.ok, answer.text[:300]
        deadline = time.monotonic() + 15
        while visitors["finance"].ask(number, **ask).status_code == 200:
            assert time.monotonic() < deadline, "the permission is still held"
            time.sleep(0.5)
    finally:
        everything = [right["id"] for right in rights]
        restored = admin.post(f"/api/v1/security/roles/{role}/permissions", {"permission_view_menu_ids": everything})
        assert restored.ok, restored.text[:300]


def test_a_guest_sees_the_rows_of_the_token_and_no_others(
    site: Site, visitors: dict[str, Visitor], datasets: dict[str, int]
) -> None:
    admin = visitors["admin"]
    pages = {p["slug"]: p["id"] for p in admin.get("/api/v1/dashboard/?q=(page_size:50)").json()["result"]}
    page, number = pages["overview"], datasets["fct_cost_daily"]
    body = {"allowed_domains": [site.url]}
    uid = admin.post(f"/api/v1/dashboard/{page}/embedded", body).json()["result"]["uuid"]
    charts = admin.get(f"/api/v1/dashboard/{page}/charts").json()["result"]
    used = {int(chart["form_data"]["datasource"].split("__")[0]) for chart in charts}
    shown = next(c["id"] for c in charts if c["form_data"]["datasource"] == f"{number}__table")

    def ask_for_token(rules: list[dict[str, Any]]) -> Any:
        resources = [{"type": "dashboard", "id": uid}]
        token = {"user": {"username": "portal"}, "resources": resources, "rls": rules}
        return admin.post("/api/v1/security/guest_token/", token)

    own = {"clause": f"x_team = '{TEAM}'", "dataset": number}
    assert ask_for_token([]).status_code == 400, "a token without any rule would show everything"
    assert ask_for_token([own]).status_code == 400, "and so would one that leaves a dataset out"
    closed = [{"clause": "1 = 0", "dataset": other} for other in used - {number}]
    guest = Visitor(site.url)
    guest.session.headers["X-GuestToken"] = ask_for_token([own, *closed]).json()["token"]

    question = json.loads(admin.get(f"/api/v1/chart/{shown}").json()["result"]["query_context"])["queries"][0]

    def look(dataset: int, chart: int, **more: Any) -> Any:
        query = {**question, **more}
        context = {"dashboardId": page, "slice_id": chart, "datasource": f"{dataset}__table"}
        request = {"datasource": {"id": dataset, "type": "table"}, "queries": [query], "form_data": context,
                 "force": True, "result_format": "json", "result_type": "full"}  # fmt: skip
        return guest.post("/api/v1/chart/data", request)

    found = rows_of(look(number, shown))
    same = {**question, "filters": [*question["filters"], {"col": "x_team", "op": "==", "val": TEAM}]}
    assert found == rows_of(visitors["finance"].ask(number, **same))
    assert found != rows_of(visitors["finance"].ask(number, **question))
    finer = {"columns": ["x_team"], "metrics": [COUNT], "series_columns": [], "series_limit": 0, "orderby": []}
    assert look(number, shown, **finer).status_code == 403, "no chart asks this"
    assert look(datasets["fct_charges"], shown).status_code in (401, 403, 404)
    assert guest.ask(datasets["fct_charges"], columns=["x_team"], metrics=[COUNT]).status_code in (401, 403, 404)
    assert guest.get("/api/v1/security/users/").status_code in (401, 403, 404)


def test_nobody_gets_anything_without_signing_in(site: Site, datasets: dict[str, int]) -> None:
    anonymous = Visitor(site.url)
    for path in ("/api/v1/dashboard/", "/api/v1/chart/", "/api/v1/dataset/", "/api/v1/database/"):
        answer = anonymous.get(path)
        assert answer.status_code == 401 or answer.json().get("count") == 0, path
    assert anonymous.ask(datasets["fct_cost_daily"], columns=[], metrics=[COUNT]).status_code in (400, 401, 403)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd', sep = ':', header = false)",
        "select * from read_text('/etc/hostname')",
        "copy (select 1) to 'cloudcost-out.csv'",
        "set enable_external_access = true",
        "attach 'other.duckdb' as other",
        "delete from marts.fct_cost_daily",
        "install httpfs",
    ],
)
def test_not_even_the_administrator_reads_files_or_writes(sql: str, visitors: dict[str, Visitor]) -> None:
    body = {
        "database_id": 1,
        "sql": sql,
        "client_id": f"s{abs(hash(sql)) % 10**8}",
        "runAsync": False,
        "schema": "marts",
    }
    answer = visitors["admin"].post("/api/v1/sqllab/execute/", body)
    assert answer.status_code != 200, answer.text[:300]
    assert "root:" not in answer.text


def test_bootstrapping_again_changes_nothing(site: Site, visitors: dict[str, Visitor]) -> None:
    def describe() -> str:
        admin = visitors["admin"]
        charts = admin.get("/api/v1/chart/?q=(page_size:200)").json()
        rules = admin.get("/api/v1/rowlevelsecurity/?q=(page_size:100)").json()
        people = admin.get("/api/v1/security/users/?q=(page_size:100)").json()
        return json.dumps(
            [
                sorted((c["id"], c["slice_name"]) for c in charts["result"]),
                sorted((r["name"], r["clause"]) for r in rules["result"]),
                sorted((u["username"], u["active"]) for u in people["result"]),
            ]
        )

    before = describe()
    done = subprocess.run(
        [sys.executable, "-m", "dashboards.serve", "--bootstrap"], cwd=ROOT, env=site.environment(),
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [line for line in done.stdout.splitlines() if line.startswith("  ")], "no new passwords"
    assert describe() == before


def test_secrets_are_nobodys_to_read_and_not_in_the_settings(site: Site) -> None:
    home = site.root / "home" / "dashboards"
    for name in ("secret_key", "guest_secret"):
        assert (home / name).stat().st_mode & 0o077 == 0
    settings = (home / "settings.json").read_text()
    assert (home / "secret_key").read_text() not in settings
    assert all(password not in settings for password in site.passwords.values())
    assert set(site.passwords) == {"admin", NOBODY, *PEOPLE.values()}


def test_logins_are_limited(site: Site) -> None:
    """The last test here: it uses up the minute's attempts, of nobody who signs in later."""
    anonymous = Visitor(site.url)
    body = {"username": "somebody@fernhill.example", "password": "wrong", "provider": "db"}
    codes = [anonymous.post("/api/v1/security/login", body).status_code for _ in range(30)]
    assert set(codes) == {401, 429}
    assert codes.count(401) <= 22, "ten a minute for each of two processes"
