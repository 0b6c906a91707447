"""Executive overview: what do we spend, where does it go, what will the month cost."""

from dashboards.design.datasets.allocation import BUDGETS
from dashboards.design.datasets.costs import CHANGES, DAILY, REPORTING
from dashboards.design.datasets.operations import ACTIONS, INCIDENTS
from dashboards.design.datasets.scores import FORECASTS, HORIZONS
from dashboards.design.filters import shared
from dashboards.design.parts import Page, bars, bars_over_time, big_number, lines_over_time, table

PAGE = Page(
    slug="overview",
    title="Executive overview",
    description="Spend, change, forecast and savings of all clouds. Costs of one currency at a time.",
    exposure="executive_overview",
    rows=(
        (big_number("Billed cost", DAILY, "billed_cost", "What the invoices of the period charge."),
         big_number("Effective cost", DAILY, "effective_cost", "Cost with purchases spread over what they cover."),
         big_number("Effective savings rate", DAILY, "savings_rate", "Share of list cost that is saved."),
         big_number("Expected at month end", HORIZONS, "expected_total", "All clouds, known days included.",
                    where="scope_level = 'total' and horizon = 'month_end'")),
        (bars_over_time("Billed cost per month by provider", DAILY, ["billed_cost"], ["service_provider_name"],
                        "Calendar months of usage.", grain="P1M", width=6),
         lines_over_time("Forecast with 80 % interval", FORECASTS, ["forecast", "low", "high"], [],
                         "Expected daily cost; four of five days lie between the outer lines.",
                         where="scope_level = 'provider'", width=6)),
        (bars("Top services", DAILY, ["effective_cost"], "service_name", [], "What cost most in the period."),
         bars("Top movers", CHANGES, ["cost_change"], "service_name", [], "Change against the month before.")),
        (table("Budgets", BUDGETS, ["budget_name", "period_start", "budget_currency", "status"],
               ["budget", "spent", "expected", "share"], "What may be spent, was spent and will be.", width=12,
               where="period_start <= as_of_date and as_of_date < period_end",
               sort="budget", height=40),),
        (table("Expected totals, with 80 % interval", HORIZONS, ["horizon", "end_date", "billing_currency"],
               ["so_far", "expected_total", "total_low", "total_high"],
               "All clouds of a currency; four of five totals lie inside.", where="scope_level = 'total'", height=35),),
        (table("Spend by provider and currency", DAILY, ["service_provider_name", "billing_currency"],
               ["billed_cost", "effective_cost", "list_cost", "savings_rate"],
               "Currencies side by side, never added up.", height=35),),
        (big_number("All clouds, in the reporting currency", REPORTING, "reporting_effective",
                    "Effective cost of all currencies, converted with the stated rates.", width=4),
         big_number("Open incidents", INCIDENTS, "open_incidents", "Nobody acknowledged these yet.", width=4),
         big_number("Savings carried out, a month", ACTIONS, "carried_out", "Of executed actions.", width=4)),
    ),
    filters=shared(),
    roles=("viewer", "finance"),
)  # fmt: skip
