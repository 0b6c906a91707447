"""Later bills of what was executed: verified when they fell, failed when not, and left open when they do not tell."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from actions.progress import Progress, StepRecord
from actions.proposal_book import SYSTEM, Change, ProposalBook
from actions.proposals import Proposal, ResourceRef
from audit.log import AuditLog
from cloudcost.installation import Installation
from cloudcost.operations import list_actions
from core.instants import utc_now
from orchestration.defs.actions.assets import verified_savings
from tests.integration.pipeline.scoring import execute, materialise, open_installation
from tests.unit.actions.examples import make_finding
from tests.unit.ml.rows import make_rows

CHANGED = dt.date(2025, 2, 10)
BEFORE = (CHANGED - dt.date(2025, 1, 1)).days
#: Effective cost a day: 41 days of 3.00 before, part of it on the day of the change.
COSTS = [3.0] * BEFORE + [1.25]
RECONCILED = """
create table marts.fct_reconciliation as
select 'aws' as source_name, period as billing_period, true as is_reconciled, 'matches' as status
from (values (date '2025-01-01'), (date '2025-02-01'), (date '2025-03-01')) as periods (period)
"""


def make_home(folder: Path, after: list[float], days_of_account: int = 30) -> Installation:
    """A volume with these costs a day after the change, in an account with other usage for so many days after it."""
    volume = make_rows([*COSTS, *after])
    other = make_rows([50.0] * (BEFORE + 1 + days_of_account), service_name="S3")
    installation = open_installation(folder, pd.concat([volume, other], ignore_index=True))
    execute(
        installation,
        RECONCILED,
        "alter table intermediate.int_focus__unioned alter effective_cost type decimal(38, 12)",
        "update intermediate.int_focus__unioned set resource_id = "
        "case when service_name = 'S3' then 'bucket' else 'arn:aws:ec2:eu-west-1:111:volume/vol-1' end",
    )
    return installation


def execute_proposal(installation: Installation, **changes: Any) -> str:
    """A proposal to delete the volume, executed on the day of the change."""
    resource = ResourceRef(provider="aws", account_id="111", region="eu-west-1", resource_id="vol-1")
    book = ProposalBook(installation.store, utc_now)
    proposal, _ = book.propose(make_finding(resource=resource, source_name="aws", **changes))
    at = dt.datetime.combine(CHANGED, dt.time(9), dt.UTC)
    steps = (StepRecord(name="verify_deleted", status="done", started_at=at, done_at=at),)
    for state in ("approved", "executing", "executed"):
        proposal = book.change(proposal, Change("x", SYSTEM, {"state": state, "execution": Progress(steps=steps)}))
    return proposal.proposal_id


def judge(installation: Installation, key: str) -> Proposal:
    materialise(installation, [verified_savings])
    return ProposalBook(installation.store, utc_now).get(key)


def test_bills_that_fell_verify_the_saving_once(tmp_path: Path) -> None:
    installation = make_home(tmp_path, [0.5] * 10)
    key = execute_proposal(installation)
    # known are 28 of the 30 days after the change: 10 of 0.50, then nothing
    saved = (Decimal(3) - Decimal(5) / 28).quantize(Decimal("1e-12"))
    proposal = judge(installation, key)
    assert (proposal.state, proposal.realised_daily_saving) == ("verified", saved)
    (row,) = list_actions(installation, dt.datetime.now(dt.UTC)).to_pylist()
    assert (row["state"], row["realised_daily_saving"]) == ("verified", saved)
    assert judge(installation, key).version == proposal.version
    assert [row.event for row in AuditLog(installation.store, utc_now).rows_about(key)][-1] == "proposal.verified"


def test_bills_that_did_not_fall_refute_it(tmp_path: Path) -> None:
    installation = make_home(tmp_path, [3.5] * 30)
    proposal = judge(installation, execute_proposal(installation))
    assert (proposal.state, proposal.realised_daily_saving) == ("failed", Decimal("-0.5"))
    assert proposal.close_reason == "the cost per day rose by 0.500000000000 USD"


@pytest.mark.parametrize(
    ("days_of_account", "statement"),
    [
        (4, ""),  # two of them are still filling: two whole days are too few
        (0, ""),  # the account is billed no more
        (30, "update marts.fct_reconciliation set is_reconciled = false where billing_period = date '2025-02-01'"),
        (30, "delete from marts.fct_reconciliation where billing_period = date '2025-03-01'"),
        (30, "update marts.fct_reconciliation set status = 'invoice differs'"),
        (30, "update intermediate.int_focus__unioned set billing_currency = 'EUR' where service_name <> 'S3'"),
        (30, "update intermediate.int_focus__unioned set billing_currency = 'EUR' where charge_date < '2025-01-20'"),
        (30, "update intermediate.int_focus__unioned set resource_id = 'other/vol-1' where service_name = 'S3'"),
        (30, "update intermediate.int_focus__unioned set sub_account_id = '222'"),
    ],
)
def test_bills_that_do_not_tell_leave_it_open(tmp_path: Path, days_of_account: int, statement: str) -> None:
    installation = make_home(tmp_path, [], days_of_account)
    if statement:
        execute(installation, statement)
    proposal = judge(installation, execute_proposal(installation))
    assert (proposal.state, proposal.realised_daily_saving) == ("executed", None)


def test_an_execution_without_a_day_on_record_is_left_open(tmp_path: Path) -> None:
    installation = make_home(tmp_path, [])
    key = execute_proposal(installation)
    book = ProposalBook(installation.store, utc_now)
    book.change(book.get(key), Change("x", SYSTEM, {"execution": Progress()}))
    assert judge(installation, key).state == "executed"
