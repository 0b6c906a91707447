"""Judge the anomaly detector on simulated companies whose anomalies are known.

Every company is judged day by day with nothing later. An anomaly counts where it is at least 10 % of its scope and 50
a day; it is found by an incident of its account, service and direction while it lasts. An incident that belongs to no
planted anomaly is false. Announced events are decoys: the detector is told of them, as the configuration would.
Companies without anomalies (--clean) give the false incidents per company-month.
"""

import argparse
import json
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.anomaly.costs import AnomalyResult, detect_anomalies
from ml.anomaly.feedback import Feedback
from ml.anomaly.settings import AnomalySettings
from ml.causes import Explanations, explain_anomalies, list_days, list_queries
from ml.errors import AnalyticsInputError

HELP = "judge the anomaly detector on simulated companies"
MIN_SHARE, MIN_AMOUNT = 0.10, 50.0
AFTERMATH_DAYS = 10
FEEDBACK_DAYS = 180
DAILY = """
select charge_date, billing_currency, service_provider_name, sub_account_id, max(sub_account_name) as sub_account_name,
    service_name, region_id, x_usage_type, charge_category, charge_frequency,
    sum(effective_cost)::double as effective_cost, sum(contracted_cost)::double as contracted_cost
from charges group by all order by all
"""
#: Which effects may rightly be the largest of a kind; of the others usage or mix.
EFFECTS_OF = {"price_change": ("price",)}
WHOLE_SERVICE = ("price_change", "service_stopped")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this sub-command."""
    parser.add_argument("--seed", type=int, default=1, help="seed of the first company (default 1)")
    parser.add_argument("--seeds", type=int, default=1, help="how many companies, of seeds that follow (default 1)")
    parser.add_argument("--months", type=int, default=13, help="months of each company (default 13)")
    parser.add_argument("--rows-per-month", type=int, default=20_000, help="line items a month (default 20000)")
    parser.add_argument("--anomalies", choices=("varied", "standard"), default="varied", help="which are planted")
    parser.add_argument("--no-clean", action="store_true", help="leave out the companies without anomalies")
    parser.add_argument("--jobs", type=int, default=1, help="companies judged at a time (default 1)")
    parser.add_argument("--details", type=Path, help="JSON lines to write: every anomaly and every false incident")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Judge all companies and return the measures. Raises AnalyticsInputError."""
    if options.seeds < 1 or options.months < 3:
        raise AnalyticsInputError(f"--seeds must be 1 and --months 3 or more, got {options.seeds}, {options.months}")
    begin = time.perf_counter()
    seeds = range(options.seed, options.seed + options.seeds)
    scenarios = [options.anomalies] + ([] if options.no_clean else ["none"])
    asked = [(seed, options.months, options.rows_per_month, scenario) for scenario in scenarios for seed in seeds]
    if options.jobs > 1:
        with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
            done = list(pool.map(judge_company, *zip(*asked, strict=True)))
    else:
        done = [judge_company(*one) for one in asked]
    judged = done[: len(seeds)]
    result = summarise(
        [one for each in judged for one in each["truths"]], [one for each in judged for one in each["told"]]
    )
    result["feedback"] = _sum_feedback([each["feedback"] for each in judged])
    result["planned_events_told"] = sum(each["decoys_told"] for each in judged)
    result["planned_events"] = sum(each["decoys"] for each in judged)
    result["contributions_add_up"] = all(each["exact"] for each in judged)
    clean = [one for each in done[len(seeds) :] for one in each["told"]]
    if not options.no_clean:
        result["clean_false_incidents"] = len(clean)
        result["clean_false_per_company_month"] = round(len(clean) / (options.seeds * options.months), 4)
    if options.details:
        lines = [row for each in judged for row in (*each["truths"], *each["told"])] + clean
        options.details.write_text("".join(json.dumps(row, default=str) + "\n" for row in lines))
    return result | {
        "seeds": list(seeds),
        "months": options.months,
        "anomalies": options.anomalies,
        "seconds": round(time.perf_counter() - begin, 1),
    }


def judge_company(seed: int, months: int, rows_per_month: int, scenario: Any) -> dict[str, Any]:
    """One company: its truths with what was found of them, and all incidents with whether they are right."""
    from simulator.daily import build_company

    company = build_company(seed, months, rows_per_month, scenario)
    daily = company.connection.execute(DAILY).df()
    planned = [_announce(decoy) for decoy in company.decoys]
    settings = AnomalySettings()
    found = detect_anomalies(daily, company.last_day, settings=settings, feedback=planned)
    told = found.anomalies[~found.anomalies["is_excused"].astype(bool)].reset_index(drop=True)
    company.connection.register("days", days := list_days(told))
    parts: list[Any] = []
    if len(days):
        for query in list_queries("days", "charges", "charges.charge_date"):
            parts += company.connection.execute(query).fetchall()
    explained = explain_anomalies(told, days, parts)
    truths, incidents = match(seed, company.anomalies, told, explained)
    company.connection.close()
    return {
        "truths": truths,
        "told": incidents,
        "exact": _adds_up(explained),
        "decoys": len(company.decoys),
        "decoys_told": sum(_tells(row, decoy) for decoy in company.decoys for row in told.to_dict("records")),
        "feedback": _try_feedback(daily, company.last_day, settings, planned, company.anomalies, found),
    }


def match(
    seed: int, anomalies: Sequence[dict[str, Any]], told: pd.DataFrame, explained: Explanations
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Every planted anomaly with its first incident, and every incident with what it is: right, aftermath or false."""
    rows = told.to_dict("records")
    truths = []
    for truth in anomalies:
        hits = sorted((row for row in rows if _tells(row, truth)), key=lambda row: row["start_date"])
        due = _find_due(truth)
        extra, normal = abs(float(truth["extra_daily"])), float(truth["expected_daily"])
        truths.append(
            {
                "seed": seed,
                "id": truth["id"],
                "kind": truth["kind"],
                "money": abs(float(truth["extra_total"])),
                "counts": extra >= MIN_AMOUNT and extra >= MIN_SHARE * normal and due is not None,
                "found": bool(hits),
                "delay": max(0, (hits[0]["start_date"] - due).days) if hits and due else None,
                "cause_right": _is_cause_right(hits[0]["anomaly_id"], truth, explained) if hits else None,
                "top_cause": explained.top_causes.get(hits[0]["anomaly_id"]) if hits else None,
                "service": truth["service"], "usage_type": truth["usage_type"], "start": truth["start"],
                "extra_daily": truth["extra_daily"], "expected_daily": truth["expected_daily"],
            }
        )  # fmt: skip
    incidents = []
    for row in rows:
        is_right = any(_tells(row, truth) for truth in anomalies)
        is_after = not is_right and any(_follows(row, truth) for truth in anomalies)
        verdict = "right" if is_right else "after" if is_after else "false"
        incidents.append(
            {"seed": seed, "incident": row["anomaly_id"], "verdict": verdict,
             **{name: row[name] for name in ("scope_level", "sub_account_id", "service_name", "x_usage_type", "kind",
                                             "start_date", "end_date", "impact_cost", "expected_cost", "score")}}
        )  # fmt: skip
    return truths, incidents


def summarise(truths: Sequence[dict[str, Any]], told: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The measures over all companies."""
    sized = [one for one in truths if one["counts"]]
    found = [one for one in sized if one["found"]]
    right = sum(one["verdict"] == "right" for one in told)
    wrong = sum(one["verdict"] == "false" for one in told)
    money = sum(one["money"] for one in sized)
    return {
        "planted": len(truths),
        "planted_that_count": len(sized),
        "recall": _share(len(found), len(sized)),
        "precision": _share(right, right + wrong),
        "incidents": len(told),
        "false_incidents": wrong,
        "aftermath_incidents": sum(one["verdict"] == "after" for one in told),
        "median_delay_days": float(np.median([one["delay"] for one in found])) if found else None,
        "mean_delay_days": round(float(np.mean([one["delay"] for one in found])), 3) if found else None,
        "money_weighted_recall": _share(sum(one["money"] for one in found), money),
        "cause_accuracy": _share(sum(bool(one["cause_right"]) for one in found), len(found)),
        "recall_by_kind": {
            kind: f"{sum(one['kind'] == kind for one in found)}/{sum(one['kind'] == kind for one in sized)}"
            for kind in sorted({one["kind"] for one in sized})
        },
    }


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _announce(decoy: dict[str, Any]) -> Feedback:
    names = {"aws": "AWS", "azure": "Microsoft", "gcp": "Google Cloud"}
    scope = {"provider": names[decoy["provider"]], "account": decoy["account"]}
    scope["service"] = decoy["service"] if decoy["provider"] != "azure" else decoy["native_service"]
    return Feedback(
        scope, "planned", date.fromisoformat(decoy["start"]), date.fromisoformat(decoy["end"]), reason=decoy["id"]
    )


def _is_place(row: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Whether an incident is of the truth's place and direction; a coarser one is of all places inside it."""
    if row["sub_account_id"] not in ("", truth["account"]) or row["scope_level"] == "provider":
        return False
    return row["service_name"] in ("", truth["service"], truth["native_service"])


def _tells(row: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Whether an incident tells of a planted anomaly: its place, its direction, its days."""
    if not _is_place(row, truth) or (row["direction"] == "up") != (float(truth["extra_daily"]) > 0):
        return False
    return row["start_date"] <= date.fromisoformat(truth["end"]) and row["end_date"] >= date.fromisoformat(
        truth["start"]
    )


def _follows(row: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Whether an incident is the way back from a planted anomaly: what was new is gone."""
    start, end = date.fromisoformat(truth["start"]), date.fromisoformat(truth["end"])
    return _is_place(row, truth) and start <= row["start_date"] <= end + timedelta(days=AFTERMATH_DAYS)


def _find_due(truth: dict[str, Any]) -> date | None:
    """The first day on which the anomaly is large enough to count; None where it never is."""
    start, end = date.fromisoformat(truth["start"]), date.fromisoformat(truth["end"])
    limit = max(MIN_AMOUNT, MIN_SHARE * float(truth["expected_daily"]))
    peak = abs(float(truth["extra_on_peak_day"]))
    if peak < limit:
        return None
    if truth["kind"] not in ("slow_leak", "trend_break"):
        return start
    days = (end - start).days + 1
    return start + timedelta(days=int(np.ceil(limit / peak * days)) - 1)


def _is_cause_right(anomaly: str, truth: dict[str, Any], explained: Explanations) -> bool:
    """Whether account, service, usage type, region and effect named first are the planted ones."""
    rows = explained.causes[explained.causes["anomaly_id"] == anomaly]
    first = {
        dimension: part.loc[part["rank"].idxmin(), "member"]
        for dimension, part in rows.groupby("dimension", sort=False)
    }
    is_whole = truth["kind"] in WHOLE_SERVICE
    return (
        first.get("sub_account_id") == truth["account"]
        and first.get("service_name") in (truth["service"], truth["native_service"])
        and (is_whole or str(first.get("x_usage_type", "")).endswith(truth["usage_type"]))
        and (is_whole or str(first.get("region_id", "")).lower().replace(" ", "") in _spell(truth["region"]))
        and first.get("effect") in EFFECTS_OF.get(truth["kind"], ("usage", "mix"))
    )


def _spell(region: str) -> tuple[str, ...]:
    """How exports spell a region."""
    other = {"northeurope": "eunorth", "germanywestcentral": "dewestcentral"}
    return (region, other.get(region, region))


def _adds_up(explained: Explanations) -> bool:
    """Whether every dimension of every anomaly adds up to its difference, to the last digit."""
    sums = explained.causes.groupby(["anomaly_id", "dimension"])["contribution"].sum()
    return all(value == explained.amounts[name][2] for (name, _), value in sums.items())


def _try_feedback(
    daily: pd.DataFrame,
    last_day: date,
    settings: AnomalySettings,
    planned: Sequence[Feedback],
    anomalies: Sequence[dict[str, Any]],
    found: AnomalyResult,
) -> dict[str, int]:
    """Answer the first half's incidents as a person would, and count the second half's with and without the answers."""
    half = found.anomalies["as_of_date"].max() - timedelta(days=FEEDBACK_DAYS) if len(found.anomalies) else last_day
    answers = [
        _answer(row, any(_tells(row, truth) for truth in anomalies))
        for row in found.anomalies.to_dict("records")
        if row["end_date"] < half and not row["is_excused"]
    ]
    after = detect_anomalies(
        daily, last_day, settings=settings, feedback=[*planned, *answers]
    ) if answers else found  # fmt: skip
    counts = {"answers": len(answers)}
    for name, result in (("without", found), ("with", after)):
        rows = [
            row for row in result.anomalies.to_dict("records") if row["start_date"] >= half and not row["is_excused"]
        ]
        later = [one for one in anomalies if date.fromisoformat(one["start"]) >= half]
        counts[f"{name}_false"] = sum(
            not any(_tells(row, one) or _follows(row, one) for one in anomalies) for row in rows
        )
        counts[f"{name}_right"] = sum(any(_tells(row, one) for one in anomalies) for row in rows)
        counts[f"{name}_found"] = sum(any(_tells(row, one) for row in rows) for one in later)
        counts["later"] = len(later)
    return counts


def _answer(row: dict[str, Any], is_right: bool) -> Feedback:
    scope = {"provider": row["service_provider_name"], "currency": row["billing_currency"]}
    scope |= {
        name: row[column]
        for name, column in (("account", "sub_account_id"), ("service", "service_name"))
        if row[column]
    }
    until = row["end_date"] + timedelta(days=365)
    return Feedback(
        scope, "unexpected" if is_right else "expected", row["start_date"], until, row["impact_cost"] / row["days"]
    )


def _sum_feedback(counts: Sequence[dict[str, int]]) -> dict[str, Any]:
    """Precision and recall of the later half, without and with what people said of the earlier one."""
    total = {name: sum(one[name] for one in counts) for name in counts[0]}
    told = {"answers": total["answers"]}
    return told | {
        name: {
            "precision": _share(total[f"{name}_right"], total[f"{name}_right"] + total[f"{name}_false"]),
            "recall": _share(total[f"{name}_found"], total["later"]),
            "false_incidents": total[f"{name}_false"],
        }
        for name in ("without", "with")
    }
