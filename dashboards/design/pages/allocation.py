"""Allocation and chargeback: whose cost it is, what is shared, what nobody claims, what a unit of business costs."""

from dashboards.design.charts import bars, bars_over_time, big_number, lines_over_time, table
from dashboards.design.datasets.allocation import ALLOCATED, CONTAINERS, COVERAGE, STATEMENTS, UNITS
from dashboards.design.filters import shared
from dashboards.design.parts import Filter, Page

PAGE = Page(
    slug="allocation",
    title="Allocation and chargeback",
    description="Cost by team, product, environment and cost center; shared costs as rows that add up to zero.",
    exposure="allocation",
    rows=(
        (big_number("Allocated effective cost", ALLOCATED, "effective_cost", "All teams together: the bill."),
         big_number("Unallocated", ALLOCATED, "unallocated", "Nothing says whose it is."),
         big_number("Tagged share", COVERAGE, "tagged_share", "By the tag of the team.",
                    where="dimension = 'team'"),
         big_number("Shared costs borne", ALLOCATED, "shared_in", "Split by the rules of the configuration.")),
        (bars_over_time("Cost per month by team", ALLOCATED, ["effective_cost"], ["team"], "With shared costs.",
                        grain="P1M", width=6),
         bars("Direct and shared cost by team", ALLOCATED, ["direct", "shared_in", "shared_out"], "team", [],
              "What a team uses, what it bears, what others bear of it.", width=6)),
        (bars("Cost by product", ALLOCATED, ["effective_cost"], "product", [], "With shared costs.", width=4),
         bars("Cost by environment", ALLOCATED, ["effective_cost"], "environment", [], "With shared costs.", width=4),
         bars("Cost by cost center", ALLOCATED, ["effective_cost"], "cost_center", [], "With shared costs.", width=4)),
        (table("Statements", STATEMENTS, ["billing_period", "team", "billing_currency", "is_reconciled"],
               ["statement_direct", "statement_credits", "statement_in", "statement_out", "statement_total",
                "statement_billed"], "What each team is shown or charged, per month.", sort="statement_total"),),
        (lines_over_time("Explained share of the cost", COVERAGE, ["explained_share"], ["dimension"],
                         "By tag, rule or account.", grain="P1M", width=6),
         table("Where the untagged cost is", COVERAGE, ["service_provider_name", "sub_account_id", "dimension"],
               ["effective_cost"], "Cost that no tag, rule or account explains.", where="basis = 'default'", width=6)),
        (table("Containers by cluster and namespace", CONTAINERS,
               ["cluster_name", "namespace", "workload_name", "billing_currency"],
               ["container_cost", "container_unused"],
               "What AWS splits of the cost of nodes between pods and tasks.", sort="container_cost"),),
        (lines_over_time("Cost per unit", UNITS, ["unit_cost"], ["metric_name", "dimension_value"],
                         "Of every business metric, in the reporting currency.", limit=0),),
    ),
    filters=(*shared(ALLOCATED, "team", "environment"), Filter("Product", ALLOCATED, "product")),
    roles=("viewer", "finance"),
)  # fmt: skip

TEAM_PAGE = Page(
    slug="my-team",
    title="My team's costs",
    description="What a team uses and bears, for people who see their own costs only.",
    exposure="allocation",
    rows=(
        (big_number("Effective cost", ALLOCATED, "effective_cost", "With shared costs.", width=4),
         big_number("Direct cost", ALLOCATED, "direct", "Own charges.", width=4),
         big_number("Shared costs borne", ALLOCATED, "shared_in", "Split by the rules of the configuration.", width=4)),
        (bars_over_time("Cost per day by service", ALLOCATED, ["effective_cost"], ["service_name"], "Of the team."),),
        (table("Statements", STATEMENTS, ["billing_period", "team", "billing_currency", "is_reconciled"],
               ["statement_direct", "statement_credits", "statement_in", "statement_out", "statement_total",
                "statement_billed"], "What the team is shown or charged, per month.", sort="statement_total"),),
    ),
    filters=shared(ALLOCATED, "team", "environment"),
    roles=("team", "finance"),
)  # fmt: skip
