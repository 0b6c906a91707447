"""Forecast and budgets: what the next months cost, and how good such forecasts were."""

from dashboards.design.datasets.allocation import BUDGETS
from dashboards.design.datasets.costs import DAILY
from dashboards.design.datasets.scores import FORECASTS
from dashboards.design.parts import Filter, Page, bars, bars_over_time, big_number, lines_over_time, table

AHEAD = "forecast_date > as_of_date and forecast_date <= as_of_date + interval '{days} day'"

PAGE = Page(
    slug="forecast",
    title="Forecast and budgets",
    description="Daily forecasts with their intervals, the models behind them and their errors in back-tests.",
    exposure="forecast_and_budgets",
    rows=(
        (big_number("Next 30 days", FORECASTS, "forecast", "Expected cost.", where="scope_level = 'provider' and "
                    + AHEAD.format(days=30), width=4),
         big_number("Next 90 days", FORECASTS, "forecast", "Expected cost.", where="scope_level = 'provider' and "
                    + AHEAD.format(days=90), width=4),
         big_number("Error in back-tests", FORECASTS, "error", "Absolute error as share of the cost.",
                    where="scope_level = 'provider'", width=4)),
        (lines_over_time("Forecast with 80 and 95 % intervals", FORECASTS,
                         ["low95", "low", "forecast", "high", "high95"], [],
                         "Sum over providers of each day's expected cost.", where="scope_level = 'provider'"),),
        (table("Budgets", BUDGETS,
               ["budget_name", "period_kind", "period_start", "period_end", "budget_currency", "status"],
               ["budget", "spent", "expected", "share"], "What may be spent, was spent, and will be at the end.",
               sort="budget"),),
        (bars_over_time("Actual cost per day", DAILY, ["effective_cost"], ["service_provider_name"], "What it was.",
                        width=6),
         lines_over_time("Forecast by provider", FORECASTS, ["forecast"], ["service_provider_name"], "What it will be.",
                         where="scope_level = 'provider'", width=6)),
        (bars("Next 30 days by service", FORECASTS, ["forecast"], "service_name", [], "Expected cost.",
              where="scope_level = 'service' and " + AHEAD.format(days=30)),
         table("Models and their errors", FORECASTS, ["scope_level", "service_provider_name", "service_name", "model"],
               ["error"], "Which model was chosen for each series.", width=6,
               where="forecast_date = as_of_date + interval '1 day'")),
    ),
    filters=(
        Filter("Period"),
        Filter("Currency", FORECASTS, "billing_currency", is_single=True),
        Filter("Provider", FORECASTS, "service_provider_name"),
    ),
    roles=("viewer", "finance"),
)  # fmt: skip
