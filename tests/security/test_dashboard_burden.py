"""What one question may cost the dashboards' server: time of a process, memory, room in what it stores."""

import json
from typing import Any

import pytest

from tests.dashboards_site import Visitor
from tests.security.hostile_questions import DAILY, METRIC

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

READERS = ("viewer", "team", "nobody", "finance")
Datasets = dict[str, int]
People = dict[str, Visitor]


@pytest.mark.parametrize(
    "burden",
    [
        {"post_processing": [{"operation": "resample", "options": {"rule": "1s", "method": "ffill"}}]},
        {"post_processing": [{"operation": "prophet", "options": {}}]},
        {"time_offsets": [f"{number} days ago" for number in range(200)]},
        {"post_processing": [{"operation": "flatten", "options": {}}] * 100},
        {"filters": [{"col": "sub_account_id", "op": "IN", "val": [str(number) for number in range(6000)]}]},
        {"orderby": [["service_name", True]] * 3000},
        {"columns": [{"label": str(number), "sqlExpression": "service_name"} for number in range(3000)]},
        {"extras": {"where": " and ".join(["x_team = 'a'"] * 400)}},
        {"filters": [{"col": "x_team", "op": "==", "val": "a" * 300_000}]},
    ],
    ids=["rows without end", "a model", "many times", "many steps", "many values", "many orders", "many columns",
         "long condition", "large"],
)  # fmt: skip
def test_a_question_burdens_the_server(burden: dict[str, Any], visitors: People, datasets: Datasets) -> None:
    for role in READERS:
        request = {"columns": ["service_name"], "metrics": ["effective_cost"], **burden}
        answer = visitors[role].ask(datasets[DAILY], **request)
        assert answer.status_code in (400, 403, 413), f"{role} {answer.status_code} {answer.text[:300]}"


def test_an_answer_would_fill_the_memory(visitors: People, datasets: Datasets) -> None:
    """As a table of every combination of what stands in its columns, and as numbers of a million digits."""
    index = ["charge_date", "sub_account_id", "service_name", "x_usage_type", "region_id"]
    across = ["x_environment", "x_product", "charge_category"]
    options = {"index": index, "columns": across,
               "aggregates": {METRIC: {"operator": "sum"}}, "drop_missing_columns": False}  # fmt: skip
    steps = [{"operation": "pivot", "options": options}, {"operation": "flatten"}]
    wide = {"columns": [*index, *across], "metrics": [METRIC], "row_limit": 10_000}
    answer = visitors["finance"].ask(datasets[DAILY], **wide, post_processing=steps)
    assert answer.status_code == 400, f"{answer.status_code} {answer.text[:300]}"
    assert "cells" in answer.text
    drawn = {"viz_type": "table", "column_config": {"Line items": {"d3NumberFormat": "1000000"}}}
    request = {"datasource": {"id": datasets[DAILY], "type": "table"}, "result_type": "post_processed", "force": True,
             "form_data": drawn, "queries": [{"columns": ["x_team"], "metrics": [METRIC]}]}  # fmt: skip
    for role in ("team", "finance"):
        assert visitors[role].post("/api/v1/chart/data", request).status_code == 400, role


def test_no_answer_has_more_rows_than_any_may(visitors: People, datasets: Datasets) -> None:
    for form in ({}, {"server_pagination": True}):
        request = {"datasource": {"id": datasets[DAILY], "type": "table"}, "result_type": "query", "form_data": form,
                 "queries": [{"columns": ["x_team"], "metrics": [METRIC], "row_limit": 500_000}]}  # fmt: skip
        for role in ("team", "finance"):
            assert "LIMIT 100000" in visitors[role].post("/api/v1/chart/data", request).text, role


@pytest.mark.parametrize("pieces", [False, True], ids=["at once", "in pieces"])
def test_what_is_stored_for_a_reader_is_small(pieces: bool, visitors: People) -> None:
    body = json.dumps({"dataMask": {"a": "x" * 300_000}}).encode()
    for visitor in (visitors["finance"], visitors["viewer"]):
        pages = visitor.get("/api/v1/dashboard/?q=(page_size:50)").json()["result"]
        path = f"/api/v1/dashboard/{next(p['id'] for p in pages if p['slug'] == 'overview')}/permalink"
        assert visitor.post(path, {"dataMask": {}}).status_code == 201
        token = visitor.get("/api/v1/security/csrf_token/").json()["result"]
        headers = {"X-CSRFToken": token, "Referer": visitor.url, "Content-Type": "application/json"}
        sent = iter([body[:1000], body[1000:]]) if pieces else body
        answer = visitor.session.post(visitor.url + path, data=sent, headers=headers, timeout=60)
        assert answer.status_code == 413, answer.text[:300]
