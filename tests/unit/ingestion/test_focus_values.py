"""How values of FOCUS files are read, and which cost stands in for one that is not stated."""

from decimal import Decimal

import duckdb
import pytest

from cloudcost.settings_tables.focus import ANY_OTHER, list_focus_values
from ingestion.formats.focus.costs import COSTS
from ingestion.formats.focus.values import SERVICE_CATEGORIES, SUBCATEGORIES, VALUE_MAPS, ValueMap, squeeze_value

BY_COLUMN = {value_map.column: value_map for value_map in VALUE_MAPS}


@pytest.mark.parametrize(
    ("column", "written", "read"),
    [
        ("charge_category", "Usage", "Usage"),
        ("charge_category", "usage", "Usage"),
        ("charge_category", "Discount", "Credit"),
        ("charge_category", "Promotional Credit", "Credit"),
        ("charge_category", "Refund", "Adjustment"),
        ("charge_category", "Rounding Error", "Adjustment"),
        ("charge_category", "VAT", "Tax"),
        ("charge_category", "Something new", "Adjustment"),
        ("charge_class", "correction", "Correction"),
        ("charge_class", "Regular", None),
        ("charge_frequency", "Usage-based", "Usage-Based"),
        ("charge_frequency", "one_time", "One-Time"),
        ("charge_frequency", "RECURRING", "Recurring"),
        ("charge_frequency", "now and then", None),
        ("pricing_category", "On-Demand", "Standard"),
        ("pricing_category", "Commitment-Based", "Committed"),
        ("pricing_category", "Savings Plan", "Committed"),
        ("pricing_category", "Spot", "Dynamic"),
        ("pricing_category", "standard", "Standard"),
        ("pricing_category", "Barter", "Other"),
        ("service_category", "Generative AI", "AI and Machine Learning"),
        ("service_category", "ai and machine learning", "AI and Machine Learning"),
        ("service_category", "Management & Governance", "Management and Governance"),
        ("service_category", "Database", "Databases"),
        ("service_category", "Other (Compute)", "Compute"),
        ("service_category", "Data Cloud", "Other"),
        ("service_subcategory", "virtual machines", "Virtual Machines"),
        ("service_subcategory", "Prompts", None),
        ("commitment_discount_category", "spend", "Spend"),
        ("commitment_discount_category", "Resource-based", "Usage"),
        ("commitment_discount_status", "used", "Used"),
        ("commitment_discount_status", "Unused Commitment", "Unused"),
        ("commitment_discount_status", "On-Demand", None),
        ("capacity_reservation_status", "UNUSED", "Unused"),
        ("pricing_category", None, None),
    ],
)
def test_a_value_is_read_as_focus_has_it(column: str, written: str | None, read: str | None) -> None:
    value_map = BY_COLUMN[column]
    query = f"select {value_map.read_sql()}, {value_map.is_outside()} from (select ?::varchar as {column})"
    found, is_outside = duckdb.execute(query, [written]).fetchall()[0]
    assert found == read
    # said of every value that is not taken as it stands
    assert is_outside == (None if written is None else written != read)


@pytest.mark.parametrize("value_map", VALUE_MAPS, ids=lambda m: m.column)
def test_every_spelling_means_a_value_that_is_allowed(value_map: ValueMap) -> None:
    readings, allowed = value_map.readings, value_map.allowed
    assert set(readings.values()) == set(allowed)
    assert all(squeeze_value(spelling) == spelling for spelling in readings)
    assert value_map.otherwise is None or value_map.otherwise in allowed
    # another spelling never means something else than the allowed value that is written like it
    assert all(readings[squeeze_value(value)] == value for value in allowed)


def test_focus_has_19_categories_and_82_subcategories() -> None:
    assert (len(SERVICE_CATEGORIES), len(SUBCATEGORIES)) == (19, 82)


def test_staging_gets_every_reading_once() -> None:
    rows = list_focus_values(None, None)  # type: ignore[arg-type]  # it looks at neither
    assert len({row[:2] for row in rows}) == len(rows)
    assert ("charge_category", "discount", "Credit") in rows
    assert ("charge_class", ANY_OTHER, None) in rows and ("charge_category", ANY_OTHER, "Adjustment") in rows


@pytest.mark.parametrize(
    ("stated", "effective", "contracted", "listed"),
    [
        # billed, effective, contracted, list as stated -> what they are
        (("5", "4", "6", "7"), "4", "6", "7"),
        (("5", None, None, None), "5", "5", "5"),
        (("0", "3", None, None), "3", "3", "3"),
        (("120", "0", None, None), "0", "120", "120"),
        (("-2", None, None, None), "-2", "-2", "-2"),
        (("5", "4", None, "9"), "4", "5", "9"),
        (("5", "4", "6", None), "4", "6", "6"),
        # never below what was billed
        (("5", "4", "3", None), "4", "3", "5"),
        (("0", None, None, None), "0", "0", "0"),
        (("5", "0", "0", "0"), "0", "0", "0"),
    ],
)
def test_billed_cost_stands_in_for_what_is_not_stated(
    stated: tuple[str | None, ...], effective: str, contracted: str, listed: str
) -> None:
    columns = ", ".join(
        f"?::decimal(38, 12) as {name}" for name in ("billed_cost", "effective_cost", "contracted_cost", "list_cost")
    )
    selected = ", ".join(COSTS[name] for name in ("billed_cost", "effective_cost", "contracted_cost", "list_cost"))
    (row,) = duckdb.execute(f"select {selected} from (select {columns})", list(stated)).fetchall()
    assert row == tuple(Decimal(v) for v in (stated[0] or "", effective, contracted, listed))
