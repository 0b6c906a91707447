"""Executive overview: what do we spend, where does it go, what will the month cost."""

from dashboards.design.charts import bars, bars_over_time, big_number, lines_over_time, table
from dashboards.design.datasets.allocation import BUDGETS
from dashboards.design.datasets.costs import CHANGES, DAILY, REPORTING
from dashboards.design.datasets.operations import ACTIONS, INCIDENTS
from dashboards.design.datasets.scores import FORECASTS, HORIZONS
from dashboards.design.filters import shared
from dashboards.design.parts import Page

CONVERTED = "in the reporting currency, see below"
CHOSEN = "of the chosen currency"

PAGE = Page(
    slug="overview",
    title="Executive overview",
    description="Spend, change, forecast and savings of all clouds. The totals on top are of all currencies, "
    "converted; all else is of one currency at a time.",
    exposure="executive_overview",
    rows=(
        (big_number("Billed cost, all currencies", REPORTING, "reporting_billed",
                    "What the invoices of the period charge, in the reporting currency. What has no exchange rate is "
                    "not in it; the table below says what that is.", subtitle=CONVERTED),
         big_number("Effective cost, all currencies", REPORTING, "reporting_effective",
                    "Cost with purchases spread over what they cover, in the reporting currency. What has no exchange "
                    "rate is not in it; the table below says what that is.", subtitle=CONVERTED),
         big_number("Effective savings rate", DAILY, "savings_rate", "Share of list cost that is saved.",
                    subtitle=CHOSEN),
         big_number("Expected at month end", HORIZONS, "expected_total", "All clouds, known days included.",
                    where="scope_level = 'total' and horizon = 'month_end'", subtitle=CHOSEN)),
        (table("Currencies, and whether the totals hold them", REPORTING,
               ["bill_currency", "in_totals", "reporting_currency"],
               ["bill_billed", "bill_effective", "reporting_billed", "reporting_effective"],
               "What was billed in each currency, and what it is in the reporting currency: nothing, and not in the "
               "totals above, where no exchange rate is known.", sort="bill_billed", height=25, has_bars=False),),
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
        (table("Expected totals, with 80 % interval", HORIZONS,
               ["horizon", "end_date", "known_until", "billing_currency"],
               ["so_far", "expected_total", "total_low", "total_high"],
               "All clouds of a currency; four of five totals lie inside. So far is up to the day known until: those "
               "after it are not complete yet.", where="scope_level = 'total'", height=35),),
        (table("Spend by provider and currency", DAILY, ["service_provider_name", "billing_currency"],
               ["billed_cost", "effective_cost", "list_cost", "savings_rate"],
               "Currencies side by side, never added up.", height=35),),
        (big_number("Open incidents", INCIDENTS, "open_incidents", "Nobody acknowledged these yet.", width=6),
         big_number("Savings carried out, a month", ACTIONS, "carried_out", "Of executed actions.", width=6)),
    ),
    filters=shared(),
    roles=("viewer", "finance"),
)  # fmt: skip
