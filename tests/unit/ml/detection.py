"""Rows of daily costs judged as of their last day, and days by number, for the tests of anomalies."""

from datetime import date, timedelta
from typing import Any

import pandas as pd

from ml.anomaly.costs import AnomalyResult, detect_anomalies
from ml.anomaly.settings import AnomalySettings
from tests.unit.ml.rows import last_day


def detect(rows: pd.DataFrame, **settings: Any) -> AnomalyResult:
    return detect_anomalies(rows, last_day(rows), settings=AnomalySettings(**settings), default_immature_days=0)


def day(number: int) -> date:
    return date(2025, 1, 1) + timedelta(days=number)
