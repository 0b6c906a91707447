"""Installations that `cloudcost` is run on, in a process of its own, as a user runs it."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from simulator import generate
from simulator.peers import Peers, run_peers
from state import SqliteStateStore

CLOUDCOST = str(Path(sys.executable).with_name("cloudcost"))
#: Given to every run; none of these may ever be written down.
SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "aws-secret-9f31c7d2a84b",
    "AWS_SESSION_TOKEN": "aws-token-51be60f7c9aa",
    "CLOUDCOST_WEBHOOK_SECRET": "hook-secret-77d0e1b3f254",
    "SMTP_USER": "smtp-user-0c4f9be8812d",
    "SMTP_PASSWORD": "smtp-password-d83a5540be17",
    "AZURE_CLIENT_SECRET": "azure-secret-2e9c81f07ab6",
}
MEASURES = ("billed", "effective", "list", "contracted")


@dataclass
class Home:
    """One installation: its folder, its configuration and what its runs printed."""

    root: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        return self.root / "home"

    def configure(self, text: str) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "cloudcost.yaml").write_text(text)

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """A command, started in a process group of its own."""
        environment = {
            **os.environ, "CLOUDCOST_CONFIG": str(self.root / "cloudcost.yaml"), "CLOUDCOST_HOME": str(self.state),
            **SECRETS, **self.environment, **more,
        }  # fmt: skip
        return subprocess.Popen(
            [CLOUDCOST, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True, cwd=self.root,
        )  # fmt: skip

    def call(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command, to its end."""
        process = self.start(*arguments, **more)
        out, err = process.communicate(timeout=800)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def run_killed_after(self, seconds: float) -> bool:
        """A run that is killed with all its children after a time; False where it came to its end before."""
        process = self.start("run")
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return True
        return False

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the warehouse."""
        with duckdb.connect(str(self.state / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def totals(self) -> dict[tuple[str, str, str], tuple[Decimal, ...]]:
        """Billed, effective, list and contracted cost per source, period and currency, summed from the daily mart."""
        rows = self.query(
            "select source_name, strftime(billing_period, '%Y-%m'), billing_currency, sum(billed_cost), "
            "sum(effective_cost), sum(list_cost), sum(contracted_cost) from marts.fct_cost_daily group by all"
        )
        return {row[:3]: row[3:] for row in rows}

    def fingerprint(self) -> dict[str, str]:
        """What a table holds, as row count and hash of its rows in any order."""
        tables = {
            "marts.fct_cost_daily": "*", "marts.fct_cost_monthly": "*", "marts.dim_account": "*",
            "raw.control_totals": "*", "ml.cost_anomalies": "*", "marts.fct_reconciliation": "*",
            "marts.fct_cost_restatements": "*",
        }  # fmt: skip
        found = {}
        for table, columns in tables.items():
            rows = sorted(repr(row) for row in self.query(f"select {columns} from {table}"))
            found[table] = f"{len(rows)} rows {hashlib.sha256(chr(10).join(rows).encode()).hexdigest()[:16]}"
        return found

    def records(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of all state records of a kind."""
        return [r.body for r in SqliteStateStore(self.state / "state.sqlite").list(kind)]


@dataclass(frozen=True)
class Company:
    """A small simulated company, its restated month as delivered first, and its servers."""

    root: Path
    truth: dict[str, Any]
    peers: Peers

    def deliver_first(self, exports: Path) -> None:
        """The exports as they were before a month was restated."""
        shutil.copytree(self.root, exports)
        for entry in self.truth["restatements"]:
            compact = entry["period"].replace("-", "")
            marks = (f"={entry['period']}", f"={compact}", f"{compact}01-")
            for folder in sorted((exports / entry["source"]).rglob("*")):
                if folder.is_dir() and any(mark in folder.name for mark in marks):
                    shutil.rmtree(folder)
            shutil.copytree(self.root / entry["path"], exports / entry["source"], dirs_exist_ok=True)

    def deliver_final(self, exports: Path) -> None:
        """The exports as they are now, written over what is there as the clouds do."""
        shutil.copytree(self.root, exports, dirs_exist_ok=True)

    def expected(self, first: bool = False) -> dict[tuple[str, str, str], tuple[Decimal, ...]]:
        """The totals that the simulator states."""
        stated = {
            (source, period): values
            for source, described in self.truth["sources"].items()
            for period, values in described["periods"].items()
        }
        if first:
            stated |= {(entry["source"], entry["period"]): entry["before"] for entry in self.truth["restatements"]}
        return {
            (source, period, values["currency"]): tuple(Decimal(values[m]) for m in MEASURES)
            for (source, period), values in stated.items()
        }

    def configure(self, home: Home, more_sources: str = "") -> None:
        """Three clouds, an alert channel of each kind, and one account with one planted volume."""
        volume = self.volume
        home.configure(f"""\
sources:
  - {{name: aws, provider: aws, location: exports/aws}}
  - {{name: azure, provider: azure, location: exports/azure}}
  - {{name: gcp, provider: gcp, location: exports/gcp}}
{more_sources}
forecasts: {{horizon_days: 7}}
anomalies: {{open_days: 31}}
alerts:
  max_attempts: 1
  allowed_networks: [127.0.0.0/8]
  channels:
    - {{type: webhook, name: hook, url: "{self.peers.webhook_url}", min_severity: info}}
    - {{type: smtp, name: mail, host: 127.0.0.1, port: {self.peers.smtp_port}, from: a@b.example, to: [c@b.example],
       min_severity: info, username_env: SMTP_USER, password_env: SMTP_PASSWORD}}
actions:
  allowed_accounts: ["{volume["account"]}"]
  allowed_regions: [{volume["region"]}]
  accounts: {{"{volume["account"]}": {{role_arn: "arn:aws:iam::{volume["account"]}:role/cloudcost"}}}}
""")

    @property
    def volume(self) -> dict[str, Any]:
        return next(w for w in self.truth["waste"] if w["kind"] == "unattached_volume")


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    root = tmp_path_factory.mktemp("company") / "exports"
    generate(root, seed=3, months=2, rows_per_month=3000)
    truth = json.loads((root / "truth.json").read_text())
    volume = next(w for w in truth["waste"] if w["kind"] == "unattached_volume")
    before = dict(os.environ)
    with run_peers([volume], root.parent / "inbox", root.parent / "account.json") as peers:
        yield Company(root, truth, peers)
    os.environ.clear()
    os.environ.update(before)


def assert_only_mail_failed(done: subprocess.CompletedProcess[str]) -> None:
    """A run did all its work. The company's mail server knows no encryption, so a run that has news says so: exit 3."""
    problems = [line for line in done.stdout.splitlines() if line.startswith("problem: ")]
    assert done.returncode == (3 if problems else 0), done
    assert all("not delivered; first: channel 'mail'" in problem for problem in problems), done
