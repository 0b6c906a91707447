"""The stored form of anomalies and verdicts: the columns of both tables, and how findings become their rows."""

import hashlib
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from ml.anomaly.hierarchy import Finding
from ml.anomaly.incidents import rate_severity_with_surprise
from ml.anomaly.judge import Verdicts
from ml.anomaly.panel import SCOPE, LevelPanel
from ml.anomaly.settings import AnomalySettings
from ml.frames import columns_of, make_frame

ANOMALY_COLUMNS = columns_of("cost_anomalies", but=("x_team", "top_cause", "causes"))
VERDICT_COLUMNS = (
    "unique_id", "charge_date", "actual_cost", "expected_cost", "lower_cost", "upper_cost", "score", "is_anomaly"
)  # fmt: skip


def make_anomaly_id(anchor: str, start: pd.Timestamp, direction: str) -> str:
    """The id of the incident that began on a day in a scope, however often and late it is scored."""
    return hashlib.sha256(f"{anchor}|{start.date().isoformat()}|{direction}".encode()).hexdigest()[:24]


def list_anomalies(
    findings: Sequence[Finding], calendar: pd.DatetimeIndex, as_of: date, settings: AnomalySettings
) -> pd.DataFrame:
    """The stored form of findings; of two with one id (a step and its leak) the larger one."""
    records: dict[str, dict[str, object]] = {}
    for found in findings:
        one = found.incident
        direction = "up" if found.sign > 0 else "down"
        name = make_anomaly_id(found.anchor, calendar[one.start], direction)
        if name in records and abs(float(str(records[name]["impact_cost"]))) >= abs(one.impact):
            continue
        end = calendar[one.end].date()
        scope = {column: found.key[column] for column in (*SCOPE, "sub_account_name", "billing_currency")}
        records[name] = {
            "anomaly_id": name,
            "unique_id": found.key["unique_id"],
            "scope_level": found.level,
            **scope,
            "kind": one.kind,
            "direction": direction,
            "start_date": calendar[one.start].date(),
            "end_date": end,
            "days": one.end - one.start + 1,
            "actual_cost": one.actual,
            "expected_cost": one.expected,
            "lower_cost": one.lower,
            "upper_cost": one.upper,
            "impact_cost": one.impact,
            "impact_percent": one.percent,
            "score": one.score,
            "severity": rate_severity_with_surprise(one.impact, one.score, settings),
            "as_of_date": as_of,
            "is_excused": one.is_excused,
            "is_open": not one.is_excused and (as_of - end).days <= settings.lookback_days,
        }
    return make_frame(list(records.values()), ANOMALY_COLUMNS)


def list_verdicts(panel: LevelPanel, verdicts: Verdicts) -> pd.DataFrame:
    """One row per judged series and day."""
    row, day = np.nonzero(~np.isnan(verdicts.expected))
    return pd.DataFrame(
        {
            "unique_id": panel.keys["unique_id"].to_numpy()[row],
            "charge_date": panel.calendar.date[day],
            "actual_cost": panel.costs[row, day],
            "expected_cost": verdicts.expected[row, day],
            "lower_cost": verdicts.lower[row, day],
            "upper_cost": verdicts.upper[row, day],
            "score": verdicts.score[row, day],
            "is_anomaly": verdicts.flag[row, day] != 0,
        },
        columns=list(VERDICT_COLUMNS),
    )
