"""A lost warehouse gets its history from the lake: a figure that a disk changed is not told to it."""

from decimal import Decimal
from pathlib import Path

import pytest

from cloudcost.installation import Installation
from cloudcost.repair.replay import replay_missed
from ingestion.snapshots import SnapshotKey
from tests.unit.ingestion.exports import cur_rows, write_csv


def take(installation: Installation, source: str, *costs: str) -> None:
    write_csv(installation.config_path.parent / source / "a.csv", cur_rows(costs))
    assert len(installation.ingestor().ingest(installation.source(source)).promoted) == 1


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    sources = "".join(f"  - {{name: {name}, provider: aws, location: {name}}}\n" for name in ("restated", "flipped"))
    (tmp_path / "cloudcost.yaml").write_text(f"sources:\n{sources}")
    opened = Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")
    take(opened, "restated", "1.25")
    take(opened, "restated", "1.5")
    take(opened, "restated", "2")
    take(opened, "flipped", "10", "20.5")
    return opened


def replay(installation: Installation) -> list[dict[str, Decimal]]:
    """What each build of the replay could read."""
    read = []

    def build(arguments: list[str], periods: str) -> None:
        with installation.warehouse.connect(read_only=True) as connection:
            read.append(dict(connection.execute(
                "select source_name, sum(line_item_unblended_cost) from raw.aws_cur group by 1"
            ).fetchall()))  # fmt: skip

    replay_missed(installation, build)
    return read


def find_files(installation: Installation, source: str) -> list[Path]:
    """The lake's files of a source, those of the oldest delivery first."""
    promotions = [s for s, _ in installation.ledger.current_snapshots() if s.key.source_name == source]
    key: SnapshotKey = promotions[0].key
    names = [name for name, _ in installation.ledger.promotions(key)]
    found = [installation.ledger.promoted_snapshot(key, name) for name in names]
    return [installation.local_lake / path for snapshot in found if snapshot for path in snapshot.paths]


def test_a_damaged_file_is_landed_anew_before_anything_is_built(installation: Installation) -> None:
    flip(find_files(installation, "flipped")[0])
    states = [{"restated": Decimal(cost), "flipped": Decimal("30.5")} for cost in ("1.25", "1.5")]
    assert replay(installation) == states
    current = [s for s, _ in installation.ledger.current_snapshots() if s.key.source_name == "flipped"]
    assert [installation.lake.measure_checksums(s.paths) == s.checksums for s in current] == [True]


def test_what_its_source_does_not_hold_any_more_is_left_out(installation: Installation) -> None:
    flip(find_files(installation, "flipped")[0])
    (installation.config_path.parent / "flipped/a.csv").unlink()
    assert replay(installation) == [{"restated": Decimal("1.25")}, {"restated": Decimal("1.5")}]


def test_a_former_state_that_is_damaged_is_not_told(installation: Installation) -> None:
    flip(find_files(installation, "restated")[0])
    assert replay(installation) == [{"restated": Decimal("1.5"), "flipped": Decimal("30.5")}]
