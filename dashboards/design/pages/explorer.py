"""Cost explorer: any dimension by any cost, from the provider down to the line of the bill."""

from dashboards.design.charts import bars_over_time, pivot, rows, table
from dashboards.design.datasets.costs import CHANGES, DAILY, LINES
from dashboards.design.filters import shared
from dashboards.design.parts import Filter, Page

LINE_COLUMNS = [
    "charge_period_start", "service_provider_name", "sub_account_id", "service_name", "region_id", "resource_id",
    "charge_category", "charge_description", "x_usage_type", "consumed_quantity", "consumed_unit", "billing_currency",
    "billed_cost", "effective_cost", "list_cost", "contracted_cost", "invoice_id", "x_line_item_id", "source_file",
]  # fmt: skip

PAGE = Page(
    slug="explorer",
    title="Cost explorer",
    description="Every dimension and cost, daily to monthly; right-click a bar to drill by any column or to its rows.",
    exposure="cost_explorer",
    rows=(
        (bars_over_time("Effective cost per day by service", DAILY, ["effective_cost"], ["service_name"],
                        "Right-click to drill by account, region, usage type or team."),),
        (bars_over_time("Billed cost per month by account", DAILY, ["billed_cost"], ["sub_account_name"],
                        "What the invoices charge.", grain="P1M", width=6),
         bars_over_time("Cost per month by charge category", DAILY, ["billed_cost"], ["charge_category"],
                        "Usage, purchases, tax, credits and adjustments.", grain="P1M", width=6)),
        (pivot("Cost by provider, account and service", DAILY, ["service_provider_name", "sub_account_name",
               "service_name"], ["billing_currency"], ["billed_cost", "effective_cost", "list_cost", "contracted_cost"],
               "All four costs, with totals."),),
        (bars_over_time("Why the cost changed", CHANGES,
                        ["usage_effect", "price_effect", "mix_effect", "commitment_effect", "new_effect",
                         "ended_effect", "fee_effect", "credit_effect", "tax_effect"], [],
                        "Effects that add up to the change against the month before.", grain="P1M"),),
        (table("Usage types", DAILY, ["service_name", "x_usage_type", "region_id"],
               ["effective_cost", "billed_cost", "list_cost", "line_items"], "What exactly was used, and where."),),
        (table("Resources", LINES, ["resource_id", "resource_name", "service_name", "sub_account_id"],
               ["effective_cost", "billed_cost"], "The resources that cost most.", where="resource_id is not null",
               limit=100),),
        (rows("Lines of the bill", LINES, LINE_COLUMNS, "The largest lines, as the cloud wrote them.",
              order="line_cost", limit=200),),
    ),
    filters=(*shared(), Filter("Service", DAILY, "service_name")),
    roles=("team", "finance"),
)  # fmt: skip
