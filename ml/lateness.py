"""How late each provider's costs become known, learnt from what was restated: the share known k days after a day."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.rows import is_scored

# a day is final when nothing more is expected of it
FINAL_DAYS, LONGEST_DAYS = 21, 14
LEAST_OBSERVED = 10
MATURE_SHARE = 0.98


@dataclass(frozen=True)
class Lateness:
    """`share[provider][k]`: the usual share of a day's final cost known k days after it ended; NaN where never seen."""

    share: Mapping[str, np.ndarray]

    def count_immature_days(self) -> dict[str, int]:
        """Per provider, how many of the newest days are usually not yet complete; only providers that were observed."""
        found: dict[str, int] = {}
        for provider, share in self.share.items():
            known = np.flatnonzero(np.isfinite(share))
            late = [int(k) for k in known if share[k] < MATURE_SHARE]
            if len(known) and known[0] == 0:
                found[provider] = max(late) + 1 if late else 0
        return found


def learn_lateness(changes: pd.DataFrame) -> Lateness:
    """Learn from the history of changes, the first load included.

    `changes`: service_provider_name, charge_date, changed_at (UTC), difference (of effective cost). A day counts for k
    when the warehouse already followed its provider k days after it, and only once it is final. A day that lies after
    every change, or before FIRST_DAY, shows nothing: a charge dated 9999-12-31 is a typing error.
    """
    shares: dict[str, np.ndarray] = {}
    if changes.empty:
        return Lateness(shares)
    frame = changes.assign(
        charge_date=pd.to_datetime(changes["charge_date"]),
        changed_at=pd.to_datetime(changes["changed_at"]).astype("datetime64[ns]"),
        difference=changes["difference"].astype("float64"),
    )
    frame = frame[is_scored(frame["charge_date"], frame["changed_at"].max())]
    frame = frame.astype({"charge_date": "datetime64[ns]"})
    for provider, part in frame.groupby("service_provider_name"):
        began, newest = part["changed_at"].min(), part["changed_at"].max()
        final = part.groupby("charge_date")["difference"].sum()
        settled = final.index[(final.index <= newest - pd.Timedelta(days=FINAL_DAYS)) & (final.abs() > 1e-9)]
        share = np.full(LONGEST_DAYS, np.nan)
        for late in range(LONGEST_DAYS):
            # the day ends 24 hours after it starts
            deadline = part["charge_date"] + pd.Timedelta(days=late + 1)
            known = part[part["changed_at"] <= deadline].groupby("charge_date")["difference"].sum()
            days = settled[settled + pd.Timedelta(days=late + 1) >= began]
            if len(days) >= LEAST_OBSERVED:
                share[late] = float(np.median(known.reindex(days, fill_value=0.0) / final[days]))
        if np.isfinite(share).any():
            shares[str(provider)] = share
    return Lateness(shares)
