"""The registry of remediations: a new one is a module in this folder, or in a folder of its cloud below."""

from actions.remediations.base import (
    LiveResource,
    Remediation,
    SafetyClass,
    Step,
    StepContext,
    StepRefusedError,
    WatchLostError,
)
from core.registry import find_classes


def find_remediations() -> dict[str, Remediation]:
    """Every remediation of this folder, by its name."""
    # the registry holds classes that can be made; mypy sees the abstract one that they are of
    return {name: found() for name, found in find_classes(__name__, Remediation).items()}  # type: ignore[type-abstract]


REMEDIATIONS: dict[str, Remediation] = find_remediations()

__all__ = [
    "REMEDIATIONS",
    "LiveResource",
    "Remediation",
    "SafetyClass",
    "Step",
    "StepContext",
    "StepRefusedError",
    "WatchLostError",
    "find_remediations",
]
