"""`cloudcost run` on a simulated company: the totals are the truth, also after a month was restated."""

import datetime as dt
import json
import os
import time
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.pipeline.conftest import MEASURES, SECRETS, Company, Home, assert_only_mail_failed

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def first(company: Company, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, float, str]:
    """The first run, on the exports as they were delivered before a month was restated."""
    home = Home(tmp_path_factory.mktemp("restated"), {"AWS_ENDPOINT_URL": company.peers.aws_url})
    company.configure(home)
    company.deliver_first(home.root / "exports")
    started = time.monotonic()
    done = home.call("run")
    assert done.returncode == 3, done
    assert_only_mail_failed(done)
    assert home.totals() == company.expected(first=True)
    return home, time.monotonic() - started, done.stdout


@pytest.fixture(scope="module")
def restated(first: tuple[Home, float, str], company: Company) -> tuple[Home, float]:
    """The same installation after the final exports arrived."""
    home, seconds, _ = first
    company.deliver_final(home.root / "exports")
    assert_only_mail_failed(home.call("run"))
    return home, seconds


def test_the_summary_tells_what_happened(first: tuple[Home, float, str]) -> None:
    summary = first[2]
    assert "Ingested billing periods: 6 (" in summary
    assert "agree to the last decimal with the exports" in summary and "proposals waiting: 1" in summary


def test_nobody_else_may_read_what_a_run_wrote(first: tuple[Home, float, str]) -> None:
    home = first[0].state
    written = [home, *home.rglob("*")]
    assert {path.name for path in written} >= {"state.sqlite", "warehouse.duckdb", "lake", "logs", "current"}
    assert [path for path in written if not path.is_symlink() and path.stat().st_mode & 0o077] == []


def test_restated_totals_equal_the_truth(restated: tuple[Home, float], company: Company) -> None:
    home, _ = restated
    assert home.totals() == company.expected()
    monthly = home.query(
        "select source_name, strftime(billing_period, '%Y-%m'), billing_currency, billed_cost, effective_cost, "
        "list_cost, contracted_cost from marts.fct_cost_monthly"
    )
    assert {row[:3]: row[3:] for row in monthly} == company.expected()
    assert home.query("select count(*) from marts.fct_reconciliation where not is_reconciled") == [(0,)]


def test_the_earlier_delivery_stays_in_the_lake(restated: tuple[Home, float], company: Company) -> None:
    home, _ = restated
    snapshots = [s for s in home.records("snapshot") if s["status"] == "promoted"]
    billed = {(s["source_name"], s["billing_period"][:7], s["dataset"], s["control_totals"][0][2]) for s in snapshots}
    assert len(billed) == len(snapshots) == 8 + 4  # two months of four exports, and four restated
    assert all((home.state / "lake" / path).exists() for s in snapshots for path in s["paths"])


def test_what_moved_is_the_difference_of_the_two_deliveries(restated: tuple[Home, float], company: Company) -> None:
    home, _ = restated
    sums = ", ".join(f"sum({m}_cost_difference)" for m in MEASURES)
    moved = home.query(
        f"select source_name, strftime(billing_period, '%Y-%m'), {sums} from marts.fct_cost_restatements group by 1, 2"
    )
    assert {row[:2]: row[2:] for row in moved} == {
        (entry["source"], entry["period"]): tuple(
            Decimal(entry["after"][m]) - Decimal(entry["before"][m]) for m in MEASURES
        )
        for entry in company.truth["restatements"]
    }
    deliveries = home.query(
        "select distinct source_name, from_delivery_id, to_delivery_id from marts.fct_cost_restatements"
    )
    assert sorted(source for source, *_ in deliveries) == ["aws", "azure", "gcp"]
    assert all(before and after and before != after for _, before, after in deliveries)


def test_totals_as_of_a_past_moment(restated: tuple[Home, float], company: Company) -> None:
    home, _ = restated

    def ask(moment: str) -> dict[tuple[str, str, str], tuple[Decimal, ...]]:
        rows = json.loads(home.call("totals", "--as-of", moment, "--format", "json").stdout)
        return {
            (r["source"], r["period"], r["currency"]): tuple(Decimal(r[f"{m}_cost"]) for m in MEASURES) for r in rows
        }

    ((last_loaded, first_restated),) = home.query(
        "select max(valid_from) filter (change_number = 1), min(valid_from) filter (change_number = 2) "
        "from marts.fct_cost_monthly_history"
    )
    between = last_loaded + (first_restated - last_loaded) / 2
    assert ask(between.isoformat()) == company.expected(first=True)
    elsewhere = between.replace(tzinfo=dt.UTC).astimezone(dt.timezone(dt.timedelta(hours=5)))
    assert ask(elsewhere.isoformat()) == company.expected(first=True)
    assert ask(f"{between.date() + dt.timedelta(days=1)}") == company.expected()
    never = home.call("totals", "--as-of", "2020-04-02", "--format", "json")
    assert (never.stdout, never.stderr) == ("[]\n", "note: nothing was known yet at 2020-04-02T23:59:59Z\n")
    wrong = home.call("totals", "--as-of", "yesterday")
    assert wrong.returncode == 1 and "'yesterday' is neither a day such as 2026-04-02" in wrong.stderr


def test_people_are_told_of_a_closed_month_that_changed(restated: tuple[Home, float], company: Company) -> None:
    home, _ = restated
    reported = {
        i["finding"]["scope"]["source"]: i["finding"]["figures"]
        for i in home.records("incident")
        if i["finding"]["rule"] == "closed_period_changed"
    }
    today = dt.datetime.now(dt.UTC).date()
    late = [
        entry
        for entry in company.truth["restatements"]
        if today > (dt.date.fromisoformat(f"{entry['period']}-28") + dt.timedelta(days=4)).replace(day=21)
    ]
    assert sorted(reported) == sorted(entry["source"] for entry in late)
    for entry in late:
        currency, figures = entry["before"]["currency"], reported[entry["source"]]
        for measure in ("billed", "effective"):
            before, after = Decimal(entry["before"][measure]), Decimal(entry["after"][measure])
            assert Decimal(figures[f"{measure} before ({currency})"]) == before
            assert Decimal(figures[f"{measure} after ({currency})"]) == after
            assert Decimal(figures[f"{measure} difference ({currency})"]) == after - before


def test_a_second_run_finds_nothing_new_and_is_fast(restated: tuple[Home, float]) -> None:
    home, seconds = restated
    before = (home.fingerprint(), home.records("outbox"), home.records("incident"))
    started = time.monotonic()
    done = home.call("run")
    assert (done.returncode, done.stdout) == (0, "Nothing new: 8 deliveries are unchanged, nothing was ingested.\n")
    assert time.monotonic() - started < seconds / 2
    assert (home.fingerprint(), home.records("outbox"), home.records("incident")) == before


def test_one_proposal_for_the_planted_volume(restated: tuple[Home, float], company: Company) -> None:
    proposals = restated[0].records("proposal")
    assert [p["finding"]["resource"]["resource_id"] for p in proposals] == [company.volume["resource_id"]]
    assert [p["state"] for p in proposals] == ["proposed"]


def test_rebuilding_everything_changes_nothing(restated: tuple[Home, float]) -> None:
    home, _ = restated
    before = home.fingerprint()
    assert_only_mail_failed(home.call("run", "--all"))
    assert home.fingerprint() == before


@pytest.mark.parametrize("output", ["csv", "json"])
def test_totals_command(restated: tuple[Home, float], company: Company, output: str) -> None:
    import csv
    import io

    done = restated[0].call("totals", "--format", output)
    rows = json.loads(done.stdout) if output == "json" else list(csv.DictReader(io.StringIO(done.stdout)))
    found = {
        (r["source"], r["period"], r["currency"]): tuple(
            Decimal(r[f"{m}_cost"]) for m in ("billed", "effective", "list", "contracted")
        )
        for r in rows
    }
    assert (done.returncode, found) == (0, company.expected())


def test_no_secret_is_written_down(restated: tuple[Home, float]) -> None:
    home, _ = restated
    wanted = {name: value.encode() for name, value in SECRETS.items()}
    files = [path for path in home.state.rglob("*") if path.is_file()]
    found = [(name, path) for path in files for name, value in wanted.items() if value in path.read_bytes()]
    assert len(files) > 20 and found == []


def test_one_writer_at_a_time_is_said_in_one_sentence(restated: tuple[Home, float]) -> None:
    import duckdb

    home, _ = restated
    with duckdb.connect(str(home.state / "warehouse.duckdb")):
        done = home.call("totals")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("another process is writing to the warehouse; try again later\n")
    assert os.linesep.join(done.stderr.splitlines()) == done.stderr.strip() and "Traceback" not in done.stderr


def test_exit_codes(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure("sources:\n  - {name: a, provider: aws, location: nowhere}\n")
    missing = home.call("run")
    assert missing.returncode == 1 and "problem: a: " in missing.stderr and "nowhere does not exist" in missing.stderr
    assert [r["finding"]["rule"] for r in home.records("incident")] == ["delivery_failed"]
    home.configure("sources:\n  - {name: a, provder: aws, location: nowhere}\n")
    typo = home.call("run")
    assert typo.returncode == 2 and "did you mean 'provider'?" in typo.stderr and "Traceback" not in typo.stderr
    assert home.call("run", "--no-such-option").returncode == 2
