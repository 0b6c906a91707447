"""Money at the door: what DuckDB lands is what Decimal rounds half-even to twelve places, and nothing is lost."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.expressions.sql import connect_scratch

STEP = Decimal(1).scaleb(-12)


@pytest.fixture(scope="module")
def scratch() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def land(connection: duckdb.DuckDBPyConnection, kind: str, values: Sequence[object]) -> list[tuple[Decimal, Decimal]]:
    """What is stored of each value, and what rounding took from it."""
    name = {"varchar": "text", "double": "double"}[kind]
    query = f"select money_from_{name}(v), remainder_of_{name}(v) from (select unnest(?::{kind}[]) as v)"
    return connection.execute(query, [list(values)]).fetchall()


def check(exact: Decimal, stored: Decimal, remainder: Decimal) -> None:
    with localcontext(prec=120):
        assert stored == exact.quantize(STEP, ROUND_HALF_EVEN), exact
        # the remainder is kept to thirty places; a number with no finer digits comes back whole
        places = -int(exact.as_tuple().exponent)
        assert abs(stored + remainder - exact) <= (Decimal(10) ** -29 if places > 30 else 0), exact


@st.composite
def decimal_texts(draw: st.DrawFn) -> str:
    """Any way to write a number up to 10^12: plain, signed, with an exponent, with up to forty places."""
    places = draw(st.integers(0, 40))
    number = Decimal(draw(st.integers(0, 10**12 * 10**places)) if places < 3 else draw(st.integers(0, 10**52)))
    with localcontext(prec=120):
        number = number.scaleb(-max(places, 40) if number > 10**14 else -places)
        style = draw(st.sampled_from(["f", "e", "E"]))
        return draw(st.sampled_from(["", "-", "+"])) + f"{number:{style}}"


@st.composite
def ties(draw: st.DrawFn) -> str:
    """Exactly between two twelfth places, or one digit beside it, plain or with an exponent."""
    tail = draw(st.sampled_from(["5", "50", "5000000000", "50000000000000000001", "49999999999999999999"]))
    whole, fraction = draw(st.integers(0, 10**11)), draw(st.integers(0, 10**12 - 1))
    text = f"{draw(st.sampled_from(['', '-']))}{whole}.{fraction:012d}{tail}"
    return text if draw(st.booleans()) else f"{Decimal(text):.40e}"


@given(texts=st.lists(st.one_of(decimal_texts(), ties()), min_size=1))
@settings(max_examples=150)
def test_any_decimal_text(scratch: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    for text, (stored, remainder) in zip(texts, land(scratch, "varchar", texts), strict=True):
        check(Decimal(text), stored, remainder)


@given(values=st.lists(st.floats(-1e12, 1e12), min_size=1))
@settings(max_examples=150)
def test_any_double(scratch: duckdb.DuckDBPyConnection, values: list[float]) -> None:
    for value, (stored, remainder) in zip(values, land(scratch, "double", values), strict=True):
        check(Decimal(repr(value)), stored, remainder)


@given(values=st.lists(st.integers(-(10**15), 10**15), min_size=1))
@settings(max_examples=60)
def test_doubles_near_ties(scratch: duckdb.DuckDBPyConnection, values: list[int]) -> None:
    doubles = [value * 5e-13 for value in values]
    for value, (stored, remainder) in zip(doubles, land(scratch, "double", doubles), strict=True):
        check(Decimal(repr(value)), stored, remainder)


@pytest.mark.parametrize(
    ("text", "stored", "remainder"),
    [
        ("8e-15", "0", "8e-15"),
        ("0.0000000000005", "0", "5e-13"),
        ("0.0000000000015", "0.000000000002", "-5e-13"),
        ("-0.0000000000025", "-0.000000000002", "-5e-13"),
        ("0.00000000000050000000000000000000000001", "0.000000000001", "-5e-13"),
        ("123456789.0000000000005000000000000001", "123456789.000000000001", "-4.999999999999999e-13"),
        ("-0", "0", "0"),
        ("-0.0000000000000", "0", "0"),
        ("99999999.9999999999999", "100000000", "-1e-13"),
        ("-1.1140505909646473003398412058902E+8", "-111405059.096464730034", "1.587941098e-14"),
        ("1.5E+2", "150", "0"),
        (".5", "0.5", "0"),
        ("1e12", "1000000000000", "0"),
        ("0e99", "0", "0"),
    ],
)  # fmt: skip
def test_known_texts(scratch: duckdb.DuckDBPyConnection, text: str, stored: str, remainder: str) -> None:
    assert land(scratch, "varchar", [text]) == [(Decimal(stored), Decimal(remainder))]


@pytest.mark.parametrize(
    "text", ["abc", "1,5", "1.234.567", "--5.0000000000001", "1.5e", "e5", "1e5e5", "1.0000000000001x"]
)
def test_what_is_no_number_is_null(scratch: duckdb.DuckDBPyConnection, text: str) -> None:
    assert land(scratch, "varchar", [text])[0][0] is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_finite_double_is_null(scratch: duckdb.DuckDBPyConnection, value: float) -> None:
    assert land(scratch, "double", [value])[0][0] is None


def test_rows_of_a_column_do_not_disturb_one_another(scratch: duckdb.DuckDBPyConnection) -> None:
    texts = ["1e-9", None, "99999999.99999999999995", "117770589.675125840815", "-3", "2.00000000000001"] * 700
    landed = land(scratch, "varchar", texts)
    assert [stored is None for stored, _ in landed] == [text is None for text in texts]
    for text, (stored, remainder) in zip(texts, landed, strict=True):
        if text is not None:
            check(Decimal(text), stored, remainder)
