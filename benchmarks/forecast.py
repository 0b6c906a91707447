"""Times and judges the forecasts and the anomaly detector on synthetic costs with known truth.

Run: `python -m benchmarks.forecast [--services N] [--days N]`. Prints the time from process start, the forecast's error
and interval coverage beside the seasonal-naive floor, and the detector's precision and recall on planted anomalies.
"""

import argparse
import time

START = time.perf_counter()

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from ml.anomaly.costs import detect_anomalies  # noqa: E402
from ml.forecast.costs import forecast_costs  # noqa: E402

ACCOUNTS = 6


def make_costs(services: int, days: int, seed: int) -> pd.DataFrame:
    """Daily usage of `services` account services with week rhythm, trend, noise and steps, plus a monthly fee each."""
    rng = np.random.default_rng(seed)
    calendar = pd.date_range("2025-01-01", periods=days)
    frames = []
    for number in range(services):
        level = float(np.exp(rng.uniform(np.log(60), np.log(6000))))
        week = 1 - rng.uniform(0, 0.5) * (calendar.day_of_week >= 5)
        trend = 1 + rng.uniform(-0.2, 1.0) * np.arange(days) / 365
        walk = np.exp(np.cumsum(rng.normal(0, rng.choice([0, 0.005, 0.01]), days)))
        noise = np.exp(rng.normal(0, rng.choice([0.01, 0.03, 0.08]), days))
        cost = level * week * trend * walk * noise
        base = {
            "billing_currency": "USD",
            "service_provider_name": ["AWS", "Microsoft", "Google Cloud"][number % 3],
            "sub_account_id": f"{number % 3}-{number % ACCOUNTS}",
            "sub_account_name": f"account {number % ACCOUNTS}",
            "service_name": f"service {number}",
            "region_id": "eu-west-1",
            "x_usage_type": "hours",
        }
        usage = pd.DataFrame(
            base
            | {"charge_date": calendar, "charge_category": "Usage", "charge_frequency": "Usage-Based", "cost": cost}
        )
        fees = usage[usage["charge_date"].dt.day == 1].assign(
            charge_category="Tax", charge_frequency="Recurring", cost=level * 3
        )
        frames += [usage, fees]
    rows = pd.concat(frames, ignore_index=True)
    return rows.assign(effective_cost=rows["cost"], billed_cost=rows["cost"]).drop(columns="cost")


def judge_forecasts(services: int, days: int, seed: int) -> None:
    """Time a full run, then compare its next 90 days with what really came."""
    known = make_costs(services, days + 90, seed)
    split = pd.Timestamp("2025-01-01") + pd.Timedelta(days=days - 1)
    begin, cpu = time.perf_counter(), time.process_time()
    result = forecast_costs(known[known["charge_date"] <= split], split.date(), default_immature_days=0)
    spent, cpu = time.perf_counter() - begin, time.process_time() - cpu
    made = result.forecasts
    series = made["unique_id"].nunique()
    whole = time.perf_counter() - START
    print(
        f"forecast: {series} series x {days} days in {spent:.1f} s ({cpu:.1f} s of CPU), {whole:.1f} s since the start"
    )
    print(f"models: {made.drop_duplicates('unique_id')['model'].value_counts().to_dict()}")
    future = known[known["charge_date"] > split]
    per_service = future.groupby(["service_name", "charge_date"])["effective_cost"].sum()
    part = made[made["scope_level"] == "service"]
    actual = per_service.loc[pd.MultiIndex.from_arrays([part["service_name"], pd.to_datetime(part["forecast_date"])])]
    truth = actual.to_numpy()
    error = np.abs(part["forecast_cost"].to_numpy() - truth).sum() / truth.sum()
    past = known[known["charge_date"] <= split].groupby(["service_name", "charge_date"])["effective_cost"].sum()
    naive = [
        past.loc[(name, split - pd.Timedelta(days=6 - ahead % 7))]
        for name, ahead in zip(part["service_name"], part.groupby("unique_id").cumcount(), strict=True)
    ]
    floor = np.abs(np.array(naive) - truth).sum() / truth.sum()
    inside = {
        level: float(((truth >= part[f"lower_{level}"]) & (truth <= part[f"upper_{level}"])).mean())
        for level in (80, 95)
    }
    print(f"90-day WAPE of services {error:.3f}, of the seasonal naive floor {floor:.3f}")
    print(f"truth inside the 80 % interval {inside[80]:.2f}, inside the 95 % interval {inside[95]:.2f}")


def plant_anomalies(rows: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Change one stretch of every second service; returns the rows and what was planted where."""
    rng = np.random.default_rng(seed)
    rows = rows.copy()
    calendar = np.sort(rows["charge_date"].unique())
    planted = []
    for number, name in enumerate(sorted(rows["service_name"].unique())):
        if number % 2:
            continue
        kind = ["spike", "drop", "level_shift", "new_service", "slow_leak"][number // 2 % 5]
        at = int(rng.integers(120, len(calendar) - 90))
        length = {"spike": int(rng.integers(1, 4)), "drop": 3, "slow_leak": 80}.get(kind, len(calendar) - at)
        mine = (rows["service_name"] == name) & (rows["charge_category"] == "Usage")
        factor = np.ones(len(calendar))
        if kind == "spike":
            factor[at : at + length] = rng.uniform(1.4, 3)
        elif kind == "drop":
            factor[at : at + length] = rng.uniform(0, 0.3)
        elif kind == "level_shift":
            factor[at:] = rng.uniform(1.4, 2.5)
        elif kind == "new_service":
            factor[:at] = 0
        else:
            factor[at:] = 1 + 0.01 * np.minimum(np.arange(len(calendar) - at), length)
        place = np.searchsorted(calendar, rows.loc[mine, "charge_date"].to_numpy())
        before = rows.loc[mine, "effective_cost"].to_numpy()
        rows.loc[mine, "effective_cost"] = before * factor[place]
        change = np.abs(before * (factor[place] - 1))[place == min(at + length - 1, len(calendar) - 1)].sum()
        # a change below the least amount that matters is not one to find
        if kind == "new_service" or change >= 75:
            last = at + length - 1 if kind in ("spike", "drop", "slow_leak") else at + 6
            planted.append({"service_name": name, "kind": kind, "first": calendar[at], "last": calendar[last]})
    return rows[rows["effective_cost"] != 0], pd.DataFrame(planted)


def judge_anomalies(services: int, days: int, seed: int) -> None:
    """Print how many planted anomalies are found, how many findings were planted, and when."""
    rows, planted = plant_anomalies(make_costs(services, days, seed), seed)
    begin = time.perf_counter()
    result = detect_anomalies(rows, rows["charge_date"].max().date(), default_immature_days=0)
    spent = time.perf_counter() - begin
    found = result.anomalies.assign(
        first=pd.to_datetime(result.anomalies["start_date"]), last=pd.to_datetime(result.anomalies["end_date"])
    )
    pairs = found.reset_index().merge(planted, on="service_name", suffixes=("", "_true"))
    pairs = pairs[(pairs["first"] <= pairs["last_true"]) & (pairs["last"] >= pairs["first_true"])]
    hits = pairs.drop_duplicates(["service_name"])
    on_day = (hits["first"] == hits["first_true"])[hits["kind_true"] != "slow_leak"].mean()
    years = services * days / 365
    real, part = pairs["index"].nunique(), len(hits) / len(planted)
    print(f"anomalies: {services} series x {days} days in {spent:.1f} s")
    print(f"recall {part:.3f} of {len(planted)} planted; {on_day:.3f} of the sudden ones on their first day")
    print(f"precision {real / len(found):.3f} of {len(found)}; {(len(found) - real) / years:.3f} false per series-year")
    kinds = planted["kind"].value_counts().to_dict()
    print("recall by kind:", {kind: f"{(hits['kind_true'] == kind).sum()}/{count}" for kind, count in kinds.items()})


def main() -> None:
    """Read the options and print both judgements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=190)
    parser.add_argument("--days", type=int, default=395)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    judge_forecasts(options.services, options.days, options.seed)
    judge_anomalies(options.services, options.days, options.seed)


if __name__ == "__main__":
    main()
