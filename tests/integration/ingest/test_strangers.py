"""A file of no known format: refused where it may hold costs, left alone and said where it holds none."""

import json
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.ingest.conftest import AUGUST, SEPTEMBER, Desk
from tests.integration.ingest.test_isolation import FOCUS_COLUMNS, FOCUS_ROW
from tests.unit.ingestion.exports import cur_rows, write_csv

SEPTEMBER_TAKEN = {"2026-09": (Decimal(10), 1)}
OCTOBER_ROW = FOCUS_ROW.replace("2026-09", "2026-10")
GERMAN = "Kosten,Effektiv,Konto,Waehrung,Abrechnungsbeginn,Art,Tag"
GOOGLE = {
    "billing_account_id": "a", "service": {"id": "s", "description": "S"}, "sku": {"id": "k", "description": "K"},
    "project": {"id": "p"}, "amount_due": 1.25, "currency": "USD", "invoice": {"month": "202610"},
}  # fmt: skip

#: Name, content, and the end of the sentence that refuses it.
CHANGED_EXPORTS = [
    ("title.csv", f"Costs of October\n{FOCUS_COLUMNS}\n{OCTOBER_ROW}\n", "stand in line 2: remove what is above them"),
    ("mark.csv", f"sep=,\n{FOCUS_COLUMNS}\n{OCTOBER_ROW}\n", "stand in line 2: remove what is above them"),
    ("comment.csv", f"# made by a tool\n# for us\n{FOCUS_COLUMNS}\n{OCTOBER_ROW}\n", "stand in line 3"),
    ("headless.csv", f"{OCTOBER_ROW.replace('10,10', '10.25,10.25')}\n" * 3, "its first line holds values"),
    (
        "renamed.csv",
        f"{FOCUS_COLUMNS.replace('BilledCost', 'Billed').replace('EffectiveCost', 'Effective')}\n{OCTOBER_ROW}\n",
        "so it may hold costs",
    ),
    ("german.csv", f"{GERMAN}\n{OCTOBER_ROW}\n", "its column 'Kosten' may hold costs; what is no bill belongs"),
    ("days.csv", "a,b\n2026-10-01,1.5\n2026-10-02,2.5\n", "it has days and amounts and so may hold costs"),
    ("wrapped.json", json.dumps({"value": [dict(zip(FOCUS_COLUMNS.split(","), OCTOBER_ROW.split(","), strict=True))]}),
     "its rows lie inside of another object"),
    ("explorer.json", json.dumps({"Results": [{"Total": {"UnblendedCost": {"Amount": "1.5"}}}]}), "may hold costs"),
    ("months.csv", "Month,Service,Fee\n2026-10,EC2,12.34 USD\n", "its column 'Fee' may hold costs"),
    ("signs.csv", "Monat;Dienst;Kosten\n2026-10;EC2;12,34 €\n", "its column 'Kosten' may hold costs"),
    ("ragged.csv", f"{FOCUS_COLUMNS.replace('BilledCost', 'Billed').replace('ChargePeriodStart', 'Day')}\n"
     + f"{OCTOBER_ROW}\n" * 5 + f"{OCTOBER_ROW},\n", "so it may hold costs"),
    ("google.jsonl", json.dumps(GOOGLE) + "\n", "so it may hold costs"),
    ("export.txt", f"Costs\n{FOCUS_COLUMNS}\n{OCTOBER_ROW}\n", "stand in line 2"),
]  # fmt: skip


def deliver_september(desk: Desk) -> None:
    (desk.exports / "september.csv").write_text(f"{FOCUS_COLUMNS}\n{FOCUS_ROW}\n")
    assert desk.problems() == [] and desk.totals("focus") == SEPTEMBER_TAKEN


@pytest.mark.parametrize(("name", "content", "sentence"), CHANGED_EXPORTS, ids=[c[0] for c in CHANGED_EXPORTS])
def test_a_changed_export_beside_good_ones_is_refused_in_every_run(
    tmp_path: Path, name: str, content: str, sentence: str
) -> None:
    desk = Desk(tmp_path, "focus")
    deliver_september(desk)
    (desk.exports / name).write_text(content)
    for _ in range(2):
        (problem,) = desk.problems()
        assert problem.startswith(f"{name}: ") and sentence in problem
        assert [r.body["reasons"] for r in desk.ledger.quarantined()] == [[problem]]
        assert desk.totals("focus") == SEPTEMBER_TAKEN
    (desk.exports / name).unlink()
    assert desk.problems() == [] and desk.ledger.quarantined() == []


def test_a_changed_export_is_mended(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    deliver_september(desk)
    (desk.exports / "october.csv").write_text(f"Costs\n{FOCUS_COLUMNS}\n{OCTOBER_ROW}\n")
    assert len(desk.problems()) == 1
    (desk.exports / "october.csv").write_text(f"{FOCUS_COLUMNS}\n{OCTOBER_ROW}\n")
    assert desk.problems() == [] and desk.ledger.quarantined() == []
    assert desk.totals("focus") == {**SEPTEMBER_TAKEN, "2026-10": (Decimal(10), 1)}


def test_the_same_bad_file_is_refused_again_when_it_comes_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    deliver_september(desk)
    bad = desk.exports / "october.csv"
    bad.write_text(f"Costs\n{FOCUS_COLUMNS}\n{OCTOBER_ROW}\n")
    assert len(desk.problems()) == 1
    bad.rename(tmp_path / "aside.csv")
    assert desk.problems() == []
    (tmp_path / "aside.csv").rename(bad)
    assert len(desk.problems()) == 1 and len(desk.ledger.quarantined()) == 1


STRANGERS = [
    ("README.csv", "what,this is\na,b\n"),
    ("dictionary.csv", "Column,Type,Description\nBilledCost,decimal,The bill\nBillingPeriodStart,date,Start\n"),
    ("people.csv", "name,age\na,1\nb,2\n"),
    ("regions.csv", "RegionId,RegionName,ServiceName\neu,Europe,Compute\n"),
    ("prices.csv", "MeterID,MeterName,UnitPrice,EffectiveStartDate,Currency\nm,VM,0.25,2026-10-01,USD\n"),
    ("ri.csv", "ReservationId,UsageDate,ReservedHours,UsedHours,SkuName\nr,2026-10-01,24.0,20.5,VM\n"),
    ("notes.txt", "Dear all,\nthe bill of 2026-10-01 is 12.50, as ever\n"),
    ("subscriptions.csv", "SubscriptionId,SubscriptionName,CostCenter\na,Shop,4711\n"),
    ("rates.csv", "date,from,to,rate\n2026-10-01,EUR,USD,1.25\n"),
    ("orders.csv", "date,metric,value\n2026-10-01,orders,12.5\n"),
    ("invoices.csv", "issuer,currency,amount\nAWS,USD,12.5\n"),
    ("machines.csv", "SubscriptionId,ResourceGroup,ResourceName,Location,Cores\na,b,c,d,4\n"),
    ("accounts.csv", "SubAccountId,SubAccountName,BillingAccountId\n111122223333,Shop,444455556666\n"),
    ("places.csv", "Datum;Name;Ort\n01.02.2026;a;b\n"),
    ("hosts.csv", "day,address\n2026-10-01,10.0.0.1\n"),
    ("README.txt", f"Our bills\n\nThe columns are:\n{FOCUS_COLUMNS}\nand that is all.\n"),
    ("changelog.txt", "1.2,2026-01-01,first\n1.3,2026-02-01,second\n"),
    ("empty_table.csv", "BilledCost2,BillingPeriodStart2,Day\n"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content"), STRANGERS, ids=[s[0] for s in STRANGERS])
def test_what_holds_no_costs_is_left_alone_and_said(tmp_path: Path, name: str, content: str) -> None:
    desk = Desk(tmp_path, "focus")
    deliver_september(desk)
    (desk.exports / name).write_text(content)
    for _ in range(2):
        report = desk.ingest()
        assert report.problems == [] and report.unchanged == 1
        assert any(name in notice for notice in report.notices)


def test_a_source_of_strangers_alone_stays_a_problem(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    (desk.exports / "people.csv").write_text("name,age\na,1\n")
    for _ in range(3):
        (problem,) = desk.problems()
        assert problem == "people.csv: not a known export (name, age, …)"
        assert [r.body["reasons"] for r in desk.ledger.quarantined()] == [[problem]]


def test_quarantine_ends_also_where_strangers_are_left_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    (desk.exports / "people.csv").write_text("name,age\na,1\n")
    (desk.exports / "bad.csv").write_text(f"{FOCUS_COLUMNS}\n{FOCUS_ROW.replace('10,', 'x,', 1)}\n")
    assert len(desk.problems()) == 1
    (desk.exports / "bad.csv").unlink()
    assert desk.problems() == ["people.csv: not a known export (name, age, …)"]
    assert [r.body["reasons"] for r in desk.ledger.quarantined()] == [desk.problems()]


def test_what_was_left_alone_is_looked_at_again_on_demand_and_for_another_provider(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "azure")
    write_csv(desk.exports / "cur.csv", cur_rows(["1"], AUGUST))
    (desk.exports / "people.csv").write_text("name,age\na,1\n")
    assert "it is an export of another kind (AWS" in desk.problems()[0]
    assert desk.ledger.release_quarantined("test_source") == 1
    assert not [r for r in desk.ledger._store.list("scan") if "left_alone" in r.body]
    desk.provider = "aws"
    assert desk.problems() == [] and desk.totals() == {"2026-08": (Decimal(1), 1)}


def test_the_export_of_another_source_of_the_folder_is_that_ones(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus", "focus")
    deliver_september(desk)
    write_csv(desk.exports / "cur.csv", cur_rows(["1"], AUGUST))
    source = replace(desk.source(), beside_formats=frozenset({"gcp_billing", "aws_cur"}))
    assert [p.message for p in desk.ingestor().ingest(source).problems] == []
    source = replace(source, beside_formats=frozenset({"gcp_billing"}))
    (problem,) = desk.ingestor().ingest(source).problems
    assert "which a source of its provider reads" in problem.message


def test_a_weak_suspicion_holds_up_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    deliver_september(desk)
    (desk.exports / "budget.csv").write_text("team,amount\na,12.5\n")
    (desk.exports / "october.csv").write_text(f"{FOCUS_COLUMNS}\n{OCTOBER_ROW}\n")
    (problem,) = desk.problems()
    assert problem.startswith("budget.csv: ") and "its column 'amount' may hold costs" in problem
    assert desk.totals("focus") == {**SEPTEMBER_TAKEN, "2026-10": (Decimal(10), 1)}


def test_an_export_of_another_provider_is_refused(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "gcp")
    write_csv(desk.exports / "cur.csv", cur_rows(["1"], AUGUST))
    (problem,) = desk.problems()
    assert "it is an export of another kind (AWS Cost and Usage Report" in problem


def test_a_text_file_that_is_an_export_is_taken(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    write_csv(desk.exports / "bill.txt", cur_rows(["1", "2"], SEPTEMBER))
    assert desk.problems() == [] and desk.totals() == {"2026-09": (Decimal(3), 2)}


@pytest.mark.parametrize(
    ("encoding", "header"), [("cp1252", FOCUS_COLUMNS), ("utf-32", FOCUS_COLUMNS), ("utf-8", f"\n{FOCUS_COLUMNS}")]
)
def test_a_text_that_is_an_export_and_cannot_be_read_is_refused(tmp_path: Path, encoding: str, header: str) -> None:
    desk = Desk(tmp_path, "focus")
    deliver_september(desk)
    row = OCTOBER_ROW.replace(",a,", ",Büro,")
    (desk.exports / "october.txt").write_bytes(f"{header}\n{row}\n".replace(",", "\t").encode(encoding))
    (problem,) = desk.problems()
    assert problem.startswith("october.txt: ")


def test_a_pipe_beside_a_good_file_is_named_and_not_opened(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    deliver_september(desk)
    os.mkfifo(desk.exports / "october.csv")
    for _ in range(2):
        assert desk.problems() == ["october.csv: is no file but a pipe, a socket or a device"]
        assert [r.body["reasons"] for r in desk.ledger.quarantined()] == [desk.problems()]
    (desk.exports / "october.csv").unlink()
    assert desk.problems() == [] and desk.ledger.quarantined() == []
