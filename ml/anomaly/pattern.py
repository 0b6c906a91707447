"""Days on which the usage types of an account moved together in a way they never did, though none of them alone.

One isolation forest over all accounts looks at what a day's usage types did against their expectations: how far the
farthest went, how many went far, how much money moved in all and how much of it cancelled out. It learns from the days
before, once in four weeks, and a day is reported when it is stranger than all days learned from and enough money moved.
"""

import numpy as np
import pandas as pd

from ml.anomaly.baseline import Matrix
from ml.anomaly.hierarchy import ACCOUNT
from ml.anomaly.incidents import Incident
from ml.anomaly.judge import Verdicts
from ml.anomaly.panel import LevelPanel
from ml.anomaly.settings import Limits

LEARN_DAYS, EVERY_DAYS, TREES = 84, 28, 60
SEED = 0
FAR, LEAST_MOVED = 3.0, 3
#: How much stranger than the strangest day learned from, as a share of its strangeness.
MARGIN = 1.02


def find_patterns(fine: LevelPanel, verdicts: Verdicts, accounts: LevelPanel, limits: Limits) -> list[Incident]:
    """Strange account-days; `limits` are of the accounts. A day is judged by a forest grown from days before it."""
    account = _place_accounts(fine, accounts)
    from sklearn.ensemble import IsolationForest  # a second of imports, for who has months of costs

    # the error before any flag: in units of what is usual, and in money
    rest = np.nan_to_num(fine.costs - verdicts.expected)
    size = np.nan_to_num(verdicts.score) * np.sign(rest)
    features, moved, far = _describe_days(account, len(accounts.keys), rest, size, np.nan_to_num(verdicts.expected))
    is_judged = ~np.isnan(accounts.costs) & _count_judged(account, verdicts, len(accounts.keys))
    incidents: list[Incident] = []
    days = features.shape[1]
    for begin in range(LEARN_DAYS, days, EVERY_DAYS):
        learn = features[:, begin - LEARN_DAYS : begin][is_judged[:, begin - LEARN_DAYS : begin]]
        end = min(begin + EVERY_DAYS, days)
        moving = is_judged[:, begin:end] & (far[:, begin:end] >= LEAST_MOVED)
        moving &= moved[:, begin:end] >= limits.amount[:, None]
        moving &= moved[:, begin:end] >= limits.percent[:, None] / 100 * np.abs(
            np.nan_to_num(accounts.costs[:, begin:end])
        )
        if len(learn) < LEARN_DAYS or not moving.any():
            continue
        forest = IsolationForest(n_estimators=TREES, random_state=SEED).fit(learn)
        limit = MARGIN * -forest.score_samples(learn).min()
        row, day = np.nonzero(moving)
        strange = -forest.score_samples(features[:, begin:end][moving])
        for account_row, offset, score in zip(row, day, strange, strict=True):
            if score > limit:
                incidents.append(
                    _make_incident(int(account_row), begin + int(offset), accounts, rest, account, score, limit)
                )
    return incidents


def _place_accounts(fine: LevelPanel, accounts: LevelPanel) -> np.ndarray:
    """The account's row of each usage type."""
    place = pd.Series(np.arange(len(accounts.keys)), index=pd.MultiIndex.from_frame(accounts.keys[list(ACCOUNT)]))
    return place.reindex(pd.MultiIndex.from_frame(fine.keys[list(ACCOUNT)])).to_numpy()


def _describe_days(
    account: np.ndarray, count: int, rest: Matrix, size: Matrix, expected: Matrix
) -> tuple[np.ndarray, Matrix, Matrix]:
    """Features (accounts × days × 5), the money that moved up and down in all, and how many usage types went far."""
    shape = (count, rest.shape[1])
    up, net, far, top, base = (np.zeros(shape) for _ in range(5))
    np.add.at(up, account, np.abs(rest))
    np.add.at(net, account, rest)
    np.add.at(far, account, (np.abs(size) >= FAR).astype(float))
    np.maximum.at(top, account, np.minimum(np.abs(size), 50.0))
    np.add.at(base, account, np.abs(expected))
    share = up / np.maximum(base, 1.0)
    features = np.stack(
        [np.log1p(share), np.log1p(np.abs(net) / np.maximum(base, 1.0)), np.log1p(far), np.log1p(top),
         1 - np.abs(net) / np.maximum(up, 1e-9)], axis=2
    )  # fmt: skip
    return features, up, far


def _count_judged(account: np.ndarray, verdicts: Verdicts, count: int) -> np.ndarray:
    judged = np.zeros((count, verdicts.expected.shape[1]), dtype=np.int64)
    np.add.at(judged, account, (~np.isnan(verdicts.expected)).astype(np.int64))
    return judged >= LEAST_MOVED


def _make_incident(
    row: int, day: int, accounts: LevelPanel, rest: Matrix, account: np.ndarray, score: float, limit: float
) -> Incident:
    actual = float(accounts.costs[row, day])
    expected = actual - float(rest[account == row, day].sum())
    return Incident(
        row,
        day,
        day,
        "pattern",
        actual=actual,
        expected=expected,
        lower=expected,
        upper=expected,
        score=float(score / limit) * FAR,
    )
