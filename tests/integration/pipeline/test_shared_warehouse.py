"""Machines that share a warehouse: each has a home of its own, and one catalog, lake and state are common to all."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from state.dynamodb import create_table
from tests.integration.pipeline.conftest import Home
from tests.peers.lake_catalog import BUCKET, PASSWORD_ENV, CatalogPeer
from tests.peers.moto_server import MotoServer
from tests.unit.ingestion.exports import cur_rows, write_csv

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600), pytest.mark.requires_system("postgresql")]

TABLE = "shared-state"
PERIOD = "2026-09"


@dataclass
class Machines:
    """Homes on one warehouse; what is delivered is there for all of them."""

    first: Home
    second: Home
    exports: Path
    peer: CatalogPeer
    catalog: str

    def deliver(self, source: str, *costs: str) -> None:
        target = self.exports / source / "bill.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        whole = write_csv(target.with_name(".bill.csv"), cur_rows(costs))
        whole.replace(target)

    def totals(self, home: Home) -> dict[str, Decimal]:
        """Billed cost by source, as `cloudcost totals` prints it."""
        done = home.call("totals", "--format", "json")
        assert done.returncode == 0, done
        return {row["source"]: Decimal(row["billed_cost"]) for row in json.loads(done.stdout, parse_float=Decimal)}

    def read_marts(self, home: Home) -> dict[str, Decimal]:
        """What each cost mart sums up to; all of them state the same costs."""
        marts = {
            "fct_cost_daily": "billed_cost", "fct_cost_monthly": "billed_cost", "fct_charges": "billed_cost",
            "fct_cost_allocated_daily": "billed_cost",
        }  # fmt: skip
        union = " union all ".join(f"select '{m}' as mart, sum({c}) as cost from marts.{m}" for m, c in marts.items())
        done = home.call("query", union, "--format", "json")
        assert done.returncode == 0, done
        return {row["mart"]: Decimal(row["cost"]) for row in json.loads(done.stdout, parse_float=Decimal)}


def check_ended(process: "subprocess.Popen[str]") -> str:
    """A run that ended as runs do that share; returns what it said."""
    out, err = process.communicate(timeout=1500)
    assert process.returncode in (0, 3), (out, err)
    assert "Traceback" not in err, err
    return out + err


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    with MotoServer() as moto, CatalogPeer(moto) as peer:
        create_table(TABLE, moto.client("dynamodb"))
        settings = peer.create_catalog()
        exports = tmp_path_factory.mktemp("exports")
        homes = []
        for name in ("first", "second"):
            home = Home(
                tmp_path_factory.mktemp(name),
                {
                    "AWS_ENDPOINT_URL": moto.url, "AWS_DEFAULT_REGION": "eu-central-1", PASSWORD_ENV: peer.password,
                    "AWS_ACCESS_KEY_ID": "test", "CLOUDCOST_AUDIT_KEY": "a-key-that-both-machines-have-in-common",
                },
            )  # fmt: skip
            home.configure(f"""\
sources:
  - {{name: one, provider: aws, location: "{exports}/one"}}
  - {{name: two, provider: aws, location: "{exports}/two"}}
audit: {{key_env: CLOUDCOST_AUDIT_KEY}}
lake: {{location: "s3://{BUCKET}/shared/lake"}}
state: {{backend: dynamodb, table: {TABLE}}}
warehouse:
  backend: ducklake
  host: "{settings.host}"
  database: {settings.database}
  password_env: {PASSWORD_ENV}
  sslmode: disable
  data_path: "s3://{BUCKET}/shared/warehouse"
""")
            homes.append(home)
        yield Machines(homes[0], homes[1], exports, peer, settings.database)


def test_what_each_brings_is_there_for_both(machines: Machines) -> None:
    machines.deliver("one", "1.50", "2.000000000001")
    (machines.exports / "two").mkdir()
    first = machines.first.start("run")
    machines.deliver("two", "10", "-3")
    second = machines.second.start("run")
    said = [check_ended(first), check_ended(second)]
    assert machines.totals(machines.first) == machines.totals(machines.second), said
    # the first may have looked before there was anything of the second
    assert machines.totals(machines.first) == {"one": Decimal("3.500000000001"), "two": Decimal(7)}
    assert set(machines.read_marts(machines.second).values()) == {Decimal("10.500000000001")}


def test_of_two_that_take_the_same_one_wins(machines: Machines) -> None:
    machines.deliver("one", "5")
    both = [home.start("run") for home in (machines.first, machines.second)]
    said = [check_ended(process) for process in both]
    assert machines.totals(machines.second) == {"one": Decimal(5), "two": Decimal(7)}, said
    assert set(machines.read_marts(machines.first).values()) == {Decimal(12)}
    again = machines.second.call("run")
    assert again.returncode == 0 and "Nothing new" in again.stdout, again


@pytest.mark.parametrize("moment", ["publish_snapshots", "dbt_billing_periods", "expired_files", "published"])
def test_a_killed_machine_holds_nobody_up_and_nothing_of_it_is_seen(machines: Machines, moment: str) -> None:
    before = machines.totals(machines.second)["one"]
    machines.deliver("one", str(before + 1), "0.25")
    killed = machines.first.start("run")
    _wait_for_step(machines.first, moment, killed)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert machines.totals(machines.second)["one"] in (before, before + Decimal("1.25"))
    check_ended(machines.second.start("run"))
    wanted = {"one": before + Decimal("1.25"), "two": Decimal(7)}
    assert machines.totals(machines.second) == wanted
    assert set(machines.read_marts(machines.second).values()) == {sum(wanted.values())}


def test_no_secret_is_written_down(machines: Machines) -> None:
    for home in (machines.first, machines.second):
        written = [path for path in home.state.rglob("*") if path.is_file()]
        assert len(written) > 10
        for path in written:
            assert machines.peer.password.encode() not in path.read_bytes(), path


def _wait_for_step(home: Home, step: str, process: "subprocess.Popen[str]") -> None:
    """Until the newest log says that a step of this name has begun."""
    begun = time.time()
    while process.poll() is None:
        logs = [log for log in (home.state / "logs").glob("run-*.log") if log.stat().st_mtime >= begun - 1]
        if any(f"{step}" in line and "STEP_START" in line for log in logs for line in log.read_text().splitlines()):
            time.sleep(0.3)
            return
        time.sleep(0.05)
    raise AssertionError(f"the run ended before {step}: {process.communicate()}")
