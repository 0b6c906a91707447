"""Whatever has a scope asks the same fields of the same columns: the configuration, the detectors and the models."""

import ast
import re
from pathlib import Path

import pytest

from cloudcost.config.scopes import COST_FIELDS, SCOPED_THINGS
from core.scope import FIELD_COLUMNS, Scope
from ml.anomaly import settings as anomalies
from ml.forecast import events
from ml.sections import AnomalyScope, ForecastEventSettings
from warehouse.written_tables import find_written_table

MACROS = Path(__file__).parents[2] / "dbt_project" / "macros"


def test_models_and_python_have_the_same_fields() -> None:
    text = (MACROS / "scope_fields.sql").read_text()
    written = re.search(r"return\((\{.*?\})\)", text, re.DOTALL)
    assert written is not None
    assert ast.literal_eval(written[1]) == {field: list(columns) for field, columns in FIELD_COLUMNS.items()}


def test_the_columns_are_those_of_the_mart() -> None:
    mart = (MACROS.parent / "models" / "marts" / "costs" / "fct_cost_daily.yml").read_text()
    columns = {column for columns in FIELD_COLUMNS.values() for column in columns}
    assert {column for column in columns if f"- name: {column}\n" not in mart} == set()


def test_budgets_and_metrics_ask_the_columns_that_their_models_tell_costs_apart_by() -> None:
    written = re.search(
        r"macro scope_columns.*?return\((\[.*?\])\)", (MACROS / "match_scopes.sql").read_text(), re.DOTALL
    )
    assert written is not None
    assert set(ast.literal_eval(written[1])) == {name for field in COST_FIELDS for name in FIELD_COLUMNS[field]}


@pytest.mark.parametrize(
    "fields",
    [
        set(Scope.model_fields) - {"all_", "any_", "not_"},
        *(set(thing.fields) for thing in SCOPED_THINGS),
        set(anomalies.SCOPE_FIELDS),
        set(events.SCOPE_FIELDS),
        set(AnomalyScope.model_fields),
    ],
)
def test_every_scope_asks_known_fields(fields: set[str]) -> None:
    assert fields and fields <= set(FIELD_COLUMNS)


def test_detectors_know_what_the_configuration_asks() -> None:
    fields = {thing.keys: thing.fields for thing in SCOPED_THINGS}
    assert fields["`forecasts.events[]`"] == events.SCOPE_FIELDS
    assert fields["`cloudcost anomalies feedback`"] == anomalies.SCOPE_FIELDS
    assert set(fields["`anomalies.scopes[]`"]) == set(AnomalyScope.model_fields)
    assert set(AnomalyScope.model_fields) <= set(anomalies.SCOPE_FIELDS)
    assert set(events.SCOPE_FIELDS) <= set(ForecastEventSettings.model_fields)
    written = set(find_written_table("ml", "cost_anomalies").columns.names)
    assert {FIELD_COLUMNS[field][0] for field in anomalies.SCOPE_FIELDS} <= written
