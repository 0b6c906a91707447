"""The dbt project's own rules, checked on its manifest: the rules of dbt-labs/dbt_project_evaluator that apply here.

Names, layers, contracts, tests and descriptions. A model that breaks one is listed with what is missing.
"""

import re
from typing import Any

import pytest
from dbt.artifacts.resources.types import NodeType

from dashboards.design.pages import DATASETS
from tests.integration.dbt.warehouse import parse_project

LAYERS = ("staging", "intermediate", "marts")
NAMES = {
    "staging": r"stg_[a-z0-9]+__[a-z0-9_]+",
    "intermediate": r"int_[a-z]+__[a-z_]+",
    "marts": r"(fct|dim)_[a-z_]+",
    "focus": r"focus_[0-9]_[0-9]",
}
#: Settings and what is written after the marts have no staging model: their tables are ours, column by column.
OWN_SOURCES = ("settings", "ml", "business")
#: Models that compare with what the exports themselves state.
READ_RAW = {"fct_reconciliation", "int_costs__changed", "int_periods__pending"}
MODELS: dict[str, Any] = {
    node.name: node for node in parse_project().nodes.values() if node.resource_type == NodeType.Model
}
SOURCES: dict[str, Any] = {key: source for key, source in parse_project().sources.items()}


def layer_of(node: Any) -> str:
    """The folder below models/ that a model is in."""
    return str(node.fqn[1])


def parents_of(node: Any) -> list[Any]:
    """The models, seeds and sources that a model reads."""
    manifest = parse_project()
    return [manifest.nodes.get(key) or manifest.sources[key] for key in node.depends_on.nodes]


def find_tests(node: Any) -> list[Any]:
    """The data and unit tests of a model."""
    manifest = parse_project()
    data = [
        n for n in manifest.nodes.values() if n.resource_type == NodeType.Test and node.unique_id in n.depends_on.nodes
    ]
    return [*data, *(u for u in manifest.unit_tests.values() if u.model == node.name)]


every_model = pytest.mark.parametrize("name", sorted(MODELS))


@every_model
def test_a_model_is_named_for_its_layer(name: str) -> None:
    layer = layer_of(MODELS[name])
    assert layer in NAMES, f"models/{layer}/ is no layer"
    assert re.fullmatch(NAMES[layer], name), f"a model in {layer} is named {NAMES[layer]}"


@every_model
def test_a_model_is_described_and_so_is_every_column(name: str) -> None:
    node = MODELS[name]
    assert node.description.strip(), "the model has no description"
    assert node.columns, "no column is described"
    assert [c.name for c in node.columns.values() if not c.description.strip()] == []
    assert node.patch_path and node.patch_path.endswith(node.path.rpartition("/")[2].replace(".sql", ".yml"))


@every_model
def test_a_model_is_tested(name: str) -> None:
    node = MODELS[name]
    tested_by = [n.name for n in find_tests(node)]
    # what staging does is tested by the models that are built from it, and held to the export by the reconciliation;
    # the views of FOCUS rename columns, which the specification's own validator looks at
    assert tested_by or layer_of(node) in ("staging", "focus"), "there is no test of it"


@every_model
def test_layers_depend_downwards_only(name: str) -> None:
    node = MODELS[name]
    order = {layer: number for number, layer in enumerate(LAYERS)}
    own = order.get(layer_of(node), len(LAYERS))
    above = [p.name for p in parents_of(node) if p.resource_type == NodeType.Model and order.get(layer_of(p), 9) > own]
    assert above == [], f"{layer_of(node)} reads from a layer above"


@every_model
def test_staging_renames_and_casts_one_source_to_one_model(name: str) -> None:
    node = MODELS[name]
    if layer_of(node) == "staging":
        assert [p.resource_type for p in parents_of(node)] == ["source"]


@every_model
def test_raw_tables_are_read_by_staging_alone(name: str) -> None:
    node = MODELS[name]
    raw = [p.name for p in parents_of(node) if p.resource_type == "source" and p.source_name not in OWN_SOURCES]
    if layer_of(node) == "staging" or name in READ_RAW:
        return
    assert raw in ([], ["current_snapshots"]), "raw tables are read through staging models"


@every_model
def test_a_table_that_people_read_has_an_enforced_contract(name: str) -> None:
    node = MODELS[name]
    if layer_of(node) == "marts" and node.config.materialized in ("table", "incremental"):
        assert node.config.contract.enforced, "contract: {enforced: true} is missing"
        assert [c.name for c in node.columns.values() if not c.data_type] == []


@every_model
def test_an_incremental_model_replaces_periods_and_fails_on_other_columns(name: str) -> None:
    config = MODELS[name].config
    if config.materialized == "incremental":
        assert config.incremental_strategy in ("replace_periods", "replace_months", "append_changes", "append")
        assert config.on_schema_change == "fail"


@every_model
def test_no_model_hard_codes_a_relation(name: str) -> None:
    sql = re.sub(r"\{#.*?#\}|--[^\n]*|'[^']*'", "", MODELS[name].raw_code, flags=re.S)
    found = re.findall(r"\b(?:from|join)\s+((?:raw|staging|intermediate|marts|ml|settings)\.\w+)", sql)
    assert found == [], "relations are named by ref() and source()"


def test_every_source_column_is_described() -> None:
    bare = [
        f"{source.source_name}.{source.name}.{column.name}"
        for source in SOURCES.values()
        for column in source.columns.values()
        if not column.description.strip()
    ]
    assert bare == [] and all(source.description.strip() for source in SOURCES.values())


def test_every_source_is_read() -> None:
    manifest = parse_project()
    read = {
        key for node in manifest.nodes.values() if node.resource_type == NodeType.Model for key in node.depends_on.nodes
    }
    # the alerts read thresholds from the configuration; people read them beside the status
    unread = {f"{source.source_name}.{source.name}" for key, source in SOURCES.items() if key not in read}
    # of what the pipeline writes, dashboards read the rest, and the next run what a run remembers
    shown = " ".join(dataset.sql or dataset.key for dataset in DATASETS)
    unread -= {name for name in unread if name in shown}
    assert unread <= {"settings.budget_thresholds", "ml.anomaly_days", "ml.forecast_runs"}


def test_dashboards_read_marts_and_every_fact_has_a_reader() -> None:
    manifest = parse_project()
    assert len(manifest.exposures) == 8
    read = {manifest.nodes[key].name for e in manifest.exposures.values() for key in e.depends_on.nodes}
    assert {layer_of(MODELS[name]) for name in read} == {"marts"}
    assert {name for name in MODELS if layer_of(MODELS[name]) == "marts"} - read == set()
