"""The best level of one commitment.

What a commitment of level C saves in an hour is a concave function of C made of straight pieces: its first part covers
usage that costs 1/ratio times as much on demand, the next part usage of the next discount, and the part above all
usage nothing. The sum over the hours is concave too, so the best level is where the on-demand cost that one more unit
of money would cover, over all hours, is no longer more than it costs. With one family that is a quantile of its usage:
the hours in which the last unit is used are the share `ratio` of all hours.
"""

from collections.abc import Sequence

import numpy as np

from savings.commitments.usage import Floats, rank

#: A level at which a further unit saves less than this share of its cost is not raised: it is rounding.
ROUNDING = 1e-9


def best_level(usage: Floats, ratios: Sequence[float]) -> float:
    """The smallest of the levels a row that save most, exact; 0 where none saves anything.

    Every end of a piece is a candidate; they are sorted once: rows * families * log, without a search.
    """
    order = rank(ratios)
    if not order or not len(usage):
        return 0.0
    prices = np.array([ratios[c] for c in order])
    ends = np.cumsum(usage[:, order] * prices, axis=1)
    worth = 1 / prices
    drops = worth - np.append(worth[1:], 0.0)
    places = np.argsort(ends, axis=None)
    left = len(usage) * worth[0] - np.cumsum(np.broadcast_to(drops, ends.shape).ravel()[places])
    first = int(np.argmax(left <= len(usage) * (1 + ROUNDING)))
    return float(ends.ravel()[places[first]])
