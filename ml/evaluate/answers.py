"""What people's answers to earlier incidents are worth: the later ones of a company with and without them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from ml.anomaly.costs import AnomalyResult, detect_anomalies
from ml.anomaly.feedback import Feedback
from ml.anomaly.settings import AnomalySettings
from ml.evaluate.matching import follows, is_about, share_of

FEEDBACK_DAYS = 180


def try_feedback(
    daily: pd.DataFrame,
    last_day: date,
    settings: AnomalySettings,
    planned: Sequence[Feedback],
    anomalies: Sequence[dict[str, Any]],
    found: AnomalyResult,
) -> dict[str, int]:
    """Answer the first half's incidents as a person would, and count the second half's with and without the answers."""
    half = found.anomalies["as_of_date"].max() - timedelta(days=FEEDBACK_DAYS) if len(found.anomalies) else last_day
    answers = [
        _answer(row, any(is_about(row, truth) for truth in anomalies))
        for row in found.anomalies.to_dict("records")
        if row["end_date"] < half and not row["is_excused"]
    ]
    after = detect_anomalies(daily, last_day, settings=settings, feedback=[*planned, *answers]) if answers else found
    counts = {"answers": len(answers)}
    for name, result in (("without", found), ("with", after)):
        rows = [
            row for row in result.anomalies.to_dict("records") if row["start_date"] >= half and not row["is_excused"]
        ]
        later = [one for one in anomalies if date.fromisoformat(one["start"]) >= half]
        counts[f"{name}_false"] = sum(
            not any(is_about(row, one) or follows(row, one) for one in anomalies) for row in rows
        )
        counts[f"{name}_right"] = sum(any(is_about(row, one) for one in anomalies) for row in rows)
        counts[f"{name}_found"] = sum(any(is_about(row, one) for row in rows) for one in later)
        counts["later"] = len(later)
    return counts


def _answer(row: dict[str, Any], is_right: bool) -> Feedback:
    scope = {"provider": row["service_provider_name"], "currency": row["billing_currency"]}
    scope |= {
        name: row[column]
        for name, column in (("account", "sub_account_id"), ("service", "service_name"))
        if row[column]
    }
    until = row["end_date"] + timedelta(days=365)
    return Feedback(
        scope, "unexpected" if is_right else "expected", row["start_date"], until, row["impact_cost"] / row["days"]
    )


def sum_feedback(counts: Sequence[dict[str, int]]) -> dict[str, Any]:
    """Precision and recall of the later half, without and with what people stated in the earlier one."""
    total = {name: sum(one[name] for one in counts) for name in counts[0]}
    summary = {"answers": total["answers"]}
    return summary | {
        name: {
            "precision": share_of(total[f"{name}_right"], total[f"{name}_right"] + total[f"{name}_false"]),
            "recall": share_of(total[f"{name}_found"], total["later"]),
            "false_incidents": total[f"{name}_false"],
        }
        for name in ("without", "with")
    }
