"""Anomalies: what surprised, by how much, why, and who takes care."""

from dashboards.design.charts import bars, bars_over_time, big_number, lines_over_time, rows, table
from dashboards.design.datasets.operations import INCIDENTS
from dashboards.design.datasets.scores import ANOMALIES, CAUSES
from dashboards.design.filters import period
from dashboards.design.parts import Filter, Page

PAGE = Page(
    slug="anomalies",
    title="Anomalies",
    description="Costs that differ from what was expected by amount and by percent, with their causes.",
    exposure="anomalies",
    rows=(
        (big_number("Open anomalies", ANOMALIES, "open_anomalies", "Recent ones."),
         big_number("Open incidents", INCIDENTS, "open_incidents", "Nobody acknowledged these yet."),
         big_number("Impact of open anomalies", ANOMALIES, "impact", "Actual minus expected.", where="is_open"),
         big_number("Anomalies in the period", ANOMALIES, "anomalies", "All that were found.")),
        (bars_over_time("Impact by start day", ANOMALIES, ["impact"], ["kind"], "Actual minus expected cost.", width=8),
         bars("Impact by service", ANOMALIES, ["absolute_impact"], "service_name", [], "Where surprises come from.",
              width=4)),
        (lines_over_time("Actual cost beside the expected band, by start day", ANOMALIES,
                         ["actual", "expected", "band_low", "band_high"], [],
                         "Of the days of the anomalies that began then."),),
        (rows("Anomalies and their causes", ANOMALIES,
              ["start_date", "end_date", "service_provider_name", "sub_account_name", "service_name", "kind",
               "severity", "actual_cost", "expected_cost", "lower_cost", "upper_cost", "impact_cost", "impact_percent",
               "top_cause", "billing_currency", "is_open", "feedback", "feedback_by"],
              "Newest first, with the expected band.", order="start_date"),),
        (table("Causes", CAUSES,
               ["start_date", "service_name", "sub_account_name", "dimension", "member", "billing_currency"],
               ["contribution_sum", "largest_share"], "The largest member of every dimension, by anomaly.",
               where="rank = 1", width=8),
         bars("What people said", ANOMALIES, ["anomalies"], "feedback", [],
              "`cloudcost anomalies` takes what people know; expected and planned ones are learned from.", width=4)),
        (table("Incidents", INCIDENTS, ["opened_at", "severity", "state", "title", "summary", "acknowledged_by",
               "note"], ["incidents"], "All incidents, whatever found them, with what people noted.", has_bars=False),),
    ),
    filters=(
        period(),
        Filter("Currency", ANOMALIES, "billing_currency", is_single=True),
        Filter("Provider", ANOMALIES, "service_provider_name"),
        Filter("Account", ANOMALIES, "sub_account_id"),
        Filter("Severity", ANOMALIES, "severity"),
    ),
)  # fmt: skip
