"""A run that is killed, wherever it is, and started again ends in what an undisturbed run gives."""

import random
import time
from decimal import Decimal
from typing import TypedDict

import pytest

from tests.integration.pipeline.conftest import Company, Home
from tests.unit.ingestion.exports import cur_row, cur_rows, write_csv

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]

BROKEN = "  - {name: broken, provider: aws, location: exports/broken}"
# every run goes on where the one before was killed; there are eight deliveries
STEPS = ("scanned:1", "judged:1", "landed:2", "promoted:3", "landed:2", "promoted:1")


def prepare(company: Company, home: Home) -> Home:
    """Final exports, and a source whose file cannot be taken."""
    company.configure(home, BROKEN)
    company.deliver_final(home.root / "exports")
    rows = [*cur_rows(["1", "2"]), cur_row(3, "three")]
    write_csv(home.root / "exports" / "broken" / "bad.csv", rows)
    return home


class Outcome(TypedDict):
    """Everything that people and programs see of an installation."""

    tables: dict[str, str]
    totals: dict[tuple[str, str, str], tuple[Decimal, ...]]
    incidents: list[str]
    alerts: list[tuple[str, str]]
    proposals: list[str]
    current: list[tuple[str, str, str]]


def outcome(home: Home) -> Outcome:
    return {
        "tables": home.fingerprint(),
        "totals": home.totals(),
        "incidents": sorted(r["incident_id"] for r in home.records("incident")),
        "alerts": sorted((r["subject_id"], r["channel"]) for r in home.records("outbox")),
        "proposals": sorted(r["finding"]["resource"]["resource_id"] for r in home.records("proposal")),
        "current": sorted(
            (s["source_name"], s["billing_period"], s["dataset"])
            for s in home.records("snapshot")
            if s["status"] == "promoted"
        ),
    }


def test_ten_kills_leave_no_trace(company: Company, tmp_path_factory: pytest.TempPathFactory) -> None:
    environment = {"AWS_ENDPOINT_URL": company.peers.aws_url}
    calm = prepare(company, Home(tmp_path_factory.mktemp("calm"), environment))
    started = time.monotonic()
    done = calm.call("run")
    seconds = time.monotonic() - started
    assert (
        done.returncode == 3 and "data row 3 (line 4): lineItem/UnblendedCost 'three' is not a number" in done.stdout
    ), done
    expected = outcome(calm)
    assert expected["totals"] == company.expected()

    killed = prepare(company, Home(tmp_path_factory.mktemp("killed"), environment))
    for step in STEPS:
        stopped = killed.call("run", CLOUDCOST_CRASH_AT=step)
        assert stopped.returncode == 137, (step, stopped)
    assert sum(s["status"] == "promoted" for s in killed.records("snapshot")) == 6
    chance = random.Random(7)
    kills = sum(killed.run_killed_after(chance.uniform(0.3, 0.9) * seconds) for _ in range(4))
    assert kills >= 2  # a run that came to its end leaves nothing to do for those after it
    again = killed.call("run")
    assert again.returncode == 3, again
    assert outcome(killed) == expected
    # one alert per incident and channel, one proposal
    assert len(set(expected["alerts"])) == len(expected["alerts"]) == 2 * len(expected["incidents"])
    assert expected["proposals"] == [company.volume["resource_id"]]
