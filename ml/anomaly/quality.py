"""Whether the detector still does what it did: how much it flags and how often people called it right."""

from collections.abc import Mapping, Sequence
from statistics import median

#: Fewer runs than this are no history.
LEAST_RUNS = 3
#: A share of flagged days is odd above this, and above so many times what it was.
MOST_FLAGGED, GROWTH = 0.02, 3.0
LOWEST_PRECISION, PRECISION_DROP, LEAST_ANSWERS = 0.5, 0.2, 5


def measure_quality(judged_days: int, flagged_days: int, answers: Sequence[str]) -> dict[str, float]:
    """The figures of one run; `answers` are people's verdicts. Precision is 1 where nobody answered."""
    right = sum(one == "unexpected" for one in answers)
    judged = sum(one in ("unexpected", "expected") for one in answers)
    return {
        "flagged_share": flagged_days / judged_days if judged_days else 0.0,
        "answers": float(judged),
        "precision": right / judged if judged else 1.0,
    }


def find_drops(now: Mapping[str, float], before: Sequence[Mapping[str, float]]) -> list[str]:
    """What is worse than it was in the last runs, each as a sentence; empty where nothing is."""
    drops = []
    usual = median(one["flagged_share"] for one in before) if len(before) >= LEAST_RUNS else 0.0
    if now["flagged_share"] > max(MOST_FLAGGED, GROWTH * usual):
        drops.append(
            f"{100 * now['flagged_share']:.1f} % of the judged days are flagged; {100 * usual:.1f} % is usual here"
        )
    if now["answers"] >= LEAST_ANSWERS:
        earlier = [one["precision"] for one in before if one["answers"] >= LEAST_ANSWERS]
        limit = median(earlier) - PRECISION_DROP if len(earlier) >= LEAST_RUNS else LOWEST_PRECISION
        if now["precision"] < limit:
            drops.append(f"people called {100 * now['precision']:.0f} % of the anomalies right; it was more before")
    return drops
