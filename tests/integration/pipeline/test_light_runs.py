"""A run imports what it uses: modules that take long are not there where there is nothing for them to do."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.ingestion.exports import cur_rows, write_csv

RUN = """
import json, sys
from pathlib import Path
sys.argv = ["cloudcost", "run", "--timings", "--format", "csv"]
from cli import main
try:
    main()
finally:
    Path("modules.json").write_text(json.dumps(sorted(sys.modules)))
"""
#: Clouds, judges and models: nothing of a single good delivery on this machine needs them.
NOT_BY_A_SMALL_RUN = {
    "altair", "apprise", "azure", "boto3", "fastavro", "google.cloud", "great_expectations", "scipy", "sklearn",
    "statsforecast",
}  # fmt: skip
#: What runs and their results are made with: nothing of it is needed to see that there is nothing new.
NOT_BY_NOTHING_NEW = NOT_BY_A_SMALL_RUN | {
    "alembic", "botocore", "dagster", "dagster_dbt", "dbt", "grpc", "numpy", "pandas", "pyarrow", "rich.progress",
    "sqlalchemy",
}  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """A run in a process of its own: what it said, the rows of its timings, the modules that it had imported."""

    said: str
    timings: list[dict[str, str]]
    modules: set[str]


def run(folder: Path) -> Ended:
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=folder, check=False, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    modules = set(json.loads((folder / "modules.json").read_text()))
    return Ended(done.stderr, list(csv.DictReader(io.StringIO(done.stdout))), modules)


@pytest.mark.timeout(900)
def test_a_small_run_and_one_with_nothing_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CLOUDCOST_CONFIG", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    (tmp_path / "exports").mkdir()
    write_csv(tmp_path / "exports" / "plain.csv", cur_rows(["1.50", "2.25"]))
    (tmp_path / "cloudcost.yaml").write_text("sources: [{name: plain, provider: aws, location: exports}]\n")
    first = run(tmp_path)
    assert "Ingested billing periods: 1 (2 line items)" in first.said
    assert not NOT_BY_A_SMALL_RUN & first.modules
    names = {(row["part"], row["name"]) for row in first.timings}
    assert {("survey", "plain"), ("step", "dbt_tables"), ("alerts", "sending"), ("summary", "reading")} <= names
    assert {("ingestion", f"plain: {what}") for what in ("fetch", "judge", "land")} <= names
    assert ("model", "fct_reconciliation") in names
    seconds = [Decimal(row["seconds"]) for row in first.timings]
    total = [row["part"] for row in first.timings].index("total")
    # each is rounded to a hundredth
    assert abs(sum(seconds[:total]) - seconds[total]) < Decimal("0.01") * total
    again = run(tmp_path)
    assert "Nothing new: 1 deliveries are unchanged" in again.said
    assert not NOT_BY_NOTHING_NEW & again.modules
