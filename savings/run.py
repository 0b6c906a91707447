"""Runs every check there is; one that fails costs nobody else's findings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from savings.check import Check
from savings.findings import Findings, Recommendation, Skipped

C = TypeVar("C", bound=Check)


@dataclass(frozen=True)
class CheckRun:
    """What all checks found together, and why those that `failed` did, by name."""

    findings: Findings
    failed: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, other: "CheckRun") -> "CheckRun":
        """Both together."""
        ours, theirs = self.findings, other.findings
        return CheckRun(
            Findings([*ours.recommendations, *theirs.recommendations], [*ours.skipped, *theirs.skipped]),
            {**self.failed, **other.failed},
        )


def run_each(checks: Iterable[C], run: Callable[[C], Findings]) -> CheckRun:
    """Run each check and gather what they say.

    A check that raises has found nothing: it is among the failed, and skipped with the same reason.
    """
    recommendations: list[Recommendation] = []
    skipped: list[Skipped] = []
    failed: dict[str, str] = {}
    for check in checks:
        try:
            found = run(check)
        except Exception as error:  # a defect of one check must not keep the others' findings back
            failed[check.name] = f"the check failed: {type(error).__name__}: {error}"
            skipped.append(Skipped(check_name=check.name, reason=failed[check.name]))
        else:
            recommendations += found.recommendations
            skipped += found.skipped
    return CheckRun(Findings(recommendations, skipped), failed)
