"""How good and how fast the forecasts are: on M4 Hourly, on simulated companies, and beside Prophet.

Run: `python -m benchmarks.accuracy [m4] [companies] [speed]`; without a name all three. Each line gives the figure and
the floor or peer that was measured in the same run.

- m4: the 414 hourly series of the M4 competition (folder m4_hourly of CLOUDCOST_REALDATA), horizon 48.
- companies: ten simulated companies of 13 months, the last 28 days held back, every scope that the pipeline forecasts.
- speed: 10,000 daily series of 400 days, 28 days ahead with intervals, and an anomaly score for every day; Prophet, in
  an environment of its own, forecasts some of the same series.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from ml.anomaly.judge import judge_days
from ml.anomaly.settings import AnomalySettings, Limits
from ml.evaluate.__main__ import main as evaluate
from ml.evaluate.scores import score_mase
from ml.forecast.costs import DEFAULT_LEVELS, ForecastSettings, forecast_costs
from ml.forecast.engine import forecast_panel
from ml.forecast.panel import build_panel

ROOT = Path(__file__).resolve().parents[1]
PROPHET = "prophet==1.5.0"
HELD_BACK = 28


def judge_m4() -> None:
    """M4 Hourly through the evaluation command, as anybody would run it."""
    folder = Path(os.environ.get("CLOUDCOST_REALDATA") or ROOT.parent / "shared" / "data") / "m4_hourly"
    if not folder.is_dir():
        print(f"m4: left out, there is no {folder.name} in CLOUDCOST_REALDATA")
        return
    with tempfile.TemporaryDirectory() as name:
        temporary = Path(name)
        train, test = convert_m4(folder, temporary)
        options = ["--train", str(train), "--test", str(test), "--season", "24", "--freq", "H", "--owa"]
        print("m4: published: winner sMAPE 9.328, MASE 0.893; seasonal naive 13.912, 1.193; here:")
        evaluate(["forecast", *options, "--out", str(temporary / "forecast.csv")])


def convert_m4(folder: Path, to: Path) -> tuple[Path, Path]:
    """The competition's wide files as long ones; the test goes on where the training ends."""
    parts = {}
    ends: pd.Series | None = None
    for name in ("train", "test"):
        wide = pd.read_csv(folder / f"Hourly-{name}.csv", index_col=0)
        wide.columns = range(1, wide.shape[1] + 1)
        long = wide.rename_axis("unique_id").stack().rename("y").rename_axis(["unique_id", "ds"]).reset_index()
        long = long.dropna()
        if ends is not None:
            long["ds"] += long["unique_id"].map(ends)
        ends = long.groupby("unique_id")["ds"].max()
        parts[name] = to / f"{name}.csv"
        long.to_csv(parts[name], index=False)
    return parts["train"], parts["test"]


def judge_companies(count: int, rows_per_month: int) -> None:
    """Coverage and error of every scope's usage, fees and all, over the days held back."""
    from simulator.daily import build_company

    found = []
    for seed in range(1, count + 1):
        company = build_company(seed, 13, rows_per_month, "varied")
        daily = company.connection.execute(
            "select charge_date, billing_currency, service_provider_name, sub_account_id, sub_account_name, "
            "service_name, region_id, x_usage_type, charge_category, charge_frequency, x_team, null as x_environment, "
            "sum(effective_cost)::double as effective_cost, sum(effective_cost)::double as billed_cost "
            "from charges group by all"
        ).df()
        split = (pd.Timestamp(company.last_day) - pd.Timedelta(days=HELD_BACK)).date()
        known = daily[pd.to_datetime(daily["charge_date"]) <= pd.Timestamp(split)]
        begin = time.perf_counter()
        settings = ForecastSettings(horizon_days=HELD_BACK)
        made = forecast_costs(known, split, settings=settings, default_immature_days=0)
        spent = time.perf_counter() - begin
        # the same scopes over the whole history hold what came
        whole = build_panel(daily, company.last_day, DEFAULT_LEVELS, 1, {}, 0, "effective_cost")
        truth = whole.list_actuals(whole.keys["scope_level"].isin(DEFAULT_LEVELS).to_numpy())
        truth["forecast_date"] = truth["charge_date"].dt.date
        both = made.forecasts.merge(truth, on=["unique_id", "forecast_date"])
        row = {
            "seed": seed,
            "series": both["unique_id"].nunique(),
            "seconds": spent,
            "wape": (both["forecast_cost"] - both["cost"]).abs().sum() / both["cost"].abs().sum(),
            "cover_80": both["cost"].between(both["lower_80"], both["upper_80"]).mean(),
            "cover_95": both["cost"].between(both["lower_95"], both["upper_95"]).mean(),
        }
        found.append(row)
        print("company", json.dumps({name: round(float(value), 4) for name, value in row.items()}), flush=True)
    table = pd.DataFrame(found)
    print("companies, mean:", table.drop(columns="seed").mean().round(4).to_dict())


def make_panel(series: int, days: int, seed: int) -> np.ndarray:
    """Daily costs (series, days) with week, trend, random walk, steps and noise; one in ten is intermittent."""
    rng = np.random.default_rng(seed)
    weekday = np.arange(days) % 7
    level = np.exp(rng.uniform(np.log(5), np.log(5000), (series, 1)))
    week = 1 - rng.uniform(0, 0.5, (series, 1)) * (weekday >= 5)
    trend = 1 + rng.uniform(-0.3, 1.0, (series, 1)) * np.arange(days) / 365
    walk = np.exp(np.cumsum(rng.normal(0, 1, (series, days)) * rng.choice([0, 0.005, 0.02], (series, 1)), axis=1))
    step = np.where(np.arange(days) >= rng.integers(0, 2 * days, (series, 1)), rng.uniform(0.5, 2, (series, 1)), 1.0)
    noise = np.exp(rng.normal(0, 1, (series, days)) * rng.choice([0.01, 0.05, 0.15], (series, 1)))
    some = np.where(rng.random((series, 1)) < 0.1, rng.random((series, days)) < 0.3, True)
    return level * week * trend * walk * step * noise * some


def judge_speed(series: int, days: int, peers: int) -> None:
    """Time and error per series, and Prophet's on some of them."""
    values = make_panel(series, days + HELD_BACK, 7)
    known, came = values[:, :days], values[:, days:]
    last = np.full(series, np.datetime64("2025-01-01") + days - 1)
    begin, cpu = time.perf_counter(), time.process_time()
    made = forecast_panel(list(known), HELD_BACK, season=7, frequency="D", last_days=last)
    spent, cpu = time.perf_counter() - begin, time.process_time() - cpu
    begin, scoring = time.perf_counter(), time.process_time()
    calendar = pd.date_range("2025-01-01", periods=days)
    defaults = AnomalySettings()
    limits = [defaults.min_amount, defaults.min_percent, defaults.min_surprise]
    verdicts = judge_days(known, calendar, Limits(*(np.full(series, float(one)) for one in limits)), defaults)
    judged, scoring = time.perf_counter() - begin, time.process_time() - scoring
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"speed: {series} series x {days} days: forecasts {spent:.0f} s, {cpu:.0f} s of CPU")
    scored, flagged = np.isfinite(verdicts.score).sum(), (verdicts.flag != 0).sum()
    print(f"speed: anomaly scores {judged:.0f} s, {scoring:.0f} s of CPU: {scored} days scored, {flagged} anomalous")
    print(f"speed: both {spent + judged:.0f} s, at most {memory:.2f} GiB")
    for level in made.levels:
        inside = np.mean((came >= made.lower[level]) & (came <= made.upper[level]))
        print(f"speed: {level:g} % intervals held {inside:.3f} of the days")
    rows = np.linspace(0, series - 1, peers).astype(int)
    own = np.nanmean([score_mase(came[row], made.mean[row], known[row], 7) for row in rows])
    each = (cpu + scoring) / series
    print(f"speed: here {1000 * each:.1f} ms of CPU per series, scores and all, MASE {own:.3f} on {peers} of them")
    theirs, seconds = run_prophet(known[rows])
    peer = np.nanmean([score_mase(came[row], one, known[row], 7) for row, one in zip(rows, theirs, strict=True)])
    print(f"speed: {PROPHET} {1000 * seconds / peers:.0f} ms of CPU per series, MASE {peer:.3f} on the same")
    print(f"speed: {seconds / peers / each:.0f} x faster than Prophet, error {own / peer:.3f} of its")


def run_prophet(known: np.ndarray) -> tuple[np.ndarray, float]:
    """Prophet's forecasts of these series with its defaults and an 80 % interval, and its seconds of CPU."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
        python = folder / "env" / "bin" / "python"
        subprocess.run([command, "venv", "-q", "--python", sys.executable, str(folder / "env")], check=True)
        subprocess.run([command, "pip", "install", "-q", "--python", str(python), PROPHET], check=True)
        np.save(folder / "known.npy", known)
        code = _PROPHET.format(horizon=HELD_BACK)
        done = subprocess.run([str(python), "-c", code], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{PROPHET} failed: {done.stderr[-2000:]}")
        return np.load(folder / "made.npy"), float(done.stdout.splitlines()[-1])


_PROPHET = """
import logging, resource, time
import numpy as np, pandas as pd
logging.disable(logging.WARNING)
from prophet import Prophet

def cpu():
    return sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

known = np.load("known.npy")
days = pd.date_range("2025-01-01", periods=known.shape[1])
made, start = [], cpu()
for row in known:
    model = Prophet(interval_width=0.8).fit(pd.DataFrame({{"ds": days, "y": row}}))
    future = model.make_future_dataframe({horizon}, include_history=False)
    made.append(model.predict(future)["yhat"].to_numpy())
np.save("made.npy", np.array(made))
print(cpu() - start)
"""


def main() -> None:
    """Read the options and print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", help="m4, companies, speed; all by default")
    parser.add_argument("--companies", type=int, default=10)
    parser.add_argument("--rows-per-month", type=int, default=6000)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--peers", type=int, default=20, help="how many series Prophet forecasts")
    options = parser.parse_args()
    parts = options.parts or ["m4", "companies", "speed"]
    if "m4" in parts:
        judge_m4()
    if "companies" in parts:
        judge_companies(options.companies, options.rows_per_month)
    if "speed" in parts:
        judge_speed(options.series, options.days, options.peers)


if __name__ == "__main__":
    main()
