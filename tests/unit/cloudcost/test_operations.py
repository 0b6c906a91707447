"""Incidents as the dashboards have them: by the account and by the team that they are about."""

import datetime as dt
from pathlib import Path
from typing import Any

from alerts.findings import describe_anomaly
from alerts.incident_book import IncidentBook
from cloudcost.operations import list_incidents
from core.instants import utc_now
from tests.api_house import build_house

ROW: dict[str, Any] = {
    "billing_currency": "USD", "causes": "[]", "service_name": "EC2", "sub_account_id": "111", "impact_cost": 5.0,
    "impact_percent": 10.0, "service_provider_name": "AWS", "direction": "up", "x_usage_type": "",
    "start_date": dt.date(2026, 3, 1), "severity": "high", "kind": "spike", "top_cause": "", "actual_cost": 55.0,
    "expected_cost": 50.0, "days": 1,
}  # fmt: skip


def test_an_incident_has_the_team_of_its_anomaly_and_goes_on_when_that_changes(tmp_path: Path) -> None:
    installation = build_house(tmp_path / "it").installation
    book = IncidentBook(installation.store, (), utc_now)

    def read() -> list[tuple[Any, Any, Any]]:
        rows = list_incidents(installation, utc_now()).to_pylist()
        return [(row["sub_account_id"], row["x_team"], row["source_name"]) for row in rows]

    for team in ("payments", None, float("nan"), ""):
        book.open(describe_anomaly({**ROW, "x_team": team}))
        assert read() == [("111", "payments" if team == "payments" else None, None)], "one incident, whosever it is"
    book.open(describe_anomaly(ROW))  # written before anomalies had a team
    assert len(read()) == 1
