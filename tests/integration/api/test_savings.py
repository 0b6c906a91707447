"""Savings through the API: the one total, what became of findings, and deciding about those that one sees."""

import datetime as dt
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pyarrow as pa
import pytest

from api.app import make_app
from audit.log import AuditLog
from cloudcost.installation import Installation
from core.instants import utc_now
from savings.lifecycle.book import SavingsBook
from savings.lifecycle.rows import complete, list_history
from savings.lifecycle.status import Judging
from savings.realised.bills import Bills
from savings.realised.closings import Closing
from savings.realised.run import realise
from tests.integration.api.company import ByName, Company, write_config
from tests.savings_plan import finding
from warehouse import WAREHOUSE_FILE
from warehouse.written_tables import find_written_table, fit_rows

MINE, THEIRS = "111111111111", "222222222222"
WHY = {"reason": "the next sprint does it"}
#: Two alternatives of one resource, one finding in another account, one without an amount.
FOUND = [
    finding("a" * 24, "40"),
    finding("b" * 24, "30"),
    finding("c" * 24, "25", account_id=THEIRS, resource_id="r-2"),
    finding("d" * 24, None, resource_id="r-3"),
]


@pytest.fixture
def savings(tmp_path: Path) -> Company:
    installation = Installation(write_config(tmp_path, accounts=[MINE]), tmp_path / "home", "api")
    publish(installation)
    return Company(installation, make_app(installation, ByName(installation.directory)))


def publish(installation: Installation) -> None:
    """Put these findings where readers look, as a run writes them."""
    book = SavingsBook(installation.store, utc_now)
    seen = book.see([*FOUND, finding("e" * 24, "9", resource_id="r-4")], lambda _: False)
    seen = book.see(FOUND, lambda _: False)
    decisions, judging = book.decisions(), Judging(utc_now().date(), Decimal("0.5"))
    tables = {
        "recommendations": complete(FOUND, seen, decisions, {}, judging),
        "savings_history": list_history(seen, [row["recommendation_id"] for row in FOUND], decisions, {}, judging),
        "unjudged_savings": [
            dict.fromkeys(("check_name", "provider", "region", "resource_id"), "")
            | {"account_id": account, "reason": r}
            for account, r in ((MINE, "access denied"), (THEIRS, "access denied"), ("", "there is no usage yet"))
        ],
    }
    tables["realised_savings"] = realise(
        [Closing(row | {"status": "lapsed", "last_seen": dt.date(2026, 10, 1)}) for row in FOUND], Bills()
    )
    folder = installation.serving / f"{time.time_ns()}-small"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / WAREHOUSE_FILE)) as connection:
        connection.execute("create schema ml; create schema marts")
        for name, rows in tables.items():
            declared = find_written_table("ml", name)
            found = fit_rows(declared, pa.Table.from_pylist(rows, declared.columns))  # noqa: F841
            connection.execute(f"create table ml.{name} as select * from found")
        connection.execute(
            "create table marts.fct_savings as select * exclude (covered_cost, evidence, created_on, commitment_pool, "
            "pool_on_demand_cost, purchase_pool), true as is_found from ml.recommendations "
            "union all by name select *, false as is_found from ml.savings_history; "
            "create table marts.fct_realised_savings as select * from ml.realised_savings"
        )
        connection.execute(
            "create table marts.fct_cost_daily as select 'aws' as source_name, 'Usage' as charge_category, "
            "date '2026-10-01' as billing_period, date '2026-10-31' as charge_date; "
            "create table marts.fct_reconciliation as select 'aws' as source_name, "
            "date '2026-10-01' as billing_period, true as is_reconciled"
        )
    current = installation.serving / "current"
    current.unlink(missing_ok=True)
    current.symlink_to(folder.name)


def decide(savings: Company, who: str, decision: str, name: str, **body: Any) -> httpx.Response:
    return savings.client(who).post(f"/v1/recommendations/{name}/{decision}", json={**WHY, **body})


def test_the_summary_is_one_total_that_adds_up(savings: Company) -> None:
    body = savings.get("ana", "/v1/savings/summary").json()
    assert body["is_reconciled"] is True and body["data_complete_until"] == "2026-10-31" and body["snapshot_id"]
    (total,) = body["totals"]
    amounts = {name: Decimal(total[name]) for name in ("found", "freed", "overlaps", "dismissed", "done", "total")}
    assert list(amounts.values()) == [95, 0, 30, 0, 0, 65]
    assert (total["findings"], total["without_amount"]) == (4, 1)
    assert {one["check_name"]: Decimal(one["total"]) for one in body["by_check"]}["check_" + "b" * 24] == 0
    assert body["unjudged"] == [
        {"reason": "access denied", "places": 2},
        {"reason": "there is no usage yet", "places": 1},
    ]


def test_a_team_lead_gets_the_total_of_their_accounts(savings: Company) -> None:
    body = savings.get("theo", "/v1/savings/summary").json()
    assert Decimal(body["totals"][0]["total"]) == 40
    assert body["unjudged"] == [{"reason": "access denied", "places": 1}]
    assert savings.get("nils", "/v1/savings/summary").json()["totals"] == []
    assert savings.get("vera", "/v1/savings/summary").status_code == 403


def test_findings_are_asked_for_by_status(savings: Company) -> None:
    assert decide(savings, "ben", "dismiss", "a" * 24).status_code == 200
    publish(savings.installation)
    dismissed = savings.get("ana", "/v1/recommendations", status="dismissed").json()["items"]
    assert [(one["recommendation_id"], one["planned_saving"], one["decided_by"]) for one in dismissed] == [
        ("a" * 24, "0.000000000000", "ben")
    ]
    (total,) = savings.get("ana", "/v1/savings/summary").json()["totals"]
    assert [Decimal(total[name]) for name in ("dismissed", "overlaps", "total")] == [40, 0, 55]
    lapsed = savings.get("ana", "/v1/savings/history", status="lapsed").json()["items"]
    assert [(one["recommendation_id"], one["is_found"]) for one in lapsed] == [("e" * 24, False)]
    assert savings.get("ana", "/v1/recommendations", status="open").status_code == 422


def test_realised_savings_are_of_the_accounts_that_one_sees(savings: Company) -> None:
    path = "/v1/savings/realised"
    items = savings.get("ana", path).json()["items"]
    assert [(one["recommendation_id"], one["verdict"], one["realised_saving"]) for one in items] == [
        (name * 24, "not_judged", None) for name in "abcd"
    ]
    assert items[2]["promised_saving"] == "25.000000000000" and items[2]["account_id"] == THEIRS
    mine = savings.get("theo", path).json()["items"]
    assert [one["recommendation_id"] for one in mine] == ["a" * 24, "b" * 24, "d" * 24]
    assert savings.get("theo", path, account_id=THEIRS).json()["items"] == []
    assert savings.get("nils", path).json()["items"] == []
    assert savings.get("vera", path).status_code == 403
    assert savings.get("ana", path, verdict="saved").json()["items"] == []
    assert len(savings.get("ana", path, verdict="not_judged", check_name="check_" + "c" * 24).json()["items"]) == 1
    assert savings.get("ana", path, verdict="perhaps").status_code == 422


@pytest.mark.parametrize("decision", ["accept", "dismiss", "restore"])
def test_who_may_not_decide_is_refused(savings: Company, decision: str) -> None:
    for who in ("vera", "ana", "ben/machine"):
        assert decide(savings, who, decision, "a" * 24).status_code == 403
    assert decide(savings, "theo", decision, "c" * 24).status_code == 404
    assert decide(savings, "nils", decision, "a" * 24).status_code == 404
    assert SavingsBook(savings.installation.store, utc_now).decisions() == {}


def test_a_decision_is_of_who_took_it_and_can_be_taken_back(savings: Company) -> None:
    until = utc_now().date() + dt.timedelta(days=5)
    answer = decide(savings, "theo", "dismiss", "a" * 24, until=until.isoformat())
    assert answer.json() == {
        "recommendation_id": "a" * 24, "verdict": "dismissed", **WHY, "until": until.isoformat(), "actor": "theo"
    }  # fmt: skip
    assert decide(savings, "theo", "accept", "b" * 24).json()["verdict"] == "accepted"
    assert decide(savings, "ada", "restore", "a" * 24).json()["verdict"] == "restored"
    assert decide(savings, "ada", "restore", "d" * 24).json()["verdict"] is None
    rows = [row for row in AuditLog(savings.installation.store, utc_now).rows() if row.event.startswith("savings.")]
    assert [(row.actor, row.event, row.channel) for row in rows] == [
        ("theo", "savings.dismissed", "api"), ("theo", "savings.accepted", "api"), ("ada", "savings.restored", "api")
    ]  # fmt: skip


def test_the_same_key_decides_once(savings: Company) -> None:
    path = f"/v1/recommendations/{'a' * 24}/accept"
    for replayed in (None, "true"):
        answer = savings.client("ben").post(path, json=WHY, headers={"Idempotency-Key": "k-1"})
        assert (answer.status_code, answer.headers.get("Idempotent-Replayed")) == (200, replayed)
    other = savings.client("ben").post(path, json={"reason": "another"}, headers={"Idempotency-Key": "k-1"})
    assert other.status_code == 422


def test_a_dismissal_for_ever_is_refused_with_a_sentence(savings: Company) -> None:
    answer = decide(savings, "ben", "dismiss", "a" * 24, until="2050-01-01")
    assert answer.status_code == 422
    assert "a dismissal holds for two years at most: not until 2050-01-01" in answer.text
