"""Runs every check there is over the same inputs; one that fails costs nobody else's findings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from savings.check import Check, Scope
from savings.findings import Findings, Recommendation, Row, Skipped


@dataclass(frozen=True)
class CheckRun:
    """What all checks found together, and why those that `failed` did, by name."""

    findings: Findings
    failed: Mapping[str, str]


def run_checks(
    checks: Mapping[str, Check],
    inputs: Mapping[str, Sequence[Row] | None],
    as_of: date,
    incomplete_scopes: Collection[Scope] = (),
) -> CheckRun:
    """Hand each check the inputs that it requires (None for one that nobody reads) and gather what they say.

    A check that raises has found nothing: it is among the failed, and skipped with the same reason.
    """
    recommendations: list[Recommendation] = []
    skipped: list[Skipped] = []
    failed: dict[str, str] = {}
    for name, check in checks.items():
        given = {wanted: inputs.get(wanted) for wanted in check.required_inputs}
        try:
            found = check.run(**given, as_of=as_of, incomplete_scopes=incomplete_scopes)
        except Exception as error:  # a defect of one check must not keep the others' findings back
            failed[name] = f"the check failed: {type(error).__name__}: {error}"
            skipped.append(
                Skipped(
                    check_name=name,
                    service_provider_name="",
                    account_id="",
                    region="",
                    resource_id="",
                    reason=failed[name],
                )
            )
        else:
            recommendations += found.recommendations
            skipped += found.skipped
    return CheckRun(Findings(recommendations, skipped), failed)
