"""Cost anomalies of every scope, with causes: the one call from daily cost rows to stored anomalies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ml.anomaly.incidents import Incident, list_incidents, list_leak_incidents, make_anomaly_id, rate_severity
from ml.anomaly.judge import Verdicts, judge_days
from ml.anomaly.leak import RISE_DAYS, find_leaks
from ml.anomaly.settings import AnomalySettings
from ml.causes import explain_difference
from ml.rows import read_rows
from ml.series import DEFAULT_IMMATURE_DAYS, SCOPE_COLUMNS, SCOPE_FIELDS, Level, SeriesSet, build_series

SCOPE = ("unique_id", "scope_level", *SCOPE_FIELDS, "billing_currency")
ANOMALY_COLUMNS = (
    "anomaly_id",
    *SCOPE,
    "kind",
    "direction",
    "start_date",
    "end_date",
    "days",
    "actual_cost",
    "expected_cost",
    "lower_cost",
    "upper_cost",
    "impact_cost",
    "impact_percent",
    "score",
    "severity",
    "top_cause",
    "causes",
    "as_of_date",
    "is_open",
)
VERDICT_COLUMNS = (
    "unique_id", "charge_date", "actual_cost", "expected_cost", "lower_cost", "upper_cost", "score", "is_anomaly"
)  # fmt: skip
# of equal causes the first is told first
CAUSE_DIMENSIONS = ("service_name", "sub_account_id", "resource_id", "x_usage_type", "region_id")


@dataclass(frozen=True)
class AnomalyResult:
    """What was found and what was looked at.

    `anomalies`: ANOMALY_COLUMNS, ordered by scope and start. `verdicts`: VERDICT_COLUMNS, one row per judged series and
    day. `skipped`: unique_id and reason of the scopes that could not be judged.
    """

    anomalies: pd.DataFrame
    verdicts: pd.DataFrame
    skipped: pd.DataFrame


def detect_anomalies(
    daily: pd.DataFrame,
    as_of: date,
    *,
    level: Level = "account_service",
    settings: AnomalySettings | None = None,
    immature_days: Mapping[str, int] | None = None,
    default_immature_days: int = DEFAULT_IMMATURE_DAYS,
    measure: str = "effective_cost",
) -> AnomalyResult:
    """Find all anomalies of one level in usage (never in fees, tax, credits or purchases) up to the last mature day.

    Money in the result is for reading, not for adding up. `impact_percent` is NaN where nothing was expected. Scoring
    the same history again gives the same ids. `is_open`: it ended at most `lookback_days` before `as_of`.
    """
    settings = settings or AnomalySettings()
    series = build_series(
        daily,
        level,
        as_of,
        immature_days=immature_days,
        default_immature_days=default_immature_days,
        measure=measure,
    )
    if series.keys.empty:
        return AnomalyResult(
            pd.DataFrame(columns=list(ANOMALY_COLUMNS)), pd.DataFrame(columns=list(VERDICT_COLUMNS)), series.skipped
        )
    min_amount = np.array([settings.find_min_amount(one) for one in series.keys["billing_currency"]])
    verdicts = judge_days(series.usage, series.calendar, min_amount, settings)
    leaks = find_leaks(series.usage, verdicts, min_amount, settings)
    incidents = list_incidents(series.usage, verdicts, settings)
    incidents += list_leak_incidents(series.usage, leaks, min_amount)
    incidents.sort(key=lambda one: (one.row, one.start))
    rows = read_rows(daily, as_of, measure)
    anomalies = _describe_incidents(incidents, series, rows, level, as_of, settings)
    return AnomalyResult(anomalies, _list_verdicts(series, verdicts), series.skipped)


def _describe_incidents(
    incidents: list[Incident],
    series: SeriesSet,
    rows: pd.DataFrame,
    level: Level,
    as_of: date,
    settings: AnomalySettings,
) -> pd.DataFrame:
    """The stored form of incidents, with causes."""
    scope = list(SCOPE_COLUMNS[level])
    dimensions = [name for name in CAUSE_DIMENSIONS if name in rows.columns and name not in scope]
    usage = dict(list(rows[rows["is_usage"]].groupby(["billing_currency", *scope], sort=False)))
    days = series.calendar.date
    busy: dict[int, set[date]] = {}
    for one in incidents:
        busy.setdefault(one.row, set()).update(days[one.start : one.end + 1])
    records = []
    for one in incidents:
        key = series.keys.iloc[one.row]
        start, end = days[one.start], days[one.end]
        shift = RISE_DAYS if one.kind == "slow_leak" else 0
        explained = explain_difference(
            usage[(key["billing_currency"], *(key[name] for name in scope))],
            start,
            end,
            dimensions,
            currency=key["billing_currency"],
            baseline_end=start - pd.Timedelta(days=shift + 1),
            skip_days=busy[one.row],
        )
        records.append(
            {name: key[name] for name in SCOPE}
            | {
                "anomaly_id": make_anomaly_id(key["unique_id"], series.calendar[one.start]),
                "kind": one.kind,
                "direction": "up" if one.impact > 0 else "down",
                "start_date": start,
                "end_date": end,
                "days": one.end - one.start + 1,
                "actual_cost": one.actual,
                "expected_cost": one.expected,
                "lower_cost": one.lower,
                "upper_cost": one.upper,
                "impact_cost": one.impact,
                "impact_percent": one.percent,
                "score": one.score,
                "severity": rate_severity(one.impact, settings),
                "top_cause": explained.top_cause,
                "causes": json.dumps(explained.to_records()),
                "as_of_date": as_of,
                "is_open": (as_of - end).days <= settings.lookback_days,
            }
        )
    return pd.DataFrame(records, columns=list(ANOMALY_COLUMNS))


def _list_verdicts(series: SeriesSet, verdicts: Verdicts) -> pd.DataFrame:
    """One row per judged series and day."""
    row, day = np.nonzero(~np.isnan(verdicts.expected))
    return pd.DataFrame(
        {
            "unique_id": series.keys["unique_id"].to_numpy()[row],
            "charge_date": series.calendar.date[day],
            "actual_cost": series.usage[row, day],
            "expected_cost": verdicts.expected[row, day],
            "lower_cost": verdicts.lower[row, day],
            "upper_cost": verdicts.upper[row, day],
            "score": verdicts.score[row, day],
            "is_anomaly": verdicts.flag[row, day] != 0,
        },
        columns=list(VERDICT_COLUMNS),
    )
