"""Our measures on M4 Hourly are the competition's published ones."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.evaluate.scores import forecast_naive2, score_mase, score_smape


def test_benchmarks_score_as_published(realdata: Callable[[str], Path]) -> None:
    train = pd.read_csv(realdata("m4_hourly/Hourly-train.csv"), index_col=0).to_numpy(dtype=np.float64)
    test = pd.read_csv(realdata("m4_hourly/Hourly-test.csv"), index_col=0).to_numpy(dtype=np.float64)
    histories = [row[np.isfinite(row)] for row in train]
    # sMAPE and MASE of Naive 2 and of the seasonal naive (Makridakis, Spiliotis and Assimakopoulos, 2020)
    for made, smape, mase in (
        ([forecast_naive2(history, 48, 24) for history in histories], 18.383, 2.395),
        ([np.tile(history[-24:], 2) for history in histories], 13.912, 1.193),
    ):
        found = [score_smape(actual, one) for actual, one in zip(test, made, strict=True)]
        assert np.mean(found) == pytest.approx(smape, abs=6e-4)
        found = [score_mase(a, one, history, 24) for a, one, history in zip(test, made, histories, strict=True)]
        assert np.mean(found) == pytest.approx(mase, abs=6e-4)
