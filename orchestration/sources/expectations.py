"""Great Expectations at the door: a suite per export format judges a delivery's profile before it is promoted.

The profile is measured by DuckDB in one pass; Great Expectations then judges that small table, one row per delivery,
because loading a delivery of ten million rows into a data frame is no way to check it.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.sources.contracts import ExportFormat
from orchestration.sources.profile import DeliveryProfile

if TYPE_CHECKING:
    import great_expectations as gx

#: What each count of faults means to a user; `{n}` is the count.
MESSAGES = {
    "rows_not_as_in_manifest": "the manifest promises another number of rows ({n} apart)",
    "rows_outside_billing_period": "{n} rows belong to another billing period",
    "accounts_with_several_currencies": "{n} billing accounts have more than one billing currency",
    "repeated_line_items": "{n} rows repeat the identity of another line item",
    "invalid_currencies": "{n} billing currencies are not ISO 4217 codes",
}


@dataclass(frozen=True)
class Expectation:
    """One judgement: what was checked, whether it held, and the figure that was seen."""

    name: str
    success: bool
    observed: int
    message: str


@dataclass(frozen=True)
class Verdict:
    """All judgements about one delivery."""

    expectations: tuple[Expectation, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """The sentences of those that did not hold."""
        return tuple(e.message for e in self.expectations if not e.success)


def judge_deliveries(fmt: ExportFormat, profiles: Mapping[str, DeliveryProfile]) -> dict[str, Verdict]:
    """Judge deliveries of one format; ``profiles`` and the result are keyed by the caller's name of each delivery."""
    if not profiles:
        return {}
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    import great_expectations as gx
    import pandas as pd

    checks = sorted({name for p in profiles.values() for name in p.checks})
    frame = pd.DataFrame(
        [{"delivery": name, **{c: p.checks.get(c, 0) for c in checks}} for name, p in profiles.items()]
    )
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    asset = context.data_sources.add_pandas("deliveries").add_dataframe_asset("profiles")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    result = batch.validate(
        build_suite(fmt, checks),
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["delivery"]},
    )
    failed: dict[str, set[str]] = {name: set() for name in profiles}
    for outcome in result.results:
        judged = outcome.expectation_config
        column = str(judged.kwargs["column"]) if judged else ""
        if outcome.exception_info and outcome.exception_info.get("raised_exception"):
            raise RuntimeError(f"expectation on {column} could not be judged: {outcome.exception_info}")
        for row in outcome.result.get("unexpected_index_list") or ():
            failed[row["delivery"]].add(column)
    return {name: _verdict(profile, checks, failed[name]) for name, profile in profiles.items()}


def build_suite(fmt: ExportFormat, checks: Sequence[str]) -> "gx.ExpectationSuite":
    """The expectation suite of a format: every count of faults is zero."""
    import great_expectations as gx
    from great_expectations.expectations.core.expect_column_values_to_be_between import (
        ExpectColumnValuesToBeBetween,
    )

    return gx.ExpectationSuite(
        name=f"{fmt.name}_delivery",
        expectations=[ExpectColumnValuesToBeBetween(column=c, min_value=0, max_value=0) for c in checks],
    )


def _verdict(profile: DeliveryProfile, checks: Sequence[str], failed: set[str]) -> Verdict:
    judged = []
    for check in checks:
        observed = profile.checks.get(check, 0)
        template = MESSAGES.get(check, "{n} rows have no " + check.removeprefix("empty_"))
        detail = profile.first_fault.get(check)
        message = template.format(n=observed) + (f": {detail}" if detail else "")
        judged.append(Expectation(check, check not in failed, observed, message))
    return Verdict(tuple(judged))
