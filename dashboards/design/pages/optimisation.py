"""Optimisation: what could be saved, at what risk, and what became of it."""

from dashboards.design.charts import bars, bars_over_time, big_number, rows, table
from dashboards.design.datasets.costs import WASTE
from dashboards.design.datasets.operations import ACTIONS
from dashboards.design.datasets.scores import FINDINGS, REALISED, RECOMMENDATIONS, UNJUDGED
from dashboards.design.parts import Filter, Page

PAGE = Page(
    slug="optimisation",
    title="Optimisation",
    description="Recommendations by saving and risk, the actions they became, and what those saved.",
    exposure="optimisation",
    rows=(
        (big_number("Possible monthly saving", RECOMMENDATIONS, "planned", "What all findings save together."),
         big_number("Recommendations found", RECOMMENDATIONS, "recommendations", "Findings of all checks."),
         big_number("Proposed actions", ACTIONS, "proposals", "Waiting, approved, executed or taken back."),
         big_number("Saving of executed actions, a month", ACTIONS, "carried_out", "Estimated.")),
        (table("How the total adds up", RECOMMENDATIONS, ["billing_currency"],
               ["saving", "freed", "overlapping", "dismissed_saving", "done_saving", "planned", "without_amount"],
               "Each by itself, and freed commitments, less overlaps, dismissed and done: what is planned.", width=6),
         table("What could not be judged", UNJUDGED, ["check_name", "account_id", "reason"], ["unjudged"],
               "Why nothing is said of it; without a name it is about all.", width=6)),
        (bars("Saving by check and risk", RECOMMENDATIONS, ["planned"], "check_name", ["risk_class"],
              "Can be undone, can be restored, cannot; none: nothing is changed in the cloud."),
         bars("Saving by account and effort", RECOMMENDATIONS, ["planned"], "account_id", ["effort"],
              "A setting, a change with a review, a project.")),
        (bars("Saving by team", RECOMMENDATIONS, ["planned"], "x_team", [],
              "Whose resources they are; without a name: of several teams, or of none.", width=12),),
        (bars("Findings by status", FINDINGS, ["found_saving"], "status", [],
              "Found, accepted, dismissed, done, verified, or lapsed: no longer found."),
         bars("Saving by state of the action", ACTIONS, ["estimated"], "state", [], "How far the actions are.")),
        (bars("Promised and realised saving by check", REALISED, ["promised", "realised_sum"], "check_name", [],
              "Of changes that are measured, a month: what they were to save, and by how much the bill is lower."),
         table("What became of closed findings", REALISED, ["verdict", "billing_currency"],
               ["closed_findings", "promised", "realised_sum", "came_to", "rebound", "idle"],
               "Saved, not saved, unclear, too early, or not judged.", width=6)),
        (bars_over_time("Waste per month", WASTE, ["wasted_cost"], ["waste_kind"], "Cost that nobody had any use of.",
                        grain="P1M", width=6),
         bars("Waste by service", WASTE, ["wasted_cost"], "service_name", [], "Where it is.", width=6)),
        (rows("Recommendations", RECOMMENDATIONS,
              ["planned_saving", "monthly_saving", "billing_currency", "check_name", "provider", "account_id", "region",
               "x_team", "resource_id", "effort", "risk_class", "status", "first_seen", "plan_note", "reason"],
              "The largest first.", order="planned_saving"),),
        (rows("Realised savings", REALISED,
              ["changed_on", "change_kind", "verdict", "promised_saving", "realised_saving", "realised_low",
               "realised_high", "saved_to_date", "billing_currency", "check_name", "account_id", "resource_id",
               "rebound_on", "reason"],
              "Closed findings, the latest change first; the interval holds in 19 of 20.", order="changed_on"),),
        (rows("Actions", ACTIONS,
              ["updated_at", "state", "remediation", "resource_id", "sub_account_id", "monthly_saving",
               "realised_daily_saving", "billing_currency", "approval_count", "reason", "proposal_id"],
              "Estimated beside realised.", order="updated_at"),),
    ),
    filters=(
        Filter("Currency", RECOMMENDATIONS, "billing_currency", is_single=True),
        Filter("Account", RECOMMENDATIONS, "account_id"),
        Filter("Team", RECOMMENDATIONS, "x_team"),
    ),
)  # fmt: skip
