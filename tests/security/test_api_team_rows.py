"""Somebody with a team and no account sees what is about that team alone, and nothing of others: with planted rows."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from alerts.incident_book import IncidentBook
from alerts.incidents import IncidentFinding
from alerts.severity import Severity
from api.published import NotPublishedError
from core.instants import utc_now
from dashboards.publish import published_file
from tests.integration.api.company import TEAM, Company, open_company
from warehouse import WAREHOUSE_FILE

#: Planted anomalies: whose cost all of it is. Of nobody alone: several teams, or none.
MINE, THEIRS, SHARED = "anomaly-of-mine", "anomaly-of-theirs", "anomaly-of-several"
PLANTED: dict[str, str | None] = {MINE: TEAM, THEIRS: "secret-team", SHARED: None}
SECRETS = ("secret", THEIRS, SHARED)


@pytest.fixture(scope="module")
def company(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    root = tmp_path_factory.mktemp("teams")
    shutil.copytree(built / "home", root / "home", symlinks=True)
    found = open_company(root)
    file = published_file(found.installation.serving, WAREHOUSE_FILE).resolve()
    file.chmod(0o600)
    with duckdb.connect(str(file)) as connection:
        for name, team in PLANTED.items():
            word = "mine" if team == TEAM else "secret"
            connection.execute(
                "insert into ml.cost_anomalies by name select * replace (? as anomaly_id, ? as x_team, "
                "true as is_open, ? as sub_account_id, ? as sub_account_name, ? as service_name, ? as top_cause, "
                "date '2026-10-01' as start_date) from ml.cost_anomalies limit 1",
                [name, team, f"{word}-account", f"{word}-account", f"{word}-service", f"{word}-cause"],
            )
            connection.execute(
                "insert into ml.anomaly_causes by name select * replace (? as anomaly_id, ? as member) "
                "from ml.anomaly_causes limit 1",
                [name, f"{word}-member"],
            )
            for table, more in (("ml.recommendations", ""), ("marts.fct_savings", ", true as is_found")):
                connection.execute(
                    f"insert into {table} by name select ? as recommendation_id, ? as x_team, ? as account_id, "
                    "? as resource_id, 'planted' as check_name, 'aws' as source_name, 'USD' as billing_currency, "
                    "'found' as status, 'delete' as lever, 10 as monthly_saving, 10 as planned_saving, "
                    f"0 as freed_saving{more}",
                    [name, team, f"{word}-account", f"{word}-resource"],
                )
            level = "team" if team else "environment"
            connection.execute(
                "insert into ml.cost_forecasts by name select * replace (? as forecast_id, ? as scope_level, "
                "coalesce(?, '') as x_team, ? as x_environment, '' as sub_account_id, '' as service_name) "
                "from ml.cost_forecasts limit 1",
                [name, level, team, "" if team else "secret-environment"],
            )
    book = IncidentBook(found.installation.store, (), utc_now)
    for name, team in PLANTED.items():
        word = "mine" if team == TEAM else "secret"
        book.open(
            IncidentFinding(
                rule="cost_anomaly", scope={"account": f"{word}-account", "name": name}, start=dt.date(2026, 10, 1),
                severity=Severity.WARNING, title=f"{word}-title", summary=word, team=team,
            )
        )  # fmt: skip
    return found


def test_savings_of_the_team_are_seen_added_up_and_decided_on_alone(company: Company) -> None:
    for route in ("/v1/recommendations", "/v1/savings/history"):
        answer = company.get("theo", route, limit=1000)
        found = {one["recommendation_id"]: one for one in answer.json()["items"]}
        assert MINE in found and {one["x_team"] for one in found.values()} == {TEAM}
        check(answer.text)
        for query in ({"x_team": "secret-team"}, {"account_id": "secret-account"}):
            assert company.get("theo", route, **query).json()["items"] == []
        everything = company.get("ana", route, check_name="planted", limit=1000).json()["items"]
        assert {one["recommendation_id"] for one in everything} == set(PLANTED)
    added: dict[str, Any] = {
        one["check_name"]: one for one in company.get("theo", "/v1/savings/summary").json()["by_check"]
    }
    assert (added["planted"]["findings"], Decimal(added["planted"]["total"])) == (1, Decimal(10))
    client = company.client("theo")
    said = {name: client.post(f"/v1/recommendations/{name}/accept", json={"reason": "ours"}) for name in PLANTED}
    assert {name: answer.status_code for name, answer in said.items()} == {MINE: 200, THEIRS: 404, SHARED: 404}


def check(text: str) -> None:
    assert not [secret for secret in SECRETS if secret in text], text


def test_anomalies_of_the_team_are_seen_with_their_causes(company: Company) -> None:
    answer = company.get("theo", "/v1/anomalies", limit=1000)
    found = {one["anomaly_id"]: one for one in answer.json()["items"]}
    assert MINE in found and {one["x_team"] for one in found.values()} == {TEAM}
    assert [one["member"] for one in found[MINE]["causes"]] == ["mine-member"]
    check(answer.text)
    everything = {one["anomaly_id"] for one in company.get("ana", "/v1/anomalies", limit=1000).json()["items"]}
    assert PLANTED.keys() <= everything
    for query in ({"x_team": "secret-team"}, {"service_name": "secret-service"}, {"sub_account_id": "secret-account"}):
        assert company.get("theo", "/v1/anomalies", **query).json()["items"] == []
    for form in ("csv", "ndjson"):
        check(company.get("theo", "/v1/anomalies", format=form).text)


def test_one_anomaly_is_read_by_who_sees_it(company: Company) -> None:
    one = company.get("theo", f"/v1/anomalies/{MINE}")
    listed = next(
        one for one in company.get("theo", "/v1/anomalies", limit=1000).json()["items"] if one["anomaly_id"] == MINE
    )
    assert one.status_code == 200 and {**one.json(), **listed} == one.json()
    assert {"snapshot_id", "is_reconciled", "data_complete_until"} <= one.json().keys() and "next" not in one.json()
    again = company.client("theo").get(f"/v1/anomalies/{MINE}", headers={"If-None-Match": one.headers["etag"]})
    assert again.status_code == 304
    refused = [company.get(who, f"/v1/anomalies/{name}") for who, name in
               (("theo", THEIRS), ("theo", SHARED), ("theo", "nothing-is-called-so"), ("nils", MINE))]  # fmt: skip
    assert [answer.status_code for answer in refused] == [404] * 4
    assert len({answer.json()["detail"] for answer in refused}) == 1
    assert company.get("ana", f"/v1/anomalies/{SHARED}").json()["x_team"] is None
    said = company.client("theo").post(f"/v1/anomalies/{MINE}/feedback", json={"verdict": "expected", "reason": "ours"})
    assert said.status_code == 200
    after = company.client("theo").get(f"/v1/anomalies/{MINE}", headers={"If-None-Match": one.headers["etag"]})
    assert (after.status_code, after.json()["feedback"], after.json()["feedback_by"]) == (200, "expected", "theo")
    for name in (THEIRS, SHARED):
        body = {"verdict": "expected", "reason": "x"}
        assert company.client("theo").post(f"/v1/anomalies/{name}/feedback", json=body).status_code == 404


def test_what_is_said_holds_two_years_at_most(company: Company) -> None:
    body: dict[str, Any] = {"verdict": "expected", "reason": "always", "until": "9999-12-31"}
    refused = company.client("theo").post(f"/v1/anomalies/{MINE}/feedback", json=body)
    assert (refused.status_code, "two years at most" in refused.json()["detail"]) == (422, True)
    near = (utc_now().date() + dt.timedelta(days=700)).isoformat()
    assert (
        company.client("theo").post(f"/v1/anomalies/{MINE}/feedback", json={**body, "until": near}).status_code == 200
    )


def test_forecasts_of_the_team_are_seen(company: Company) -> None:
    answer = company.get("theo", "/v1/forecasts", scope_level="team", limit=1000)
    assert {one["x_team"] for one in answer.json()["items"]} == {TEAM} and answer.json()["items"]
    check(answer.text)
    for level in ("account", "environment", "total", "provider", "service"):
        assert company.get("theo", "/v1/forecasts", scope_level=level).json()["items"] == []
    assert company.get("ana", "/v1/forecasts", scope_level="environment", limit=1000).json()["items"]


def test_incidents_of_the_team_are_seen_and_handled(company: Company) -> None:
    book = IncidentBook(company.installation.store, (), utc_now)
    planted = {
        one.finding.scope["name"]: one.incident_id for one in book.list() if one.finding.scope.get("name") in PLANTED
    }
    answer = company.get("theo", "/v1/incidents", limit=1000)
    assert planted[MINE] in {one["incident_id"] for one in answer.json()["items"]}
    check(answer.text)
    for name, incident in planted.items():
        status = 200 if name == MINE else 404
        assert company.get("theo", f"/v1/incidents/{incident}").status_code == status
        done = company.client("theo").post(f"/v1/incidents/{incident}/acknowledge", json={"reason": "we look"})
        assert done.status_code == status
    assert company.get("nils", "/v1/incidents").json()["items"] == []


def test_a_table_of_another_release_is_no_defect(company: Company) -> None:
    """Until the next run what is published may lack a column that rows are shown by."""
    published = company.app.state.services.published
    with pytest.raises(NotPublishedError, match="the next run that builds renews it"), published.read() as reading:
        reading.rows("select no_such_column from ml.cost_anomalies")
