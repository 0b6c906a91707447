"""Which incident is about which planted anomaly: its place, its direction, its days, and the cause that it names."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from ml.causes import Explanations

MIN_SHARE, MIN_AMOUNT = 0.10, 50.0
AFTERMATH_DAYS = 10
#: Which effects may rightly be the largest of a kind; of the others usage or mix.
EFFECTS_OF = {"price_change": ("price",)}
WHOLE_SERVICE = ("price_change", "service_stopped")


def match(
    seed: int, anomalies: Sequence[dict[str, Any]], found: pd.DataFrame, explained: Explanations
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Every planted anomaly with its first incident, and every incident with what it is: right, aftermath or false."""
    rows = found.to_dict("records")
    truths = []
    for truth in anomalies:
        hits = sorted((row for row in rows if is_about(row, truth)), key=lambda row: row["start_date"])
        due = _find_due(truth)
        extra, normal = abs(float(truth["extra_daily"])), float(truth["expected_daily"])
        truths.append(
            {
                "seed": seed,
                "id": truth["id"],
                "kind": truth["kind"],
                "money": abs(float(truth["extra_total"])),
                "counts": extra >= MIN_AMOUNT and extra >= MIN_SHARE * normal and due is not None,
                "found": bool(hits),
                "delay": max(0, (hits[0]["start_date"] - due).days) if hits and due else None,
                "cause_right": _is_cause_right(hits[0]["anomaly_id"], truth, explained) if hits else None,
                "top_cause": explained.top_causes.get(hits[0]["anomaly_id"]) if hits else None,
                "service": truth["service"],
                "usage_type": truth["usage_type"],
                "start": truth["start"],
                "extra_daily": truth["extra_daily"],
                "expected_daily": truth["expected_daily"],
            }
        )
    incidents = []
    for row in rows:
        is_right = any(is_about(row, truth) for truth in anomalies)
        is_after = not is_right and any(follows(row, truth) for truth in anomalies)
        verdict = "right" if is_right else "after" if is_after else "false"
        incidents.append(
            {"seed": seed, "incident": row["anomaly_id"], "verdict": verdict,
             **{name: row[name] for name in ("scope_level", "sub_account_id", "service_name", "x_usage_type", "kind",
                                             "start_date", "end_date", "impact_cost", "expected_cost", "score")}}
        )  # fmt: skip
    return truths, incidents


def _is_place(row: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Whether an incident is of the truth's place and direction; a coarser one is of all places inside it."""
    if row["sub_account_id"] not in ("", truth["account"]) or row["scope_level"] == "provider":
        return False
    return row["service_name"] in ("", truth["service"], truth["native_service"])


def is_about(row: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Whether an incident is about a planted anomaly: its place, its direction, its days."""
    if not _is_place(row, truth) or (row["direction"] == "up") != (float(truth["extra_daily"]) > 0):
        return False
    return row["start_date"] <= date.fromisoformat(truth["end"]) and row["end_date"] >= date.fromisoformat(
        truth["start"]
    )


def follows(row: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Whether an incident is the way back from a planted anomaly: what was new is gone."""
    start, end = date.fromisoformat(truth["start"]), date.fromisoformat(truth["end"])
    return _is_place(row, truth) and start <= row["start_date"] <= end + timedelta(days=AFTERMATH_DAYS)


def _find_due(truth: dict[str, Any]) -> date | None:
    """The first day on which the anomaly is large enough to count; None where it never is."""
    start, end = date.fromisoformat(truth["start"]), date.fromisoformat(truth["end"])
    limit = max(MIN_AMOUNT, MIN_SHARE * float(truth["expected_daily"]))
    peak = abs(float(truth["extra_on_peak_day"]))
    if peak < limit:
        return None
    if truth["kind"] not in ("slow_leak", "trend_break"):
        return start
    days = (end - start).days + 1
    return start + timedelta(days=int(np.ceil(limit / peak * days)) - 1)


def _is_cause_right(anomaly: str, truth: dict[str, Any], explained: Explanations) -> bool:
    """Whether account, service, usage type, region and effect named first are the planted ones."""
    rows = explained.causes[explained.causes["anomaly_id"] == anomaly]
    first = {
        dimension: part.loc[part["rank"].idxmin(), "member"]
        for dimension, part in rows.groupby("dimension", sort=False)
    }
    is_whole = truth["kind"] in WHOLE_SERVICE
    return (
        first.get("sub_account_id") == truth["account"]
        and first.get("service_name") in (truth["service"], truth["native_service"])
        and (is_whole or str(first.get("x_usage_type", "")).endswith(truth["usage_type"]))
        and (is_whole or str(first.get("region_id", "")).lower().replace(" ", "") in _spell(truth["region"]))
        and first.get("effect") in EFFECTS_OF.get(truth["kind"], ("usage", "mix"))
    )


def _spell(region: str) -> tuple[str, ...]:
    """How exports spell a region."""
    other = {"northeurope": "eunorth", "germanywestcentral": "dewestcentral"}
    return (region, other.get(region, region))


def share_of(part: float, whole: float) -> float | None:
    """A share to four digits; None of nothing."""
    return round(part / whole, 4) if whole else None
