"""How sure a purchase is: what it would have done in weeks that it was not chosen on.

Each whole week is left out once: the best levels are chosen on the other weeks, then that week says what they would
have saved in it. Savings are concave in the levels and 0 without any, so a share of the levels loses in no more weeks
than all of them do: where too many weeks lose, the purchase is made smaller until no more than the given share does,
both in the weeks left out and in those that it was chosen on.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from savings.commitments.usage import Floats, Usage

#: Levels of one or several commitments, a row.
Levels = Any
HALVINGS = 40
ROUND = 1e-9


@dataclass(frozen=True)
class Risk:
    """`share` of the best levels is what may be bought; with it, `losing` of `weeks` left out lose money."""

    weeks: int
    losing: int
    share: float


def leave_one_week_out(
    usage: Usage,
    choose: Callable[[Floats], Levels],
    save: Callable[[Floats, Levels], float],
    most_losing: float,
) -> tuple[Levels, Risk]:
    """The best levels, made smaller as far as needed, and their risk.

    `choose` gives the best levels for rows of usage, `save` what levels save in rows; `most_losing` is the share of the
    weeks that may lose money, 1 for any.
    """
    rows, weeks = usage.values, usage.weeks
    best = choose(rows)
    samples = [(rows[weeks == week], choose(rows[weeks != week])) for week in range(int(weeks.max(initial=-1)) + 1)]
    allowed = math.floor(most_losing * len(samples) + ROUND)
    share = _largest(save, samples, allowed)
    share *= _largest(save, [(week, best * share) for week, _ in samples], allowed)
    losing = sum(save(week, levels * share) < -ROUND for week, levels in samples)
    return best * share, Risk(len(samples), losing, share)


def _largest(save: Callable[[Floats, Levels], float], samples: list[tuple[Floats, Levels]], allowed: int) -> float:
    """The largest share of the samples' levels with which no more than `allowed` of them lose."""
    if allowed >= len(samples):
        return 1.0
    return sorted(_share_that_pays(save, week, levels) for week, levels in samples)[allowed]


def _share_that_pays(save: Callable[[Floats, Levels], float], rows: Floats, levels: Levels) -> float:
    """The largest share of levels that loses nothing in these rows."""
    if not np.any(levels) or save(rows, levels) >= 0:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if save(rows, levels * middle) >= 0 else (low, middle)
    return low
