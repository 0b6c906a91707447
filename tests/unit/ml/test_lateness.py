import numpy as np
import pandas as pd

from ml.anomaly.costs import detect_anomalies
from ml.lateness import learn_lateness
from tests.unit.ml.rows import build_series, last_day, make_rows, make_weekly


def make_changes(provider: str, shares: list[float], days: int = 60) -> pd.DataFrame:
    """Each day of 100 becomes known in steps, the first one 6 hours after it ended, then every 24 hours."""
    rows = []
    for day in pd.date_range("2025-01-01", periods=days):
        for late, (now, before) in enumerate(zip(shares, [0.0, *shares], strict=False)):
            at = day + pd.Timedelta(days=1 + late, hours=6)
            rows.append((provider, day.date(), at, 100 * (now - before)))
    return pd.DataFrame(rows, columns=["service_provider_name", "charge_date", "changed_at", "difference"])


def test_each_provider_has_its_own_lateness() -> None:
    changes = pd.concat([make_changes("AWS", [0.7, 0.95, 1.0]), make_changes("Microsoft", [1.0])])
    found = learn_lateness(changes)
    # nothing of a day is known before 6 hours after its end
    assert np.allclose(found.share["AWS"][:4], [0, 0.7, 0.95, 1])
    assert found.count_immature_days() == {"AWS": 3, "Microsoft": 1}


def test_a_first_load_of_old_days_tells_nothing_of_lateness() -> None:
    changes = make_changes("AWS", [1.0]).assign(changed_at=pd.Timestamp("2025-06-01"))
    assert learn_lateness(changes).count_immature_days() == {}
    assert learn_lateness(changes.iloc[:0]).count_immature_days() == {}


def test_days_that_are_still_filling_are_no_drop() -> None:
    immature = learn_lateness(make_changes("AWS", [0.3, 0.6, 1.0])).count_immature_days()
    costs = make_weekly(120, noise=0.005)
    costs[-2:] *= [0.6, 0.3]
    rows = make_rows(costs)
    careless = detect_anomalies(rows, last_day(rows), default_immature_days=0)
    assert careless.anomalies["kind"].tolist() == ["drop"]
    assert careless.anomalies["direction"].tolist() == ["down"]
    learnt = detect_anomalies(rows, last_day(rows), immature_days=immature, default_immature_days=0)
    assert learnt.anomalies.empty
    # they are not judged, and a forecast does not learn from them
    assert pd.Timestamp(learnt.verdicts["charge_date"].max()) == pd.Timestamp(last_day(rows)) - pd.Timedelta(days=3)
    usage = build_series(rows, "service", last_day(rows), immature_days=immature).take_usage(0)
    assert usage.tolist() == costs[:-3].tolist()
