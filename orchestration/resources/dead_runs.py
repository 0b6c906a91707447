"""An end for command-line runs whose process was killed: Dagster would take them for started for ever."""

import dagster as dg

LAUNCHER_TAG = {"cloudcost/launched_by": "command_line"}
_UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def end_dead_runs(instance: dg.DagsterInstance) -> int:
    """Fail the command-line runs that were killed and free what they held. Only for the holder of the run lock."""
    dead = instance.get_runs(dg.RunsFilter(tags=LAUNCHER_TAG, statuses=_UNFINISHED))
    for run in dead:
        instance.report_run_failed(run, "The process of this run ended before the run did.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return len(dead)
