"""What waits at the sources: deliveries that are not current yet, and the name of a run for them."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable

from cloudcost.installation import Installation
from ingestion.planning import SourcePlan
from ingestion.refusals import as_refusal
from ingestion.sections.sources import SourceConfig


def run_key_of(parts: Iterable[str], now: dt.datetime) -> str:
    """Names what a run is about: the same deliveries start one run, and one more an hour later if that run failed."""
    return f"{hashlib.sha256(chr(0).join(sorted(parts)).encode()).hexdigest()[:24]}:{now:%Y%m%d%H}"


def list_waiting_deliveries(plans: Iterable[SourcePlan]) -> list[str]:
    """Every delivery and unread file that waits, named."""
    return [
        name
        for plan in plans
        for name in (
            *(f"{p.key.text}/{p.delivery_id}" for p in plan.pending),
            *(f"{plan.source_name}/{f.ref.name}/{f.ref.etag}" for f in plan.unscanned),
        )
    ]


def look_at_sources(
    installation: Installation, is_meant: Callable[[SourceConfig], bool] = lambda source: True
) -> tuple[list[SourcePlan], list[str]]:
    """What the sources have that is not current yet, and those that cannot be looked at: one hides no other."""
    plans, faults = [], []
    for source in filter(is_meant, installation.config.sources):
        try:
            plans.append(installation.ingestor().plan(installation.open_source(source)))
        except Exception as error:  # whatever one source holds hides no other
            faults.append(f"{source.name}: {as_refusal(error, source.name)}")
    return plans, faults
