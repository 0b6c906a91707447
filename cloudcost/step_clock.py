"""How long the steps of a run took and the models that dbt built in them, from the events that Dagster passes on."""

import time
from typing import Any

from core.progress import report_progress, report_spent

_ENDS = ("STEP_SUCCESS", "STEP_FAILURE", "STEP_UP_FOR_RETRY")
#: What dagster-dbt calls the seconds of a model, beside its name.
_SECONDS, _MODEL = "Execution Duration", "unique_id"


class StepClock:
    """Reports each step of a run when it ends, how many of ``steps`` have, and each model when it is built; called with
    every event of the run.
    """

    def __init__(self, steps: int) -> None:
        self._begun: dict[str, float] = {}
        self._done, self._steps = 0, steps
        report_progress("pipeline steps", 0, steps)

    def __call__(self, entry: Any) -> None:
        """An entry of the event log, at the moment at which it is written."""
        event = entry.dagster_event
        if event is None or event.step_key is None:
            return
        if event.event_type_value in ("STEP_START", "STEP_RESTARTED"):
            self._begun[event.step_key] = time.monotonic()
        elif event.event_type_value in _ENDS:
            if event.step_key in self._begun:
                report_spent("step", event.step_key, time.monotonic() - self._begun.pop(event.step_key))
            if event.event_type_value != "STEP_UP_FOR_RETRY":
                self._done += 1
                report_progress("pipeline steps", self._done, self._steps)
        elif event.event_type_value == "ASSET_MATERIALIZATION":
            metadata = event.step_materialization_data.materialization.metadata
            if _SECONDS in metadata and _MODEL in metadata:
                model = str(metadata[_MODEL].value).rpartition(".")[2]
                report_spent("model", model, float(metadata[_SECONDS].value), is_detail=True)
