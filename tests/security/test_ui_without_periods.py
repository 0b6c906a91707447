"""A run of the pipeline that is launched without billing periods: it fails in a sentence and lets go of the warehouse.

Seen before: its worker never ended and kept the lock that writers of the warehouse wait for; ending the run, or the UI,
left it alive.
"""

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from cloudcost.dbt import running as dbt_build
from cloudcost.dbt.project import prepare_manifest
from cloudcost.installation import Installation
from orchestration.defs.alerts.assets import incident_book
from orchestration.defs.ingestion.assets import build_raw_asset
from orchestration.defs.warehouse import assets as transform
from orchestration.partitions import billing_periods, periods_of
from orchestration.resources.installation import InstallationResource

TOLD = "launch it with billing periods"


def test_whoever_asks_for_the_periods_of_a_run_without_any_is_told() -> None:
    """Succeeded in part: Dagster said something of its own, where it was asked at all."""

    @dg.asset(partitions_def=billing_periods(dt.date(2026, 9, 1)))
    def anything(context: dg.AssetExecutionContext) -> None:
        periods_of(context)

    result = dg.materialize([anything], partition_key="2026-10-01", raise_on_error=False)
    assert result.success
    with dg.DagsterInstance.ephemeral() as instance:
        job = dg.Definitions(assets=[anything]).resolve_implicit_global_asset_job_def()
        failed = job.execute_in_process(instance=instance, raise_on_error=False)
    assert not failed.success
    [error] = [event.step_failure_data for event in failed.all_events if event.is_step_failure]
    assert error is not None and TOLD in str(error.error)


def open_plain(folder: Path) -> Installation:
    """An installation without costs."""
    (folder / "exports").mkdir()
    (folder / "cloudcost.yaml").write_text("sources: [{name: plain, provider: aws, location: exports}]\n")
    return Installation(folder / "cloudcost.yaml", folder / "home")


def test_dbt_is_not_even_begun_without_periods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Succeeded: dbt built everything, and Dagster failed over its first result while it went on."""
    installation = open_plain(tmp_path)
    begun: list[str] = []

    def build(*_: object) -> Iterator[Any]:
        begun.append("dbt")
        raise AssertionError("dbt is begun")
        yield

    monkeypatch.setattr(transform, "build_assets", build)
    partitions = billing_periods(installation.periods.first(), installation.periods.months_ahead())
    models = transform.build_dbt_assets(prepare_manifest(installation), partitions)[0]
    resources = {"installation": InstallationResource.of(installation)}
    job = dg.Definitions(assets=[models], resources=resources).resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(raise_on_error=False)
    assert not result.success
    assert begun == []


def test_a_dbt_that_does_not_end_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Succeeded: whoever stopped reading its results waited for ever, and so did the end of the process."""
    never = threading.Event()

    class Stuck:
        def __init__(self, callbacks: list[Any]) -> None:
            self.tell = callbacks[0]

        def invoke(self, _: object) -> None:
            self.tell(SimpleNamespace(info=SimpleNamespace(level="info", name="LogModelResult", msg="")))
            never.wait()

    monkeypatch.setattr("dbt.cli.main.dbtRunner", Stuck)
    monkeypatch.setattr("dbt_common.events.functions.msg_to_dict", lambda _: {})
    monkeypatch.setattr(dbt_build, "END_SECONDS", 0.5, raising=False)
    results: Any = dbt_build.run_dbt(open_plain(tmp_path), ["build"], "[]")
    next(results)
    leaving = threading.Thread(target=results.close, daemon=True)
    leaving.start()
    leaving.join(20)
    try:
        assert not leaving.is_alive()
        assert [thread.daemon for thread in threading.enumerate() if thread.name == "dbt"] == [True]
    finally:
        never.set()
        leaving.join()


def test_no_source_is_read_and_no_incident_opened_without_periods(tmp_path: Path) -> None:
    """Succeeded: each source was told to be unreadable, in an incident, and the run went on to the models."""
    installation = open_plain(tmp_path)
    resources = {"installation": InstallationResource.of(installation)}
    raw = build_raw_asset(installation.config.sources[0], billing_periods(dt.date(2026, 9, 1)))
    job = dg.Definitions(assets=[raw], resources=resources).resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(raise_on_error=False)
    [error] = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert TOLD in str(error)
    assert incident_book(installation).list() == []
