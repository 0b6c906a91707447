"""Which days are whole months, and under which billing period a run of them is kept."""

import datetime as dt

import pytest

from core.errors import SourceError
from ingestion.discovery.azure_spans import Span, read_span, read_stated_span


def span(dates: str, time_frame: str = "") -> Span:
    return read_span(dates, time_frame)


def months(*labels: str) -> list[dt.date]:
    return [dt.date.fromisoformat(f"{label}-01") for label in labels]


@pytest.mark.parametrize(
    ("dates", "time_frame", "periods"),
    [
        ("20260901-20260930", "", ["2026-09"]),
        ("20260901-20260912", "MonthToDate", ["2026-09"]),
        ("20260814-20260913", "", ["2026-08"]),
        ("20260914-20261013", "Custom", ["2026-09"]),
        ("20261214-20270113", "", ["2026-12"]),
        ("20260128-20260227", "", ["2026-01"]),
        # a month that begins on the 31st, in months that have no such day
        ("20260131-20260227", "", ["2026-01"]),
        ("20260228-20260330", "", ["2026-02"]),
        ("20260331-20260429", "", ["2026-03"]),
        ("20260430-20260530", "", ["2026-04"]),
        ("20280130-20280228", "", ["2028-01"]),
        ("20280229-20280329", "", ["2028-02"]),
        # a billing month while it runs, and one that the export itself calls a billing month
        ("20260814-20260820", "BillingMonthToDate", ["2026-08"]),
        ("20260131-20260228", "TheLastBillingMonth", ["2026-01"]),
        ("20260101-20260331", "", ["2026-01", "2026-02", "2026-03"]),
        # where the rows decide: also the month in which the last of several billing months ends
        ("20260614-20260913", "", ["2026-06", "2026-07", "2026-08", "2026-09"]),
    ],
)
def test_whole_months_have_the_name_of_the_month_they_begin_in(dates: str, time_frame: str, periods: list[str]) -> None:
    found = span(dates, time_frame)
    assert found.is_whole
    assert found.periods == months(*periods)


@pytest.mark.parametrize(
    ("dates", "time_frame"),
    [
        ("20260901-20260907", ""),
        ("20260901-20260907", "Custom"),
        ("20260914-20260920", "WeekToDate"),
        ("20260914-20261012", ""),
        ("20260914-20261014", ""),
        ("20260910-20260920", "MonthToDate"),
        ("20260131-20260226", ""),
        ("20260814-20260930", "BillingMonthToDate"),
        ("20260914-20260914", ""),
    ],
)
def test_a_part_of_a_month_is_not_whole(dates: str, time_frame: str) -> None:
    assert not span(dates, time_frame).is_whole


def test_overlap_and_cover() -> None:
    august, september = span("20260801-20260831"), span("20260901-20260903", "MonthToDate")
    billing, next_billing = span("20260814-20260913"), span("20260914-20261013")
    assert billing.overlaps(august) and billing.overlaps(september) and september.overlaps(next_billing)
    assert not billing.overlaps(next_billing) and not august.overlaps(september)
    assert billing.is_covered([september, august])
    assert not billing.is_covered([august]) and not next_billing.is_covered([august, september])
    assert not september.is_covered([]) and span("20260101-20260331").is_covered([span("20251201-20260430")])


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        ("20261301-20261331", "the folder 20261301-20261331 is not a range of dates"),
        ("20260931-20260931", "is not a range of dates"),
        ("99991201-99991231", "covers 9999-12-01 to 9999-12-31, and no bill is from before 2000 or from after 2099"),
        ("00010101-20260930", "covers 0001-01-01 to 2026-09-30, and no bill is from before 2000"),
        ("20260913-20260814", "covers 2026-09-13 to 2026-08-14: it ends before it begins"),
    ],
)
def test_a_folder_without_sense_is_named(dates: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        span(dates)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-08-14T00:00:00", "2026-09-13T00:00:00", Span(dt.date(2026, 8, 14), dt.date(2026, 9, 13))),
        ("2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z", Span(dt.date(2026, 9, 1), dt.date(2026, 9, 30))),
        ("2026-09-01 00:00:00", "2026-09-01 00:00:00", Span(dt.date(2026, 9, 1), dt.date(2026, 9, 1))),
        ("", "2026-09-13", None),
    ],
)
def test_the_days_that_a_manifest_states(start: str, end: str, expected: Span | None) -> None:
    assert read_stated_span({"startDate": start, "endDate": end}, "", "m.json") == expected


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2026-13-01T00:00:00", "2026-13-31T00:00:00", "m.json has a date that is none: startDate is '2026-13-01T"),
        ("2026-09-01", "10000-01-01T00:00:00", "a date that is none: endDate is '10000-01-01T"),
        ("9999-12-01", "9999-12-31", "m.json covers 9999-12-01 to 9999-12-31, and no bill is from"),
        ("2026-09-30", "2026-09-01", "m.json covers 2026-09-30 to 2026-09-01: it ends before it begins"),
        (["2026-09-01"], "2026-09-01", "a date that is none"),
        ("\ud800" * 5000, "2026-09-01", r"startDate is '\\ud800"),
    ],
)
def test_a_date_without_sense_in_a_manifest_is_named(start: object, end: object, message: str) -> None:
    with pytest.raises(SourceError, match=message) as error:
        read_stated_span({"startDate": start, "endDate": end}, "", "m.json")
    assert len(str(error.value)) < 200 and str(error.value).isprintable()
