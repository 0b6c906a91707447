"""What a pool of usage costs on demand, hour by hour and family by family, and how a commitment is applied to it.

The model, which is that of AWS Savings Plans, Azure savings plans and Google's flexible committed use discounts: a
commitment is an amount of money per hour at the committed price. In each hour it is applied to the usage with the
highest discount first, until it is used up; the rest of the usage is paid on demand, and what of the commitment is not
used in the hour is lost. A reservation is the same with one family: its units cost the same in every hour.

A family's *ratio* is its committed price by its on-demand price: 0.72 for a discount of 28 %. Usage that costs `u` on
demand takes `u * ratio` of the commitment.

Source: https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-applying.html (2026-11-30).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
#: A matrix of numbers of one kind: floats to search with, Decimals to count money with.
Matrix = npt.NDArray[Any]
DAYS_OF_A_WEEK = 7


@dataclass(frozen=True)
class Usage:
    """On-demand cost of a pool: `amounts` are Decimals, a row per period of `hours` hours and a column per family.

    The rows are without gaps, the newest last; a row without usage is 0. No amount is negative.
    """

    families: tuple[str, ...]
    amounts: Matrix
    hours: int = 1

    @cached_property
    def values(self) -> Floats:
        """The amounts to search with."""
        return self.amounts.astype(np.float64)

    @property
    def days(self) -> int:
        """Whole days that the rows span."""
        return len(self.amounts) * self.hours // 24

    @cached_property
    def weeks(self) -> npt.NDArray[np.int64]:
        """The whole week that each row is in, counted back from the newest; -1 for what is left over at the start."""
        rows = DAYS_OF_A_WEEK * 24 // self.hours
        back = np.arange(len(self.amounts))[::-1] // rows
        return np.where(back < len(self.amounts) // rows, back, -1)

    def net_of(self, reductions: Mapping[str, Decimal]) -> "Usage":
        """What is left when other savings are made first: for a family, the share of its cost that goes away.

        Commitments are bought last: what is deleted, resized or switched off at night needs none.
        """
        left = np.array([max(Decimal(0), 1 - reductions.get(name, Decimal(0))) for name in self.families])
        return replace(self, amounts=self.amounts * left)

    def plus(self, returning: Matrix) -> "Usage":
        """With usage that comes back to on demand: of the same shape, what it would cost there."""
        return replace(self, amounts=self.amounts + returning)

    def newest(self, days: int) -> "Usage":
        """The last days alone."""
        return replace(self, amounts=self.amounts[-days * 24 // self.hours :])

    def only(self, columns: Sequence[int]) -> "Usage":
        """Some of the families alone."""
        return replace(self, families=tuple(self.families[c] for c in columns), amounts=self.amounts[:, list(columns)])


@dataclass(frozen=True)
class Cover:
    """What commitments of one level did over all rows: `covered` on-demand cost per row and family, `used` of them."""

    covered: Matrix
    used: Matrix


def rank(ratios: Sequence[Any]) -> list[int]:
    """The columns that a commitment is applied to, the highest discount first; a ratio of 1 or more saves nothing."""
    return sorted((c for c, ratio in enumerate(ratios) if ratio < 1), key=lambda c: (ratios[c], c))


def cover(usage: Matrix, level: Any, ratios: Sequence[Any]) -> Cover:
    """Apply a commitment of `level` a row to usage; both and the ratios are floats, or all are Decimals."""
    order = rank(ratios)
    covered, used = usage * 0, usage * 0
    if order:
        prices = np.array([ratios[c] for c in order], dtype=usage.dtype)
        taken = np.minimum(np.cumsum(usage[:, order] * prices, axis=1), level)
        taken[:, 1:] = taken[:, 1:] - taken[:, :-1]
        used[:, order] = taken
        covered[:, order] = taken / prices
    return Cover(covered, used)


def saving_function(usage: Floats, ratios: Sequence[float]) -> Callable[[float], float]:
    """What a commitment of a level a row saves over all rows: on-demand cost covered less all of it, used or not."""
    order = rank(ratios)
    prices = np.array([ratios[c] for c in order])
    ends = np.cumsum(usage[:, order] * prices, axis=1)
    # what is taken up to a family's end counts at its worth, and what of that is of families before it at theirs
    drops = 1 / prices - np.append(1 / prices[1:], np.zeros(min(1, len(order))))

    def save(level: float) -> float:
        return float(np.minimum(ends, level).sum(axis=0) @ drops) - level * len(usage)

    return save
