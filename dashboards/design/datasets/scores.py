"""What the models say: forecasts, anomalies, recommendations."""

from dashboards.design.datasets.figures import DAY, REAL, TEXT, WHOLE, money
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

ANOMALIES = Dataset(
    "ml", "cost_anomalies",
    (
        Metric("anomalies", "Anomalies", "COUNT(*)", "Anomalies found.", COUNT),
        Metric("open_anomalies", "Open anomalies", "SUM(CASE WHEN is_open THEN 1 ELSE 0 END)", "Recent ones.", COUNT),
        money("impact", "Impact", "SUM(impact_cost)", "Actual minus expected cost over their days.", MONEY),
        money("absolute_impact", "Absolute impact", "SUM(ABS(impact_cost))", "Size of the surprises.", MONEY),
        money("actual", "Actual", "SUM(actual_cost)", "Cost of their days.", MONEY),
        money("expected", "Expected", "SUM(expected_cost)", "What was expected of them.", MONEY),
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
        ("causes", TEXT, "All causes, as JSON."), ("as_of_date", DAY, "The last day that was known."),
        ("is_open", "BOOLEAN", "Recent enough to act on."),
    ),
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
