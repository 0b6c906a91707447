"""What the demo writes for its user: the configuration, and a command line on it."""

import os
import shlex
from typing import Any

from simulator.business import plan_budgets
from simulator.demo_cli import APPROVER, COMMAND, ROOT, cloudcost
from simulator.peers import Peers

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


def write_command(peers: Peers) -> None:
    """``demo/cloudcost``: the command line with the demo's configuration, state and simulated account, and no other."""
    values = {name: os.environ[name] for name in ("CLOUDCOST_CONFIG", "CLOUDCOST_HOME")} | peers.environment
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())
    COMMAND.write_text(SCRIPT.format(exports=exports, program=shlex.quote(cloudcost()[0])))
    COMMAND.chmod(0o700)
