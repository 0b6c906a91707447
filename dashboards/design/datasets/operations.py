"""The state of operations: incidents, actions, sources, deliveries."""

from dashboards.design.datasets.figures import DAY, MOMENT, TEXT, WHOLE, money
from dashboards.design.parts import COUNT, EXACT, Dataset, Metric

INCIDENTS = Dataset(
    "ops", "incidents",
    (
        Metric("incidents", "Incidents", "COUNT(*)", "Incidents.", COUNT),
        Metric("open_incidents", "Open incidents", "COUNT(CASE WHEN state = 'open' THEN 1 END)",
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
        Metric("late", "Late sources", "COUNT(CASE WHEN hours_late > 0 THEN 1 END)", "Later than normal.", COUNT),
    ),
    roles=("viewer", "finance"),
    columns=(
        ("source_name", TEXT, "Source."), ("last_delivery_at", MOMENT, "Its last delivery."),
        ("allowed_hours", WHOLE, "Hours until the next one is late."), ("hours_late", WHOLE, "Hours it is late."),
        ("status", TEXT, "on time, late or never delivered."), ("quarantined_count", WHOLE, "Deliveries kept out."),
    ),
)  # fmt: skip

CHECKS = Dataset(
    "ops", "checks",
    (
        Metric("checks", "Checks", "COUNT(*)", "Data quality checks, each by what it said last.", COUNT),
        Metric("not_passed", "Checks that failed or warned", "COUNT(CASE WHEN result <> 'passed' THEN 1 END)",
               "What they found is in the table.", COUNT),
    ),
    time="judged_at", roles=("viewer", "finance"),
    columns=(
        ("asset", TEXT, "What was checked."), ("check_name", TEXT, "The check."),
        ("result", TEXT, "passed, warned or failed."),
        ("severity", TEXT, "error stops figures from being published, warn stops nothing."),
        ("is_passed", "BOOLEAN", "Whether it found nothing."), ("judged_at", MOMENT, "When it was last judged."),
        ("description", TEXT, "What it found."),
    ),
)  # fmt: skip

DELIVERIES = Dataset(
    "ops", "deliveries",
    (
        Metric("deliveries", "Deliveries", "COUNT(*)", "Deliveries judged.", COUNT),
        Metric("quarantined", "Quarantined", "COUNT(CASE WHEN status = 'quarantined' THEN 1 END)",
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
