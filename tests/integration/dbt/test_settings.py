"""Settings reach the models as tables, and a setting that changed makes its models, and no others, behind."""

import yaml

from cloudcost.settings_tables import SETTINGS_TABLES
from tests.integration.dbt.warehouse import PROJECT, Warehouse

JANUARY = "2025-01-01"
KINDS = {"text": "text", "date": "date", "numeric": "numeric(38,12)", "integer": "integer", "boolean": "boolean"}


def test_every_table_is_declared_as_it_is_written() -> None:
    declared = yaml.safe_load((PROJECT / "models" / "settings.yml").read_text())["sources"][0]["tables"]
    assert [
        (t["name"], t["description"], [(c["name"], c["data_type"], c["description"]) for c in t["columns"]])
        for t in declared
    ] == [(t.name, t.description, [(c.name, KINDS[c.kind], c.description) for c in t.columns]) for t in SETTINGS_TABLES]
    for table, written in zip(SETTINGS_TABLES, declared, strict=True):
        keys = [t["unique_combination"]["arguments"]["columns"] for t in written["data_tests"]]
        assert keys == [list(table.key)], f"{table.name} needs the test that its key is unique"


def test_only_what_changed_is_written(copied: Warehouse) -> None:
    assert copied.configure() == []
    copied.execute("insert into settings.fingerprints values ('gone', 'x')")
    copied.execute("create table settings.gone (a integer)")
    assert copied.configure(allocation={"team": {"tag_keys": ["Squad"]}}) == ["allocation_tag_keys"]
    assert copied.rows("select tag_key from settings.allocation_tag_keys where dimension = 'team'") == [("squad",)]
    assert copied.rows("select count(*) from information_schema.tables where table_name = 'gone'") == [(0,)]


def test_other_tag_keys_make_every_period_behind_and_a_build_mends_it(copied: Warehouse) -> None:
    pairs = copied.rows("select count(*) from (select distinct source_name, billing_period from raw.current_snapshots)")
    pending = "select source_name, cast(billing_period as varchar), models from intermediate.int_periods__pending"
    assert copied.rows(pending) == []
    copied.configure(allocation={"team": {"tag_keys": ["squad", "environment"]}})
    behind = copied.rows(pending)
    assert len(behind) == pairs[0][0]
    # what is built on it is behind too, so that a run cut short in between is found again
    assert all({"int_focus__unioned", "int_costs__daily"} <= set(models.split(",")) for _, _, models in behind)
    copied.build(
        changed_periods=[(source, period) for source, period, _ in behind],
        models={(source, period): models.split(",") for source, period, models in behind},
    )
    assert copied.rows(pending) == []
    rows = copied.rows("select distinct x_team from marts.fct_cost_daily where source_name like 'aws%' order by 1")
    assert rows == [("prod",), (None,)]


def test_a_model_that_is_behind_leaves_what_it_is_built_on_alone(copied: Warehouse) -> None:
    copied.mark("int_focus__unioned", "x_team", "mark")
    copied.execute("update intermediate.int_costs__daily set x_team = 'mark'")
    copied.execute("update marts.fct_cost_monthly set line_item_count = 0")
    pair = ("gcp", JANUARY)
    run = ("run", "--select", "int_focus__unioned+")
    assert copied.dbt(*run, changed_periods=[pair], models={pair: ["int_costs__daily"]}).success
    focus = copied.rows("select count(*) from intermediate.int_focus__unioned where x_team is distinct from 'mark'")
    daily = copied.rows("select count(*) from marts.fct_cost_daily where x_team is distinct from 'mark'")
    monthly = copied.rows("select source_name, line_item_count from marts.fct_cost_monthly where line_item_count > 0")
    # the daily rows were read again from FOCUS rows that still carry the mark
    assert (focus, daily, monthly) == ([(0,)], [(0,)], [("gcp", 8)])
