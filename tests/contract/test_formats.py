"""What every export format promises, read off the registry: a new format has to keep it without a line here."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import duckdb
import pytest

from ingestion.columns.projection import LANDED_TYPES
from ingestion.contracts import ExportFormat, squeeze_name
from ingestion.formats import DATASETS, FORMATS, UnknownFormatError, choose_format, get_format, recognise_format
from ingestion.formats.focus import COMPANIONS
from ingestion.formats.focus.costs import COSTS
from ingestion.judging.expectations import MESSAGES, judge_delivery
from ingestion.judging.profile import DeliveryProfile
from ingestion.landing.local_lake import LocalLake
from ingestion.source import FORMAT_NAMES
from tests.integration.dbt.warehouse import parse_project
from warehouse import DuckDbWarehouse, raw_view_sql

MEASURES = {"billed_cost", "effective_cost", "list_cost", "contracted_cost"}
SOURCES = Path(__file__).resolve().parents[2] / "dbt_project" / "models"


@pytest.fixture(params=FORMATS, ids=lambda fmt: fmt.name)
def fmt(request: pytest.FixtureRequest) -> ExportFormat:
    found: ExportFormat = request.param
    return found


@pytest.fixture(scope="module")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The raw schema of an installation that has ingested nothing."""
    root = tmp_path_factory.mktemp("empty")
    warehouse = DuckDbWarehouse(root / "warehouse.duckdb")
    warehouse.publish_snapshots(LocalLake(root / "lake"), [])
    with warehouse.connect(read_only=True) as connection:
        yield connection


def test_names_are_unique_and_found() -> None:
    assert len({f.name for f in FORMATS}) == len({f.table for f in FORMATS}) == len(FORMATS)
    assert all(get_format(f.name) is f for f in FORMATS)
    assert set(FORMAT_NAMES.values()) == {f.name for f in FORMATS}
    with pytest.raises(KeyError, match="known: focus, "):
        get_format("nothing")


def test_every_format_of_the_configuration_is_known() -> None:
    from ingestion.sections.sources import SourceConfig

    named = set(get_args(SourceConfig.model_fields["format"].annotation)) - {"auto"}
    assert named == set(FORMAT_NAMES)


def test_columns_are_unique_and_of_known_kinds(fmt: ExportFormat) -> None:
    names = [column.name for column in fmt.columns]
    assert len(set(names)) == len(names)
    assert all(column.kind in LANDED_TYPES for column in fmt.columns)
    assert all(name.isidentifier() and name == name.lower() for name in names)
    taken = [squeeze_name(n) for column in fmt.columns for n in {squeeze_name(column.name), *column.aliases}]
    assert len(set(taken)) == len(taken), "a native column would land in two places"


def test_aliases_and_signatures_are_squeezed(fmt: ExportFormat) -> None:
    spelled = [*(a for column in fmt.columns for a in column.aliases), *(n for s in fmt.signature for n in s)]
    assert [squeeze_name(name) for name in spelled] == spelled


def test_what_a_format_refers_to_is_there(fmt: ExportFormat) -> None:
    columns = {column.name: column for column in fmt.columns}
    assert columns[fmt.cost_column].kind == "money" and columns[fmt.cost_column].required
    assert columns[fmt.currency_column].kind == "text"
    assert set(fmt.specials) <= set(columns) and set(fmt.identity) <= set(columns)
    assert fmt.description and any(column.required for column in fmt.columns)
    assert {m for measures in fmt.measures.values() for m in measures} <= MEASURES
    assert {m for measures in fmt.measures.values() for m in measures} >= {"billed_cost", "effective_cost"}
    assert set(fmt.measures) in ({"cost"}, {"actual", "amortised"})


def test_its_sql_runs_on_its_landed_columns(fmt: ExportFormat) -> None:
    measures = [sql for by_name in fmt.measures.values() for sql in by_name.values()]
    selected = [fmt.period_sql, fmt.currency_column, fmt.account_column, *measures]
    described = duckdb.sql(f"select {', '.join(selected)} from ({raw_view_sql(fmt, [])})")
    kinds = [str(kind) for kind in described.types]
    assert kinds[0] == "DATE" and kinds[1:3] == ["VARCHAR", "VARCHAR"]
    assert all(kind.startswith("DECIMAL(38") for kind in kinds[3:]), "a measure that is no decimal"


def test_its_own_column_names_are_recognised(fmt: ExportFormat) -> None:
    names = [column.name for column in fmt.columns]
    if fmt.name == "aws_cur2":
        names.append("product")
    assert recognise_format(names, "a.csv") is fmt
    assert recognise_format(names, "a.csv", fmt.provider) is fmt


@pytest.mark.parametrize("provider", ["aws", "azure", "gcp", "auto"])
def test_focus_is_taken_from_every_provider(provider: str) -> None:
    names = ["BillingPeriodStart", "ChargeCategory", "ChargePeriodStart", "BilledCost", "lineItem/LineItemType"]
    assert recognise_format(names, "a.csv", provider).name == "focus"


def test_a_raw_view_is_there_without_data(fmt: ExportFormat, empty_warehouse: duckdb.DuckDBPyConnection) -> None:
    described = empty_warehouse.execute(f"describe raw.{fmt.table}").fetchall()
    assert [row[0] for row in described] == [
        "source_name", "billing_period", "dataset", "delivery_id", "source_file", *(c.name for c in fmt.columns),
    ]  # fmt: skip
    assert dict(row[:2] for row in described) == {
        "source_name": "VARCHAR", "billing_period": "DATE", "dataset": "VARCHAR", "delivery_id": "VARCHAR",
        "source_file": "VARCHAR", **{c.name: LANDED_TYPES[c.kind] for c in fmt.columns},
    }  # fmt: skip
    assert empty_warehouse.execute(f"select count(*) from raw.{fmt.table}").fetchall() == [(0,)]


def test_dbt_reads_every_raw_table(fmt: ExportFormat) -> None:
    models = "\n".join(path.read_text() for path in SOURCES.rglob("*.sql"))
    assert f"source('raw', '{fmt.table}')" in models.replace('"', "'")


def test_great_expectations_sees_every_fault(fmt: ExportFormat) -> None:
    clean = DeliveryProfile(3, ("USD",), (), {}, dict.fromkeys(MESSAGES, 0))
    assert judge_delivery(fmt, clean).failures == ()
    for name, message in MESSAGES.items():
        verdict = judge_delivery(fmt, DeliveryProfile(3, ("USD",), (), {}, {**clean.checks, name: 2}))
        assert verdict.failures == (message.format(n=2),)


companion = pytest.mark.parametrize("beside", COMPANIONS, ids=lambda fmt: fmt.name)


@companion
def test_a_dataset_beside_costs_is_known_and_never_a_cost(
    beside: ExportFormat, empty_warehouse: duckdb.DuckDBPyConnection
) -> None:
    assert beside in DATASETS and beside not in FORMATS and get_format(beside.name) is beside
    assert beside.measures == {} and beside.dataset not in ("", "cost", "actual", "amortised")
    assert [squeeze_name(name) for s in beside.signature for name in s] == [
        name for s in beside.signature for name in s
    ]
    names = {column.name for column in beside.columns}
    assert {squeeze_name(name) for name in names} >= set().union(*beside.signature)
    described = empty_warehouse.execute(f"describe raw.{beside.table}").fetchall()
    assert [row[0] for row in described[5:]] == [column.name for column in beside.columns]
    duckdb.sql(f"select {beside.currency_column}, {beside.account_column} from ({raw_view_sql(beside, [])})")
    test_dbt_reads_every_raw_table(beside)


@companion
def test_a_dataset_beside_costs_is_recognised_whatever_is_declared(beside: ExportFormat) -> None:
    names = [column.name for column in beside.columns]
    assert recognise_format(names, "a.csv") is beside and recognise_format(names, "a.csv", "aws") is beside
    assert choose_format(names, "a.csv", declared=get_format("focus")) is beside
    with pytest.raises(UnknownFormatError):
        recognise_format(names, "a.csv", "aws", takes_focus=False)
    # costs to which somebody added its columns stay costs
    mixed = [*names, "ChargePeriodStart", "BilledCost", "BillingPeriodStart", "ChargeCategory"]
    assert recognise_format(mixed, "a.csv").name == choose_format(mixed, "a.csv", declared=get_format("focus")).name
    assert recognise_format(mixed, "a.csv").name == "focus"


def test_what_is_no_export_is_left_alone_and_what_lacks_a_column_is_not() -> None:
    focus = get_format("focus")
    with pytest.raises(UnknownFormatError, match="has no column of FOCUS cost and usage"):
        choose_format(["column", "meaning"], "dictionary.csv", declared=focus)
    assert choose_format(["BilledCost", "ServiceName"], "a.csv", declared=focus) is focus


def test_staging_has_the_costs_that_the_door_adds_up() -> None:
    macro = parse_project().macros["macro.cloudcost.focus_costs"].macro_sql
    contracted = COSTS["contracted_cost"]
    written = macro.replace("' ~ contracted ~ '", contracted)
    assert f"set contracted = '{contracted}'" in macro
    for measure in ("billed_cost", "effective_cost", "list_cost"):
        assert f"'{measure}': '{COSTS[measure]}'" in written
