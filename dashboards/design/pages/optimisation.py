"""Optimisation: what could be saved, at what risk, and what became of it."""

from dashboards.design.charts import bars, bars_over_time, big_number, rows
from dashboards.design.datasets.costs import WASTE
from dashboards.design.datasets.operations import ACTIONS
from dashboards.design.datasets.scores import RECOMMENDATIONS
from dashboards.design.parts import Filter, Page

PAGE = Page(
    slug="optimisation",
    title="Optimisation",
    description="Recommendations by saving and risk, the actions they became, and what those saved.",
    exposure="optimisation",
    rows=(
        (big_number("Possible monthly saving", RECOMMENDATIONS, "saving", "Of all recommendations."),
         big_number("Recommendations found", RECOMMENDATIONS, "recommendations", "Findings of all checks."),
         big_number("Proposed actions", ACTIONS, "proposals", "Waiting, approved, executed or taken back."),
         big_number("Saving of executed actions, a month", ACTIONS, "carried_out", "Estimated.")),
        (bars("Saving by check and risk", RECOMMENDATIONS, ["saving"], "check_name", ["risk_class"],
              "Can be undone, can be restored, cannot."),
         bars("Saving by state of the action", ACTIONS, ["estimated"], "state", [], "How far the actions are.")),
        (bars_over_time("Waste per month", WASTE, ["wasted_cost"], ["waste_kind"], "Cost that nobody had any use of.",
                        grain="P1M", width=6),
         bars("Waste by service", WASTE, ["wasted_cost"], "service_name", [], "Where it is.", width=6)),
        (rows("Recommendations", RECOMMENDATIONS,
              ["monthly_saving", "billing_currency", "check_name", "provider", "account_id", "region", "resource_id",
               "risk_class", "remediation", "reason"], "The largest first.", order="monthly_saving"),),
        (rows("Actions", ACTIONS,
              ["updated_at", "state", "remediation", "resource_id", "sub_account_id", "monthly_saving",
               "realised_daily_saving", "billing_currency", "approval_count", "reason", "proposal_id"],
              "Estimated beside realised.", order="updated_at"),),
    ),
    filters=(
        Filter("Currency", RECOMMENDATIONS, "billing_currency", is_single=True),
        Filter("Account", RECOMMENDATIONS, "account_id"),
    ),
)  # fmt: skip
