"""A delivery that is far smaller than the one before: kept out with the numbers, until somebody accepts it."""

from decimal import Decimal

import pytest

from audit.log import AuditLog
from core.instants import utc_now
from ingestion.judging.acceptance import AcceptanceError, accept_delivery, find_delivery
from orchestration.defs.ingestion.assets import check_report, compare_report
from state import SqliteStateStore
from tests.integration.ingest.conftest import SEPTEMBER, Desk
from tests.unit.ingestion.exports import cur_rows, write_csv

#: 200 rows of 2.5 each
FULL = cur_rows(["2.5"] * 200, SEPTEMBER)
FULL_TOTALS = {"2026-09": (Decimal(500), 200)}


@pytest.fixture
def full(desk: Desk) -> Desk:
    """A desk whose full delivery is current."""
    write_csv(desk.exports / "september.csv", FULL)
    assert desk.problems() == [] and desk.totals() == FULL_TOTALS
    return desk


def accept(desk: Desk, name: str) -> None:
    store = SqliteStateStore(desk.root / "state.sqlite")
    accept_delivery(AuditLog(store, utc_now), find_delivery(desk.ledger, name), "alice", "an account was closed")


def test_half_a_delivery_is_kept_out_until_it_is_accepted(full: Desk) -> None:
    before = full.ledger.current_snapshots()[0][0].delivery_id
    write_csv(full.exports / "september.csv", FULL[:80])
    report = full.ingest()
    (delivery,) = [j.delivery_id for j in report.judged]
    rows = f"september.csv: 80 rows where delivery {before} had 200 (-60.0 %): more than 50 % blocks"
    cost = f"200.00 USD where delivery {before} had 500.00 USD (-60.0 %): more than 50 % blocks"
    hint = f"; `cloudcost deliveries accept {delivery}` takes it as it is"
    # every measure of a CUR without commitments is the same
    assert [p.message for p in report.problems] == [f"{rows}{hint}", f"september.csv: billed_cost {cost}{hint}"]
    assert full.ledger.quarantined()[0].body["reasons"] == [f"{rows}{hint}", f"september.csv: billed_cost {cost}{hint}"]
    assert full.totals() == FULL_TOTALS
    check = check_report("test_source", report)
    assert not check.passed and check.metadata["unmet"].value == {
        "2026-09/cost/row_count_drop": 60.0, "2026-09/cost/total_change": 60.0,
    }  # fmt: skip

    full.ledger.release_quarantined("test_source")
    assert full.ingest().problems == report.problems  # judged again, and the same is wrong
    assert full.ingest().judged == []
    accept(full, delivery[:12])
    accept(full, delivery)  # twice is once
    again = full.ingest()
    assert again.problems == [] and full.totals() == {"2026-09": (Decimal(200), 80)}
    plausible, _ = compare_report("test_source", again)
    assert not plausible.passed and plausible.metadata["percent"].value == {
        "2026-09/cost/row_count_drop": 60.0, "2026-09/cost/total_change": 60.0,
    }  # fmt: skip
    (row,) = AuditLog(SqliteStateStore(full.root / "state.sqlite"), utc_now).rows()
    assert (row.actor, row.event, row.details["reason"]) == ("alice", "delivery.accepted", "an account was closed")
    assert row.subject == f"test_source/2026-09/cost/{delivery}"
    assert full.ingest().unchanged == 1
    with pytest.raises(AcceptanceError, match="is promoted, not quarantined"):
        accept(full, delivery)


def test_somewhat_less_is_taken_and_said(full: Desk) -> None:
    write_csv(full.exports / "september.csv", FULL[:170])
    report = full.ingest()
    assert report.problems == [] and full.totals() == {"2026-09": (Decimal(425), 170)}
    plausible, drift = compare_report("test_source", report)
    assert check_report("test_source", report).passed and drift.passed
    warnings = plausible.metadata["warnings"].value
    assert isinstance(warnings, list) and all(isinstance(warning, str) for warning in warnings)
    assert not plausible.passed and plausible.severity.value == "WARN" and len(warnings) == 2
    assert "170 rows where delivery " in warnings[0] and "(-15.0 %): more than 10 % is doubted" in warnings[0]


def test_columns_that_came_and_went_are_told_without_harm(full: Desk) -> None:
    changed = [{k: v for k, v in row.items() if k != "product/region"} | {"resourceTags/user:env": "p"} for row in FULL]
    write_csv(full.exports / "september.csv", changed)
    report = full.ingest()
    assert report.problems == [] and full.totals() == FULL_TOTALS
    _, drift = compare_report("test_source", report)
    assert not drift.passed and drift.severity.value == "WARN"
    assert drift.metadata["new"].value == {"2026-09/cost": ["resourceTags/user:env"]}
    assert drift.metadata["vanished"].value == {"2026-09/cost": ["product_region_code"]}


def test_what_contradicts_itself_cannot_be_accepted(full: Desk) -> None:
    write_csv(full.exports / "september.csv", [*FULL, FULL[7]])
    (problem,) = full.problems()
    assert problem == (
        "1 rows repeat the identity of another line item: "
        "line202609x7 2026-09-08T00:00:00Z/2026-09-08T01:00:00Z in september.csv"
    )
    name = full.ledger.quarantined()[0].body["delivery_id"]
    with pytest.raises(AcceptanceError, match="cannot be accepted: 1 rows repeat the identity"):
        accept(full, name)
    with pytest.raises(AcceptanceError, match="there is no delivery 'nothing'"):
        accept(full, "nothing")
    with pytest.raises(AcceptanceError, match="2 deliveries are called 'test_source'"):
        accept(full, "test_source")
