"""Forecast and budgets: what the next months cost, and how good such forecasts were."""

from dashboards.design.charts import bars, bars_over_time, big_number, lines_over_time, table
from dashboards.design.datasets.allocation import BUDGETS
from dashboards.design.datasets.costs import DAILY
from dashboards.design.datasets.scores import ACCURACY, FORECASTS, HORIZONS, OUTCOMES
from dashboards.design.parts import Filter, Page

MONTH_END = "scope_level = 'total' and horizon = 'month_end'"
AHEAD = "forecast_date > as_of_date and forecast_date <= as_of_date + interval '{days} day'"

PAGE = Page(
    slug="forecast",
    title="Forecast and budgets",
    description="Daily forecasts with their intervals, the models behind them and their errors in back-tests.",
    exposure="forecast_and_budgets",
    rows=(
        (big_number("Expected at month end", HORIZONS, "expected_total", "All clouds, known days included.",
                    where=MONTH_END, width=3),
         big_number("Next 30 days", FORECASTS, "forecast", "Expected cost.", where="scope_level = 'provider' and "
                    + AHEAD.format(days=30), width=3),
         big_number("Next 90 days", FORECASTS, "forecast", "Expected cost.", where="scope_level = 'provider' and "
                    + AHEAD.format(days=90), width=3),
         big_number("Error in back-tests", FORECASTS, "error", "Absolute error as share of the cost.",
                    where="scope_level = 'provider'", width=3)),
        (lines_over_time("Forecast with 80 and 95 % intervals", FORECASTS,
                         ["low95", "low", "forecast", "high", "high95"], [],
                         "Sum over providers of each day's expected cost.", where="scope_level = 'provider'"),),
        (table("Expected totals", HORIZONS, ["horizon", "start_date", "end_date", "known_until", "billing_currency"],
               ["so_far", "expected_total", "total_low", "total_high"],
               "All clouds of a currency; four of five totals lie inside the interval. So far is up to the day known "
               "until: those after it are not complete yet.", where="scope_level = 'total'",
               height=35),),
        (table("Budgets", BUDGETS,
               ["budget_name", "period_kind", "period_start", "period_end", "budget_currency", "status"],
               ["budget", "spent", "expected", "variance", "share"],
               "What may be spent, was spent, and will be at the end; a variance above 0 is too much.",
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
        (table("Accuracy of past forecasts", ACCURACY, ["scope_level", "kind", "days_ahead"],
               ["wape", "bias", "covered_80", "covered_95", "forecast_days"],
               "How far off, which way, and how often inside the intervals.", sort="forecast_days", width=6),
         table("Forecasts and what came", OUTCOMES, ["forecast_date", "as_of_date", "service_provider_name"],
               ["was_forecast", "came", "missed_by", "held"], "Every forecast of a day that is known by now.",
               width=6)),
    ),
    filters=(
        Filter("Period"),
        Filter("Currency", FORECASTS, "billing_currency", is_single=True),
        Filter("Provider", FORECASTS, "service_provider_name"),
    ),
    roles=("viewer", "finance"),
)  # fmt: skip
