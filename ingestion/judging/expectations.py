"""Great Expectations at the door: a suite per export format judges a delivery's profile before it is promoted.

The profile is measured by DuckDB in one pass; Great Expectations then judges that row of figures,
because loading a delivery of ten million rows into a data frame is no way to check it. Counts of faults must be zero;
what differs from the delivery before must stay below two thresholds, one that warns and one that blocks. It takes seven
seconds to import, and is asked about the profiles in which some figure is beyond its limit.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from ingestion.contracts import ExportFormat
from ingestion.judging.comparison import Comparison
from ingestion.judging.profile import DeliveryProfile
from ingestion.sections.deliveries import IngestionSettings

if TYPE_CHECKING:
    import great_expectations as gx

#: What each count of faults means to a user; `{n}` is the count.
MESSAGES = {
    "rows_not_as_in_manifest": "the manifest promises another number of rows ({n} apart)",
    "unreadable_values": "{n} values cannot be read as the number or time that they should be",
    "rows_outside_billing_period": "{n} rows belong to another billing period",
    "repeated_line_items": "{n} rows repeat the identity of another line item",
    "invalid_currencies": "{n} billing currencies are not ISO 4217 codes",
}
#: What is compared with the delivery before, in percent.
COMPARED = ("row_count_drop", "total_change")

Severity = Literal["block", "warn"]
#: A figure of a profile, the most that it may be, and what follows where it is more.
Limit = tuple[str, float, Severity]


@dataclass(frozen=True)
class Expectation:
    """One judgement: what was checked, whether it held, the figure that was seen, and what follows where it failed."""

    name: str
    success: bool
    observed: int | float
    message: str
    severity: Severity = "block"
    is_comparison: bool = False


@dataclass(frozen=True)
class DeliveryVerdict:
    """All judgements about one delivery."""

    expectations: tuple[Expectation, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """The sentences of those that did not hold and keep the delivery out."""
        return tuple(e.message for e in self.expectations if not e.success and e.severity == "block")

    @property
    def warnings(self) -> tuple[str, ...]:
        """The sentences of those that did not hold but let the delivery in."""
        return tuple(e.message for e in self.expectations if not e.success and e.severity == "warn")

    @property
    def is_acceptable(self) -> bool:
        """Whether nothing but the comparison with the delivery before keeps it out, which somebody may overrule."""
        return all(e.is_comparison for e in self.expectations if not e.success and e.severity == "block")


def judge_delivery(
    fmt: ExportFormat,
    profile: DeliveryProfile,
    compared: Sequence[Comparison] = (),
    settings: IngestionSettings | None = None,
    is_accepted: bool = False,
) -> DeliveryVerdict:
    """Judge a delivery by its profile, and beside the delivery before; ``is_accepted``: somebody declared that it may
    differ from that one.
    """
    percents = {comparison.name: float(comparison.percent) for comparison in compared}
    figures = {**profile.checks, **{name: percents.get(name, 0.0) for name in COMPARED}}
    limits = list_limits(sorted(profile.checks), settings or IngestionSettings())
    is_clean = all(0 <= figures[column] <= limit for column, limit, _ in limits)
    failed = set() if is_clean else find_failed(fmt, figures, limits)
    return DeliveryVerdict((*_judge_faults(profile, failed), *_judge_comparisons(compared, failed, is_accepted)))


def find_failed(fmt: ExportFormat, figures: Mapping[str, float], limits: Sequence[Limit]) -> set[tuple[str, Severity]]:
    """The columns of a profile that an expectation does not hold of, with what follows, as Great Expectations says."""
    import pandas as pd

    batch = _profiles().get_batch({"dataframe": pd.DataFrame([dict(figures)])})
    result = batch.validate(build_suite(fmt, limits), result_format="BASIC")
    failed: set[tuple[str, Severity]] = set()
    for outcome in result.results:
        judged = outcome.expectation_config
        if judged is None or (outcome.exception_info and outcome.exception_info.get("raised_exception")):
            raise RuntimeError(f"an expectation of {fmt.name} could not be judged: {outcome.exception_info}")
        if not outcome.success:
            failed.add((str(judged.kwargs["column"]), (judged.meta or {})["severity"]))
    return failed


@cache
def _profiles() -> Any:
    """Where Great Expectations gets the profiles from: made once a process, as it takes longer than a judgement."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    asset = context.data_sources.add_pandas("deliveries").add_dataframe_asset("profiles")
    return asset.add_batch_definition_whole_dataframe("all")


def list_limits(checks: Sequence[str], settings: IngestionSettings) -> list[Limit]:
    """No faults, and no more difference from the delivery before than is allowed."""
    limits: list[Limit] = [(check, 0, "block") for check in checks]
    for name in COMPARED:
        thresholds = getattr(settings, name)
        limits.append((name, thresholds.warn_percent, "warn"))
        if thresholds.block_percent is not None:
            limits.append((name, thresholds.block_percent, "block"))
    return limits


def build_suite(fmt: ExportFormat, limits: Sequence[Limit]) -> "gx.ExpectationSuite":
    """The expectation suite of a format: each figure from zero to its limit."""
    import great_expectations as gx
    from great_expectations.expectations.core.expect_column_max_to_be_between import ExpectColumnMaxToBeBetween

    return gx.ExpectationSuite(
        name=f"{fmt.name}_delivery",
        expectations=[
            # of the one row there is; to judge every value of a column takes Great Expectations four times as long
            ExpectColumnMaxToBeBetween(column=column, min_value=0, max_value=limit, meta={"severity": severity})
            for column, limit, severity in limits
        ],
    )


def _judge_faults(profile: DeliveryProfile, failed: set[tuple[str, Severity]]) -> list[Expectation]:
    judged = []
    for check, observed in sorted(profile.checks.items()):
        template = MESSAGES.get(check, "{n} rows have no " + check.removeprefix("empty_"))
        detail = profile.first_fault.get(check)
        message = template.format(n=observed) + (f": {detail}" if detail else "")
        judged.append(Expectation(check, (check, "block") not in failed, observed, message))
    return judged


def _judge_comparisons(
    comparisons: Iterable[Comparison], failed: set[tuple[str, Severity]], is_accepted: bool
) -> list[Expectation]:
    judged = []
    for c in comparisons:
        blocks = (c.name, "block") in failed
        limit = c.block_percent if blocks else c.warn_percent
        severity: Severity = "block" if blocks and not is_accepted else "warn"
        verb = ("was accepted" if is_accepted else "blocks") if blocks else "is doubted"
        message = f"{c.message}: more than {limit:g} % {verb}" if blocks or (c.name, "warn") in failed else c.message
        judged.append(
            Expectation(c.name, (c.name, "warn") not in failed and not blocks, round(float(c.percent), 2), message,
                        severity, is_comparison=True)
        )  # fmt: skip
    return judged
