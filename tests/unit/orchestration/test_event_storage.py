"""The event log that keeps its engines: the same files as Dagster's own storage writes."""

from pathlib import Path

import dagster as dg
import pytest

OURS = """\
event_log_storage:
  module: orchestration.event_storage
  class: ReusedEngineEventLogStorage
  config: {home: {env: DAGSTER_HOME}}
telemetry: {enabled: false}
"""
DAGSTERS = "telemetry: {enabled: false}\n"


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["2025-01", "2025-02"]))
def costs(context: dg.AssetExecutionContext) -> None:
    """A month of costs."""


def record_month(home: Path, settings: str, month: str) -> list[str]:
    """Materialize a month in this home with these settings; what the log then says of the run."""
    (home / "dagster.yaml").write_text(settings)
    with dg.DagsterInstance.get() as instance:
        run = dg.materialize([costs], instance=instance, partition_key=month)
        assert run.success
        return [str(entry.dagster_event) for entry in instance.all_logs(run.run_id)]


@pytest.mark.parametrize(("first", "second"), [(OURS, DAGSTERS), (DAGSTERS, OURS)], ids=["ours first", "theirs first"])
def test_either_storage_reads_what_the_other_wrote(
    first: str, second: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    recorded = record_month(tmp_path, first, "2025-01")
    assert any("ASSET_MATERIALIZATION" in entry for entry in recorded)
    record_month(tmp_path, second, "2025-02")
    with dg.DagsterInstance.get() as instance:
        assert instance.get_materialized_partitions(dg.AssetKey("costs")) == {"2025-01", "2025-02"}
        runs = {run.tags["dagster/partition"]: run.run_id for run in instance.get_runs()}
        assert [str(entry.dagster_event) for entry in instance.all_logs(runs["2025-01"])] == recorded
