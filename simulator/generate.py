"""Writes the bills of a simulated company and the sheet with the right answers."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

from simulator import aws, azure, gcp
from simulator.aws import AwsExport
from simulator.azure import AzureExport
from simulator.errors import SimulationError
from simulator.events import Event, date_range
from simulator.gcp import GcpExport
from simulator.periods import Window, build_window
from simulator.plans import PLANS, Plan
from simulator.scenarios import Scenario, list_plans
from simulator.truth import Truth, format_cents, format_money, sum_measures
from simulator.waste import WASTE, describe_waste

#: Share of the requested rows that each cloud's exports get; Azure writes every charge twice (actual and amortised).
SHARES = {"aws": 0.55, "azure": 0.25, "gcp": 0.20}

#: Where each cloud's exports lie below the output folder; the folder is what the cloud calls bucket or container.
EXPORTS = {
    "aws": {"path": "aws", "prefix": f"{aws.PREFIX}/{aws.EXPORT_NAME}", "format": "CUR 2.0"},
    "azure": {"path": "azure", "prefix": azure.ROOT, "format": "Cost Management actual and amortised (EA)"},
    "gcp": {"path": "gcp", "prefix": gcp.TABLE, "format": "detailed BigQuery export"},
}

Progress = Callable[[str, int, int], None]


def open_exports(
    window: Window, rows_per_month: int, seed: int, plans: Sequence[Plan] = PLANS
) -> list[AwsExport | AzureExport | GcpExport]:
    """The exports of all clouds, sized to the requested number of rows, with these events in them."""
    total = rows_per_month * len(window.periods)
    kinds: dict[str, type[AwsExport] | type[AzureExport] | type[GcpExport]] = {
        "aws": AwsExport,
        "azure": AzureExport,
        "gcp": GcpExport,
    }
    return [kind(window, round(total * SHARES[provider]), seed, plans) for provider, kind in kinds.items()]


def generate(
    out: Path,
    seed: int = 7,
    months: int = 13,
    rows_per_month: int = 77_000,
    end: dt.date | None = None,
    on_progress: Progress | None = None,
    anomalies: Scenario = "standard",
) -> Truth:
    """Write ``months`` of exports of all clouds and ``truth.json`` below ``out``; the same arguments, the same bytes.

    - ``rows_per_month``: line items of all exports together.
    - ``end``: a day in the last month; a fixed month when left out, so that a run never depends on today.
    - ``anomalies``: the ``standard`` twelve, ``varied`` ones that the seed draws, or ``none``.
    - ``on_progress``: called with the provider, the months written and the months in all.

    The newest closed month (the only one, in a simulation of one month) of every cloud was restated: ``out/<provider>``
    holds its final content, ``out/history/1/<provider>`` what was delivered first. Raises SimulationError when there
    are too few rows for what is always there, and when ``out`` holds a simulation already.
    """
    out = Path(out)
    if (out / "truth.json").exists():
        raise SimulationError(f"{out} holds a simulation already")
    window = build_window(months, end)
    args = {
        "seed": seed,
        "months": months,
        "rows_per_month": rows_per_month,
        "end": window.periods[-1].last_day.isoformat(),
    }
    if anomalies != "standard":
        args["anomalies"] = anomalies
    truth = Truth(args, exports=EXPORTS)
    restated = window.period_before_last()
    for export in open_exports(window, rows_per_month, seed, list_plans(anomalies, seed, window)):
        periods = truth.sources.setdefault(export.provider, {})
        for period in window.periods:
            measures, rows = export.write_month(out / export.provider, period)
            periods[period.label] = sum_measures(measures, export.currency, rows, window.start)
            if on_progress:
                on_progress(export.provider, period.index + 1, months)
        measures, rows = export.write_month(out / "history" / "1" / export.provider, restated, draft=True)
        earlier = sum_measures(measures, export.currency, rows, window.start)
        truth.restatements.append(
            {
                "source": export.provider,
                "period": restated.label,
                "delivery": 1,
                "path": f"history/1/{export.provider}",
                "before": earlier.describe(),
                "after": periods[restated.label].describe(),
            }
        )
        for event in export.happenings.events:
            described = describe_event(event, window, export.currency)
            (truth.decoys if event.plan.is_decoy else truth.anomalies).append(described)
    truth.waste.extend(describe_waste(waste) for waste in WASTE)
    truth.write(out / "truth.json")
    return truth


def describe_event(event: Event, window: Window, currency: str) -> dict[str, object]:
    """The entry of ``truth.json``; ``scope`` states of what ``expected_daily`` and ``extra_daily`` are."""
    start, end = date_range(event, window)
    plan = event.plan
    normal, extra = list(event.normal.values()), list(event.extra.values())
    return {
        "id": plan.id,
        "kind": plan.kind,
        "source": plan.account.provider,
        "provider": plan.account.provider,
        "account": plan.account.id,
        "account_name": plan.account.name,
        "native_service": plan.item.code,
        "service": plan.item.service,
        "usage_type": plan.item.meter,
        "region": plan.region or plan.account.region,
        "scope": "usage_type" if plan.is_of_meter else "service",
        "start": start.isoformat(),
        "end": end.isoformat(),
        "currency": currency,
        "expected_daily": format_cents(sum(normal) / len(normal)),
        "extra_daily": format_cents(sum(extra) / len(extra)),
        "extra_on_peak_day": format_cents(max(extra, key=abs)),
        "extra_total": format_money(sum(extra)),
        "description": plan.description,
    }
