"""Whose cost it is: allocated costs, tag coverage, statements, unit costs, budgets."""

from dashboards.design.datasets.figures import COSTS, cost, money, of_one_currency
from dashboards.design.parts import EXACT, MONEY, PERCENT, Dataset, Metric

ALLOCATED = Dataset(
    "marts", "fct_cost_allocated_daily",
    (
        *COSTS,
        money("direct", "Direct cost", "SUM(CASE WHEN allocation_kind = 'direct' THEN effective_cost ELSE 0 END)",
              "Effective cost of the charges themselves."),
        money("shared_in", "Shared in", "SUM(CASE WHEN allocation_kind = 'shared in' THEN effective_cost ELSE 0 END)",
              "Part of shared costs that is borne."),
        money("shared_out", "Shared out",
              "SUM(CASE WHEN allocation_kind = 'shared out' THEN effective_cost ELSE 0 END)",
              "Own cost that others bear."),
        money("unallocated", "Unallocated",
              "SUM(CASE WHEN team_basis = 'default' THEN effective_cost ELSE 0 END)",
              "Effective cost of which nothing says whose it is."),
    ),
    time="charge_date", scope=(("team", "team"), ("account", "sub_account_id")),
)  # fmt: skip

CONTAINERS = Dataset(
    "marts", "fct_container_cost_daily",
    (
        money("container_cost", "Cost of containers", "SUM(split_effective_cost)",
              "Part of their nodes' effective cost that pods and tasks were given."),
        money("container_unused", "Unused share", "SUM(unused_cost)",
              "How much of it is a share of what nobody used of the nodes."),
    ),
    time="charge_date", scope=(("account", "sub_account_id"),),
)  # fmt: skip

COVERAGE = Dataset(
    "marts", "fct_tag_coverage",
    (
        Metric("tagged_share", "Tagged share",
               of_one_currency("SUM(CASE WHEN basis = 'tag' THEN effective_cost ELSE 0 END) "
                               "/ NULLIF(SUM(effective_cost), 0)"), "Share of the effective cost that a tag explains.",
               PERCENT),
        Metric("explained_share", "Explained share",
               of_one_currency("SUM(CASE WHEN basis <> 'default' THEN effective_cost ELSE 0 END) "
                               "/ NULLIF(SUM(effective_cost), 0)"), "Share that a tag, a rule or an account explains.",
               PERCENT),
        cost("effective_cost", "Effective cost", "Cost with purchases spread over what they cover."),
    ),
    time="billing_period", scope=(("account", "sub_account_id"),),
)  # fmt: skip

STATEMENTS = Dataset(
    "marts",
    "fct_statement_monthly",
    (
        money("statement_direct", "Direct", "SUM(direct_effective_cost)", "Own charges.", EXACT),
        money("statement_credits", "Credits", "SUM(credit_effective_cost)", "Own credits.", EXACT),
        money("statement_in", "Shared in", "SUM(shared_in_effective_cost)", "Borne of shared costs.", EXACT),
        money("statement_out", "Shared out", "SUM(shared_out_effective_cost)", "Borne by others.", EXACT),
        money("statement_total", "Total", "SUM(effective_cost)", "Direct, credits, shared in and out.", EXACT),
        money("statement_billed", "Billed total", "SUM(billed_cost)", "The same in billed cost.", EXACT),
    ),
    time="billing_period",
    scope=(("team", "team"),),
)

UNITS = Dataset(
    "marts", "fct_unit_cost_daily",
    (
        Metric("unit_cost", "Cost per unit", "SUM(cost) / NULLIF(SUM(quantity), 0)",
               "Cost over quantity, in the reporting currency; empty where there is no quantity.", ",.4f"),
        Metric("quantity", "Quantity", "SUM(quantity)", "Units of the business metric.", MONEY),
    ),
    time="metric_date", roles=("viewer", "finance"),
)  # fmt: skip

BUDGETS = Dataset(
    "marts", "fct_budget_status",
    (
        Metric(
            "budget", "Budget", of_one_currency("SUM(budget_amount)", "budget_currency"), "What may be spent.", MONEY
        ),
        Metric("spent", "Spent", of_one_currency("SUM(actual_cost)", "budget_currency"), "Spent so far.", MONEY),
        Metric("expected", "Expected at the end", of_one_currency("SUM(forecast_cost)", "budget_currency"),
               "Spent so far and forecast for the rest; empty where there is no forecast of the scope.", MONEY),
        Metric("variance", "Variance", of_one_currency("SUM(forecast_variance)", "budget_currency"),
               "Expected at the end minus the budget.", MONEY),
        Metric("share", "Share spent", of_one_currency("SUM(actual_cost) / NULLIF(SUM(budget_amount), 0)",
               "budget_currency"), "Spent over budget.", PERCENT),
    ),
    time="period_start", roles=("viewer", "finance"),
)  # fmt: skip
