from typing import Any

import pandas as pd
import pytest

from core.scope import Scope
from ml.anomaly.costs import detect_anomalies
from ml.anomaly.feedback import Feedback, Verdict
from ml.anomaly.settings import AnomalySettings, ScopeLimits
from ml.errors import AnalyticsInputError
from ml.scopes import SeriesScope, match_scope
from tests.unit.ml.detection import day, detect
from tests.unit.ml.rows import last_day, make_rows, make_weekly


def test_limits_of_a_scope() -> None:
    costs = make_weekly(120, noise=0.005)
    costs[100] += 300
    rows = pd.concat([make_rows(costs, service_name="A"), make_rows(costs, service_name="B")])
    scopes: tuple[ScopeLimits, ...] = (ScopeLimits({"service": "A"}, min_amount=400.0),)
    assert detect(rows, scopes=scopes).anomalies["service_name"].tolist() == ["B"]
    scopes += (ScopeLimits({"service": "A", "account": "111"}, min_amount=200.0),)
    assert detect(rows, scopes=scopes).anomalies["service_name"].tolist() == ["A", "B"]
    with pytest.raises(AnalyticsInputError, match="not 'team'"):
        detect(rows, scopes=(ScopeLimits({"team": "A"}, min_amount=1.0),))


def test_a_scope_is_in_the_language_of_the_configuration_and_a_coarser_series_is_in_none() -> None:
    keys = pd.DataFrame({"service_name": ["EC2", "ec2-*", "S3", ""], "sub_account_id": ["1", "1", "2", "1"]})
    cases: list[tuple[SeriesScope, list[bool]]] = [
        (Scope(service="EC2*"), [True, True, False, False]),
        (Scope(service=["s3", "ec2"]), [True, False, True, False]),
        (Scope.model_validate({"not": {"service": "S3"}}), [True, True, False, False]),
        ({"service": "ec2-*"}, [False, True, False, False]),
        (Scope(), [True] * 4),
    ]
    for scope, inside in cases:
        assert match_scope(keys, scope, ("service", "account")).tolist() == inside
    with pytest.raises(AnalyticsInputError, match="region cannot be asked here"):
        match_scope(keys, Scope(region="r"), ("service", "account"))


def make_feedback(verdict: Verdict, start: int, until: int, impact: float = 0.0) -> Feedback:
    return Feedback({"service": "EC2"}, verdict, day(start), day(until), impact)


def judge(rows: pd.DataFrame, *feedback: Feedback, **settings: Any) -> pd.DataFrame:
    settings = {"lookback_days": 1000, **settings}
    return detect_anomalies(
        rows, last_day(rows), settings=AnomalySettings(**settings), feedback=feedback, default_immature_days=0
    ).anomalies


def test_a_planned_event_is_not_told_but_kept() -> None:
    costs = make_weekly(120, noise=0.005)
    costs[[100, 110]] += 800
    found = judge(make_rows(costs), make_feedback("planned", 99, 101))
    assert found[["start_date", "is_excused", "is_open"]].to_numpy().tolist() == [
        [day(100), True, False], [day(110), False, True]
    ]  # fmt: skip


def test_expected_excuses_as_much_in_the_same_direction_until_its_end() -> None:
    costs = make_weekly(160, noise=0.005)
    costs[100] += 300
    costs[110] += 320
    costs[120] += 900
    costs[130] -= 300
    costs[150] += 300
    found = judge(make_rows(costs), make_feedback("expected", 100, 140, 300.0))
    assert found["is_excused"].tolist() == [True, True, False, False, False]


def test_unexpected_makes_the_scope_more_sensitive() -> None:
    costs = make_weekly(140, noise=0.03, seed=4)
    costs[100] *= 1.5
    base = judge(make_rows(costs), min_percent=1.0, min_amount=10.0)
    one = judge(make_rows(costs), make_feedback("unexpected", 100, 139), min_percent=1.0, min_amount=10.0)
    costs[120] = costs[120] + 0.2 * 1000
    scores = detect(make_rows(costs), min_percent=1.0, min_amount=10.0).verdicts.set_index("charge_date")["score"]
    edge = float(scores[day(120)])
    limits = {"min_percent": 1.0, "min_amount": 10.0, "min_surprise": edge * 1.1}
    assert day(120) not in judge(make_rows(costs), **limits)["start_date"].tolist()
    assert day(120) in judge(make_rows(costs), make_feedback("unexpected", 100, 139), **limits)["start_date"].tolist()
    assert len(one) >= len(base)


def test_senseless_feedback_is_refused() -> None:
    senseless: list[dict[str, Any]] = [{"verdict": "maybe"}, {"scope": {}}, {"until": day(1)}]
    for wrong in senseless:
        fields: dict[str, Any] = {
            "scope": {"service": "EC2"},
            "verdict": "planned",
            "start": day(5),
            "until": day(6),
        } | wrong
        with pytest.raises(AnalyticsInputError):
            Feedback(**fields)
