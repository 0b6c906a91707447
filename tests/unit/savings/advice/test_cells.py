"""Cells of native rows: what they are, and what is said of those that are not."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from savings.advice.cells import CellError, Cells

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)


def row(**values: Any) -> Cells:
    return Cells("coh.csv.gz, row 7", values)


@pytest.mark.parametrize(
    ("value", "amount"),
    [("12.30", "12.30"), (12.3, "12.3"), (0.1, "0.1"), (7, "7"), (Decimal("1e-9"), "1e-9"), (" 4 ", "4"), ("-3", "-3")],
)
def test_an_amount_is_what_is_written(value: Any, amount: str) -> None:
    assert row(x=value).amount("x") == Decimal(amount)


@pytest.mark.parametrize("value", [None, "", "  "])
def test_an_empty_cell_has_no_value(value: Any) -> None:
    cells = row(x=value)
    assert (cells.amount("x"), cells.whole("x"), cells.flag("x"), cells.moment("x")) == (None, None, None, None)
    assert cells.text("x") == "" and cells.amount("no.such.column") is None
    cells.check_record("no.such.column")


@pytest.mark.parametrize(
    ("read", "value", "what"),
    [
        ("amount", "12,30", "is '12,30', which is no amount"),
        ("amount", "NaN", "no amount"),
        ("amount", float("inf"), "no amount"),
        ("amount", "1e99", "no amount"),
        ("amount", True, "is True, which is no amount"),
        ("amount", ["1"], "no amount"),
        ("whole", "1.5", "no whole number"),
        ("flag", "perhaps", "neither true nor false"),
        ("moment", "yesterday", "no moment"),
        ("moment", "Sun Foo 29 00:00:00 UTC 2026", "no moment"),
        ("moment", "0001-01-01T00:00:00Z", "no moment"),
        ("text", {"a": 1}, "no text"),
        ("text", "a\x00b", "no text"),
        ("check_record", "{}", "no record"),
        ("check_record", [1], "no record"),
        ("currency", "DOLLARS", "is 'DOLLARS', which is no currency"),
        ("currency", "XXX", "no currency"),
    ],
)
def test_what_is_not_of_its_kind_is_said_with_place_column_and_value(read: str, value: Any, what: str) -> None:
    with pytest.raises(CellError) as raised:
        getattr(row(x=value), read)("x")
    assert str(raised.value).startswith("coh.csv.gz, row 7: x is ") and what in str(raised.value)
    assert len(str(raised.value)) < 200, "whatever a cell holds"


def test_what_every_row_has_is_missed() -> None:
    with pytest.raises(CellError, match=r"row 7: account_id is empty, which every row has"):
        row().text("account_id", is_needed=True)


@pytest.mark.parametrize(
    "value",
    [
        NOON, NOON.replace(tzinfo=None), "2026-11-02T12:00:00Z", "2026-11-02T12:00:00.0000000Z", "2026-11-02 12:00:00",
        "2026-11-02T14:00:00+02:00", "Mon Nov 2 12:00:00 UTC 2026", "Mon Nov 02 12:00:00 GMT 2026",
    ],
)  # fmt: skip
def test_a_moment_is_read_however_providers_write_it(value: Any) -> None:
    assert row(x=value).moment("x") == NOON


def test_nested_columns_are_named_by_their_path() -> None:
    cells = row(primary_impact={"cost": {"units": 5}})
    assert cells.whole("primary_impact.cost.units") == 5 and cells.whole("primary_impact.cost.units.more") is None
