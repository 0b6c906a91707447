"""The same bundle on the stand-in for Redshift: it is imported there, every chart's question is asked as a reader may
ask it, and the answer is the one that DuckDB gives."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from dashboards.asset_pages import charts_of
from dashboards.design.pages import PAGES
from dashboards.design.queries import describe_query
from dashboards.publish import published_file
from ingestion.landing.s3_lake import S3Lake
from tests.dashboards_site import TEAM, Site, Visitor, free_port
from tests.peers.moto_server import MotoServer
from tests.peers.redshift import RedshiftPeer
from warehouse.redshift import RedshiftWarehouse
from warehouse.storage_settings import WarehouseSettings

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(1200), pytest.mark.requires_system("postgresql")]

CHARTS = {(page.slug, chart.title): chart for page in PAGES for chart in charts_of(page)}
WAREHOUSE = """\
lake: {{location: "s3://cloudcost-lake/prod"}}
warehouse: {{backend: redshift, host: 127.0.0.1, port: {port}, password_env: REDSHIFT_PASSWORD, sslmode: disable,
            iam_role: "arn:aws:iam::123456789012:role/copy"}}
"""
TYPES = {"VARCHAR": "varchar(65535)", "DOUBLE": "double precision", "HUGEINT": "numeric(38, 0)"}
TABLES = """
select table_schema, table_name from information_schema.tables
where table_schema in ('marts', 'ml', 'ops') order by 1, 2
"""


def copy_tables(site: Site, peer: RedshiftPeer) -> None:
    """What DuckDB published, into tables of the stand-in, and what the project grants a reader of them."""
    path = published_file(site.serving, "warehouse.duckdb").resolve()
    statements = ["create role bi login password 'of-the-reader'"]
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(TABLES).fetchall()
        for schema in sorted({schema for schema, _ in tables}):
            statements.append(f"create schema if not exists {schema} authorization {peer.user}")
        for schema, table in tables:
            columns = connection.execute(f"describe {schema}.{table}").fetchall()
            names = ", ".join(f'"{name}" {TYPES.get(kind, kind)}' for name, kind, *_ in columns)
            file = peer.postgres.exchange / f"{schema}.{table}.csv"
            connection.execute(f"copy {schema}.{table} to '{file}' (header, timestampformat '%Y-%m-%d %H:%M:%S.%f')")
            file.chmod(0o644)
            statements += [
                f"create table {schema}.{table} ({names})",
                f"copy {schema}.{table} from '{file}' with (format csv, header)",
                f"alter table {schema}.{table} owner to {peer.user}",
            ]
    peer.postgres.run_sql(";\n".join(statements) + ";", peer.database)
    settings = WarehouseSettings(
        backend="redshift", host="127.0.0.1", port=peer.port, database=peer.database, user=peer.user,
        password_env="REDSHIFT_PASSWORD", sslmode="disable", iam_role="arn:aws:iam::123456789012:role/copy",
        readers=["user bi"],
    )  # fmt: skip
    lake = S3Lake("s3://cloudcost-lake/prod", site.root, peer.s3)
    RedshiftWarehouse(settings, lake, {"REDSHIFT_PASSWORD": peer.password}).grant_readers()


@pytest.fixture(scope="module")
def on_redshift(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A second Superset, on the stand-in."""
    with MotoServer() as moto, RedshiftPeer(moto.client("s3")) as peer:
        copy_tables(site, peer)
        second = Site(tmp_path_factory.mktemp("on_redshift"), free_port())
        second.configure(TEAM, WAREHOUSE.format(port=peer.port))
        address = f"redshift+psycopg2://bi:of-the-reader@127.0.0.1:{peer.port}/{peer.database}?sslmode=disable"
        try:
            access = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": moto.url}
            second.start(CLOUDCOST_SERVING_URI=address, REDSHIFT_PASSWORD=peer.password, **access)
            yield second
        finally:
            second.stop()


@pytest.fixture(scope="module")
def both(site: Site, on_redshift: Site) -> tuple[dict[tuple[str, str], Any], dict[tuple[str, str], Any]]:
    """What each chart answers, by page and title, on DuckDB and on the stand-in."""
    return ask_every_chart(site), ask_every_chart(on_redshift)


def ask_every_chart(site: Site) -> dict[tuple[str, str], Any]:
    admin = site.sign_in("admin")
    pages = {p["slug"]: p["id"] for p in admin.get("/api/v1/dashboard/?q=(page_size:50)").json()["result"]}
    return {
        (slug, chart["slice_name"]): ask_chart(admin, chart["id"])
        for slug, number in pages.items()
        for chart in admin.get(f"/api/v1/dashboard/{number}/charts").json()["result"]
    }


def ask_chart(visitor: Visitor, number: int) -> Any:
    answer = visitor.get(f"/api/v1/chart/{number}/data/?force=true")
    return answer.json()["result"][0] if answer.status_code == 200 else answer.text


def as_counted(rows: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    """Rows in no order; numbers to nine digits, since data frames hold binary ones that each engine adds up its way."""
    return Counter(tuple(sorted((name, plain(value)) for name, value in row.items())) for row in rows)


def plain(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return f"{Decimal(str(value)):.8e}" if abs(value) > 1e-6 else "0"
    if isinstance(value, str):
        try:
            return f"{Decimal(value):.8e}" if abs(Decimal(value)) > Decimal("1e-6") else "0"
        except ArithmeticError:
            pass
        try:
            return dt.datetime.fromisoformat(value).strftime("%Y-%m-%d %H:%M:%S")
        except ValueError:
            return value
    return str(value)


def test_every_chart_of_the_design_is_there(both: tuple[dict[Any, Any], dict[Any, Any]]) -> None:
    assert set(both[0]) == set(both[1]) == set(CHARTS)


@pytest.mark.parametrize(("slug", "title"), CHARTS, ids=lambda part: str(part))
def test_a_chart_answers_the_same_on_both(
    slug: str, title: str, both: tuple[dict[Any, Any], dict[Any, Any]]
) -> None:  # fmt: skip
    ours, theirs = both[0][slug, title], both[1][slug, title]
    assert isinstance(ours, dict), ours
    assert isinstance(theirs, dict), theirs
    assert theirs["error"] is None
    assert theirs["rowcount"] == ours["rowcount"]
    if ours["rowcount"] < CHARTS[slug, title].params.get("row_limit", 10_000):
        assert as_counted(theirs["data"]) == as_counted(ours["data"])
    else:  # which of equal rows a limit lets through, each engine decides
        by = describe_query(CHARTS[slug, title])["queries"][0]["orderby"][0][0]
        # a calculated column that rows are sorted by is not shown; the column that it is made of is
        by = {name: sql for name, _, _, sql in CHARTS[slug, title].dataset.calculated}.get(by, by)
        assert as_counted([{by: row[by]} for row in theirs["data"]]) == as_counted(
            [{by: row[by]} for row in ours["data"]]
        )


def test_the_reader_may_only_read(on_redshift: Site) -> None:
    body = {"database_id": 1, "sql": "delete from marts.fct_cost_daily", "client_id": "d1", "runAsync": False}
    answer = on_redshift.sign_in("admin").post("/api/v1/sqllab/execute/", body)
    assert answer.status_code != 200, answer.text[:300]
