"""The best levels of commitments that overlap: one for each family (and region), and a flexible one over all.

A family's own commitment is applied before the flexible one, as AWS does it with EC2 Instance Savings Plans and
reservations; the flexible one then goes to what is left, the highest discount first. That order is also the one that
covers most: money of a family's own commitment can go nowhere else. What all of them save is thus the optimum of a
linear programme in each hour and concave in the levels, and the shadow prices of an hour say how much one more unit
of each level would save.

`mix_levels` follows those slopes upwards where there are many hours, then cuts the function with the planes that it
met (Kelley's method, several cuts at once for groups of similar hours) until the best that they allow is within `gap`
of the best that was found, or the rounds are over. `Mix.bound` says how good the answer is at least.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog, minimize

from savings.commitments.single import best_level
from savings.commitments.usage import Floats

#: How far from the best the answer may be, as a share of it.
GAP = 0.005
#: Of few hours each has planes of its own, and the cuts alone end soon; of many, similar ones share them.
FEW_ROWS, GROUPS = 200, 8
ROUNDS_OF_FEW, ROUNDS_OF_MANY = 200, 4
#: Steps upwards, and every how manieth row is looked at first.
CLIMBS, THINNED = 60, 4
#: Savings of less than this are none.
ROUND = 1e-9


@dataclass(frozen=True)
class Mix:
    """Levels a row: `own` by family (0 where none is sold), `flexible` over all. `saved` in all rows; no levels save
    more than `bound`."""

    own: Floats
    flexible: float
    saved: float
    bound: float


def mix_levels(usage: Floats, own_ratios: Floats, flexible_ratios: Floats, gap: float = GAP) -> Mix:
    """The levels that save most, within `gap`.

    A ratio of 1 or more says that a family has none; a commitment of its own that costs no less than the flexible one
    is not bought either, since it binds for nothing.
    """
    own_ratios = np.where(own_ratios < np.minimum(flexible_ratios, 1), own_ratios, 1.0)
    search = _Search(usage, own_ratios, flexible_ratios)
    alone = [best_level(usage[:, [c]], [ratio]) for c, ratio in enumerate(own_ratios)]
    search.visit(np.append(alone, 0.0))
    search.visit(np.append(np.zeros(len(alone)), best_level(usage, list(flexible_ratios))))
    few = len(usage) <= FEW_ROWS
    if not few:
        coarse = _Search(usage[::THINNED], own_ratios, flexible_ratios)
        coarse.visit(search.best)
        coarse.climb(CLIMBS)
        search.visit(coarse.best)
        search.climb(CLIMBS // THINNED)
    bound = np.inf
    for _ in range(ROUNDS_OF_FEW if few else ROUNDS_OF_MANY):
        levels, bound = search.ask_planes()
        if bound <= search.saved * (1 + gap) + ROUND:
            break
        search.visit(levels)
    return Mix(search.best[:-1], float(search.best[-1]), max(search.saved, 0.0), bound)


class _Search:
    """The best levels so far, and the planes above what levels save."""

    def __init__(self, usage: Floats, own_ratios: Floats, flexible_ratios: Floats) -> None:
        self._planes = _Planes(usage, own_ratios, flexible_ratios)
        self._rows = len(usage)
        most = usage.max(axis=0, initial=0) * np.where(own_ratios < 1, own_ratios, 0)
        needs = (usage * np.where(flexible_ratios < 1, flexible_ratios, 0)).sum(axis=1)
        self._ceiling = np.append(most, needs.max(initial=0))
        self._slopes: list[Floats] = []
        self._offsets: list[Floats] = []
        self.best, self.saved = np.zeros(len(self._ceiling)), 0.0

    def visit(self, levels: Floats) -> tuple[float, Floats]:
        """What levels save, and how that grows with each of them."""
        values, tangents = self._planes.cut(levels)
        self._slopes.append(np.hstack([-tangents, np.eye(len(values))]))
        self._offsets.append(values - tangents @ levels)
        saved = float(values.sum() - levels.sum() * self._rows)
        if saved > self.saved:
            self.best, self.saved = levels, saved
        return saved, tangents.sum(axis=0) - self._rows

    def climb(self, steps: int) -> None:
        """Follow the slopes upwards from the best: over many hours the function is nearly smooth."""
        scale = np.maximum(self._ceiling, ROUND)
        worth = max(self.saved, ROUND)

        def look(shares: Floats) -> tuple[float, Floats]:
            saved, slopes = self.visit(shares * scale)
            return -saved / worth, -slopes * scale / worth

        minimize(
            look,
            self.best / scale,
            jac=True,
            method="L-BFGS-B",
            bounds=[(0, 1)] * len(scale),
            options={"maxfun": steps, "maxcor": 20},
        )

    def ask_planes(self) -> tuple[Floats, float]:
        """The levels that save most as far as the planes tell, and how much that would be."""
        slopes, offsets = np.vstack(self._slopes), np.concatenate(self._offsets)
        groups = slopes.shape[1] - len(self._ceiling)
        gains = np.append(np.full(len(self._ceiling), float(self._rows)), -np.ones(groups))
        bounds = [(0.0, float(most)) for most in self._ceiling] + [(None, None)] * groups
        answer = linprog(gains, A_ub=slopes, b_ub=offsets, bounds=bounds, method="highs")
        return answer.x[: len(self._ceiling)], -float(answer.fun)


class _Planes:
    """On-demand cost that levels cover, with its slopes, by groups of rows with about as much usage."""

    def __init__(self, usage: Floats, own_ratios: Floats, flexible_ratios: Floats) -> None:
        self._order = np.argsort(flexible_ratios, kind="stable")
        rows = np.argsort(usage.sum(axis=1), kind="stable")
        self._usage = np.ascontiguousarray(usage[rows][:, self._order])
        groups = len(rows) if len(rows) <= FEW_ROWS else GROUPS
        self._starts: npt.NDArray[np.int64] = np.arange(groups) * len(rows) // groups
        own, flexible = own_ratios[self._order], flexible_ratios[self._order]
        self._sold, is_open = own < 1, flexible < 1
        self._own = np.where(self._sold, own, 1.0)
        self._flexible = np.where(is_open, flexible, 0.0)
        self._worth = np.append(np.divide(1, flexible, out=np.zeros(len(own)), where=is_open), 0.0)
        # by the family at which the flexible one runs out: what one more unit of usage that a family's own commitment
        # takes over is worth; all of its on-demand cost where the flexible one would not come to it
        spared = np.minimum(self._worth[:, None] * np.where(is_open, flexible, 1.0)[None, :], 1.0)
        spared[self._worth == 0] = 0.0
        spared[:, ~is_open] = 1.0
        self._spared = np.where(self._sold, spared / self._own, 0.0)

    def cut(self, levels: Floats) -> tuple[Floats, Floats]:
        """Of each group of rows: the on-demand cost covered, and how it grows with each level."""
        most, flexible = np.where(self._sold, levels[:-1][self._order] / self._own, 0.0), levels[-1]
        taken_over = np.minimum(self._usage, most)
        ends = self._usage - taken_over
        ends *= self._flexible
        np.cumsum(ends, axis=1, out=ends)
        runs_out_at = (ends <= flexible).sum(axis=1)
        np.minimum(ends, flexible, out=ends)
        covered = taken_over.sum(axis=1) + ends @ (self._worth[:-1] - self._worth[1:])
        grows = self._spared[runs_out_at]
        grows *= self._usage > most
        tangents = np.empty((len(self._starts), len(levels)))
        tangents[:, self._order] = np.add.reduceat(grows, self._starts, axis=0)
        tangents[:, -1] = np.add.reduceat(self._worth[runs_out_at], self._starts)
        return np.add.reduceat(covered, self._starts), tangents
