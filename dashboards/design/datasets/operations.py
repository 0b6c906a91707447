"""The state of operations: incidents, actions, sources, deliveries."""

from dashboards.design.datasets.figures import money
from dashboards.design.parts import COUNT, EXACT, Dataset, Metric

INCIDENTS = Dataset(
    "ops", "incidents",
    (
        Metric("incidents", "Incidents", "COUNT(*)", "Incidents.", COUNT),
        Metric("open_incidents", "Open incidents", "COUNT(CASE WHEN state = 'open' THEN 1 END)",
               "Incidents that nobody acknowledged yet.", COUNT),
    ),
    time="opened_at", scope=(("team", "x_team"), ("account", "sub_account_id")), roles=("viewer", "team", "finance"),
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
)  # fmt: skip

SOURCES = Dataset(
    "ops",
    "sources",
    (
        Metric("sources", "Sources", "COUNT(*)", "Configured sources.", COUNT),
        Metric("late", "Late sources", "COUNT(CASE WHEN hours_late > 0 THEN 1 END)", "Later than normal.", COUNT),
    ),
    roles=("viewer", "finance"),
)

CHECKS = Dataset(
    "ops", "checks",
    (
        Metric("checks", "Checks", "COUNT(*)", "Data quality checks, each by what it said last.", COUNT),
        Metric("not_passed", "Checks that failed or warned", "COUNT(CASE WHEN result <> 'passed' THEN 1 END)",
               "What they found is in the table.", COUNT),
    ),
    time="judged_at", roles=("viewer", "finance"),
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
)  # fmt: skip
