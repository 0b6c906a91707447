"""dbt in this process: what it says where it fails, and that it is gone when its reader is."""

import threading
from collections.abc import Generator, Iterator

import pytest

from cloudcost.dbt.parsed_project import DbtError
from cloudcost.dbt.project import ALL_PERIODS
from cloudcost.dbt.running import _cancel_statements, run_dbt
from cloudcost.installation import Installation

SEEDS = ["build", "--select", "resource_type:seed", "--exclude-resource-type", "test"]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    root = tmp_path_factory.mktemp("dbt")
    (root / "cloudcost.yaml").write_text("sources:\n  - {name: payer, provider: aws, location: exports}\n")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CLOUDCOST_WAREHOUSE", "CLOUDCOST_MEMORY_LIMIT", "DBT_LOG_PATH"):
            patch.setenv(name, "")  # set by dbt's start, and taken back after the tests
        patch.delenv("CLOUDCOST_MEMORY_LIMIT")
        yield Installation(root / "cloudcost.yaml", root / "home")


def assert_free(installation: Installation) -> None:
    """No dbt is at work in this process and the warehouse can be opened with another configuration than dbt's."""
    assert not [thread for thread in threading.enumerate() if thread.name == "dbt"]
    with installation.warehouse.connect() as connection:
        connection.execute("create or replace table main.mark as select 1 as mark")


def test_every_result_is_told(installation: Installation) -> None:
    results = list(run_dbt(installation, SEEDS, ALL_PERIODS))
    assert {r["data"]["node_info"]["node_name"] for r in results} >= {"regions", "service_categories"}
    assert {r["data"]["node_info"]["node_status"] for r in results} == {"success"}
    assert_free(installation)


def test_the_error_is_what_dbt_said(installation: Installation) -> None:
    with pytest.raises(DbtError, match=r"current_snapshots. does not exist") as caught:
        list(run_dbt(installation, ["run", "--select", "int_periods__pending"], ALL_PERIODS))
    assert "\x1b" not in str(caught.value) and "\n" not in str(caught.value)
    assert_free(installation)
    with pytest.raises(DbtError, match="No such command"):
        list(run_dbt(installation, ["bild"], ALL_PERIODS))


def test_a_reader_that_leaves_ends_it(installation: Installation) -> None:
    for seen in (1, 2, 3, 4):  # also when dbt is just closing its connections
        results = run_dbt(installation, SEEDS, ALL_PERIODS)
        for _ in range(seen):
            next(results)
        assert isinstance(results, Generator)
        results.close()
        assert_free(installation)
    assert len(list(run_dbt(installation, SEEDS, ALL_PERIODS))) == 4


def test_a_statement_that_runs_is_cancelled(installation: Installation) -> None:
    endless = "select count(*) as n from range(10000000) a, range(10000000) b where a.range + b.range = -1"
    command = ["show", "--quiet", "--inline", endless, "--limit", "-1"]
    ended = threading.Event()

    def cancel() -> None:
        """Again and again, as for a run that is terminated."""
        while not ended.wait(0.2):
            _cancel_statements()

    stopper = threading.Thread(target=cancel)
    stopper.start()
    try:
        with pytest.raises(DbtError, match=r"(?i)interrupt"):
            list(run_dbt(installation, command, ALL_PERIODS))
    finally:
        ended.set()
        stopper.join()
    assert_free(installation)
