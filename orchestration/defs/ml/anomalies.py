"""Anomalies with their exact causes, and whether the detector still does what it did."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd

from alerts.feedback import FeedbackBook
from alerts.incidents import IncidentFinding
from alerts.severity import Severity
from cloudcost.analytics.anomaly_rules import list_feedback, read_settings
from cloudcost.analytics.forecasting import count_immature_days
from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.installation import Installation
from core.instants import utc_now
from orchestration.defs.alerts.assets import incident_book
from orchestration.defs.ml.forecasts import COST_DAILY, COSTS_CHANGED, last_charge_date, read_daily_costs
from orchestration.defs.warehouse.checks import RECONCILIATION
from orchestration.resources.installation import InstallationResource
from orchestration.written_specs import written_spec
from warehouse.written_tables import write_table, write_tables

CHARGES = dg.AssetKey(["marts", "fct_charges"])
ANOMALIES, CAUSES = dg.AssetKey(["ml", "cost_anomalies"]), dg.AssetKey(["ml", "anomaly_causes"])
QUALITY_KIND = "anomaly_quality"
#: Runs that a new one is compared with, and the days whose flags are counted.
REMEMBERED_RUNS, QUALITY_DAYS = 10, 90
ANOMALY_TABLES = ("anomaly_days", "cost_anomalies", "anomaly_causes")
_DAILY = """
select charge_date, billing_currency, service_provider_name, sub_account_id, max(sub_account_name) as sub_account_name,
    service_name, region_id, x_usage_type, charge_category, charge_frequency,
    cast(sum(effective_cost) as double precision) as effective_cost,
    cast(sum(contracted_cost) as double precision) as contracted_cost
from marts.fct_cost_daily
where {condition}
group by 1, 2, 3, 4, 6, 7, 8, 9, 10
order by 1, 2, 3, 4, 6, 7, 8, 9, 10
"""


@dg.multi_asset(
    name="cost_anomalies",
    specs=[
        written_spec(
            "ml",
            "cost_anomalies",
            [COST_DAILY, RECONCILIATION, CHARGES, COSTS_CHANGED],
            "ml",
            {"python", "scikitlearn"},
        ),
        written_spec("ml", "anomaly_causes", [COST_DAILY, RECONCILIATION, CHARGES, COSTS_CHANGED], "ml", {"python"}),
    ],
    pool="warehouse",
)
def cost_anomalies(installation: InstallationResource) -> Iterator[dg.MaterializeResult]:
    """Replaces ml.cost_anomalies and ml.anomaly_causes."""
    from ml.anomaly.costs import detect_anomalies
    from ml.anomaly.pattern import SEED

    opened, days = installation.open(), ScoredDays.until(utc_now().date())
    section = opened.config.anomalies
    daily = read_daily_costs(opened, days, _DAILY)
    as_of = last_charge_date(daily)
    if as_of is None:
        write_tables(opened.warehouse, "ml", {name: pd.DataFrame() for name in ANOMALY_TABLES})
        reason: dict[str, Any] = {"dagster/row_count": 0, "reason": "there is no usage to judge"}
        yield from (dg.MaterializeResult(asset_key=key, metadata=reason) for key in (ANOMALIES, CAUSES))
        return
    given = FeedbackBook(opened.store, utc_now).list()
    settings, feedback = read_settings(section), list_feedback(section, given)
    result = detect_anomalies(
        daily,
        as_of,
        settings=settings,
        feedback=feedback,
        immature_days=count_immature_days(opened, days),
        default_immature_days=opened.config.forecasts.immature_days,
    )
    first_day = pd.Timestamp(daily["charge_date"].min()).date()
    rows, causes = write_anomalies(opened, result.anomalies, first_day)
    quality = remember_quality(opened, as_of, result.verdicts, [one.verdict for one in given])
    opened_now = int(result.anomalies["is_open"].sum())
    facts: dict[str, Any] = {
        "as_of": as_of.isoformat(),
        "seed": SEED,
        "settings": str(settings),
        "feedback": len(feedback),
    }
    counts: dict[str, Any] = {
        "open": opened_now,
        "days judged": len(result.verdicts),
        "scopes not judged": len(result.skipped),
    }
    yield dg.MaterializeResult(asset_key=ANOMALIES, metadata={"dagster/row_count": rows, **counts, **facts, **quality})
    yield dg.MaterializeResult(asset_key=CAUSES, metadata={"dagster/row_count": causes, **facts})


def write_anomalies(installation: Installation, anomalies: pd.DataFrame, first_day: dt.date) -> tuple[int, int]:
    """Split the anomalies into causes by sums of the warehouse, store both, and return their numbers of rows."""
    from ml.causes import explain_anomalies, list_days, list_queries

    warehouse = installation.warehouse
    days = list_days(anomalies, first_day)
    write_table(warehouse, "ml", "anomaly_days", days)
    parts: list[Any] = []
    with warehouse.connect(read_only=True) as connection:
        charge_date = "cast(charges.charge_period_start as date)"
        for query in list_queries("ml.anomaly_days", "marts.fct_charges", charge_date):
            parts += connection.execute(query).fetchall() if len(days) else []
    explained = explain_anomalies(anomalies, days, parts)
    tables = {"cost_anomalies": explained.describe(anomalies), "anomaly_causes": explained.causes}
    rows = write_tables(warehouse, "ml", tables)
    return rows["cost_anomalies"], rows["anomaly_causes"]


def remember_quality(
    installation: Installation, as_of: dt.date, verdicts: pd.DataFrame, answers: list[str]
) -> dict[str, float]:
    """Keep this run's figures under its day, so that running it again replaces them."""
    from ml.anomaly.quality import measure_quality

    recent = verdicts[pd.to_datetime(verdicts["charge_date"]) > pd.Timestamp(as_of) - pd.Timedelta(days=QUALITY_DAYS)]
    now = measure_quality(len(recent), int(recent["is_anomaly"].sum()), answers)
    store, key = installation.store, as_of.isoformat()
    known = store.get(QUALITY_KIND, key)
    if known is None:
        store.insert(QUALITY_KIND, key, dict(now))
    elif known.body != now:
        store.update(QUALITY_KIND, key, dict(now), known.version)
    return now


@dg.asset_check(
    asset=ANOMALIES,
    name="detector_is_as_good_as_before",
    blocking=False,
    pool="warehouse",
    description="Share of flagged days, and how often people called an anomaly right, against the last runs; a drop "
    "opens an incident.",
)
def detector_is_as_good_as_before(installation: InstallationResource) -> dg.AssetCheckResult:
    """Warns and never stops a run: the anomalies are still the best there are."""
    from ml.anomaly.quality import find_drops

    opened, days = installation.open(), ScoredDays.until(utc_now().date())
    records = [one for one in opened.store.list(QUALITY_KIND) if dt.date.fromisoformat(one.key) in days]
    if not records:
        return dg.AssetCheckResult(passed=True, metadata={"runs": 0})
    now, before = records[-1], [one.body for one in records[:-1]][-REMEMBERED_RUNS:]
    drops = find_drops(now.body, before)
    if drops:
        incident_book(opened).open(describe_drop(now.key, drops))
    return dg.AssetCheckResult(
        passed=not drops,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"runs": len(before), "drops": drops, **now.body},
    )


@dg.asset_check(
    asset=CAUSES,
    name="contributions_add_up",
    blocking=True,
    pool="warehouse",
    description="The contributions of every dimension, and the effects, add up to the difference to the last digit.",
)
def contributions_add_up(installation: InstallationResource) -> dg.AssetCheckResult:
    """One query over what was stored."""
    query = """
        select count(*), count(case when total <> impact_cost then 1 end) from (
            select causes.anomaly_id, causes.dimension, sum(causes.contribution) as total,
                max(anomalies.impact_cost) as impact_cost
            from ml.anomaly_causes as causes
            inner join ml.cost_anomalies as anomalies on anomalies.anomaly_id = causes.anomaly_id
            group by 1, 2
        ) as sums
    """
    opened = installation.open()
    if not opened.warehouse.has_table("ml", "anomaly_causes"):
        return dg.AssetCheckResult(passed=True, metadata={"compared": 0})
    with opened.warehouse.connect(read_only=True) as connection:
        compared, differing = connection.execute(query).fetchall()[0]
    return dg.AssetCheckResult(passed=not differing, metadata={"compared": compared, "differing": differing})


def describe_drop(day: str, drops: list[str]) -> IncidentFinding:
    """The detector got worse: one incident per day of data."""
    return IncidentFinding(
        rule="anomaly_quality",
        scope={"asset": "ml/cost_anomalies"},
        start=dt.date.fromisoformat(day),
        severity=Severity.WARNING,
        title="The anomaly detector is worse than in the last runs",
        summary=". ".join(drops) + ".",
    )
