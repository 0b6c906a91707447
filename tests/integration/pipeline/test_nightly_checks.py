"""The tests of the models that no run waits for: a job of their own, and incidents that end when they pass again."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from cloudcost.dbt.project import ALL_PERIODS, prepare_manifest
from cloudcost.dbt.running import run_dbt
from cloudcost.installation import Installation
from orchestration.check_results import list_checks
from orchestration.definitions import build_definitions
from orchestration.defs.alerts.assets import incident_book
from orchestration.defs.warehouse.nightly import find_nightly, judge

REGIONS = dg.AssetKey(["seeds", "regions"])
#: What every run judges for itself, since nothing else would.
IN_EVERY_RUN = {
    "totals_reconcile",
    "every_cost_has_a_rate",
    "fct_reconciliation_grain_is_unique",
    "focus_mandatory_columns_are_filled",
    "focus_rows_are_of_current_snapshots",
    "mapped_rows_keep_focus_rules",
    "delivered_focus_rows_keep_focus_rules",
    "effects_add_up_to_the_change",
    "int_costs__changed_grain_is_unique",
    "int_rates__applied_grain_is_unique",
    "int_rates__kept_grain_is_unique",
    "fct_cost_change_monthly_grain_is_unique",
    "dim_account_grain_is_unique",
    "dim_service_grain_is_unique",
    "dim_commitment_grain_is_unique",
}


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    (tmp_path / "cloudcost.yaml").write_text("sources:\n  - {name: payer, provider: aws, location: exports}\n")
    for name in ("CLOUDCOST_WAREHOUSE", "CLOUDCOST_MEMORY_LIMIT", "CLOUDCOST_DBT_TARGET", "DBT_LOG_PATH"):
        monkeypatch.setenv(name, "1GB")  # set by dbt's start, and taken back after the test
    yield Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")


def list_checks_of(definitions: dg.Definitions, job: str) -> set[dg.AssetCheckKey]:
    """What a job judges."""
    layer = definitions.resolve_job_def(job).asset_layer
    return {key for data in layer.data for key in data.assets_def.check_keys}


def test_runs_leave_them_to_the_night(installation: Installation) -> None:
    definitions = build_definitions(installation)
    graph = definitions.resolve_asset_graph()
    nightly = set(find_nightly(prepare_manifest(installation)).values())
    in_runs = list_checks_of(definitions, "cost_pipeline_job")
    at_night = list_checks_of(definitions, "nightly_checks_job")
    assert at_night == nightly and len(nightly) > 50
    assert not in_runs & nightly and in_runs | nightly == set(graph.asset_check_keys)
    assert {key.name for key in in_runs} >= IN_EVERY_RUN
    # nothing that adds up money is left to the night
    assert not [key.name for key in nightly if "add_up" in key.name or "net_to_zero" in key.name]


def test_a_failed_one_is_an_incident_until_it_passes(installation: Installation) -> None:
    list(run_dbt(installation, ["seed"], ALL_PERIODS))
    book = incident_book(installation)

    def double_a_region() -> None:
        with installation.warehouse.connect() as connection:
            connection.execute("insert into staging.regions select * from staging.regions limit 1")

    def judge() -> tuple[dict[str, dict[str, object]], set[str]]:
        """The results that Dagster shows of seeds, and the checks of seeds with an open incident."""
        job = build_definitions(installation).resolve_job_def("nightly_checks_job")
        with dg.DagsterInstance.ephemeral() as instance:
            assert job.execute_in_process(instance=instance, raise_on_error=False).success
            rows = {f"{row['check_name']}": row for row in list_checks(instance).to_pylist()}
        assert len(rows) > 50, "one that cannot run is told too"
        opened = {i.finding.scope["check"]: i.finding for i in book.list("open") if i.finding.rule == "check_failed"}
        assert opened["fct_cost_monthly_grain_is_unique"].figures == {"failing rows": "0"}
        seeds = {name: row for name, row in rows.items() if str(row["asset"]).startswith("seeds/")}
        return seeds, {name for name, found in opened.items() if found.scope["asset"].startswith("seeds/")}

    double_a_region()
    seeds, opened = judge()
    assert {name for name, row in seeds.items() if not row["is_passed"]} == {"region_spellings_are_unique"} == opened
    list(run_dbt(installation, ["seed"], ALL_PERIODS))
    seeds, opened = judge()
    assert all(row["is_passed"] for row in seeds.values()) and len(seeds) > 20 and not opened


def test_one_that_fails_again_is_a_new_incident(installation: Installation) -> None:
    book, check = incident_book(installation), dg.AssetCheckKey(REGIONS, "region_spellings_are_unique")
    failed = {"node_info": {"node_status": "fail"}, "num_failures": 2}
    for times in (1, 2, 3):
        for _ in range(2):
            assert not judge(check, failed, book).passed
            assert len(book.list("open")) == 1
        assert judge(check, {"node_info": {"node_status": "pass"}, "num_failures": 0}, book).passed
        assert not book.list("open") and len(book.list("resolved")) == times
    judge(check, {"node_info": {"node_status": "error"}, "num_failures": None}, book)
    (broken,) = book.list("open")
    assert broken.finding.summary.startswith("It could not run")
