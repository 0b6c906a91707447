"""What was current and never built is in the history, to the digit and the moment; also of a new warehouse."""

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from cloudcost.dbt.project import set_dbt_environment
from cloudcost.dbt.running import run_dbt
from cloudcost.installation import Installation
from cloudcost.repair.replay import HISTORY, replay_missed
from tests.unit.ingestion.exports import cur_rows, write_csv
from warehouse import changed_periods_json
from warehouse.files.period_files import files_folder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


class Desk:
    """An installation whose deliveries are taken by `take` and built by `build`; a killed run does only the first."""

    def __init__(self, root: Path) -> None:
        sources = [f"  - {{name: {name}, provider: aws, location: {name}}}\n" for name in ("payer", "other")]
        (root / "cloudcost.yaml").write_text(f"sources:\n{''.join(sources)}")
        self.root = root
        self.installation = Installation(root / "cloudcost.yaml", root / "home")

    def take(self, *costs: str, source: str = "payer") -> None:
        write_csv(self.root / source / "a.csv", cur_rows(costs))
        report = self.installation.ingestor().ingest(self.installation.source(source))
        assert len(report.promoted) == 1

    def run_dbt(self, arguments: list[str], periods: str) -> None:
        list(run_dbt(self.installation, arguments, periods))

    def build(self) -> int:
        """What a run does: tell the history what it was not told, then publish and build the present."""
        steps = replay_missed(self.installation, self.run_dbt)
        warehouse = self.installation.warehouse
        warehouse.publish_settings(self.installation.read_settings())
        warehouse.publish_snapshots(self.installation.lake, self.installation.ledger.current_snapshots())
        select = ["--exclude-resource-type", "test", "unit_test", "--select", f"{HISTORY} fct_cost_monthly_history"]
        self.run_dbt(["build", *select], changed_periods_json(warehouse.changed_periods()))
        return steps

    def history(self) -> list[tuple[object, ...]]:
        with self.installation.warehouse.connect(read_only=True) as connection:
            return connection.execute(
                "select change_kind, billed_cost, billed_cost_difference, valid_from, valid_to "
                "from marts.fct_cost_monthly_history order by change_number"
            ).fetchall()

    def moments(self) -> list[dt.datetime]:
        records = self.installation.store.list("promotion", "payer/")
        return [dt.datetime.fromisoformat(r.body["promoted_at"]).replace(tzinfo=None) for r in records]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(tmp_path)
    for name in ("CLOUDCOST_WAREHOUSE", "DBT_LOG_PATH"):
        monkeypatch.setenv(name, "")  # set below, and taken back after the test
    set_dbt_environment(desk.installation)
    desk.installation.dbt_target.mkdir(parents=True)
    return desk


def test_files_that_were_lost_meanwhile_are_written_again(desk: Desk) -> None:
    desk.take("1.25")
    desk.take("7", source="other")
    desk.build()
    shutil.rmtree(files_folder(Path(desk.installation.warehouse.place)))
    desk.take("2.5")
    desk.take("3.5")
    assert desk.build() == 1
    billed = desk.installation.warehouse.query("select sum(billed_cost) from intermediate.int_focus__unioned")
    assert billed[1] == [(D("10.5"),)]
    assert [row[1:3] for row in desk.history() if row[0] == "restated"] == [(D("2.5"), D("1.25")), (D("3.5"), D(1))]


def test_every_state_is_told(desk: Desk) -> None:
    for costs in (("1.25", "2.5"), ("1.25", "3.5"), ("1.25", "3.5", "0.125")):
        desk.take(*costs)
    assert desk.build() == 2
    recorded = [(D("3.75"), D("3.75")), (D("4.75"), D(1)), (D("4.875"), D("0.125"))]
    assert [row[1:3] for row in desk.history()] == recorded

    desk.take("10", "3.5", "0.125")
    desk.take("10")
    assert desk.build() == 1
    history = desk.history()
    assert [row[0] for row in history] == ["first", "restated", "restated", "restated", "restated"]
    assert [row[1:3] for row in history] == [*recorded, (D("13.625"), D("8.75")), (D(10), D("-3.625"))]
    moments = desk.moments()
    assert [row[3:] for row in history] == list(zip(moments, [*moments[1:], None], strict=True)), (
        "and from when to when"
    )
    assert desk.build() == 0
    assert desk.history() == history


D = Decimal
