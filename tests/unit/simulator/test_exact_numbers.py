"""Numbers are written so that every reader gets the decimal that was meant."""

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest

from simulator.writers import MONEY_SCALE, format_number, quote_csv, to_double, to_text


def test_double_names_the_decimal_by_its_text_and_by_its_value() -> None:
    units = np.random.default_rng(3).integers(-8191 * MONEY_SCALE, 8191 * MONEY_SCALE, 20_000)
    for unit, double in zip(units.tolist(), to_double(units).tolist(), strict=True):
        meant = Decimal(unit) / MONEY_SCALE
        assert Decimal(repr(double)) == meant
        assert Decimal(double).quantize(Decimal("1e-12"), ROUND_HALF_EVEN) == meant


def test_large_amounts_must_be_whole() -> None:
    assert to_double(np.array([70_000 * MONEY_SCALE]))[0] == 70_000
    with pytest.raises(ValueError, match="cannot be written exactly"):
        to_double(np.array([70_000 * MONEY_SCALE + 1]))


def test_text_is_the_exact_decimal() -> None:
    units = np.random.default_rng(4).integers(-(10**15) + 1, 10**15, 20_000)
    assert [Decimal(text) for text in to_text(units).to_pylist()] == [Decimal(u) / MONEY_SCALE for u in units.tolist()]
    with pytest.raises(ValueError, match="too many digits"):
        to_text(np.array([10**15]))


@pytest.mark.parametrize(
    ("units", "text"), [(0, "0"), (-(10**10), "-1"), (12_500_000_000, "1.25"), (1, "0.0000000001")]
)
def test_number_is_plain_text(units: int, text: str) -> None:
    assert format_number(units) == text


def test_csv_is_quoted_only_where_needed() -> None:
    assert [quote_csv(value) for value in (None, "plain", "a,b", 'say "x"')] == ["", "plain", '"a,b"', '"say ""x"""']
