"""Judge the anomaly detector on simulated companies whose anomalies are known.

Every company is judged day by day with nothing later. An anomaly counts where it is at least 10 % of its scope and 50
a day; it is found by an incident of its account, service and direction while it lasts. An incident that belongs to no
planted anomaly is false. Announced events are decoys: the detector knows of them, as the configuration would.
Companies without anomalies (--clean) give the false incidents per company-month.
"""

import argparse
import json
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from ml.anomaly.costs import detect_anomalies
from ml.anomaly.feedback import Feedback
from ml.anomaly.settings import AnomalySettings
from ml.causes import Explanations, explain_anomalies, list_days, list_queries
from ml.errors import AnalyticsInputError
from ml.evaluate.answers import sum_feedback, try_feedback
from ml.evaluate.matching import is_about, match, share_of

HELP = "judge the anomaly detector on simulated companies"
DAILY = """
select charge_date, billing_currency, service_provider_name, sub_account_id, max(sub_account_name) as sub_account_name,
    service_name, region_id, x_usage_type, charge_category, charge_frequency,
    sum(effective_cost)::double as effective_cost, sum(contracted_cost)::double as contracted_cost
from charges group by all order by all
"""


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
    companies = [(seed, options.months, options.rows_per_month, scenario) for scenario in scenarios for seed in seeds]
    if options.jobs > 1:
        with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
            done = list(pool.map(judge_company, *zip(*companies, strict=True)))
    else:
        done = [judge_company(*one) for one in companies]
    judged = done[: len(seeds)]
    result = summarise(
        [one for each in judged for one in each["truths"]], [one for each in judged for one in each["incidents"]]
    )
    result["feedback"] = sum_feedback([each["feedback"] for each in judged])
    result["planned_events_reported"] = sum(each["decoys_reported"] for each in judged)
    result["planned_events"] = sum(each["decoys"] for each in judged)
    result["contributions_add_up"] = all(each["exact"] for each in judged)
    clean = [one for each in done[len(seeds) :] for one in each["incidents"]]
    if not options.no_clean:
        result["clean_false_incidents"] = len(clean)
        result["clean_false_per_company_month"] = round(len(clean) / (options.seeds * options.months), 4)
    if options.details:
        lines = [row for each in judged for row in (*each["truths"], *each["incidents"])] + clean
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
    reported = found.anomalies[~found.anomalies["is_excused"].astype(bool)].reset_index(drop=True)
    company.connection.register("days", days := list_days(reported))
    parts: list[Any] = []
    if len(days):
        for query in list_queries("days", "charges", "charges.charge_date"):
            parts += company.connection.execute(query).fetchall()
    explained = explain_anomalies(reported, days, parts)
    truths, incidents = match(seed, company.anomalies, reported, explained)
    company.connection.close()
    return {
        "truths": truths,
        "incidents": incidents,
        "exact": _adds_up(explained),
        "decoys": len(company.decoys),
        "decoys_reported": sum(is_about(row, decoy) for decoy in company.decoys for row in reported.to_dict("records")),
        "feedback": try_feedback(daily, company.last_day, settings, planned, company.anomalies, found),
    }


def summarise(truths: Sequence[dict[str, Any]], reported: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The measures over all companies."""
    sized = [one for one in truths if one["counts"]]
    found = [one for one in sized if one["found"]]
    right = sum(one["verdict"] == "right" for one in reported)
    wrong = sum(one["verdict"] == "false" for one in reported)
    money = sum(one["money"] for one in sized)
    return {
        "planted": len(truths),
        "planted_that_count": len(sized),
        "recall": share_of(len(found), len(sized)),
        "precision": share_of(right, right + wrong),
        "incidents": len(reported),
        "false_incidents": wrong,
        "aftermath_incidents": sum(one["verdict"] == "after" for one in reported),
        "median_delay_days": float(np.median([one["delay"] for one in found])) if found else None,
        "mean_delay_days": round(float(np.mean([one["delay"] for one in found])), 3) if found else None,
        "money_weighted_recall": share_of(sum(one["money"] for one in found), money),
        "cause_accuracy": share_of(sum(bool(one["cause_right"]) for one in found), len(found)),
        "recall_by_kind": {
            kind: f"{sum(one['kind'] == kind for one in found)}/{sum(one['kind'] == kind for one in sized)}"
            for kind in sorted({one["kind"] for one in sized})
        },
    }


def _announce(decoy: dict[str, Any]) -> Feedback:
    names = {"aws": "AWS", "azure": "Microsoft", "gcp": "Google Cloud"}
    scope = {"provider": names[decoy["provider"]], "account": decoy["account"]}
    scope["service"] = decoy["service"] if decoy["provider"] != "azure" else decoy["native_service"]
    return Feedback(
        scope, "planned", date.fromisoformat(decoy["start"]), date.fromisoformat(decoy["end"]), reason=decoy["id"]
    )


def _adds_up(explained: Explanations) -> bool:
    """Whether every dimension of every anomaly adds up to its difference, to the last digit."""
    sums = explained.causes.groupby(["anomaly_id", "dimension"])["contribution"].sum()
    return all(value == explained.amounts[name][2] for (name, _), value in sums.items())
