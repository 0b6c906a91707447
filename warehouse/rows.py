"""What a warehouse knows about snapshots, as rows and as dbt's environment; the same on every engine."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.landing.lake import safe_delivery_id
from ingestion.snapshots import Snapshot
from warehouse.contracts import ChangedPeriod


def current_snapshot_rows(current: Sequence[tuple[Snapshot, dt.datetime]]) -> list[tuple[Any, ...]]:
    """The current snapshots as rows of raw.current_snapshots."""
    return [
        (s.key.source_name, s.key.billing_period, s.key.dataset, safe_delivery_id(s.delivery_id), s.table, s.row_count,
         at.astimezone(dt.UTC).replace(tzinfo=None))
        for s, at in current
    ]  # fmt: skip


def control_total_rows(snapshots: Sequence[Snapshot]) -> list[tuple[Any, ...]]:
    """The export files' own totals as rows of raw.control_totals.

    An Azure period of which only the actual cost was delivered has no other statement of its effective cost, so the
    billed total stands for both.
    """
    amortised = {(s.key.source_name, s.key.billing_period) for s in snapshots if s.key.dataset == "amortised"}
    rows: list[tuple[Any, ...]] = []
    for s in snapshots:
        key = (s.key.source_name, s.key.billing_period, s.key.dataset, safe_delivery_id(s.delivery_id))
        for t in s.control_totals:
            measures = [t.measure]
            if s.key.dataset == "actual" and (s.key.source_name, s.key.billing_period) not in amortised:
                measures.append("effective_cost")
            rows += [(*key, t.billing_currency, m, t.file_total, t.rounding_remainder, t.row_count) for m in measures]
    return rows


def changed_periods_json(
    changed: Sequence[ChangedPeriod], models: Mapping[ChangedPeriod, Sequence[str]] | None = None
) -> str:
    """What restricts a dbt build to these periods when ``CLOUDCOST_CHANGED_PERIODS`` says it, as JSON.

    With ``models``, a period that it names is replaced in these models and in what is built on them, and nowhere else.
    """
    pairs: list[dict[str, Any]] = []
    for source, period in changed:
        pair: dict[str, Any] = {"source_name": source, "billing_period": period.isoformat()}
        if models and (source, period) in models:
            pair["models"] = list(models[source, period])
        pairs.append(pair)
    return json.dumps(pairs)
