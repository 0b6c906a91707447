"""What the models say: forecasts, anomalies, recommendations."""

from dashboards.design.datasets.figures import DAY, REAL, TEXT, WHOLE, money, of_one_currency
from dashboards.design.parts import COUNT, EXACT, MONEY, PERCENT, Dataset, Metric

FORECASTS = Dataset(
    "ml", "cost_forecasts",
    (
        money("forecast", "Forecast", "SUM(forecast_cost)", "Expected cost.", MONEY),
        money("low", "80 % interval, low", "SUM(lower_80)", "Four of five days are above.", MONEY),
        money("high", "80 % interval, high", "SUM(upper_80)", "Four of five days are below.", MONEY),
        money("low95", "95 % interval, low", "SUM(lower_95)", "Nineteen of twenty days are above.", MONEY),
        money("high95", "95 % interval, high", "SUM(upper_95)", "Nineteen of twenty days are below.", MONEY),
        Metric("error", "Back-test error", "AVG(backtest_wape)", "Absolute error as share of the cost.", PERCENT),
    ),
    time="forecast_date", scope=(("account", "sub_account_id"),), roles=("viewer", "team", "finance"),
    columns=(
        ("unique_id", TEXT, "The series."), ("scope_level", TEXT, "total, provider, account, service or finer."),
        ("service_provider_name", TEXT, "Provider; empty on higher levels."), ("sub_account_id", TEXT, "Account."),
        ("sub_account_name", TEXT, "Account name."), ("service_name", TEXT, "Service."),
        ("billing_currency", TEXT, "Currency of the costs."), ("forecast_date", DAY, "The day forecast."),
        ("forecast_cost", REAL, "Expected cost."), ("lower_80", REAL, "Lower end of the 80 % interval."),
        ("upper_80", REAL, "Upper end of the 80 % interval."), ("lower_95", REAL, "Lower end of the 95 % interval."),
        ("upper_95", REAL, "Upper end of the 95 % interval."), ("model", TEXT, "The model that was chosen."),
        ("as_of_date", DAY, "The last day that was known."), ("training_days", WHOLE, "Days learned from."),
        ("backtest_wape", REAL, "Back-test error: absolute error over absolute cost."),
    ),
)  # fmt: skip

PROVIDER = ("service_provider_name", TEXT, "Provider; empty on other levels.",
            "CASE WHEN scope_level = 'provider' THEN split_part(unique_id, '|', 3) END")  # fmt: skip

HORIZONS = Dataset(
    "ml", "cost_forecast_horizons",
    (
        money("so_far", "So far", "SUM(actual_cost)", "Cost of the days that are known.", MONEY),
        money("expected_total", "Expected total", "SUM(total_cost)", "Known days and expected ones.", MONEY),
        money("total_low", "80 % interval, low", "MIN(lower_80)", "Four of five totals are above.", MONEY),
        money("total_high", "80 % interval, high", "MAX(upper_80)", "Four of five totals are below.", MONEY),
    ),
    roles=("viewer", "finance"),
    columns=(
        ("unique_id", TEXT, "The series."), ("scope_level", TEXT, "total, provider, account, service or finer."),
        ("billing_currency", TEXT, "Currency of the costs."),
        ("horizon", TEXT, "day, month_end, quarter_end or 12_months."), ("start_date", DAY, "First day of the span."),
        ("end_date", DAY, "Last day of the span."), ("actual_cost", REAL, "Cost of its known days."),
        ("forecast_cost", REAL, "Expected cost of its other days."), ("total_cost", REAL, "Both together."),
        ("lower_80", REAL, "Lower end of the total's 80 % interval."),
        ("upper_80", REAL, "Upper end of the total's 80 % interval."),
        ("lower_95", REAL, "Lower end of the total's 95 % interval."),
        ("upper_95", REAL, "Upper end of the total's 95 % interval."), ("as_of_date", DAY, "The last day known."),
    ),
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
    columns=(
        ("unique_id", TEXT, "The series."), ("scope_level", TEXT, "total, provider, account, service or finer."),
        ("billing_currency", TEXT, "Currency of the costs."), ("kind", TEXT, "Back-test, or forecasts that were made."),
        ("days_ahead", WHOLE, "Days ahead, at most."), ("forecasts", WHOLE, "Days that were forecast."),
        ("wape", REAL, "Absolute error over absolute cost."), ("bias", REAL, "Forecast minus cost over cost."),
        ("coverage_80", REAL, "Share inside the 80 % interval."),
        ("coverage_95", REAL, "Share inside the 95 % interval."), ("as_of_date", DAY, "The last day known."),
    ),
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
        ("service_provider_name", TEXT, "Provider."), ("billing_currency", TEXT, "Currency of the costs."),
        ("as_of_date", DAY, "When it was forecast."), ("forecast_date", DAY, "The day forecast."),
        ("days_ahead", WHOLE, "Days between."), ("model", TEXT, "The model that was chosen."),
        ("forecast_cost", REAL, "Expected cost."), ("lower_80", REAL, "Lower end of the 80 % interval."),
        ("upper_80", REAL, "Upper end of the 80 % interval."), ("actual_cost", "DECIMAL(38,12)", "What it was."),
    ),
    sql="""\
select split_part(past.unique_id, '|', 3) as service_provider_name, past.billing_currency, past.as_of_date,
    past.forecast_date, past.days_ahead, past.model, past.forecast_cost, past.lower_80, past.upper_80,
    known.actual_cost
from ml.forecast_history as past
inner join (
    select service_provider_name, billing_currency, charge_date, sum(effective_cost) as actual_cost
    from marts.fct_cost_daily group by service_provider_name, billing_currency, charge_date
) as known on split_part(past.unique_id, '|', 3) = known.service_provider_name
    and past.billing_currency = known.billing_currency and past.forecast_date = known.charge_date
where past.scope_level = 'provider'""",
)  # fmt: skip

CAUSES = Dataset(
    "ml", "anomaly_causes",
    (
        money("contribution_sum", "Contribution", "SUM(contribution)", "Part of the impact that it explains.", MONEY),
        Metric("largest_share", "Share of the impact", "MAX(share)", "Contribution over impact.", PERCENT),
    ),
    time="start_date", scope=(("account", "sub_account_id"),), roles=("viewer", "team", "finance"),
    columns=(
        ("anomaly_id", TEXT, "The anomaly."), ("start_date", DAY, "Its first day."),
        ("service_provider_name", TEXT, "Provider."), ("sub_account_id", TEXT, "Account."),
        ("sub_account_name", TEXT, "Account name."), ("service_name", TEXT, "Service."),
        ("billing_currency", TEXT, "Currency of the costs."), ("severity", TEXT, "By money and surprise."),
        ("is_open", "BOOLEAN", "Recent enough to act on."),
        ("dimension", TEXT, "By what the cost was split: resource, usage type, team, price or usage, …"),
        ("member", TEXT, "Which member of it moved."), ("contribution", "DECIMAL(38,12)", "How much of the impact."),
        ("share", REAL, "Contribution over impact."), ("rank", WHOLE, "1 is the largest of its dimension."),
    ),
    sql="""\
select found.anomaly_id, found.start_date, found.service_provider_name, found.sub_account_id, found.sub_account_name,
    found.service_name, found.billing_currency, found.severity, found.is_open, cause.dimension, cause.member,
    cause.contribution, cause.share, cause."rank"
from ml.anomaly_causes as cause
inner join ml.cost_anomalies as found on cause.anomaly_id = found.anomaly_id""",
)  # fmt: skip

ANOMALIES = Dataset(
    "ml", "cost_anomalies",
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
    time="start_date", scope=(("account", "sub_account_id"),), roles=("viewer", "team", "finance"),
    columns=(
        ("anomaly_id", TEXT, "Names the anomaly."), ("unique_id", TEXT, "The series."),
        ("scope_level", TEXT, "The level that explains it."), ("service_provider_name", TEXT, "Provider."),
        ("sub_account_id", TEXT, "Account."), ("sub_account_name", TEXT, "Account name."),
        ("service_name", TEXT, "Service."), ("billing_currency", TEXT, "Currency of the costs."),
        ("kind", TEXT, "What kind of surprise."), ("direction", TEXT, "up or down."), ("start_date", DAY, "First day."),
        ("end_date", DAY, "Last day."), ("days", WHOLE, "Days."), ("actual_cost", REAL, "Cost of its days."),
        ("expected_cost", REAL, "Expected cost of its days."), ("lower_cost", REAL, "Lower end of the expected band."),
        ("upper_cost", REAL, "Upper end of the expected band."), ("impact_cost", REAL, "Actual minus expected."),
        ("impact_percent", REAL, "Impact in percent of the expected cost."), ("score", REAL, "How surprising."),
        ("severity", TEXT, "By money and surprise."), ("top_cause", TEXT, "The member that moved most."),
        ("as_of_date", DAY, "The last day that was known."), ("is_open", "BOOLEAN", "Recent enough to act on."),
        ("feedback", TEXT, "What people said: expected, unexpected, planned, or nothing yet."),
        ("feedback_reason", TEXT, "Why they said it."), ("feedback_by", TEXT, "Who said it."),
    ),
    sql="""\
select found.anomaly_id, found.unique_id, found.scope_level, found.service_provider_name, found.sub_account_id,
    found.sub_account_name, found.service_name, found.billing_currency, found.kind, found.direction, found.start_date,
    found.end_date, found.days, found.actual_cost, found.expected_cost, found.lower_cost, found.upper_cost,
    found.impact_cost, found.impact_percent, found.score, found.severity, found.top_cause, found.as_of_date,
    found.is_open, coalesce(said.verdict, 'nothing yet') as feedback, said.reason as feedback_reason,
    said.actor as feedback_by
from ml.cost_anomalies as found
left join ops.anomaly_feedback as said on found.anomaly_id = said.anomaly_id""",
)  # fmt: skip

RECOMMENDATIONS = Dataset(
    "ml", "recommendations",
    (
        money("saving", "Monthly saving", "SUM(monthly_saving)", "Estimated, in billing currency.", EXACT),
        Metric("recommendations", "Recommendations", "COUNT(*)", "Findings.", COUNT),
    ),
    scope=(("account", "account_id"),), roles=("viewer", "team", "finance"),
    columns=(
        ("recommendation_id", TEXT, "Names the finding."), ("check_name", TEXT, "The check that found it."),
        ("provider", TEXT, "Provider."), ("account_id", TEXT, "Account."), ("region", TEXT, "Region."),
        ("resource_id", TEXT, "Resource."), ("monthly_saving", "DECIMAL(38,12)", "Estimated saving a month."),
        ("billing_currency", TEXT, "Currency."), ("evidence", TEXT, "What it rests on, as JSON."),
        ("remediation", TEXT, "The action that would carry it out."), ("risk_class", TEXT, "Can it be undone?"),
        ("reason", TEXT, "In words."), ("source_name", TEXT, "Source."), ("billing_period", DAY, "Month."),
        ("created_on", DAY, "Day of the finding."),
    ),
)  # fmt: skip
