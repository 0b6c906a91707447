"""The registry of remediations: a new one is a module in this folder and one line below."""

from actions.remediations.base import (
    LiveResource,
    Remediation,
    SafetyClass,
    Step,
    StepContext,
    StepRefusedError,
    WatchLostError,
)
from actions.remediations.delete_unattached_volume import DeleteUnattachedVolume

REMEDIATIONS: dict[str, Remediation] = {
    DeleteUnattachedVolume.name: DeleteUnattachedVolume(),
}

__all__ = [
    "REMEDIATIONS",
    "LiveResource",
    "Remediation",
    "SafetyClass",
    "Step",
    "StepContext",
    "StepRefusedError",
    "WatchLostError",
]
