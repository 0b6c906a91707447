"""Nobody sees a row outside of their scopes: through no route, filter, order, format, page or message of the API.

Everything that the warehouse and the state know and a team reader's scopes do not let through is looked for in every
answer that they get.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from actions.proposal_book import ProposalBook
from actions.proposals import ResourceRef
from alerts.feedback import FeedbackBook
from alerts.incident_book import IncidentBook
from alerts.incidents import IncidentFinding
from alerts.severity import Severity
from api.money.measures import DIMENSIONS
from core.instants import utc_now
from tests.integration.api.company import Company, open_company
from tests.unit.actions.examples import make_finding

HIDDEN_ACCOUNT = "secret-account-4711"
MADE_UP = "nothing-is-called-so"
#: The account that is in Theo's scope beside his team.
ACCOUNT_OF_SCOPE = "301122334455"
_IN_SCOPE = f"(coalesce(x_team, '') = 'payments' or coalesce(sub_account_id, '') = '{ACCOUNT_OF_SCOPE}')"
_LOOKED_FOR = (
    "sub_account_id", "sub_account_name", "x_team", "x_product", "service_name", "x_usage_type", "resource_id",
    "resource_name", "x_cost_center",
)  # fmt: skip
#: What rows that are shown have besides: the account that pays for them, who provides them.
_SHOWN = (
    "billing_account_id", "billing_account_name", "service_provider_name", "charge_description", "service_category",
    "invoice_id", "sku_id", "commitment_discount_id", "resource_type", "x_environment",
)  # fmt: skip


@dataclass
class Watch:
    """A company, and what a team reader must never be shown."""

    company: Company
    secrets: frozenset[str]

    def check(self, answer: httpx.Response, *said: str) -> None:
        """Nothing of it is in an answer, but what the asker said."""
        text = f"{read(answer)}\n{list(answer.headers.values())}"
        found = {secret for secret in self.secrets if secret in text and not any(secret in one for one in said)}
        assert not found, (str(answer.request.url), answer.status_code, sorted(found)[:5])
        assert answer.status_code < 500


def read(answer: httpx.Response) -> str:
    if answer.headers.get("content-type") == "application/vnd.apache.parquet":
        return str(pq.read_table(io.BytesIO(answer.content)).to_pylist())
    return answer.content.decode()


@pytest.fixture(scope="module")
def watch(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    root = tmp_path_factory.mktemp("rows")
    shutil.copytree(built / "home", root / "home", symlinks=True)
    company = open_company(root, accounts=[ACCOUNT_OF_SCOPE])
    store = company.installation.store
    plant(company)
    secrets: set[str] = {HIDDEN_ACCOUNT}
    query = "select distinct {} from marts.fct_charges where {}" + _IN_SCOPE
    shown = {str(value) for name in (*_LOOKED_FOR, *_SHOWN) for (value,) in company.rows(query.format(name, ""))}
    for column in _LOOKED_FOR:
        hidden = {value for (value,) in company.rows(query.format(column, "not ")) if len(value or "") > 5}
        # what is part of something that is shown would be found there
        secrets |= {one for one in hidden if not any(one in other for other in shown)}
    assert "data-platform" in secrets and len(secrets) > 100
    secrets |= {record.key for kind in ("incident", "proposal") for record in store.list(kind)}
    yield Watch(company, frozenset(secrets))


def plant(company: Company) -> None:
    """What the state knows of somebody else's account."""
    store = company.installation.store
    resource = ResourceRef(provider="aws", account_id=HIDDEN_ACCOUNT, region="eu-west-1", resource_id=HIDDEN_ACCOUNT)
    ProposalBook(store, utc_now).propose(make_finding("hidden", resource=resource))
    scope = {"sub_account_id": HIDDEN_ACCOUNT}
    IncidentBook(store, (), utc_now).open(
        IncidentFinding(
            rule="cost_anomaly", scope=scope, start=dt.date(2026, 10, 1), severity=Severity.WARNING,
            title=HIDDEN_ACCOUNT, summary=HIDDEN_ACCOUNT,
        )
    )  # fmt: skip
    ((hidden,),) = company.rows(f"select min(anomaly_id) from ml.cost_anomalies where not {_IN_SCOPE}")
    FeedbackBook(store, utc_now).give(
        hidden, scope, "expected", dt.date(2026, 10, 1), dt.date(2026, 12, 1), "1.00", HIDDEN_ACCOUNT, HIDDEN_ACCOUNT
    )


def list_reads(company: Company) -> list[tuple[str, dict[str, Any]]]:
    """Every route that reads, by the document, with its parameters by name."""
    found = company.app.openapi()
    return [
        (path, {one["name"]: one["schema"] for one in item["get"].get("parameters", []) if one["in"] == "query"})
        for path, item in found["paths"].items()
        if "get" in item
    ]


def test_no_route_filter_or_format_shows_what_is_out_of_scope(watch: Watch) -> None:
    theo, asked = watch.company.client("theo"), 0
    hidden = {"sub_account_id": "data-platform-prod", "team": "data-platform", "product": HIDDEN_ACCOUNT}
    for path, parameters in list_reads(watch.company):
        targets = [path.replace("{dimension}", name) for name in DIMENSIONS] if "{dimension}" in path else [path]
        targets = [one.replace("{", "").replace("}", "") for one in targets]
        for target in targets:
            for name in parameters.get("format", {}).get("anyOf", [{}])[0].get("enum", ["json"]):
                query = {"format": name} if "format" in parameters else {}
                watch.check(theo.get(target, params={**query, **({"limit": 1000} if "limit" in parameters else {})}))
                asked += 1
        for name, schema in parameters.items():
            if schema.get("type") != "array" or "enum" in schema.get("items", {}) or name == "sort":
                continue
            secret = hidden.get(name.removesuffix("_prefix"), HIDDEN_ACCOUNT)
            answers = [theo.get(targets[0], params={name: value}) for value in (secret, MADE_UP)]
            watch.check(answers[0], secret)
            bodies = [
                text.replace(value, "") for text, value in zip(map(read, answers), (secret, MADE_UP), strict=True)
            ]
            bodies = [text if "instance" not in text else json.loads(text)["detail"] for text in bodies]
            assert bodies[0] == bodies[1], f"{target}?{name} tells what is there"
            asked += 2
    assert asked > 150


def test_no_order_page_or_comparison_shows_what_is_out_of_scope(watch: Watch) -> None:
    theo = watch.company.client("theo")
    columns = list(DIMENSIONS)
    for name in columns:
        for sort in (name, f"-{name}", "-effective_cost", "effective_cost"):
            query = {"group_by": [name], "sort": [sort], "limit": 1000, "measures": ["effective_cost", "list_cost"]}
            watch.check(theo.get("/v1/costs", params=query))
        watch.check(theo.get("/v1/costs", params={"group_by": [name], "compare": "previous_period", "limit": 1000}))
        watch.check(theo.get("/v1/costs", params={"group_by": [name], "allocation": True, "limit": 1000}))
        watch.check(theo.get("/v1/costs", params={"group_by": [name], "currency": "reporting", "limit": 1000}))
    answer = theo.get("/v1/costs", params={"group_by": columns[:8], "limit": 2})
    pages = 0
    while "next" in answer.links and pages < 10:
        answer, pages = theo.get(answer.links["next"]["url"]), pages + 1
        watch.check(answer)
    assert pages >= 3


def test_what_is_in_scope_is_shown(watch: Watch) -> None:
    """Else nothing would be found in the empty answers above."""
    company = watch.company
    ((mine,),) = company.rows(
        f"select sum(effective_cost) from marts.fct_cost_daily where billing_period = '2026-10-01' and {_IN_SCOPE}"
        " and billing_currency = 'USD'"
    )
    rows = company.get("theo", "/v1/costs", month="2026-10").json()["items"]
    assert {row["billing_currency"]: row["effective_cost"] for row in rows}["USD"] == format(mine, "f")
    wanted = company.rows(
        f"select anomaly_id from ml.cost_anomalies where {_IN_SCOPE} order by start_date desc, anomaly_id"
    )
    found = company.get("theo", "/v1/anomalies", limit=1000).json()["items"]
    assert wanted and [(one["anomaly_id"],) for one in found] == wanted and any(one["causes"] for one in found)
    forecasts = company.get("theo", "/v1/forecasts", limit=1000).json()["items"]
    assert {one["sub_account_id"] for one in forecasts} == {ACCOUNT_OF_SCOPE}
    of_teams = company.get("theo", "/v1/forecasts", scope_level="team", limit=1000).json()["items"]
    assert {one["x_team"] for one in of_teams} == {"payments"}
    answer = company.client("theo").post(
        f"/v1/anomalies/{found[0]['anomaly_id']}/feedback", json={"verdict": "expected", "reason": "a campaign"}
    )
    assert answer.status_code == 200 and answer.json()["actor"] == "theo"
    ((hidden,),) = company.rows(f"select min(anomaly_id) from ml.cost_anomalies where not {_IN_SCOPE}")
    refused = [
        company.client("theo").post(f"/v1/anomalies/{name}/feedback", json={"verdict": "expected", "reason": "x"})
        for name in (hidden, MADE_UP)
    ]
    assert [one.status_code for one in refused] == [404, 404]
    assert refused[0].json()["detail"] == refused[1].json()["detail"]


def test_who_has_no_scope_sees_no_row(watch: Watch) -> None:
    for path in ("/v1/costs", "/v1/charges", "/v1/anomalies", "/v1/forecasts", "/v1/incidents", "/v1/proposals"):
        assert watch.company.get("nils", path).json()["items"] == []
