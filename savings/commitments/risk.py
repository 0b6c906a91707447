"""How sure a purchase is: what it would have done in weeks that it was not chosen on.

Each whole week is left out once: the best levels are chosen on the other weeks, then that week says what they would
have saved in it. Savings are concave in the levels and 0 without any, so a share of the levels loses in no more weeks
than all of them do: where too many weeks lose, the purchase is made smaller until no more than the given share does,
both in the weeks left out and in those that it was chosen on.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from savings.commitments.usage import Floats, Usage

#: What a level a row saves in some rows.
Saving = Callable[[float], float]
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
    choose: Callable[[Floats], float],
    saving: Callable[[Floats], Saving],
    most_losing: float,
) -> tuple[float, Risk]:
    """The best level a row, made smaller as far as needed, and its risk.

    `choose` gives the best level for rows of usage, `saving` what levels save in rows; `most_losing` is the share of
    the weeks that may lose money, 1 for any.
    """
    rows, weeks = usage.values, usage.weeks
    best = choose(rows)
    left_out = [weeks == week for week in range(int(weeks.max(initial=-1)) + 1)]
    savings = [saving(rows[week]) for week in left_out]
    chosen = [choose(rows[~week]) for week in left_out]
    allowed = math.floor(most_losing * len(savings) + ROUND)
    share = _largest(savings, chosen, allowed)
    share *= _largest(savings, [best * share] * len(savings), allowed)
    losing = sum(save(level * share) < -ROUND for save, level in zip(savings, chosen, strict=True))
    return best * share, Risk(len(savings), losing, share)


def _largest(savings: Sequence[Saving], levels: Sequence[float], allowed: int) -> float:
    """The largest share of the levels with which no more than `allowed` of the weeks lose."""
    if allowed >= len(savings):
        return 1.0
    return sorted(_share_that_pays(save, level) for save, level in zip(savings, levels, strict=True))[allowed]


def _share_that_pays(save: Saving, level: float) -> float:
    """The largest share of a level that loses nothing."""
    if save(level) >= -ROUND:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if save(level * middle) >= 0 else (low, middle)
    return low
