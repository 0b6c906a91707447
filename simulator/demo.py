"""`make demo`: a simulated company's bills all the way through, and what came of it beside the truth.

``python -m simulator.demo run`` writes the exports, runs the pipeline, approves and executes one saving and prints the
outcome. ``python -m simulator.demo ui`` serves the Dagster UI on the result.
"""

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from audit.log import DEMO_MADE, SYSTEM, AuditEntry, AuditLog
from cloudcost.identity.home_access import write_privately
from cloudcost.installation import Installation
from core.instants import utc_now
from simulator.business import plan_budgets, write_business_files
from simulator.generate import generate
from simulator.peers import Peers, run_peers

ROOT = Path("demo").absolute()
ACCOUNT = ROOT / "account.json"
COMMAND = ROOT / "cloudcost"
APPROVER = "alice@fernhill.example"
MEASURES = ("billed", "effective", "list", "contracted")

CONFIG = """\
# The demo's configuration, written by `make demo`: a simulated company on this machine.
sources:
  - {{name: aws, provider: aws, location: "exports/aws"}}
  - {{name: azure, provider: azure, location: "exports/azure"}}
  - {{name: gcp, provider: gcp, location: "exports/gcp"}}
reporting_currency: USD
allocation:
  team:
    rules:
      - {{name: support, value: platform, when: {{service: {{contains: support}}}}}}
      - {{name: tax, value: finance, when: {{charge_category: Tax}}}}
    accounts: {{"604455667788": machine-learning, "705566778899": security}}   # accounts of one team
  environment:
    aliases: {{prod: [production], dev: [development]}}
  splits:   # who bears what is used by all
    - {{name: platform, scope: {{team: platform}}}}   # in proportion to each team's own cost
    - {{name: security, scope: {{team: security}}, method: even, targets: [storefront, payments, search, mobile]}}
    - {{name: finance, scope: {{team: finance}}, method: fixed, shares: {{storefront: 60, payments: 40}}}}
currency: {{rates_file: rates.csv}}   # Azure bills in euros
invoices: {{file: invoices.csv}}
budgets:
  - {{name: all clouds, amount: {budget_all}}}
  - {{name: aws, scope: {{provider: [AWS]}}, amount: {budget_aws}}}
  - {{name: azure, scope: {{source: [azure]}}, amount: {budget_azure}, currency: EUR, measure: billed_cost}}
  - {{name: databases, scope: {{category: [Databases]}}, period: quarter, amount: {budget_databases}}}
metrics:
  - {{name: orders, unit: order, file: metrics.csv}}
  - {{name: line_items, unit: line item, scope: {{provider: [AWS]}},
     query: "select charge_date as date, sum(line_item_count) as value from marts.fct_cost_daily
             where service_provider_name = 'AWS' group by 1"}}
anomalies: {{open_days: 31}}   # the company's data ends with a month; what happened in it is still news
alerts:
  allowed_networks: [127.0.0.0/8]   # the simulated receivers are on this machine
  channels:
    - {{type: smtp, name: mail, host: 127.0.0.1, port: {smtp_port}, security: none,
       from: cloudcost@fernhill.example, to: [finops@fernhill.example]}}
    - {{type: webhook, name: hook, url: "{webhook_url}"}}
actions:
  mode: live   # the simulated account is on this machine; nothing outside it is touched
  approvers: [{approver}, bob@fernhill.example]
  allowed_accounts: [{accounts}]
  allowed_regions: [{regions}]
  accounts: {{{roles}}}
dashboards:   # `make dashboards` prints their passwords the first time
  scopes:
    - {{name: payments, teams: [payments]}}
    - {{name: machine_learning, teams: [machine-learning], accounts: ["604455667788"]}}
  people:
    - {{email: vera@fernhill.example, role: viewer}}
    - {{email: pia@fernhill.example, role: team, scopes: [payments]}}
    - {{email: max@fernhill.example, role: team, scopes: [machine_learning]}}
    - {{email: fay@fernhill.example, role: finance}}
    - {{email: ada@fernhill.example, role: admin}}
"""

SCRIPT = """\
#!/bin/sh
# cloudcost on the demo: its configuration, its state and its simulated AWS account. Written anew by every start.
for name in $(env | sed -n 's/^\\(AWS_[A-Z0-9_]*\\)=.*/\\1/p'); do unset "$name"; done
{exports}
exec {program} "$@"
"""


def main() -> int:
    """Run the demo or serve its UI."""
    parser = argparse.ArgumentParser(prog="python -m simulator.demo", description=__doc__)
    parser.add_argument("command", choices=["run", "ui"])
    parser.add_argument("--rows-per-month", type=int, default=77_000, help="line items of all clouds (default 77000)")
    parser.add_argument("--months", type=int, default=13, help="billing periods (default 13)")
    parser.add_argument("--port", type=int, default=3000, help="port of the UI (default 3000)")
    options = parser.parse_args()
    write_privately()
    os.environ.update({"CLOUDCOST_CONFIG": str(ROOT / "cloudcost.yaml"), "CLOUDCOST_HOME": str(ROOT / "state")})
    return run(options.rows_per_month, options.months) if options.command == "run" else serve(options.port)


def run(rows_per_month: int, months: int) -> int:
    """Exports, pipeline, one approved action, outcome."""
    started = time.monotonic()
    shutil.rmtree(ROOT, ignore_errors=True)
    say(f"1. A simulated company's exports, {months} months of three clouds, into {ROOT / 'exports'}")
    truth = generate(ROOT / "exports", seed=7, months=months, rows_per_month=rows_per_month).describe()
    write_business_files(ROOT, truth, seed=7)
    say(f"   {count_rows(truth):,} line items in {time.monotonic() - started:.0f} s")
    with run_peers(truth["waste"], ROOT / "inbox", ACCOUNT) as peers:
        write_config(truth, peers)
        write_command(peers)
        mark_demo()
        say("2. cloudcost run: exports -> lake -> warehouse -> forecasts, anomalies -> alerts, proposals")
        code = call("run")
        if code:
            return code
        is_exact = compare_totals(truth)
        print_analytics()
        print_money()
        print_alerts()
        print_actions()
    say(f"\nDone in {time.monotonic() - started:.0f} s. What you can do now:")
    for command, does in list_next_steps():
        print(f"   {command:<62}{does}")
    return 0 if is_exact else 1


def serve(port: int) -> int:
    """The Dagster UI on the demo, with the simulated cloud, mail and webhook running beside it."""
    truth = json.loads((ROOT / "exports" / "truth.json").read_text())
    with run_peers(truth["waste"], ROOT / "inbox", ACCOUNT) as peers:
        write_config(truth, peers)
        write_command(peers)
        say(f"Approve a saving from another terminal: {command_line('actions list')}")
        say(f"                                  then: {command_line('actions approve ID --as', APPROVER)}")
        served = subprocess.Popen([*cloudcost(), "ui", "--port", str(port)])
        # whoever ends the demo ends the UI with it, and what was done in the account is kept
        signal.signal(signal.SIGTERM, lambda *_: served.terminate())
        while True:
            try:
                return served.wait()
            except KeyboardInterrupt:  # the UI was interrupted too and ends by itself
                continue


def write_config(truth: dict[str, Any], peers: Peers) -> None:
    """The demo's configuration for the ports that the peers have this time."""
    volumes = [w for w in truth["waste"] if w["kind"] == "unattached_volume"]
    accounts = sorted({v["account"] for v in volumes})
    budgets = plan_budgets(truth)
    text = CONFIG.format(
        smtp_port=peers.smtp_port,
        webhook_url=peers.webhook_url,
        approver=APPROVER,
        budget_all=budgets["all"],
        budget_aws=budgets["aws"],
        budget_azure=budgets["azure"],
        budget_databases=budgets["all"] * 9 // 4,  # three months of what is three quarters of the bill
        accounts=", ".join(f'"{a}"' for a in accounts),
        regions=", ".join(sorted({v["region"] for v in volumes})),
        roles=", ".join(f'"{a}": {{role_arn: "arn:aws:iam::{a}:role/cloudcost"}}' for a in accounts),
    )
    (ROOT / "cloudcost.yaml").write_text(text)


def mark_demo() -> None:
    """Make the new home a demo's, by the first row of its audit log: its people are chosen by name, and nothing but the
    simulated account is within its reach. A home that holds anything can never be made one.
    """
    audit = AuditLog(Installation(ROOT / "cloudcost.yaml", ROOT / "state", "demo").store, utc_now)
    audit.append(AuditEntry(SYSTEM, DEMO_MADE, "demo"))


def write_command(peers: Peers) -> None:
    """``demo/cloudcost``: the command line with the demo's configuration, state and simulated account, and no other."""
    values = {name: os.environ[name] for name in ("CLOUDCOST_CONFIG", "CLOUDCOST_HOME")} | peers.environment
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())
    COMMAND.write_text(SCRIPT.format(exports=exports, program=shlex.quote(cloudcost()[0])))
    COMMAND.chmod(0o700)


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


def list_next_steps() -> list[tuple[str, str]]:
    """Commands to go on with, and what each does: to look at the demo, and to leave it for one's own exports."""
    program = shlex.quote(os.path.relpath(cloudcost()[0]))
    return [
        ("make dashboards", "the dashboards, at http://127.0.0.1:8088"),
        ("make ui", "the pipeline in the Dagster UI; open the link that it prints"),
        (command_line("totals"), "exact cost per source and month"),
        (command_line("query", f'"{QUERY}"'), "any question in SQL; README.md says which tables there are"),
        (f"{program} init", "your own exports: name them in the file that it writes, then `check` and `run`"),
    ]


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


QUERY = "select * from marts.fct_cost_monthly"

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


def print_alerts() -> None:
    """What the channels received."""
    mails, hooks = (len(list((ROOT / "inbox").glob(p))) for p in ("mail-*.eml", "webhook-*.json"))
    say(f"\n6. Open alerts ({mails} mails and {hooks} webhook calls received, see {ROOT / 'inbox'})")
    for path in sorted((ROOT / "inbox").glob("webhook-*.json")):
        told = json.loads(path.read_text())
        print(f"   {told.get('subject') or told.get('title')}")


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


def ask(command: str, *arguments: str) -> list[dict[str, Any]]:
    """The rows that a cloudcost command gives."""
    done = subprocess.run(
        [*cloudcost(), command, *arguments, "--format", "json"], check=True, capture_output=True, text=True
    )
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def call(*arguments: str) -> int:
    """Run a cloudcost command in sight of the user."""
    return subprocess.call([*cloudcost(), *arguments])


def cloudcost() -> list[str]:
    """The command line of this environment."""
    return [str(Path(sys.executable).with_name("cloudcost"))]


def command_line(*arguments: str) -> str:
    """What a user types to run a cloudcost command on the demo."""
    return " ".join([shlex.quote(os.path.relpath(COMMAND)), *arguments])


def count_rows(truth: dict[str, Any]) -> int:
    """All line items that the simulation wrote."""
    return sum(int(n) for s in truth["sources"].values() for p in s["periods"].values() for n in p["rows"].values())


def say(text: str) -> None:
    """Print a heading at once, also into a pipe."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
