"""What a forecast of a panel will do, decided by counts alone: seasons, history used, origins of the back-test."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FOLDS = 5
# periods of the longer seasons that a frequency has, after its shortest
LONGER_SEASONS = {
    "min": (60, 1440, 10080),
    "H": (24, 168),
    "D": (7,),
    "B": (5,),
    "W": (52,),
    "M": (12,),
    "Q": (4,),
}
YEARS = {"D": 365, "B": 261}
LEAST_CYCLES, MOST_CYCLES = 3, 8
SHORTEST_HISTORY, LONGEST_HISTORY = 730, 1500


@dataclass(frozen=True)
class Plan:
    """`seasons` ascending, never empty; `year`: periods per year where the history has two of them, else 0.

    `horizon` is what the back-test can judge: a third of the usual history at most.

    `origins`: numbers of periods known (of the stacked width) at which the back-test forecasts, oldest first.
    """

    horizon: int
    seasons: tuple[int, ...]
    year: int
    most_periods: int
    width: int
    origins: tuple[int, ...]


def make_plan(lengths: Sequence[int], horizon: int, season: int, frequency: str) -> Plan:
    """The plan for series of these lengths; half of the series must be long enough for what is planned."""
    base = frequency.lstrip("0123456789").split("-")[0]
    base = {"h": "H", "MS": "M", "ME": "M", "QS": "Q", "QE": "Q", "d": "D", "w": "W", "b": "B"}.get(base, base)
    multiple = int(frequency[: len(frequency) - len(frequency.lstrip("0123456789"))] or 1)
    usual = sorted(lengths)[len(lengths) // 2]
    horizon = max(1, min(horizon, usual // 3))
    longer = [s // multiple for s in LONGER_SEASONS.get(base, ()) if s % multiple == 0]
    seasons = [season, *(s for s in longer if s > season and (season == 1 or s % season == 0))]
    seasons = [s for s in seasons if s == season or usual - horizon >= LEAST_CYCLES * s]
    year = YEARS.get(base, 0) if multiple == 1 else 0
    year = year if year and usual - horizon >= 2 * year else 0
    most = int(np.clip(max(MOST_CYCLES * seasons[-1], 20 * horizon), SHORTEST_HISTORY, LONGEST_HISTORY))
    width = min(most, max(lengths))
    usual = min(usual, width)
    # what a model needs before the oldest origin: some seasons, or half of a short history
    need = min(max(2 * seasons[-1] + 4, 2 * season + horizon), max(usual // 2, min(2 * season, usual - 1), 2))
    room = usual - need
    # one part of the room is left to the oldest origin, so that models learnt before it have seen something
    # folds that share most of their days prove nothing to one another: of a short history rather fewer
    gap = max(1, min(horizon, max(room // (FOLDS + 1), -(-horizon // 3))))
    # a gap of whole seasons would begin every fold at the same phase
    while gap > 1 and gap < horizon and len(seasons) > 1 and gap % seasons[-1] == 0:
        gap -= 1
    origins = [width - gap * fold for fold in range(FOLDS, 0, -1) if room >= gap * fold]
    return Plan(horizon, tuple(seasons), year, most, width, tuple(origins))
