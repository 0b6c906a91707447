"""Commitments: how much is covered, how much is used, what ends when, what it saves."""

from dashboards.design.charts import bars, big_number, lines_over_time, rows, table
from dashboards.design.datasets.commitments import (
    COMMITMENT_COVERAGE,
    COMMITMENTS,
    CONTRACT_COMMITMENTS,
    UTILIZATION,
)
from dashboards.design.parts import Filter, Page

PAGE = Page(
    slug="commitments",
    title="Commitments",
    description="Reservations, savings plans and committed use: coverage, utilisation, expiry and effective savings.",
    exposure="commitments",
    rows=(
        (big_number("Coverage", COMMITMENT_COVERAGE, "coverage", "Of the eligible list cost."),
         big_number("Utilisation", UTILIZATION, "utilization", "Used over used and unused, by cost."),
         big_number("Effective savings rate", COMMITMENT_COVERAGE, "commitment_savings_rate", "Of the eligible cost."),
         big_number("Unused", UTILIZATION, "unused_cost", "Paid for and not used.")),
        (lines_over_time("Coverage per month", COMMITMENT_COVERAGE, ["coverage"], ["service_provider_name"],
                         "Of the eligible list cost.", grain="P1M", width=6),
         lines_over_time("Utilisation per month", UTILIZATION, ["utilization"], ["service_provider_name"],
                         "Used over used and unused.", grain="P1M", width=6)),
        (bars("Eligible and not covered, by service", COMMITMENT_COVERAGE, ["on_demand_list_cost"], "service_name", [],
              "Where another commitment could help."),
         bars("Unused by kind of commitment", UTILIZATION, ["unused_cost"], "commitment_discount_type", [],
              "The table below names them.")),
        (rows("Expiry calendar", COMMITMENTS,
              ["end_date", "end_date_source", "service_provider_name", "commitment_discount_id",
               "commitment_discount_type", "commitment_discount_category", "commitment_term", "payment_option",
               "start_date", "last_utilization_rate", "billing_currency"], "What ends next.", order="end_date",
              is_descending=False),),
        (table("Utilisation by commitment", UTILIZATION,
               ["commitment_discount_id", "commitment_discount_type", "service_provider_name", "billing_currency"],
               ["utilization", "used_cost", "unused_cost", "savings"], "Over the period.", sort="used_cost"),),
        (rows("Commitments of contracts", CONTRACT_COMMITMENTS,
              ["contract_commitment_period_end", "contract_id", "contract_commitment_id", "contract_commitment_type",
               "contract_commitment_category", "contract_commitment_lifecycle_status", "contract_commitment_cost",
               "billing_currency", "contract_commitment_quantity", "contract_commitment_unit"],
              "What an export (FOCUS 1.3 and 1.4) says was committed to.", order="contract_commitment_period_end",
              is_descending=False),),
    ),
    filters=(
        Filter("Period"),
        Filter("Currency", COMMITMENT_COVERAGE, "billing_currency", is_single=True),
        Filter("Provider", COMMITMENT_COVERAGE, "service_provider_name"),
        Filter("Account", COMMITMENT_COVERAGE, "sub_account_id"),
    ),
    roles=("viewer", "finance"),
)  # fmt: skip
