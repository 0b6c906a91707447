import numpy as np
import pandas as pd

from ml.lateness import learn_lateness


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
