"""Money on the screen and in files is the exact number, in plain digits."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.output.tables import Format, encode_value, format_decimal, format_value, print_rows


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1E-12", "0.000000000001"),
        ("3.250000000000", "3.25"),
        ("100", "100"),
        ("1E+2", "100"),
        ("-0.500000000000", "-0.5"),
        ("0.000000000000", "0"),
        ("12345678901234567890.000000000001", "12345678901234567890.000000000001"),
    ],
)
def test_format_decimal(value: str, text: str) -> None:
    assert format_decimal(Decimal(value)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12))
def test_formatting_loses_nothing(value: Decimal) -> None:
    text = format_decimal(value)
    assert Decimal(text) == value and "E" not in text and not ("." in text and text.endswith("0"))


def test_other_values() -> None:
    assert format_value(None) == "" and format_value(dt.date(2026, 9, 1)) == "2026-09-01"
    assert encode_value({"a": [Decimal("1.50"), None, dt.date(2026, 9, 1), True]}) == {
        "a": ["1.5", None, "2026-09-01", True]
    }


def test_rows_as_csv_and_json_agree(capsys: pytest.CaptureFixture[str]) -> None:
    columns, rows = ("name", "cost"), [("a, b", Decimal("0.100000000000")), ('"x"', Decimal("1E-12"))]
    print_rows(columns, rows, Format.CSV)
    as_csv = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    print_rows(columns, rows, Format.JSON)
    assert as_csv == json.loads(capsys.readouterr().out)
    assert as_csv == [{"name": "a, b", "cost": "0.1"}, {"name": '"x"', "cost": "0.000000000001"}]


def test_a_table_shows_every_digit(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(("a" * 40, "cost"), [("b" * 90, Decimal("123456789.123456789012"))], Format.TABLE)
    assert "123456789.123456789012" in capsys.readouterr().out
