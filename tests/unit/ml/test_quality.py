import pytest

from ml.anomaly.quality import find_drops, measure_quality


def test_the_figures_of_a_run() -> None:
    assert measure_quality(1000, 5, ["unexpected", "unexpected", "expected", "planned"]) == {
        "flagged_share": 0.005,
        "answers": 3.0,
        "precision": pytest.approx(2 / 3),
    }
    assert measure_quality(0, 0, []) == {"flagged_share": 0.0, "answers": 0.0, "precision": 1.0}


def run(flagged: float, answers: int = 0, precision: float = 1.0) -> dict[str, float]:
    return {"flagged_share": flagged, "answers": float(answers), "precision": precision}


@pytest.mark.parametrize(
    ("now", "before", "drops"),
    [
        (run(0.004), [run(0.004)] * 5, 0),
        (run(0.019), [run(0.001)] * 5, 0),  # few days are few, whatever was usual
        (run(0.03), [run(0.004)] * 5, 1),
        (run(0.03), [run(0.02)] * 5, 0),  # noisy data is noisy
        (run(0.03), [run(0.02)] * 2, 1),  # two runs are no history
        (run(0.001, 10, 0.4), [], 1),
        (run(0.001, 4, 0.0), [], 0),  # four answers are no judgement
        (run(0.001, 10, 0.6), [run(0.001, 10, 0.9)] * 4, 1),
        (run(0.001, 10, 0.8), [run(0.001, 10, 0.9)] * 4, 0),
        (run(0.5, 10, 0.1), [run(0.001, 10, 0.9)] * 4, 2),
    ],
)
def test_a_drop_is_told(now: dict[str, float], before: list[dict[str, float]], drops: int) -> None:
    assert len(find_drops(now, before)) == drops
