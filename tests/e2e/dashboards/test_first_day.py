"""The pages of an installation that has nothing yet: every chart is answered where no table has a row."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards.publish import publish_warehouse
from tests.dashboards_site import Site
from tests.e2e.dashboards.test_on_redshift import CHARTS, ask_every_chart

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(1200)]


def publish(warehouse: Path, site: Site) -> None:
    publish_warehouse(warehouse, lambda: duckdb.connect(str(warehouse)), site.serving)


@pytest.fixture(scope="module")
def answers(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Any]]:
    """What each chart answers, by page and title, while a warehouse without rows is published."""
    full = site.root / "home" / "warehouse.duckdb"
    empty = tmp_path_factory.mktemp("empty") / full.name
    empty.write_bytes(full.read_bytes())
    with duckdb.connect(str(empty)) as connection:
        for schema, table in connection.execute(
            "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE' "
            "and table_schema in ('intermediate', 'marts', 'ml', 'ops', 'business')"
        ).fetchall():
            connection.execute(f"delete from {schema}.{table}")
    publish(empty, site)
    try:
        yield ask_every_chart(site)
    finally:
        publish(full, site)


def test_every_chart_is_answered(answers: dict[tuple[str, str], Any]) -> None:
    assert set(answers) == set(CHARTS)
    assert {key: answer for key, answer in answers.items() if not isinstance(answer, dict) or answer["error"]} == {}
    # a figure without rows is one row, a count of 0 or nothing
    assert {answer["rowcount"] for answer in answers.values()} == {0, 1}
