"""Anomalies: what surprised, by how much, why, and who takes care."""

from dashboards.design.datasets.operations import INCIDENTS
from dashboards.design.datasets.scores import ANOMALIES
from dashboards.design.filters import period
from dashboards.design.parts import Filter, Page, bars, bars_over_time, big_number, rows, table

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
        (rows("Anomalies and their causes", ANOMALIES,
              ["start_date", "end_date", "service_provider_name", "sub_account_name", "service_name", "kind",
               "severity", "actual_cost", "expected_cost", "lower_cost", "upper_cost", "impact_cost", "impact_percent",
               "top_cause",
               "billing_currency", "is_open"], "Newest first, with the expected band.", order="start_date"),),
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
