"""Incidents of deliveries that could not be taken: opened with the fault, over with it, opened again if it returns."""

import datetime as dt
from collections.abc import Iterable

from alerts.delivery_findings import (
    DELIVERY_FAILED,
    SNAPSHOT_DAMAGED,
    describe_damaged_snapshot,
    describe_failed_delivery,
)
from alerts.incident_book import ACTOR, IncidentBook
from alerts.incidents import Incident
from cloudcost.installation import Installation
from cloudcost.repair.lake_repair import Damage
from ingestion.planning import Problem


def report_failures(
    book: IncidentBook, source_name: str, problems: Iterable[Problem], begun: dt.datetime, *, is_whole: bool
) -> None:
    """Open an incident for each problem of a source.

    ``is_whole``: these are all that the source has now, so that every other one of it is over, but for those that
    another run opened since the look ``begun``.
    """
    standing = {_open(book, source_name, problem, begun.date()).incident_id for problem in problems}
    for incident in _list(book, DELIVERY_FAILED, source_name) if is_whole else []:
        if incident.incident_id not in standing and incident.opened_at < begun:
            book.end(incident.incident_id, ACTOR, "what could not be taken was mended, replaced or removed")


def report_damages(installation: Installation, book: IncidentBook, damages: Iterable[Damage]) -> None:
    """Open an incident for each damaged snapshot; one whose files are whole again is over."""
    standing = set()
    for damage in damages:
        key = damage.key
        finding = describe_damaged_snapshot(key.source_name, key.billing_period, damage.sentence)
        standing.add(book.open(finding)[0].incident_id)
    for incident in _list(book, SNAPSHOT_DAMAGED):
        source_name, period = incident.finding.scope["source"], incident.finding.start
        if incident.incident_id not in standing and not installation.ingestor().find_damaged(source_name, {period}):
            book.end(incident.incident_id, ACTOR, "the files are whole again")


def _open(book: IncidentBook, source_name: str, problem: Problem, today: dt.date) -> Incident:
    """The incident of a problem; a new one where it was over and is there again."""
    return book.open_anew(
        lambda times_before: describe_failed_delivery(
            source_name, problem.billing_period, problem.message, today, times_before
        )
    )


def _list(book: IncidentBook, rule: str, source_name: str | None = None) -> list[Incident]:
    """Those of a rule whose fault was there at the last look, also where somebody has resolved them."""
    return [
        incident
        for incident in book.list()
        if not incident.is_over
        and incident.finding.rule == rule
        and source_name in (None, incident.finding.scope["source"])
    ]
