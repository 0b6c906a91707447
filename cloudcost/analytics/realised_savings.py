"""What the closed findings of an installation really saved: the book and the proposals beside the bill."""

import datetime as dt
from collections.abc import Mapping, Sequence

import pyarrow as pa

from actions.proposal_book import ProposalBook
from actions.proposals import Proposal
from cloudcost.analytics.forecasting import count_immature_days
from cloudcost.analytics.saving_evidence import find_change_day
from cloudcost.analytics.savings_lifecycle import read_findings, read_gone
from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.installation import Installation
from core.instants import utc_now
from savings.evidence import find_ended, read_last_days
from savings.lifecycle.rows import Row
from savings.realised.closings import CLOSED, Closing
from savings.realised.evidence import read_bills
from savings.realised.run import realise
from warehouse.written_tables import find_written_table, write_table

TABLE = "realised_savings"


def realise_savings(installation: Installation, today: dt.date) -> list[Row]:
    """What each finding that closed in the last 90 days saved, by the bill as it is now.

    `WarehouseError` where savings were not looked for yet.
    """
    closings = list_closings(installation)
    if not closings:
        return []
    # a day that is not over would be a day of little use, and the newest are still filling
    over = ScoredDays.until(today - dt.timedelta(days=1))
    newest = read_last_days(installation.warehouse, over.condition("charge_date"))
    filling = max([installation.config.forecasts.immature_days, *count_immature_days(installation, over).values()])
    ended = find_ended(newest)
    known = {name: last - dt.timedelta(days=filling) for name, last in newest.items() if name not in ended}
    return realise(closings, read_bills(installation.warehouse, closings, known, ended))


def list_closings(installation: Installation) -> list[Closing]:
    """The findings that are done, verified or lapsed, and those that an action was carried out for."""
    acted = find_acted(ProposalBook(installation.store, utc_now).list())
    rows = [*read_findings(installation), *read_gone(installation)]
    return [
        Closing(row, acted.get(row["recommendation_id"]))
        for row in rows
        if row["status"] in CLOSED or row["recommendation_id"] in acted
    ]


def find_acted(proposals: Sequence[Proposal]) -> Mapping[str, dt.date]:
    """The day on which the resource of a finding was changed by us; also where later bills refuted the saving. What was
    taken back is none of them."""
    found = {}
    for one in proposals:
        steps = one.execution.steps if one.execution else ()
        day = find_change_day(one)
        is_whole = all(step.status == "done" for step in steps)
        if day is not None and (one.state in ("executed", "verified") or (one.state == "failed" and is_whole)):
            found[one.finding.finding_id] = day
    return found


def write_realised(installation: Installation, rows: Sequence[Row]) -> int:
    """Replace ml.realised_savings; returns its rows."""
    table = pa.Table.from_pylist(list(rows), find_written_table("ml", TABLE).columns)
    return write_table(installation.warehouse, "ml", TABLE, table)
