"""What the models say: forecasts, anomalies, recommendations."""

from collections.abc import Sequence

from dashboards.design.datasets.figures import TEXT, money, of_one_currency
from dashboards.design.models import columns_of, names_of
from dashboards.design.parts import COUNT, EXACT, MONEY, PERCENT, Dataset, Metric

#: Of forecasts; teams and environments have levels of their own, and a filter by them would empty charts of the others.
FORECAST = names_of(
    "cost_forecasts",
    but="forecast_id x_usage_type x_team x_environment backtest_coverage_80 backtest_coverage_95 days_ahead".split(),
)
#: What joins show of past forecasts, of anomalies beside their causes, of causes, and of anomalies.
PAST = names_of("forecast_history", but="forecast_id unique_id scope_level lower_95 upper_95".split())
EXPLAINED = """anomaly_id start_date service_provider_name sub_account_id sub_account_name service_name x_team
    billing_currency severity is_open""".split()
CAUSE = names_of("anomaly_causes", but=["anomaly_id"])
FOUND = names_of("cost_anomalies", but="region_id x_usage_type is_excused causes".split())


def name_all(alias: str, columns: Sequence[str]) -> str:
    """The columns of a table in a SELECT; quoted, because `rank` is a word of SQL."""
    return ", ".join(f'{alias}."{column}"' for column in columns)


FORECASTS = Dataset(
    "ml",
    "cost_forecasts",
    (
        money("forecast", "Forecast", "SUM(forecast_cost)", "Expected cost.", MONEY),
        money("low", "80 % interval, low", "SUM(lower_80)", "Four of five days are above.", MONEY),
        money("high", "80 % interval, high", "SUM(upper_80)", "Four of five days are below.", MONEY),
        money("low95", "95 % interval, low", "SUM(lower_95)", "Nineteen of twenty days are above.", MONEY),
        money("high95", "95 % interval, high", "SUM(upper_95)", "Nineteen of twenty days are below.", MONEY),
        Metric("error", "Back-test error", "AVG(backtest_wape)", "Absolute error as share of the cost.", PERCENT),
    ),
    time="forecast_date",
    scope=(("team", "x_team"), ("account", "sub_account_id")),
    roles=("viewer", "team", "finance"),
    columns=columns_of("cost_forecasts", *FORECAST),
)

PROVIDER = (
    "service_provider_name",
    TEXT,
    "Provider; empty on other levels.",
    "CASE WHEN scope_level = 'provider' THEN split_part(unique_id, '|', 3) END",
)

HORIZONS = Dataset(
    "ml", "cost_forecast_horizons",
    (
        money("so_far", "So far", "SUM(actual_cost)",
              "Cost of the days that are complete, the last of which is Known until.", MONEY),
        money("expected_total", "Expected total", "SUM(total_cost)", "Known days and expected ones.", MONEY),
        money("total_low", "80 % interval, low", "MIN(lower_80)", "Four of five totals are above.", MONEY),
        money("total_high", "80 % interval, high", "MAX(upper_80)", "Four of five totals are below.", MONEY),
    ),
    roles=("viewer", "finance"),
    calculated=(PROVIDER,),
)  # fmt: skip

ACCURACY = Dataset(
    "ml", "forecast_accuracy",
    (
        Metric("wape", "Error", "SUM(wape * forecasts) / NULLIF(SUM(forecasts), 0)",
               "Absolute error as share of the cost, over all forecast days.", PERCENT),
        Metric("bias", "Bias", "SUM(bias * forecasts) / NULLIF(SUM(forecasts), 0)",
               "Forecast minus cost as share of the cost; above 0 too much was forecast.", PERCENT),
        Metric("covered_80", "Inside the 80 % interval",
               "SUM(coverage_80 * forecasts) / NULLIF(SUM(forecasts), 0)", "Should be 80 %.", PERCENT),
        Metric("covered_95", "Inside the 95 % interval",
               "SUM(coverage_95 * forecasts) / NULLIF(SUM(forecasts), 0)", "Should be 95 %.", PERCENT),
        Metric("forecast_days", "Forecast days", "SUM(forecasts)", "Days that were forecast and then known.", COUNT),
    ),
    roles=("viewer", "finance"),
    calculated=(PROVIDER,),
)  # fmt: skip

OUTCOMES = Dataset(
    "ml", "forecast_outcomes",
    (
        money("was_forecast", "Forecast", "SUM(forecast_cost)", "What was expected then.", MONEY),
        money("came", "Cost", "SUM(actual_cost)", "What it was.", MONEY),
        Metric("missed_by", "Missed by", of_one_currency(
            "SUM(ABS(forecast_cost - actual_cost)) / NULLIF(SUM(ABS(actual_cost)), 0)"),
            "Absolute error as share of the cost.", PERCENT),
        Metric("held", "Inside the 80 % interval",
               "AVG(CASE WHEN actual_cost BETWEEN lower_80 AND upper_80 THEN 1.0 ELSE 0.0 END)", "Should be 80 %.",
               PERCENT),
    ),
    time="forecast_date", roles=("viewer", "finance"),
    columns=(
        ("service_provider_name", TEXT, "Provider."), *columns_of("forecast_history", *PAST),
        ("actual_cost", "NUMERIC(38,12)", "What it was."),
    ),
    sql=f"""\
select split_part(past.unique_id, '|', 3) as service_provider_name, {name_all("past", PAST)}, known.actual_cost
from ml.forecast_history as past
inner join (
    select service_provider_name, billing_currency, charge_date, sum(effective_cost) as actual_cost
    from marts.fct_cost_daily group by service_provider_name, billing_currency, charge_date
) as known on split_part(past.unique_id, '|', 3) = known.service_provider_name
    and past.billing_currency = known.billing_currency and past.forecast_date = known.charge_date
where past.scope_level = 'provider'""",
)  # fmt: skip

CAUSES = Dataset(
    "ml",
    # not called like a table that it reads: the rule of its rows would be asked of the table too, which has no team
    "explained_anomalies",
    (
        money("contribution_sum", "Contribution", "SUM(contribution)", "Part of the impact that it explains.", MONEY),
        Metric("largest_share", "Share of the impact", "MAX(share)", "Contribution over impact.", PERCENT),
    ),
    time="start_date",
    scope=(("team", "x_team"), ("account", "sub_account_id")),
    roles=("viewer", "team", "finance"),
    columns=(*columns_of("cost_anomalies", *EXPLAINED), *columns_of("anomaly_causes", *CAUSE)),
    sql=f"""\
select {name_all("found", EXPLAINED)}, {name_all("cause", CAUSE)}
from ml.anomaly_causes as cause
inner join ml.cost_anomalies as found on cause.anomaly_id = found.anomaly_id""",
)

ANOMALIES = Dataset(
    "ml",
    "cost_anomalies",
    (
        Metric("anomalies", "Anomalies", "COUNT(*)", "Anomalies found.", COUNT),
        Metric("open_anomalies", "Open anomalies", "COUNT(CASE WHEN is_open THEN 1 END)", "Recent ones.", COUNT),
        money("impact", "Impact", "SUM(impact_cost)", "Actual minus expected cost over their days.", MONEY),
        money("absolute_impact", "Absolute impact", "SUM(ABS(impact_cost))", "Size of the surprises.", MONEY),
        money("actual", "Actual", "SUM(actual_cost)", "Cost of their days.", MONEY),
        money("expected", "Expected", "SUM(expected_cost)", "What was expected of them.", MONEY),
        money("band_low", "Expected band, low", "SUM(lower_cost)", "Lower end of what is usual.", MONEY),
        money("band_high", "Expected band, high", "SUM(upper_cost)", "Upper end of what is usual.", MONEY),
    ),
    time="start_date",
    scope=(("team", "x_team"), ("account", "sub_account_id")),
    roles=("viewer", "team", "finance"),
    columns=(
        *columns_of("cost_anomalies", *FOUND),
        ("feedback", TEXT, "What people stated: expected, unexpected, planned, or nothing yet."),
        ("feedback_reason", TEXT, "Why they stated it."),
        ("feedback_by", TEXT, "Who stated it."),
    ),
    sql=f"""\
select {name_all("found", FOUND)}, coalesce(stated.verdict, 'nothing yet') as feedback,
    stated.reason as feedback_reason, stated.actor as feedback_by
from ml.cost_anomalies as found
left join ops.anomaly_feedback as stated on found.anomaly_id = stated.anomaly_id""",
)

#: Findings whose saving is still to be had, and that state one.
OPEN = "status IN ('found', 'accepted') AND lever <> 'none'"

RECOMMENDATIONS = Dataset(
    "ml",
    "recommendations",
    (
        money("planned", "Planned monthly saving", "SUM(planned_saving)",
              "What all findings save together: overlaps count once, dismissed ones not.", EXACT),
        money("saving", "Monthly saving, each by itself", "SUM(monthly_saving)",
              "Of each finding alone; these overlap.", EXACT),
        money("overlapping", "Overlaps", f"SUM(CASE WHEN {OPEN} THEN COALESCE(monthly_saving, 0) + "
              "COALESCE(freed_saving, 0) - COALESCE(planned_saving, 0) ELSE 0 END)",
              "What alternatives and levers on the same cost save only once.", EXACT),
        money("freed", "Freed commitments", "SUM(freed_saving)", "What other usage takes over.", EXACT),
        money("dismissed_saving", "Dismissed", "SUM(CASE WHEN status = 'dismissed' THEN monthly_saving ELSE 0 END)",
              "Somebody said why not, until a day.", EXACT),
        money("done_saving", "Done", "SUM(CASE WHEN status IN ('done', 'verified') THEN monthly_saving ELSE 0 END)",
              "Its action is carried out.", EXACT),
        Metric("recommendations", "Recommendations", "COUNT(*)", "Findings.", COUNT),
        Metric("without_amount", "Without an amount", "COUNT(CASE WHEN monthly_saving IS NULL THEN 1 END)",
               "The bill does not tell what they save.", COUNT),
    ),
    scope=(("team", "x_team"), ("account", "account_id")),
    roles=("viewer", "team", "finance"),
)  # fmt: skip

FINDINGS = Dataset(
    "marts",
    "fct_savings",
    (
        money("found_saving", "Saving", "SUM(monthly_saving)", "Of each finding alone, a month.", EXACT),
        Metric("findings", "Findings", "COUNT(*)", "Found in the last run or in the 90 days before it.", COUNT),
        Metric("longest", "Days persisting", "MAX(days_persisting)", "How long the oldest is found.", COUNT),
    ),
    time="last_seen",
    scope=(("team", "x_team"), ("account", "account_id")),
    roles=("viewer", "team", "finance"),
)

#: Changes that are measured to their end: what it is too early for counts in no sum.
FINAL = "verdict IN ('saved', 'not_saved', 'unclear')"

REALISED = Dataset(
    "marts",
    "fct_realised_savings",
    (
        money(
            "promised",
            "Promised monthly saving",
            f"SUM(CASE WHEN {FINAL} THEN promised_saving ELSE 0 END)",
            "Of changes that are measured: what they were to save together.",
            EXACT,
        ),
        money(
            "realised_sum",
            "Realised monthly saving",
            f"SUM(CASE WHEN {FINAL} THEN realised_saving ELSE 0 END)",
            "Cost that would have been less cost as billed, also of those that saved nothing.",
            EXACT,
        ),
        money(
            "proven",
            "Of that saved beyond doubt",
            "SUM(CASE WHEN verdict = 'saved' THEN realised_saving ELSE 0 END)",
            "Of changes with an interval above zero.",
            EXACT,
        ),
        money(
            "came_to",
            "Saved to date",
            f"SUM(CASE WHEN {FINAL} THEN saved_to_date ELSE 0 END)",
            "On all days since the changes.",
            EXACT,
        ),
        money("rebound", "Rebound", "SUM(rebound_cost)", "What new resources in their place cost a month.", EXACT),
        money("idle", "Commitments nobody uses", "SUM(unused_commitment_cost)", "Freed, and not taken over.", EXACT),
        Metric("closed_findings", "Closed findings", "COUNT(*)", "Done, verified or lapsed in 90 days.", COUNT),
    ),
    time="changed_on",
    scope=(("team", "x_team"), ("account", "account_id")),
    roles=("viewer", "team", "finance"),
)

UNJUDGED = Dataset(
    "ml",
    "unjudged_savings",
    (Metric("unjudged", "Not judged", "COUNT(*)", "Accounts, regions, resources or checks, with the reason.", COUNT),),
    scope=(("account", "account_id"),),
    roles=("viewer", "team", "finance"),
)
