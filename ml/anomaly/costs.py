"""Cost anomalies of every scope: the one call from daily cost rows to incidents, each told once at its level."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ml.anomaly.feedback import Feedback, list_leniency, list_sensitivity
from ml.anomaly.hierarchy import Finding, merge_levels
from ml.anomaly.incidents import Incident, list_incidents, list_leak_incidents, rate_severity_with_surprise
from ml.anomaly.judge import Verdicts, judge_days
from ml.anomaly.leak import find_leaks
from ml.anomaly.panel import SCOPE, LevelPanel, build_panel
from ml.anomaly.pattern import find_patterns
from ml.anomaly.settings import AnomalySettings, Limits
from ml.frames import columns_of, make_frame
from ml.series import DEFAULT_IMMATURE_DAYS

ANOMALY_COLUMNS = columns_of("cost_anomalies", but=("top_cause", "causes"))
VERDICT_COLUMNS = (
    "unique_id", "charge_date", "actual_cost", "expected_cost", "lower_cost", "upper_cost", "score", "is_anomaly"
)  # fmt: skip
TOLD_LEVEL = "account_service"
LIMITS = ("amount", "percent", "surprise")


@dataclass(frozen=True)
class AnomalyResult:
    """What was found and what was looked at.

    `anomalies`: ANOMALY_COLUMNS, ordered by scope and start; a scope's columns are empty where it does not name them.
    `verdicts`: VERDICT_COLUMNS, one row per judged service of an account and day. `skipped`: unique_id and reason.
    """

    anomalies: pd.DataFrame
    verdicts: pd.DataFrame
    skipped: pd.DataFrame


def detect_anomalies(
    daily: pd.DataFrame,
    as_of: date,
    *,
    settings: AnomalySettings | None = None,
    feedback: Sequence[Feedback] = (),
    immature_days: Mapping[str, int] | None = None,
    default_immature_days: int = DEFAULT_IMMATURE_DAYS,
    measure: str = "effective_cost",
) -> AnomalyResult:
    """Find all anomalies of usage (never of fees, tax, credits or purchases) up to the last mature day.

    Every level is judged, day by day with nothing later, and merged (ml/anomaly/hierarchy.py). Money in the result is
    for reading, not for adding up. `impact_percent` is NaN where nothing was expected. Scoring the same history again
    gives the same ids. `is_open`: nobody excused it and it ended at most `lookback_days` before `as_of`.
    """
    settings = settings or AnomalySettings()
    panel = build_panel(
        daily,
        as_of,
        immature_days=immature_days,
        default_immature_days=default_immature_days,
        measure=measure,
    )
    if not panel.levels:
        return AnomalyResult(
            pd.DataFrame(columns=list(ANOMALY_COLUMNS)), pd.DataFrame(columns=list(VERDICT_COLUMNS)), panel.skipped
        )
    judged = judge_levels(panel.levels, settings, feedback)
    incidents: dict[str, list[Incident]] = {}
    for level, one in panel.levels.items():
        verdicts, limits = judged[level]
        leaks = find_leaks(one.costs, verdicts, limits.amount, settings)
        incidents[level] = list_incidents(one.costs, verdicts, settings)
        if level in ("usage_type", "account_service"):
            incidents[level] += list_leak_incidents(one.costs, leaks, limits.amount)
    accounts, (_, limits) = panel.levels["account"], judged["account"]
    incidents["account"] += find_patterns(panel.levels["usage_type"], judged["usage_type"][0], accounts, limits)
    findings = merge_levels(panel.levels, incidents)
    told = panel.levels[TOLD_LEVEL]
    anomalies = _list_anomalies(findings, told.calendar, as_of, settings)
    return AnomalyResult(anomalies, _list_verdicts(told, judged[TOLD_LEVEL][0]), panel.skipped)


def judge_levels(
    levels: Mapping[str, LevelPanel], settings: AnomalySettings, feedback: Sequence[Feedback] = ()
) -> dict[str, tuple[Verdicts, Limits]]:
    """The verdicts of every level and the limits they were made by; all levels go through their days together.

    A scope whose cost never moved by the amount that matters cannot have an anomaly and is not judged.
    """
    limits = {level: settings.list_limits(one.keys) for level, one in levels.items()}
    rows: dict[str, np.ndarray] = {}
    for level, one in levels.items():
        known = np.nan_to_num(one.costs)
        moves = np.maximum(known.max(axis=1), 0) - np.minimum(known.min(axis=1), 0) >= limits[level].amount
        rows[level] = np.flatnonzero(moves | (level == TOLD_LEVEL))
    calendar = levels[TOLD_LEVEL].calendar
    keys = pd.concat([one.keys.iloc[rows[level]] for level, one in levels.items()], ignore_index=True)
    found = judge_days(
        np.concatenate([one.costs[rows[level]] for level, one in levels.items()]),
        calendar,
        Limits(*(np.concatenate([getattr(limits[level], name)[rows[level]] for level in levels]) for name in LIMITS)),
        settings,
        list_leniency(keys, calendar, feedback),
        list_sensitivity(keys, calendar, feedback),
    )
    judged, first = {}, 0
    for level, one in levels.items():
        part = slice(first, first + len(rows[level]))
        judged[level] = (_spread_rows(found, part, rows[level], one.costs.shape), limits[level])
        first = part.stop
    return judged


def _spread_rows(found: Verdicts, part: slice, rows: np.ndarray, shape: tuple[int, ...]) -> Verdicts:
    """A part of the verdicts as those of all rows of a level: `rows` are the judged ones."""
    whole = {}
    for name, verdicts in vars(found).items():
        empty = np.full(shape, np.nan) if verdicts.dtype == np.float64 else np.zeros(shape, dtype=verdicts.dtype)
        empty[rows] = verdicts[part]
        whole[name] = empty
    return Verdicts(**whole)


def make_anomaly_id(anchor: str, start: pd.Timestamp, direction: str) -> str:
    """The id of the incident that began on a day in a scope, however often and late it is scored."""
    return hashlib.sha256(f"{anchor}|{start.date().isoformat()}|{direction}".encode()).hexdigest()[:24]


def _list_anomalies(
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


def _list_verdicts(panel: LevelPanel, verdicts: Verdicts) -> pd.DataFrame:
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
