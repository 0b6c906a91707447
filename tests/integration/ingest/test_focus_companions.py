"""The datasets of FOCUS 1.4 beside the costs: kept as what they are, and no cent of them counted."""

import csv
import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.freshness import judge_freshness
from tests.integration.ingest.conftest import Desk

D = Decimal
COST = """\
BillingAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,\
BilledCost,EffectiveCost,ListCost,ContractedCost,InvoiceId,InvoiceDetailId,ServiceProviderName,InvoiceIssuerName
a,USD,{0}-01T00:00:00Z,,{0}-03T00:00:00Z,{0}-04T00:00:00Z,Usage,{1},{1},{1},{1},INV-{0},L1,Acme,Acme
"""
PERIODS = """\
BillingPeriodCreated,BillingPeriodEnd,BillingPeriodLastUpdated,BillingPeriodStart,BillingPeriodStatus,InvoiceIssuerName
2024-01-01T00:00:00Z,2024-02-01T00:00:00Z,2024-02-03T00:00:00Z,2024-01-01T00:00:00Z,Closed,Acme
2026-09-01T00:00:00Z,2026-10-01T00:00:00Z,2026-09-20T00:00:00Z,2026-09-01T00:00:00Z,Open,Acme
"""
DETAILS = """\
BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,InvoiceDetailCreated,\
InvoiceDetailGrain,InvoiceDetailId,InvoiceId,InvoiceIssueDate,InvoiceIssueStatus,InvoiceIssuerName,PaymentTerms
100.25,a,USD,2026-09-01T00:00:00Z,2026-08-01T00:00:00Z,Usage,2026-09-01T00:00:00Z,"{""x"":1}",L1,INV-2026-08,\
2026-09-02T00:00:00Z,Issued,Acme,Net 30
7,a,USD,2026-10-01T00:00:00Z,2026-09-01T00:00:00Z,Usage,2026-09-01T00:00:00Z,,L1,INV-2026-09,,Open,Acme,Net 30
"""
COMMITMENTS = """\
ContractCommitmentId,ContractCommitmentType,ContractCommitmentCategory,ContractCommitmentCost,\
ContractCommitmentPeriodStart,ContractCommitmentPeriodEnd,ContractId,BillingCurrency
c-1,Savings Plan,Spend,280460.16,2023-05-01T00:00:00Z,2029-05-01T00:00:00Z,contract-1,USD
"""


def fill(desk: Desk, august: str = "100.25") -> None:
    files = {
        "august.csv": COST.format("2026-08", august), "september.csv": COST.format("2026-09", "7"),
        "billing_period.csv": PERIODS, "invoice_detail.csv": DETAILS, "more/contract_commitment.csv": COMMITMENTS,
        "README.md": "what lies here", "SHA256SUMS": "0  august.csv", "data_dictionary.csv": "column,meaning\na,b\n",
        "manifest.json": '{"generator": "another tool"}',
    }  # fmt: skip
    for name, text in files.items():
        path = desk.exports / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def kept(desk: Desk) -> dict[str, tuple[int, list[Decimal]]]:
    """Key -> rows and control totals of billed cost."""
    return {
        s.key.text: (s.row_count, [t.file_total for t in s.control_totals if t.measure == "billed_cost"])
        for s, _ in desk.ledger.current_snapshots()
    }


@pytest.mark.parametrize("declared", ["auto", "focus"])
def test_datasets_beside_costs_are_kept_and_never_counted(tmp_path: Path, declared: str) -> None:
    desk = Desk(tmp_path, "focus", declared)
    fill(desk)
    report = desk.ingest()
    assert report.problems == []
    assert kept(desk) == {
        "test_source/2026-08/cost": (1, [D("100.25")]),
        "test_source/2026-09/cost": (1, [D(7)]),
        "test_source/2026-08/invoice_detail": (1, []),
        "test_source/2026-09/invoice_detail": (1, []),
        # a period of 2024 and a commitment since 2023 make no billing period of the costs
        "test_source/2026-09/billing_period": (2, []),
        "test_source/2026-09/contract_commitment": (1, []),
    }
    notices = "\n".join(report.notices)
    for part in (
        "README.md, SHA256SUMS, manifest.json",
        "data_dictionary.csv: ",
        "1 rows of FOCUS's Contract Commitment dataset: kept beside the costs, not counted",
        "2 rows of FOCUS's Billing Period",
    ):
        assert part in notices
    again = desk.ingest()
    assert (again.judged, again.unchanged, again.problems) == ([], 6, [])
    # an invoice that arrives makes nobody believe that costs did
    snapshots = desk.ledger.current_snapshots()
    costs = max(at for snapshot, at in snapshots if snapshot.key.dataset == "cost")
    later = [(s, at if s.key.dataset == "cost" else at + dt.timedelta(days=9)) for s, at in snapshots]
    assert judge_freshness("test_source", 24, later).last_delivery == costs


def test_a_dataset_that_lies_alone_is_left_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    fill(desk)
    for name in ("august.csv", "september.csv", "invoice_detail.csv"):
        (desk.exports / name).unlink()
    report = desk.ingest()
    assert kept(desk) == {} and report.problems == []
    assert any("no costs lie beside it: billing_period.csv" in notice for notice in report.notices)


def test_costs_of_a_later_month_take_the_state_of_contracts_along(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    fill(desk)
    desk.ingest()
    (desk.exports / "october.csv").write_text(COST.format("2026-10", "5"))
    report = desk.ingest()
    assert sorted(j.key.text for j in report.promoted) == [
        "test_source/2026-10/billing_period", "test_source/2026-10/contract_commitment", "test_source/2026-10/cost",
    ]  # fmt: skip


def test_an_invoice_without_an_amount_is_refused_and_the_costs_are_not(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    fill(desk)
    rows = list(csv.reader(DETAILS.splitlines()))
    rows[1][0] = ""
    with (desk.exports / "invoice_detail.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    assert desk.problems() == ["invoice_detail.csv: data row 1 (line 2): BilledCost is empty"]
    assert kept(desk)["test_source/2026-08/cost"] == (1, [D("100.25")])
    assert "test_source/2026-08/invoice_detail" not in kept(desk)


def test_a_folder_of_nothing_but_a_dictionary_holds_no_export(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus", "focus")
    fill(desk)
    dictionary = (desk.exports / "data_dictionary.csv").read_text()
    shutil.rmtree(desk.exports)
    (desk.exports / "data_dictionary.csv").write_text(dictionary)
    for _ in range(2):
        (problem,) = desk.problems()
        assert problem.startswith("data_dictionary.csv: has no column of FOCUS cost and usage")
