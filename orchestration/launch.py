"""Executing jobs in this process: what `cloudcost run` and `cloudcost actions execute` start of Dagster."""

import contextlib
import datetime as dt
import logging
import os
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cloudcost.alert_outbox import outbox_of
from cloudcost.installation import Installation
from cloudcost.step_clock import StepClock
from core.instants import utc_now
from core.logs.json_lines import log_as_json, log_context
from core.progress import measure

if TYPE_CHECKING:
    import dagster as dg

DAGSTER_YAML = """\
# Written by cloudcost. Runs wait for their turn at the warehouse file, which one process writes at a time.
telemetry:
  enabled: false
event_log_storage:  # Dagster's own files, written at a quarter of the cost
  module: orchestration.event_storage
  class: ReusedEngineEventLogStorage
  config: {home: {env: DAGSTER_HOME}}
nux:  # the form that asks for an e-mail address
  enabled: false
concurrency:
  pools:
    default_limit: 1
    granularity: op
  runs:
    max_concurrent_runs: 4
run_monitoring:
  enabled: true
  free_slots_after_run_end_seconds: 300
"""


def execute_pipeline(
    installation: Installation, first: dt.date, last: dt.date, rebuild: bool, verbose: bool
) -> tuple[bool, list[str], list[str]]:
    """Execute the asset job over a range of billing periods in this process; returns success, what failed, and what of
    the sources could not be taken.
    """
    with dagster_environment(installation, verbose):
        with measure("start", "imports of the pipeline"):
            import dagster as dg

            from orchestration.definitions import build_definitions
            from orchestration.defs.pipeline.jobs import range_tags
            from orchestration.resources.dead_runs import LAUNCHER_TAG, end_dead_runs

        with measure("start", "definitions"):
            definitions = build_definitions(installation)
        run_config = {"ops": {"dbt_billing_periods": {"config": {"rebuild": "all" if rebuild else "changed"}}}}
        with dg.DagsterInstance.get() as instance:
            end_dead_runs(instance)
            job = definitions.resolve_job_def("cost_pipeline_job")
            run_id = str(uuid.uuid4())
            instance.add_event_listener(run_id, StepClock(len(list(job.nodes))))
            with log_context(run_id=run_id):
                result = job.execute_in_process(
                    instance=instance,
                    run_id=run_id,
                    run_config=run_config,
                    tags={**range_tags(first.isoformat(), last.isoformat()), **LAUNCHER_TAG},
                    raise_on_error=False,
                )
            failures = [f"{event.step_key}: {_message(event)}" for event in result.all_events if event.is_step_failure]
            if not result.success and not failures:
                failures = ["a blocking check failed, see the log"]
            with measure("alerts", "sending"):
                undelivered = run_delivery(installation, definitions, instance) if result.success else []
    return result.success, failures, [*list_problems(result), *undelivered]


def execute_job(installation: Installation, name: str, run_config: dict[str, Any], verbose: bool) -> bool:
    """Execute a job in this process; whether it succeeded."""
    with dagster_environment(installation, verbose):
        import dagster as dg

        from orchestration.definitions import build_definitions

        with dg.DagsterInstance.get() as instance:
            job, run_id = build_definitions(installation).resolve_job_def(name), str(uuid.uuid4())
            with log_context(run_id=run_id):
                result = job.execute_in_process(
                    instance=instance, run_id=run_id, run_config=run_config, raise_on_error=False
                )
            return result.success


def list_problems(result: "dg.ExecuteInProcessResult") -> list[str]:
    """What the sources' own checks say could not be taken."""
    found: list[tuple[str, Any]] = [
        (evaluation.asset_key.path[-1], evaluation.metadata["problems"].value)
        for evaluation in result.get_asset_check_evaluations()
        if "problems" in evaluation.metadata
    ]
    return [f"{source}: {problem}" for source, problems in found for problem in problems]


def run_delivery(
    installation: Installation, definitions: "dg.Definitions", instance: "dg.DagsterInstance"
) -> list[str]:
    """Send the alerts that wait, as a run of Dagster's; returns what could not be sent, which is tried again later."""
    if not installation.config.alerts.channels or not outbox_of(installation).messages("pending"):
        return []
    job = definitions.resolve_job_def("send_alerts_job")
    result = job.execute_in_process(instance=instance, raise_on_error=False)
    # without the name of our own error before it
    return [_message(event).partition(": ")[2] for event in result.all_events if event.is_step_failure]


def _message(event: object) -> str:
    data = getattr(event, "event_specific_data", None)
    error = getattr(data, "error", None)
    cause = getattr(error, "cause", None) or error
    message = str(getattr(cause, "message", event)).strip()
    if getattr(cause, "cls_name", None) == "DbtError":
        message = message.partition(": ")[2]  # dbt's own message, without our name for it
    return message.splitlines()[0][:500]


@contextlib.contextmanager
def dagster_environment(installation: Installation, verbose: bool) -> Iterator[None]:
    """Dagster's home below the installation's; its log and dbt's go to a file unless ``verbose``."""
    prepare_dagster_home(installation)
    installation.log_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    if verbose:
        yield
        return
    stamp = utc_now().strftime("%Y%m%dT%H%M%S")
    path = installation.log_directory / f"run-{stamp}-{os.getpid()}.log"
    with (
        path.open("w") as log,
        contextlib.redirect_stdout(log),
        contextlib.redirect_stderr(log),
        log_as_json(log, logging.INFO),
    ):
        yield


def prepare_dagster_home(installation: Installation) -> None:
    """Point Dagster and dbt at the installation."""
    home = installation.dagster_home
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = home / "dagster.yaml"
    if not settings.exists():
        settings.write_text(DAGSTER_YAML)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["CLOUDCOST_CONFIG"] = str(installation.config_path)
    os.environ["CLOUDCOST_HOME"] = str(installation.home)
