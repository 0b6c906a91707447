"""A delivery that only a killed run saw is in the history, and a warehouse that was lost gets its history back."""

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.pipeline.conftest import Home
from tests.unit.orchestration.exports import cur_rows, write_csv

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]

HISTORY = (
    "select change_number, change_kind, from_delivery_id, to_delivery_id, billed_cost, billed_cost_difference, "
    "valid_from, valid_to from marts.fct_cost_monthly_history order by 1"
)


def deliver(home: Home, *costs: str) -> None:
    write_csv(home.root / "exports" / "a.csv", cur_rows(costs))


def promoted_at(home: Home) -> list[dt.datetime]:
    return [dt.datetime.fromisoformat(r["promoted_at"]) for r in home.records("promotion")]


def test_a_delivery_that_no_run_built(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure("sources:\n  - {name: payer, provider: aws, location: exports}\nforecasts: {horizon_days: 7}\n")
    deliver(home, "1.25", "2.5")
    assert home.call("run").returncode == 0
    for costs in (("1.25", "3.5"), ("1.25", "3.5", "0.125")):
        deliver(home, *costs)
        killed = home.call("run", CLOUDCOST_CRASH_AT="promoted:1")
        assert killed.returncode == 137, killed
    deliver(home, "10", "3.5", "0.125")
    done = home.call("run")
    assert done.returncode == 0, done

    moments = promoted_at(home)
    history = home.query(HISTORY)
    assert [(row[0], row[1], row[4], row[5]) for row in history] == [
        (1, "first", Decimal("3.75"), Decimal("3.75")),
        (2, "restated", Decimal("4.75"), Decimal(1)),
        (3, "restated", Decimal("4.875"), Decimal("0.125")),
        (4, "restated", Decimal("13.625"), Decimal("8.75")),
    ]
    assert [row[6] for row in history] == [moment.replace(tzinfo=None) for moment in moments]
    assert [row[2] for row in history[1:]] == [row[3] for row in history[:-1]], "from each delivery to the next"
    believed = []
    for moment in moments:
        asked = home.call("totals", "--as-of", moment.isoformat(), "--format", "csv")
        believed += [Decimal(row["billed_cost"]) for row in csv.DictReader(io.StringIO(asked.stdout))]
    assert believed == [Decimal("3.75"), Decimal("4.75"), Decimal("4.875"), Decimal("13.625")]
    assert home.totals()["payer", "2026-09", "USD"][0] == Decimal("13.625")

    (home.state / "warehouse.duckdb").unlink()
    assert home.call("run", "--all").returncode == 0
    assert home.query(HISTORY) == history, "the lake and the ledger know it all"
    assert home.call("run").stdout.startswith("Nothing new")
