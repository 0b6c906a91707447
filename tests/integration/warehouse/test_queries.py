"""Somebody's own query reads the warehouse, and neither writes nor reads anything else of the machine."""

from pathlib import Path

import duckdb
import pytest

from ingestion.formats import FORMATS
from warehouse import DuckDbWarehouse, WarehouseError
from warehouse.files.raw_views import raw_view_sql
from warehouse.selects import check_words

FOCUS = next(fmt for fmt in FORMATS if fmt.table == "focus")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with a table and a raw table over one file of the lake; the folder's name is a pattern of its own."""
    home = tmp_path_factory.mktemp("ho[m]e")
    (home / "secret.csv").write_text("a\n1\n")
    folder = home / "lake/focus/source_name=s/billing_period=2025-01-01/dataset=cost/delivery_id=d1"
    folder.mkdir(parents=True)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        columns = ", ".join(f'null as "{column.name}"' for column in FOCUS.columns)
        file = folder / "part-00000.parquet"
        connection.execute(f"copy (select 'f.csv' as source_file, {columns}) to '{file}'")
        connection.execute("create schema raw")
        connection.execute(f"create view raw.focus as {raw_view_sql(FOCUS, [str(file)])}")
        connection.execute("create table costs as select date '2025-01-01' as day, 2.5::decimal(38, 12) as cost")
    return home


def ask(home: Path, sql: str) -> list[tuple[object, ...]]:
    return DuckDbWarehouse(home / "warehouse.duckdb", home / "lake").query(sql)[1]


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        ("select * from costs", 1),
        ("  -- a note; with a mark\n(select day from costs) ;", 1),
        ("with recursive n as (select 1 as i union all select i + 1 from n where i < 5) select i from n", 5),
        ("from costs select sum(cost) over (), ';copy' as \"attach\"", 1),
        ("select source_name, delivery_id from raw.focus where billing_period = '2025-01-01'", 1),
        ("select day + i::integer from costs, range(3) as r (i), unnest(['a', 'b']) as u (x)", 6),
        ("select count(*) from information_schema.columns where table_name = 'costs'", 1),
        ("describe costs", 2),
        ("select " + " + ".join(["1"] * 100), 1),
    ],
)  # fmt: skip
def test_a_select_is_answered(home: Path, sql: str, count: int) -> None:
    assert len(ask(home, sql)) == count


@pytest.mark.parametrize(
    "sql",
    [
        "copy costs to '{home}/out'", "copy costs to '{home}/lake/out'", "copy (select 1) to '{home}/out' (format csv)",
        "copy costs from '{home}/secret.csv'", "export database '{home}/out'", "import database '{home}/out'",
        "attach '{home}/out'", "attach ':memory:' as m", "detach warehouse", "use memory", "install json", "load json",
        "set enable_external_access = true", "reset lock_configuration", "pragma enable_profiling",
        "pragma database_list", "call pragma_version()", "checkpoint", "vacuum", "begin", "prepare p as select 1",
        "explain analyze select 1", "create temp table t as select 1", "create table t as select 1",
        "insert into costs values (null, 1)", "update costs set cost = 0", "delete from costs", "drop table costs",
        "select 1; select 2", "select 1; copy costs to '{home}/out'", "select 1\0; drop table costs",
        "pivot costs on day using sum(cost)", "",  " ; ", "-- nothing", "selec",
        "select * from read_csv('/etc/passwd')", "from read_text('/etc/passwd')", "from read_blob('/etc/passwd')",
        "from '/etc/passwd'", "from '{home}/secret.csv'", "from '{home}/lake/../secret.csv'",
        "from '{home}/lake2/x.csv'", "from glob('/etc/*')", "from glob('{home}/lake/**')",
        "from read_parquet('{home}/lake/**')", "from parquet_metadata('/etc/passwd')", "from sniff_csv('/etc/passwd')",
        "from 'https://example.com/x.csv'",
        "describe select * from read_csv('/etc/passwd')", "summarize from read_csv('/etc/passwd')",
        "with x as (select (select max(content) from read_text('/etc/passwd'))) select * from x",
        "select 1 where exists (select * from query('select * from read_text(''/etc/passwd'')'))",
        "from enable_logging(storage = 'file', storage_path = '{home}/lake/out')",
        "select * from system.main.\"ENABLE_LOGGING\"()", "from duckdb_secrets()", "from home",
        "select " + " + ".join(["1"] * 900),
    ],
)  # fmt: skip
def test_nothing_is_written_and_no_file_is_read(home: Path, sql: str) -> None:
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    with pytest.raises(WarehouseError):
        ask(home, sql.replace("{home}", str(home)))
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_what_is_wrong_is_said_in_one_line(home: Path) -> None:
    for sql, message in {
        "copy costs to 'x'": "the query is COPY; this read-only connection takes exactly one SELECT",
        "select 1; select 2": "the query has multiple commands",
        "from glob('*')": "the query calls glob, which may read more than the warehouse",
    }.items():
        with pytest.raises(WarehouseError, match=message):
            ask(home, sql)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select top 5 * from t", None), ("with x as (select 1) select * from x;", None), ("(select 1)", None),
        ("/* é; */ select 'a;b' as \"x;y\" -- ;", None), ("select 'l''été' from t ; ;", None),
        ("unload ('select 1') to 's3://b/k'", "begins with UNLOAD"), ("copy t from 's3://b/k'", "begins with COPY"),
        ("commit; delete from t", "multiple commands"), ("select 1; drop table t", "multiple commands"),
        ("delete from t", "begins with DELETE"), ("call p()", "begins with CALL"), ("set x to 1", "begins with SET"),
        ("explain select 1", "begins with EXPLAIN"), ("/* select */ drop table t", "begins with DROP"),
        (" ; ", "empty"), ("", "empty"), ("-- select 1", "empty"), ("select 1\0", "NUL"), ("'select'", "no word"),
    ],
)  # fmt: skip
def test_redshift_is_given_one_select(sql: str, message: str | None) -> None:
    if message is None:
        check_words(sql)
        return
    with pytest.raises(WarehouseError, match=message):
        check_words(sql)
