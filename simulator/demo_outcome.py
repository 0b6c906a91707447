"""What came of the demo: its totals beside the truth, the forecast, anomalies, budgets, alerts and savings."""

import json
from decimal import Decimal
from typing import Any

from simulator.demo_cli import APPROVER, ROOT, ask, call, command_line, say

MEASURES = ("billed", "effective", "list", "contracted")

BUDGET_SQL = """
select budget_name as budget, printf('%,.2f', actual_cost) as actual, printf('%,.0f', budget_amount) as amount,
    budget_currency as currency, replace(status, '_', ' ') as status
from marts.fct_budget_status
where as_of_date >= period_start and as_of_date < period_end order by budget_name
"""

UNIT_SQL = """
select strftime(metric_month, '%Y-%m') as month, printf('%.4f', cost_per_unit) as cost,
    reporting_currency as currency, printf('%,d', quantity::bigint) as orders
from marts.fct_unit_cost_monthly where metric_name = 'orders' order by metric_month desc limit 1
"""

FORECAST_SQL = """
select service_provider_name as provider, billing_currency as currency,
    printf('%,.2f', sum(forecast_cost)) as cost,
    printf('%,.0f', avg(lower_80)) as lower, printf('%,.0f', avg(upper_80)) as upper
from ml.cost_forecasts
where scope_level = 'provider' and forecast_date > as_of_date and forecast_date <= as_of_date + interval 30 day
group by all order by all
"""

ANOMALY_SQL = """
select start_date::date::varchar as start_date, kind, printf('%+,.2f', impact_cost) as impact,
    billing_currency as currency,
    concat_ws(' in ', nullif(service_name, ''), nullif(coalesce(sub_account_name, sub_account_id), '')) as scope,
    top_cause
from ml.cost_anomalies where end_date > as_of_date::date - interval 90 day order by abs(impact_cost) desc limit 8
"""


def compare_totals(truth: dict[str, Any]) -> bool:
    """Print per source and billing period the export's total beside the warehouse's; True when all are equal."""
    found = {(r["source"], r["period"]): r for r in ask("totals")}
    say("\n3. Totals: what the exports hold (truth.json) beside what the warehouse holds")
    print(
        f"   {'source':<7}{'period':<9}{'currency':<9}{'billed in export':>24}{'billed in warehouse':>24}"
        "   effective, list, contracted"
    )
    differing = 0
    for source, described in truth["sources"].items():
        for period, expected in described["periods"].items():
            row = found.pop((source, period), {})
            equal = [m for m in MEASURES if row and Decimal(row[f"{m}_cost"]) == Decimal(expected[m])]
            differing += len(MEASURES) - len(equal)
            verdict = (
                "exact" if len(equal) == len(MEASURES) else f"DIFFERENT, only {', '.join(equal) or 'nothing'} equal"
            )
            billed = row.get("billed_cost", "missing")
            print(f"   {source:<7}{period:<9}{expected['currency']:<9}{expected['billed']:>24}{billed:>24}   {verdict}")
    differing += len(found)
    print("   All totals are equal, to the last decimal." if not differing else f"   {differing} totals differ.")
    return not differing


def print_analytics() -> None:
    """The forecast and the largest anomalies with their causes."""
    say("\n4. Forecast: the next 30 days per provider")
    for row in ask("query", FORECAST_SQL):
        print(
            f"   {row['provider']:<24}{row['cost']:>14} {row['currency']}   "
            f"(80 % of days between {row['lower']} and {row['upper']} a day)"
        )
    say("\n5. Largest anomalies of the last 90 days, with their causes")
    for row in ask("query", ANOMALY_SQL):
        print(f"   {row['start_date']}  {row['kind']:<12}{row['impact']:>12} {row['currency']}  {row['scope']}")
        print(f"               {row['top_cause']}")


def print_money() -> None:
    """Budgets and what an order costs, in the reporting currency or the budget's."""
    say("\n   Budgets of the last month, with the forecast of its end")
    for row in ask("query", BUDGET_SQL):
        print(f"   {row['budget']:<12}{row['actual']:>14} of {row['amount']:>12} {row['currency']}  {row['status']}")
    for row in ask("query", UNIT_SQL):
        print(f"   An order cost {row['cost']} {row['currency']} in {row['month']} ({row['orders']} orders)")


def print_alerts() -> None:
    """What the channels received."""
    mails, hooks = (len(list((ROOT / "inbox").glob(p))) for p in ("mail-*.eml", "webhook-*.json"))
    say(f"\n6. Open alerts ({mails} mails and {hooks} webhook calls received, see {ROOT / 'inbox'})")
    for path in sorted((ROOT / "inbox").glob("webhook-*.json")):
        message = json.loads(path.read_text())
        print(f"   {message.get('subject') or message.get('title')}")


def print_actions() -> None:
    """Proposed savings; one is approved and carried out in the simulated account."""
    say("\n7. Proposed savings")
    proposals = ask("actions", "list")
    for p in proposals:
        print(
            f"   {p['proposal'][:12]}  {p['state']:<10}{Decimal(p['monthly_saving']):>9.2f} {p['currency']} a month  "
            f"{p['remediation']} {p['resource']}"
        )
    if proposals:
        first = min(proposals, key=lambda p: Decimal(p["monthly_saving"]))
        say(f"\n8. {APPROVER} approves {first['proposal'][:12]}: re-read, snapshot, verify, delete, audit")
        call("actions", "approve", first["proposal"], "--as", APPROVER, "--reason", "planted waste", "--execute")
        print(
            f"   Take it back: {command_line('actions rollback', first['proposal'][:12], '--as', APPROVER)} "
            "(while `make ui` runs)"
        )
