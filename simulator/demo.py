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
from typing import Any

from audit.log import DEMO_MADE, SYSTEM, AuditEntry, AuditLog
from cloudcost.identity.home_access import write_privately
from cloudcost.installation import Installation
from core.instants import utc_now
from simulator.business import write_business_files
from simulator.demo_cli import APPROVER, ROOT, call, cloudcost, command_line, say
from simulator.demo_home import write_command, write_config
from simulator.demo_outcome import compare_totals, print_actions, print_alerts, print_analytics, print_money
from simulator.generate import generate
from simulator.peers import run_peers

ACCOUNT = ROOT / "account.json"
#: An example of a question in SQL.
QUERY = "select * from marts.fct_cost_monthly"


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


def mark_demo() -> None:
    """Make the new home a demo's, by the first row of its audit log: its people are chosen by name, and nothing but the
    simulated account is within its reach. A home that holds anything can never be made one.
    """
    audit = AuditLog(Installation(ROOT / "cloudcost.yaml", ROOT / "state", "demo").store, utc_now)
    audit.append(AuditEntry(SYSTEM, DEMO_MADE, "demo"))


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


def count_rows(truth: dict[str, Any]) -> int:
    """All line items that the simulation wrote."""
    return sum(int(n) for s in truth["sources"].values() for p in s["periods"].values() for n in p["rows"].values())


if __name__ == "__main__":
    sys.exit(main())
