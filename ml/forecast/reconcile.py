"""Hierarchical reconciliation: the finest series and their parents agree on one set of forecasts that adds up.

Minimum trace with the variances of the back-test on the diagonal (Wickramasuriya, Athanasopoulos and Hyndman, 2019):
what is surest moves least. Parents are then the sums of their children, exactly.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml.forecast.models.simple import Matrix

if TYPE_CHECKING:
    from scipy import sparse  # a second of imports, for who has series to forecast


def list_members(parents: pd.DataFrame, scopes: list[tuple[str, ...]], children: pd.DataFrame) -> "sparse.csr_matrix":
    """Which child belongs to which parent: ones in (parents, children). `scopes[i]`: the columns that say so."""
    from scipy import sparse

    rows: list[int] = []
    columns: list[int] = []
    for scope in sorted(set(scopes)):
        keys = ["billing_currency", *scope]
        chosen = [number for number, one in enumerate(scopes) if one == scope]
        left = parents.iloc[chosen][keys].assign(parent=chosen)
        pairs = left.merge(children[keys].assign(child=np.arange(len(children))), on=keys)
        rows += pairs["parent"].tolist()
        columns += pairs["child"].tolist()
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(parents), len(children)))


def reconcile(
    parents: Matrix, children: Matrix, members: "sparse.csr_matrix", parent_error: Matrix, child_error: Matrix
) -> Matrix:
    """The children's forecasts (children, days) after both sides have met; `members @ result` are the parents'.

    `…_error`: the typical error of each series, in money; a series without error does not move.
    """
    from scipy import sparse
    from scipy.sparse.linalg import splu

    gap = parents - members @ children
    if not gap.any() or not len(parents):
        return children
    variance = child_error**2
    middle = sparse.diags(parent_error**2) + members @ sparse.diags(variance) @ members.T
    size = float(middle.diagonal().max()) or 1.0
    # two parents that must say the same of the same children make the system singular but for this
    solved = splu((middle + sparse.identity(len(parents)) * size * 1e-9).tocsc()).solve(gap)
    return children + variance[:, None] * (members.T @ solved)


def share_gap(parts: Matrix, whole: Matrix, error: Matrix) -> Matrix:
    """Parts (series, days) moved so that they add up to `whole` (days,), each in proportion to its squared error."""
    weight = error**2
    weight = weight / weight.sum() if weight.sum() > 0 else np.full(len(parts), 1 / len(parts))
    return parts + weight[:, None] * (whole - parts.sum(axis=0))[None, :]
