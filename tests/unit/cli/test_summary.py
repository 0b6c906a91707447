"""What a run says about deliveries that are alike."""

import datetime as dt

from cli.output.summary import gather_notes
from ingestion.snapshots import Snapshot, SnapshotKey


def landed(source: str, month: int, *notices: str) -> Snapshot:
    key = SnapshotKey(source, dt.date(2026, month, 1), "cost")
    return Snapshot(key, f"delivery-{month}", "aws_cur", "aws_cur", (), 1, (), (), notices=notices)


def test_what_differs_in_figures_and_files_alone_comes_once() -> None:
    months = {1: "31 rows", 3: "29 rows", 2: "1,028.5 rows"}
    snapshots = [landed("aws", m, f"part-{m}.csv: {rows} of usage have no price") for m, rows in months.items()]
    assert gather_notes(snapshots) == [
        "aws 2026-03: part-3.csv: 29 rows of usage have no price "
        "(and 2 more since 2026-01: `cloudcost deliveries list` has all)"
    ]


def test_what_differs_otherwise_comes_each() -> None:
    snapshots = [
        landed("aws", 1, "a.csv: 2 rows have no price: Datadog", "names no currency; USD is assumed"),
        landed("aws", 2, "b.csv: 2 rows have no price: Snowflake"),
        landed("azure", 2, "c.csv: 2 rows have no price: Datadog"),
    ]
    assert gather_notes(snapshots) == [
        "aws 2026-01: a.csv: 2 rows have no price: Datadog",
        "aws 2026-01: names no currency; USD is assumed",
        "aws 2026-02: b.csv: 2 rows have no price: Snowflake",
        "azure 2026-02: c.csv: 2 rows have no price: Datadog",
    ]
