"""Bills as spreadsheets of other countries and hasty programs write them: what is clear is read, the rest is named."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.contracts import DeliveryError
from ingestion.expressions.dates import PlausibleDates
from ingestion.expressions.sql import connect_scratch
from ingestion.incoming import IncomingFile, Reading, read_incoming_file

READING = Reading("auto", None, "USD", PlausibleDates(dt.date(2026, 10, 5)))
ROW: Mapping[str, object] = {
    "BilledCost": "1.25", "BillingAccountId": "a-1", "BillingCurrency": "EUR", "ChargeCategory": "Usage",
    "BillingPeriodStart": "2026-09-01T00:00:00Z", "BillingPeriodEnd": "2026-10-01T00:00:00Z",
    "ChargePeriodStart": "2026-09-02T00:00:00Z", "ChargePeriodEnd": "2026-09-03T00:00:00Z",
    "ConsumedQuantity": "2", "Tags": '{"team": "search; and more", "b|c": "d\te, f"}',
}  # fmt: skip
ROWS = [ROW, {**ROW, "BilledCost": "-0.5"}]


@pytest.fixture(scope="module")
def scratch() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


class Door:
    """Lands one file."""

    def __init__(self, scratch: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._scratch, self._folder = scratch, folder

    def take(self, name: str, content: bytes | str) -> IncomingFile:
        path = self._folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        target = self._folder / "landed" / "part.parquet"
        return read_incoming_file(self._scratch, path, name, target, self._folder / "work", READING)

    def land(self, name: str, content: bytes | str, columns: str = "billed_cost") -> list[Any]:
        taken = self.take(name, content)
        assert taken.faults == {}
        return self._scratch.execute(
            f"select {columns} from read_parquet(?) order by all", [str(taken.path)]
        ).fetchall()

    def refuse(self, name: str, content: bytes | str) -> str:
        """The one sentence that the file, or its month, is refused with."""
        try:
            (sentence,) = (s for sentences in self.take(name, content).faults.values() for s in sentences)
        except DeliveryError as error:
            sentence = str(error)
        return sentence


@pytest.fixture
def door(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> Door:
    return Door(scratch, tmp_path)


def write(rows: list[dict[str, Any]] | list[Mapping[str, Any]], separator: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def with_second(**changes: object) -> str:
    return write([ROW, {**ROW, **changes}])


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ";"), ("a.tsv", "\t"), ("a.csv", "|")])
def test_other_separators_are_read(door: Door, name: str, mark: str) -> None:
    landed = door.land(name, write(ROWS, mark), "billed_cost, tags ->> 'team', tags ->> 'b|c'")
    assert landed == [(Decimal(cost), "search; and more", "d\te, f") for cost in ("-0.5", "1.25")]


def test_a_comma_separates_where_no_other_mark_gives_more_columns(door: Door) -> None:
    odd = {**ROW, "a;b;c;d": "1", "e|f": "2", 'say "g;h;i;j;k;l;m;n;o;p;q;r"': "3"}
    assert door.land("a.csv", write([odd])) == [(Decimal("1.25"),)]


def test_rows_of_another_width_are_named_under_any_separator(door: Door) -> None:
    text = write(ROWS, ";")
    assert door.refuse("a.csv", f"{text}1;2\n") == ("a.csv: line 4 (data row 3) has 2 columns where 10 are expected")


@pytest.mark.parametrize("value", ["1,23", "1.234,56", "-0,5", "12.345.678,9"])
def test_a_decimal_comma_is_refused_and_not_guessed(door: Door, value: str) -> None:
    sentence = door.refuse("a.csv", write([ROW, {**ROW, "BilledCost": value}], ";"))
    assert sentence == (
        f"a.csv: data row 2 (line 3): BilledCost {value!r} is not a number: a decimal comma is not read, a point is"
    )


@pytest.mark.parametrize("value", ["1,234.56", "1,23 EUR", ",", "1,"])
def test_other_commas_make_no_number(door: Door, value: str) -> None:
    sentence = door.refuse("a.csv", with_second(ConsumedQuantity=value))
    assert sentence == f"a.csv: data row 2 (line 3): ConsumedQuantity {value!r} is not a number"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
@pytest.mark.parametrize("mark", [",", "\t"])
def test_utf_16_with_its_mark_is_read(door: Door, encoding: str, mark: str) -> None:
    text = write([{**ROW, "BillingAccountId": "Müller 😀"}, ROW], mark)
    content = text.encode(encoding) if encoding == "utf-16" else ("\ufeff" + text).encode(encoding)
    landed = door.land("a.csv", content, "billing_account_id, billed_cost")
    assert landed == [("Müller 😀", Decimal("1.25")), ("a-1", Decimal("1.25"))]


def test_json_lines_in_utf_16_are_read(door: Door) -> None:
    lines = "".join(json.dumps(dict(row)) + "\n" for row in ROWS)
    assert door.land("a.jsonl", lines.encode("utf-16")) == [(Decimal("-0.5"),), (Decimal("1.25"),)]


def test_utf_16_that_is_cut_or_no_text_is_named_with_its_line(door: Door) -> None:
    whole = write(ROWS).encode("utf-16")
    assert door.refuse("a.csv", whole[:-1]) == "a.csv: line 3: it is not whole UTF-16"
    half = write(ROWS).replace("a-1", "a-\u0101").encode("utf-16-le").replace(b"\x01\x01", b"\x01\xd8")
    assert door.refuse("a.csv", b"\xff\xfe" + half) == "a.csv: line 2: it is not whole UTF-16"
    assert (
        door.refuse("a.csv", write(ROWS).encode("utf-32")) == "a.csv: is written in UTF-32; UTF-8 and UTF-16 are read"
    )


def test_western_encodings_stay_refused(door: Door) -> None:
    sentence = door.refuse("a.csv", with_second(BillingAccountId="Müller").encode("latin-1"))
    assert sentence.startswith("a.csv: ") and "line 3 (data row 2): it is not written in UTF-8 (near " in sentence


@pytest.mark.parametrize("written", ["usd", " USD ", "Usd", "USD\t"])
def test_a_currency_is_read_as_iso_4217_writes_it(door: Door, written: str) -> None:
    assert door.land("a.csv", write([{**ROW, "BillingCurrency": written}]), "billing_currency") == [("USD",)]


@pytest.mark.parametrize("code", ["HRK", "BGN", "DEM", "XCG", "ZWG", "SLE"])
def test_currencies_that_there_were_are_taken(door: Door, code: str) -> None:
    assert door.land("a.csv", write([{**ROW, "BillingCurrency": code}]), "billing_currency") == [(code,)]


@pytest.mark.parametrize("written", ["ZZZ", "DBU", "U S D", "US$", "EURO"])
def test_what_is_no_currency_is_refused(door: Door, written: str) -> None:
    sentence = door.refuse("a.csv", with_second(BillingCurrency=written))
    assert sentence == f"a.csv: data row 2 (line 3): BillingCurrency {written!r} is not an ISO 4217 code"


def test_a_pricing_currency_may_be_virtual(door: Door) -> None:
    assert door.land("a.csv", write([{**ROW, "PricingCurrency": "dbu"}]), "pricing_currency") == [("dbu",)]


@pytest.mark.parametrize("column", ["BilledCost", "ConsumedQuantity"])
@pytest.mark.parametrize("value", ["9" * 30, "-" + "9" * 27, "1e30"])
def test_a_number_that_is_too_large_is_called_so(door: Door, column: str, value: str) -> None:
    digits = 15 if column == "BilledCost" else 26
    assert door.refuse("a.csv", with_second(**{column: value})) == (
        f"a.csv: data row 2 (line 3): {column} {value!r} is too large: it has more digits than money has here "
        f"({digits} before the point)"
    )


@pytest.mark.parametrize("word", ["NaN", "nan", "n/a"])
@pytest.mark.parametrize("write_rows", [write, lambda rows: "".join(json.dumps(row) + "\n" for row in rows)])
def test_a_word_where_a_cost_has_to_be_is_shown(
    door: Door, word: str, write_rows: Callable[[list[Mapping[str, Any]]], str]
) -> None:
    sentence = door.refuse("a.csv", write_rows([ROW, {**ROW, "BilledCost": word}]))
    assert sentence.partition("): ")[2] == f"BilledCost {word!r} is not a number"


def test_a_cost_that_is_not_there_is_empty(door: Door) -> None:
    assert door.refuse("a.csv", with_second(BilledCost="")).endswith("): BilledCost is empty")


def test_a_missing_column_is_called_what_the_format_calls_it(door: Door) -> None:
    lacking = {k: v for k, v in ROW.items() if k != "BilledCost"} | {"EffectiveCost": "1"}
    assert door.refuse("a.csv", write([lacking])) == (
        "a.csv: required column 'BilledCost' is missing; format focus needs it"
    )


@pytest.mark.parametrize("what", ["ChargePeriod", "BillingPeriod"])
def test_a_period_that_ends_before_it_starts_is_refused(door: Door, what: str) -> None:
    start = str(ROW[f"{what}Start"])
    day = dt.date.fromisoformat(start[:10])
    assert len(door.land("a.csv", with_second(**{f"{what}End": start}))) == 2
    before = day - dt.timedelta(days=1)
    assert door.refuse("a.csv", with_second(**{f"{what}End": f"{before}T23:00:00Z"})) == (
        f"a.csv: data row 2 (line 3): {what}End {before} 23:00:00 is before {what}Start {day} 00:00:00"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", "[" * 200_000),
        ("a.jsonl", '["' + "[" * 200_000),
        ("a.csv", "x" * 200_000 + ",y\n1,2\n"),
        ("a.csv", with_second(BilledCost="x" * 200_000)),
        ("a.csv", write([ROW]).replace("BillingAccountId", "BilledCost" + "_" * 100_000)),
        ("a.jsonl", json.dumps({**ROW, "Tags": 1, "w" * 100_000: 1})[:-1] + ', "' + "w" * 100_000 + '": 2}'),
    ],
    ids=["brackets", "a string", "a name", "a cost", "two names", "a field twice"],
)
def test_what_is_quoted_is_cut(door: Door, name: str, content: str) -> None:
    sentence = door.refuse(name, content)
    assert sentence.startswith(f"{name}: ") and len(sentence) < 1_500


def test_a_sentence_is_cut_wherever_it_comes_from() -> None:
    sentence = str(DeliveryError("bill.csv: " + "x" * 100_000))
    assert sentence.startswith("bill.csv: xxx") and sentence.endswith("…") and len(sentence) < 5_000


AZURE: Mapping[str, object] = {
    "SubscriptionId": "s-1", "Date": "03/02/2025", "MeterCategory": "Storage", "BillingCurrencyCode": "EUR",
    "CostInBillingCurrency": "1.25", "ChargeType": "Usage",
}  # fmt: skip
FEBRUARY = {"BillingPeriodStartDate": "01/02/2025", "BillingPeriodEndDate": "28/02/2025"}


def azure(*days: str, **more: object) -> list[Mapping[str, object]]:
    return [{**AZURE, "Date": day, **more} for day in days]


@pytest.mark.parametrize("mark", [";", "\t", "|"])
@pytest.mark.parametrize(
    "rows",
    [azure("03/02/2025", "13/02/2025"), azure("03/02/2025", "04/02/2025", **FEBRUARY)],
    ids=["a day beyond twelve", "the billing period"],
)
def test_the_order_of_day_and_month_is_proved_where_no_comma_separates(
    door: Door, rows: list[Mapping[str, object]], mark: str
) -> None:
    assert door.take("a.csv", write(rows, mark)).periods == {dt.date(2025, 2, 1): 2}
    assert door.land("a.csv", write(rows, mark), "date")[0] == (dt.date(2025, 2, 3),)


def test_the_month_may_be_first_under_any_separator(door: Door) -> None:
    taken = door.take("a.csv", write(azure("02/03/2025", "02/13/2025"), ";"))
    assert taken.periods == {dt.date(2025, 2, 1): 2}
    assert taken.notices == ("days such as 02/03/2025 are read month first, as each is a day in no other order",)


@pytest.mark.parametrize("mark", [";", "\t", "|"])
@pytest.mark.parametrize("more", [{}, {"BillingPeriodStartDate": "01/01/2025", "BillingPeriodEndDate": "02/02/2025"}])
def test_an_order_that_nothing_proves_is_refused(door: Door, mark: str, more: Mapping[str, object]) -> None:
    rows = [*azure("2025-02-03", **more), *azure("03/02/2025", "04/02/2025", **more)]
    row = 1 if more else 2
    column, value = ("BillingPeriodStartDate", "01/01/2025") if more else ("Date", "03/02/2025")
    assert door.refuse("a.csv", write(rows, mark)) == (
        f"a.csv: data row {row} (line {row + 1}): {column} {value!r} does not tell its day from its month; "
        "both orders of day and month are possible"
    )


def test_an_order_is_proved_for_formats_without_days_of_a_period(door: Door) -> None:
    gcp = {
        "billing_account_id": "b-1", "service.description": "s", "service.id": "s", "sku.id": "k",
        "usage_start_time": "03/02/2025 00:00",
        "usage_end_time": "04/02/2025 00:00", "cost": "1.25", "currency": "EUR", "invoice.month": "202502",
        "export_time": "13/02/2025 00:00", "project.id": "p", "cost_type": "regular",
    }  # fmt: skip
    landed = door.land("a.csv", write([gcp], ";"), "usage_start_time::date")
    assert landed == [(dt.date(2025, 2, 3),)]
    assert "no order of day and month fits its billing period" in door.refuse("a.csv", write([gcp]))


def test_days_of_both_orders_are_no_order(door: Door) -> None:
    sentence = door.refuse("a.csv", write(azure("03/02/2025", "13/02/2025", "02/14/2025"), ";"))
    assert sentence == (
        "a.csv: data row 2 (line 3): Date '13/02/2025' is not a date; its days are of no one order of day and month"
    )


def test_what_else_is_wrong_is_named_where_days_are_read_in_another_order(door: Door) -> None:
    german = {**ROW, "ChargePeriodStart": "13.09.2026", "ChargePeriodEnd": "14.09.2026"}
    sentence = door.refuse("a.csv", write([german, {**german, "BilledCost": "1,25"}], ";"))
    assert sentence.startswith("a.csv: data row 2 (line 3): BilledCost '1,25' is not a number: a decimal comma")


def test_days_of_azures_own_exports_are_month_first(door: Door) -> None:
    assert door.land("a.csv", write(azure("03/02/2025")), "date") == [(dt.date(2025, 3, 2),)]


def test_iso_days_are_read_under_any_separator(door: Door) -> None:
    taken = door.take("a.csv", write(azure("2025-02-03", "2025-03-02"), ";"))
    assert taken.notices == () and taken.periods == {dt.date(2025, 2, 1): 1, dt.date(2025, 3, 1): 1}


@pytest.mark.parametrize("mark", [";", "\t", "|"])
@pytest.mark.parametrize("value", ["1.234", "-12.500", " 999.000 "])
def test_a_point_that_may_group_thousands_is_refused(door: Door, mark: str, value: str) -> None:
    rows = [{**ROW, "BilledCost": "7"}, {**ROW, "BilledCost": value}, {**ROW, "BilledCost": "2.000"}]
    assert door.refuse("a.csv", write(rows, mark)) == (
        f"a.csv: data row 2 (line 3): BilledCost {value.strip()!r}: a point may group thousands here; write it with "
        "more decimals or separate by commas"
    )


@pytest.mark.parametrize("proof", ["1.5", "0.125", "1.2345", "1234.567", ".5", "1.5e-3"])
def test_one_value_proves_that_a_point_is_decimal(door: Door, proof: str) -> None:
    rows = [{**ROW, "BilledCost": "1.234"}, {**ROW, "BilledCost": proof}]
    assert (Decimal("1.234"),) in door.land("a.csv", write(rows, ";"))
    other = [{**ROW, "BilledCost": "1.234", "ListCost": "2"}, {**ROW, "BilledCost": "2.345", "ListCost": proof}]
    assert (Decimal("1.234"),) in door.land("a.csv", write(other, ";"))


def test_a_quantity_may_be_grouped_too_where_no_cost_proves_the_point(door: Door) -> None:
    grouped = {"ConsumedQuantity": "1.000"}
    assert door.land("a.csv", write([{**ROW, **grouped}], ";"))
    sentence = door.refuse("a.csv", write([{**ROW, **grouped, "BilledCost": "5"}], ";"))
    assert sentence.startswith("a.csv: data row 1 (line 2): ConsumedQuantity '1.000': a point may group thousands")


def test_points_between_commas_are_decimal(door: Door) -> None:
    assert door.land("a.csv", write([{**ROW, "BilledCost": "1.234"}])) == [(Decimal("1.234"),)]


@pytest.mark.parametrize("code", "XXX XTS XAU XAG XPT XPD XDR XBA XBB XBC XBD XSU XUA XAD XFO XFU".split())
def test_metals_baskets_and_placeholders_are_no_currencies_of_a_bill(door: Door, code: str) -> None:
    sentence = door.refuse("a.csv", with_second(BillingCurrency=code))
    assert sentence == f"a.csv: data row 2 (line 3): BillingCurrency {code!r} is no currency of a bill"
