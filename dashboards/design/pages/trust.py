"""Trust: do the figures equal the bill, are they fresh, what moved since."""

from dashboards.design.charts import bars_over_time, big_number, rows, table
from dashboards.design.datasets.operations import CHECKS, DELIVERIES, SOURCES
from dashboards.design.datasets.trust import BILLING_PERIODS, HISTORY, INVOICES, RECONCILIATION, RESTATEMENTS
from dashboards.design.parts import Filter, Page

PAGE = Page(
    slug="trust",
    title="Trust",
    description="Export = staging = FOCUS = marts, per source and month, to the last decimal; freshness; what moved.",
    exposure="trust",
    rows=(
        (big_number("Totals compared", RECONCILIATION, "totals", "Per source, month, currency and cost.", width=2),
         big_number("Totals that differ", RECONCILIATION, "differing", "Must be 0.", width=2),
         big_number("Late sources", SOURCES, "late", "Later than the provider normally is.", width=2),
         big_number("In quarantine", DELIVERIES, "quarantined", "Deliveries kept out, with their reasons.", width=2),
         big_number("Data quality checks", CHECKS, "checks", "Of every table, at every run.", width=2),
         big_number("Failed or warned", CHECKS, "not_passed", "Of the data quality checks.", width=2)),
        (table("Reconciliation", RECONCILIATION,
               ["source_name", "billing_period", "billing_currency", "measure", "is_reconciled"],
               ["file_sum", "mart_sum", "variance_sum"], "What the export states beside what the marts hold.",
               where="account_level = 'period'",
               limit=1000, has_bars=False, sort="mart_sum"),),
        (rows("Freshness", SOURCES, ["source_name", "status", "last_delivery_at", "allowed_hours", "hours_late",
                                     "quarantined_count"], "Each source and its last delivery.", width=6),
         bars_over_time("What moved, by day of the change", RESTATEMENTS, ["billed_moved"], ["source_name"],
                        "Restated billed cost: new minus old.", width=6)),
        (table("Invoices", INVOICES, ["billing_period", "source_name", "invoice_id", "stated_by", "billing_currency",
                                      "status"],
               ["billed_here", "invoiced", "invoice_variance"], "Billed cost beside what the invoices say.",
               sort="billed_here", has_bars=False, width=6),
         rows("Data quality checks, one by one", CHECKS, ["result", "asset", "check_name", "severity", "judged_at",
                                                          "description"],
              "What each said last; those that did not pass come first.", order="is_passed",
              is_descending=False, limit=1000, width=6)),
        (table("What moved since", RESTATEMENTS,
               ["changed_at", "source_name", "billing_period", "service_name", "sub_account_id", "from_delivery_id",
                "to_delivery_id"], ["billed_moved", "effective_moved"], "From which delivery to which."),),
        (rows("What was believed when", HISTORY,
              ["source_name", "billing_period", "billing_currency", "valid_from", "valid_to", "change_kind",
               "billed_cost", "billed_cost_difference"], "Every state of a month's total.", order="valid_from",
              width=8),
         rows("Closed by the issuer", BILLING_PERIODS, ["billing_period", "source_name", "invoice_issuer_name",
                                                        "billing_period_status", "billing_period_last_updated_at"],
              "Billing periods that an export (FOCUS 1.4) says are open or closed.", order="billing_period", width=4)),
        (rows("Deliveries", DELIVERIES, ["seen_at", "source_name", "billing_period", "dataset", "status", "is_current",
                                         "row_count", "reasons"], "Newest first.", order="seen_at"),),
    ),
    filters=(
        Filter("Period"),
        Filter("Source", RECONCILIATION, "source_name"),
        Filter("Currency", RECONCILIATION, "billing_currency"),
    ),
    roles=("viewer", "finance"),
)  # fmt: skip
