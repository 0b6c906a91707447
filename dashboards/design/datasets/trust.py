"""Whether to believe the figures: reconciliation, restatements, what was believed when."""

from dashboards.design.datasets.figures import money
from dashboards.design.parts import COUNT, EXACT, Dataset, Metric

#: The mart has every amount again per account; these levels are never added up.
OF_PERIOD = "CASE WHEN account_level = 'period' THEN"

RECONCILIATION = Dataset(
    "marts", "fct_reconciliation",
    (
        Metric("totals", "Totals compared", "COUNT(*)", "Totals that were compared from the file to the marts.", COUNT),
        Metric("differing", "Totals that differ", "COUNT(CASE WHEN is_reconciled THEN NULL ELSE 1 END)",
               "Totals of which the warehouse holds something else than the export. Must be 0.", COUNT),
        money("file_sum", "In the export", f"SUM({OF_PERIOD} file_total END)", "As the files state.", EXACT),
        money("mart_sum", "In the marts", f"SUM({OF_PERIOD} monthly_total END)", "As dashboards show.", EXACT),
        money("variance_sum", "Difference", f"SUM({OF_PERIOD} variance END)", "Marts minus export. Must be 0.", EXACT),
    ),
    time="billing_period", roles=("viewer", "finance"),
)  # fmt: skip

INVOICES = Dataset(
    "marts",
    "fct_invoice_reconciliation",
    (
        money("billed_here", "Billed cost", "SUM(billed_cost)", "What the warehouse holds of the invoice.", EXACT),
        money("invoiced", "Invoiced", "SUM(invoiced_amount)", "What the invoice says.", EXACT),
        money("invoice_variance", "Difference", "SUM(variance)", "Billed cost minus invoice.", EXACT),
    ),
    time="billing_period",
    roles=("viewer", "finance"),
)

BILLING_PERIODS = Dataset(
    "marts",
    "dim_billing_period",
    (Metric("periods", "Billing periods", "COUNT(*)", "As the issuers of invoices state them.", COUNT),),
    time="billing_period",
    roles=("viewer", "finance"),
)

RESTATEMENTS = Dataset(
    "marts",
    "fct_cost_restatements",
    (
        money("billed_moved", "Billed cost moved", "SUM(billed_cost_difference)", "New minus old.", EXACT),
        money("effective_moved", "Effective cost moved", "SUM(effective_cost_difference)", "New minus old.", EXACT),
        Metric("changes", "Changes", "COUNT(*)", "Restated figures by day, account and service.", COUNT),
    ),
    time="changed_at",
    scope=(("account", "sub_account_id"),),
    roles=("viewer", "team", "finance"),
)

HISTORY = Dataset(
    "marts",
    "fct_cost_monthly_history",
    (money("billed_believed", "Billed cost as believed", "SUM(billed_cost)", "As known then.", EXACT),),
    time="valid_from",
    roles=("viewer", "finance"),
)
