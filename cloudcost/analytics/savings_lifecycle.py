"""What became of findings in an installation: its book of findings, and how far their proposals are."""

from collections.abc import Mapping, Sequence
from typing import Any

from actions.approvals import NotAllowedError
from actions.proposal_book import ProposalBook
from audit.log import AuditEntry, AuditLog
from cloudcost.installation import Installation
from core.instants import utc_now
from savings.findings import Skipped
from savings.lifecycle.book import SavingsBook
from savings.lifecycle.rows import Row, complete, is_unjudged, list_history
from savings.lifecycle.status import Action, Judging
from warehouse import WarehouseError, fetch_records
from warehouse.written_tables import find_written_table


def note_findings(
    installation: Installation, rows: Sequence[Mapping[str, Any]], skipped: Sequence[Skipped]
) -> tuple[list[Row], list[Row]]:
    """Note what is found now; returns the rows of ml.recommendations and of ml.savings_history."""
    book = SavingsBook(installation.store, utc_now)
    seen = book.see(rows, lambda one: is_unjudged(one, skipped))
    decisions, actions, judging = book.decisions(), find_actions(installation), judge_today(installation)
    found = complete(rows, seen, decisions, actions, judging)
    names = [row["recommendation_id"] for row in rows]
    return found, list_history(seen, names, decisions, actions, judging)


def read_findings(installation: Installation) -> list[Row]:
    """What the last run found, with what was decided since, and the plan of that; the largest saving first.

    `WarehouseError` where nothing was looked for yet.
    """
    rows = read_rows(installation, "recommendations")
    book = SavingsBook(installation.store, utc_now)
    return complete(rows, book.sightings(), book.decisions(), find_actions(installation), judge_today(installation))


def read_gone(installation: Installation) -> list[Row]:
    """What was found in the last 90 days and not in the last run."""
    book = SavingsBook(installation.store, utc_now)
    names = [row["recommendation_id"] for row in read_rows(installation, "recommendations")]
    actions, judging = find_actions(installation), judge_today(installation)
    return list_history(book.sightings(), names, book.decisions(), actions, judging)


def read_rows(installation: Installation, table: str) -> list[Row]:
    """The rows of a table of ml that savings are written to; `WarehouseError` where it was not written yet.

    What an earlier release did not write is None.
    """
    warehouse = installation.warehouse
    if not warehouse.has_table("ml", table):
        raise WarehouseError(f"{warehouse.place}: savings were not looked for yet", "`cloudcost run` does")
    with warehouse.connect(read_only=True) as connection:
        rows = fetch_records(connection.execute(f"select * from ml.{table}"))
    return [dict.fromkeys(find_written_table("ml", table).columns.names) | row for row in rows]


def find_actions(installation: Installation) -> dict[str, Action]:
    """How far the proposal of each finding is, by recommendation_id."""
    return {
        one.finding.finding_id: Action(one.state, one.updated_at.date())
        for one in ProposalBook(installation.store, utc_now).list()
    }


def judge_today(installation: Installation) -> Judging:
    """What findings are judged by now."""
    return Judging(utc_now().date(), installation.config.savings.dismissal_growth)


def check_sees(installation: Installation, name: str, found: Mapping[str, Any]) -> None:
    """`NotAllowedError` with an audit row where somebody decides on what they do not see: neither its account nor the
    one team that all of its cost is of."""
    person, account, team = installation.directory.find(name), found["account_id"], found.get("x_team")
    scopes = installation.config.dashboards.scopes
    if person is not None and (
        person.sees_all_rows
        or any(account in one.accounts or team in one.teams for one in scopes if one.name in person.scopes)
    ):
        return
    entry = AuditEntry(name, "identity.refused", str(found["recommendation_id"]), {"why": "another account"})
    AuditLog(installation.store, utc_now).append(entry)
    raise NotAllowedError(f"{name!r} does not see account {account!r}, and so does not decide about it")
