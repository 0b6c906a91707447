"""The datasets of the dashboards: marts with certified figures. Every sum is of exact decimals in the warehouse."""

from dashboards.design.parts import COUNT, EXACT, MONEY, PERCENT, Dataset, Metric


def of_one_currency(sql: str, currency: str = "billing_currency") -> str:
    """The figure where all rows are of one currency, else nothing: two currencies never meet in one sum."""
    return f"CASE WHEN MIN({currency}) = MAX({currency}) THEN {sql} END"


def money(name: str, label: str, sql: str, meaning: str, unit: str = MONEY) -> Metric:
    """An amount in billing currency; empty where rows of several currencies come together."""
    return Metric(name, label, of_one_currency(sql), f"{meaning} In billing currency, of one currency at a time.", unit)


def cost(name: str, label: str, meaning: str) -> Metric:
    """The sum of a cost column."""
    return money(name, label, f"SUM({name})", meaning)


COSTS = (
    cost("billed_cost", "Billed cost", "What the invoice charges (FOCUS BilledCost)."),
    cost("effective_cost", "Effective cost", "Cost with purchases spread over what they cover (FOCUS EffectiveCost)."),
    cost("list_cost", "List cost", "Cost at list prices (FOCUS ListCost)."),
    cost("contracted_cost", "Contracted cost", "Cost at contracted prices, before commitments (FOCUS ContractedCost)."),
)
SAVINGS = Metric(
    "savings_rate", "Effective savings rate",
    of_one_currency("1 - SUM(effective_cost) / NULLIF(SUM(list_cost), 0)"),
    "Share of the list cost that discounts and commitments save.", PERCENT,
)  # fmt: skip

DAILY = Dataset(
    "marts", "fct_cost_daily",
    (*COSTS, SAVINGS, Metric("line_items", "Line items", "SUM(line_item_count)", "Lines of the bills.", COUNT)),
    time="charge_date", scope=(("team", "x_team"), ("account", "sub_account_id")),
)  # fmt: skip

LINES = Dataset(
    "intermediate", "int_focus__unioned",
    (*COSTS, Metric("line_items", "Line items", "COUNT(*)", "Lines of the bill.", COUNT)),
    time="charge_period_start", scope=(("team", "x_team"), ("account", "sub_account_id")), roles=("team", "finance"),
)  # fmt: skip

RECONCILIATION = Dataset(
    "marts", "fct_reconciliation",
    (
        Metric("totals", "Totals compared", "COUNT(*)", "Totals that were compared from the file to the marts.", COUNT),
        Metric("differing", "Totals that differ", "SUM(CASE WHEN is_reconciled THEN 0 ELSE 1 END)",
               "Totals of which the warehouse holds something else than the export. Must be 0.", COUNT),
        money("file_sum", "In the export", "SUM(file_total)", "Total that the export files state.", EXACT),
        money("mart_sum", "In the marts", "SUM(monthly_total)", "Total that the dashboards are made of.", EXACT),
        money("variance_sum", "Difference", "SUM(variance)", "Marts minus export. Must be 0.", EXACT),
    ),
    time="billing_period", roles=("viewer", "finance"),
)  # fmt: skip

RESTATEMENTS = Dataset(
    "marts", "fct_cost_restatements",
    (
        money("billed_moved", "Billed cost moved", "SUM(billed_cost_difference)", "New minus old.", EXACT),
        money("effective_moved", "Effective cost moved", "SUM(effective_cost_difference)", "New minus old.", EXACT),
        Metric("changes", "Changes", "COUNT(*)", "Restated figures by day, account and service.", COUNT),
    ),
    time="changed_at", scope=(("account", "sub_account_id"),), roles=("team", "finance"),
)  # fmt: skip

HISTORY = Dataset(
    "marts", "fct_cost_monthly_history",
    (money("billed_believed", "Billed cost as believed", "SUM(billed_cost)", "As known then.", EXACT),),
    time="valid_from", roles=("viewer", "finance"),
)  # fmt: skip

TEXT, DAY, MOMENT, REAL, WHOLE = "VARCHAR", "DATE", "TIMESTAMP", "DOUBLE", "BIGINT"

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

INCIDENTS = Dataset(
    "ops", "incidents",
    (
        Metric("incidents", "Incidents", "COUNT(*)", "Incidents.", COUNT),
        Metric("open_incidents", "Open incidents", "SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END)",
               "Incidents that nobody acknowledged yet.", COUNT),
    ),
    time="opened_at", scope=(("account", "sub_account_id"),), roles=("viewer", "team", "finance"),
    columns=(
        ("incident_id", TEXT, "Names the incident."), ("rule", TEXT, "The rule that found it."),
        ("severity", TEXT, "info, warning or critical."), ("state", TEXT, "open, acknowledged or resolved."),
        ("title", TEXT, "In a line."), ("summary", TEXT, "In words."), ("service_provider_name", TEXT, "Provider."),
        ("sub_account_id", TEXT, "Account."), ("service_name", TEXT, "Service."), ("source_name", TEXT, "Source."),
        ("start_date", DAY, "Since when."), ("opened_at", MOMENT, "When it was opened."),
        ("acknowledged_by", TEXT, "Who takes care."), ("resolved_at", MOMENT, "When it was over."),
        ("note", TEXT, "What people noted."),
    ),
)  # fmt: skip

ACTIONS = Dataset(
    "ops", "actions",
    (
        Metric("proposals", "Proposals", "COUNT(*)", "Proposed actions.", COUNT),
        money("estimated", "Estimated monthly saving", "SUM(monthly_saving)", "As proposed.", EXACT),
        money("carried_out", "Saving of executed actions",
              "SUM(CASE WHEN state = 'executed' THEN monthly_saving ELSE 0 END)", "Estimated, a month.", EXACT),
        money("realised", "Realised daily saving", "SUM(realised_daily_saving)", "Seen on later bills.", EXACT),
    ),
    time="proposed_at", scope=(("account", "sub_account_id"),), roles=("viewer", "team", "finance"),
    columns=(
        ("proposal_id", TEXT, "Names the proposal."), ("state", TEXT, "How far it is."),
        ("remediation", TEXT, "What would be done."), ("service_provider_name", TEXT, "Provider."),
        ("sub_account_id", TEXT, "Account."), ("region_id", TEXT, "Region."), ("resource_id", TEXT, "Resource."),
        ("reason", TEXT, "Why."), ("billing_currency", TEXT, "Currency."),
        ("monthly_saving", "DECIMAL(38,12)", "Estimated saving a month."),
        ("realised_daily_saving", "DECIMAL(38,12)", "Saving a day, as later bills show it."),
        ("approval_count", WHOLE, "Approvals."), ("proposed_at", MOMENT, "When it was proposed."),
        ("updated_at", MOMENT, "When it last changed."),
    ),
)  # fmt: skip

SOURCES = Dataset(
    "ops", "sources",
    (
        Metric("sources", "Sources", "COUNT(*)", "Configured sources.", COUNT),
        Metric("late", "Late sources", "SUM(CASE WHEN hours_late > 0 THEN 1 ELSE 0 END)", "Later than normal.", COUNT),
    ),
    roles=("viewer", "finance"),
    columns=(
        ("source_name", TEXT, "Source."), ("last_delivery_at", MOMENT, "Its last delivery."),
        ("allowed_hours", WHOLE, "Hours until the next one is late."), ("hours_late", WHOLE, "Hours it is late."),
        ("status", TEXT, "on time, late or never delivered."), ("quarantined_count", WHOLE, "Deliveries kept out."),
    ),
)  # fmt: skip

DELIVERIES = Dataset(
    "ops", "deliveries",
    (
        Metric("deliveries", "Deliveries", "COUNT(*)", "Deliveries judged.", COUNT),
        Metric("quarantined", "Quarantined", "SUM(CASE WHEN status = 'quarantined' THEN 1 ELSE 0 END)",
               "Kept out, with their reasons.", COUNT),
        Metric("delivered_rows", "Rows", "SUM(row_count)", "Rows delivered.", COUNT),
    ),
    time="seen_at", roles=("viewer", "finance"),
    columns=(
        ("source_name", TEXT, "Source."), ("billing_period", DAY, "Month."), ("dataset", TEXT, "Kind of export."),
        ("delivery_id", TEXT, "Delivery."), ("status", TEXT, "promoted, quarantined, …"),
        ("is_current", "BOOLEAN", "Whether the warehouse shows it."), ("seen_at", MOMENT, "When it was judged."),
        ("row_count", WHOLE, "Rows."), ("reasons", TEXT, "Why it is kept out."),
    ),
)  # fmt: skip
