"""Whether an administrator of Superset gets at anything but the locked copy."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import yaml
from attacked import FOLDER, SERVED, STRANGER, administrator, app, attack


def addresses() -> Iterator[tuple[str, str]]:
    """Addresses that lead elsewhere than to the published copy, or to it without its lock."""
    path = str(STRANGER)
    published = SERVED.partition("?")[0]
    yield "another file", f"duckdb:///{path}"
    yield "another file, with the lock's words", f"duckdb:///{path}?{SERVED.partition('?')[2]}"
    yield "by way of dots", f"duckdb:///{path.replace('/stranger', '/x/../stranger')}"
    yield "percent", f"duckdb:///{path.replace('stranger', '%73tranger')}"
    yield "capitals", f"DuckDB:///{path}"
    yield "driver", f"duckdb+duckdb_engine:///{path}"
    yield "a folder called current", f"duckdb:///{FOLDER / 'current' / 'stranger.duckdb'}"
    yield "in memory", "duckdb:///:memory:"
    yield "nothing", "duckdb://"
    yield "motherduck", "duckdb:///md:"
    yield "motherduck, longer", "duckdb:///motherduck:db?motherduck_token=x"
    yield "sqlite", f"sqlite:///{FOLDER / 'superset.db'}"
    yield "sqlite, driver", f"sqlite+pysqlite:///{FOLDER / 'superset.db'}"
    yield "shillelagh", "shillelagh+apsw://"
    yield "shillelagh, safe", "shillelagh+safe://"
    yield "multicorn", "shillelagh+multicornapsw://"
    yield "google sheets", "gsheets://"
    yield "meta", "superset://"
    yield "postgres of this machine", "postgresql://127.0.0.1:1/x"
    yield "served, unlocked", published
    yield "served, written", f"{published}?access_mode=READ_WRITE&enable_external_access=true"
    yield "served, with an agent", f"{SERVED}&custom_user_agent=x&preload_extensions=httpfs"


LOOSE = {"enable_external_access": "true", "lock_configuration": "false"}
OPTIONS = {"engine_params": {"connect_args": {"config": LOOSE}}}


#: A file of the publication, which its readers read and nobody may write to.
PUBLISHED_ROWS = next((FOLDER / "serving" / ".files").rglob("*.parquet"))

#: What a locked connection must not do, by any name of a file.
BEYOND = [
    f"copy (select 2 as x) to '{PUBLISHED_ROWS}'",
    f"copy (select 2 as x) to '{PUBLISHED_ROWS}' (use_tmp_file false)",
    f"copy (select 2 as x) to '{PUBLISHED_ROWS.with_name('more.parquet')}'",
    f"select 1; copy (select 2 as x) to '{PUBLISHED_ROWS}'",
    f"explain analyze copy (select 2 as x) to '{PUBLISHED_ROWS}'",
    f"prepare written as copy (select 2 as x) to '{PUBLISHED_ROWS}'",
    f"export database '{PUBLISHED_ROWS.parent / 'all'}'",
    f"select * from read_text('{FOLDER / 'secret.txt'}')",
    f"select * from read_parquet('{FOLDER}/warehouse.duckdb.files/*/*/*/*.parquet')",
    f"select * from read_text('{FOLDER}/serving/.files/../../secret.txt')",
    f"copy (select 1) to '{FOLDER / 'out.csv'}'",
    f"attach '{STRANGER}' as other",
    "set enable_external_access = true",
    "set allowed_directories = ['/']",
    "set lock_configuration = false",
]


def judge(database: Any) -> str:
    """What somebody who has this connection can do with it."""
    with database.get_sqla_engine() as engine:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("select x from intermediate.charges")  # a view over files, which this copy alone may read
            if cursor.fetchall() != [(1,)]:
                return "does not read its own files"
            for beyond in BEYOND:
                try:
                    cursor.execute(beyond)
                    return f"reads files: {cursor.fetchall()}"
                except Exception as error:
                    if "disabled" not in str(error) and "locked" not in str(error):
                        return f"error: {error}"[:300]
            cursor.execute("select database_name from duckdb_databases() where not internal")
            names = sorted(name for (name,) in cursor.fetchall())
            return "confined" if names == ["warehouse"] else f"opens {names}"
        finally:
            connection.close()


@attack
def open_an_address() -> dict[str, str]:
    """Whatever wrote it: a row that holds the address is opened."""
    from superset.models.core import Database

    found = {}
    for extra in ({}, OPTIONS):
        for name, address in addresses():
            with app.test_request_context():
                try:
                    outcome = judge(Database(database_name="x", sqlalchemy_uri=address, extra=json.dumps(extra)))
                except Exception as error:
                    outcome = f"refused: {type(error).__name__}"
            found[f"{name}{', with options' if extra else ''}"] = outcome
    return found


@attack
def test_a_connection() -> dict[str, int]:
    visitor, headers = administrator()
    found = {}
    for name, address in addresses():
        body = {"sqlalchemy_uri": address, "database_name": "x"}
        found[name] = visitor.post("/api/v1/database/test_connection/", json=body, headers=headers).status_code
    return found


@attack
def create_a_connection() -> dict[str, Any]:
    visitor, headers = administrator()
    for number, (_, address) in enumerate(addresses()):
        body = {"sqlalchemy_uri": address, "database_name": f"created {number}"}
        visitor.post("/api/v1/database/", json=body, headers=headers)
    return judge_all()


@attack
def import_a_connection() -> dict[str, Any]:
    visitor, headers = administrator()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        what = {"version": "1.0.0", "type": "Database", "timestamp": "2026-01-01T00:00:00+00:00"}
        archive.writestr("x/metadata.yaml", yaml.safe_dump(what))
        database = {
            "database_name": "imported", "sqlalchemy_uri": f"duckdb:///{STRANGER}", "version": "1.0.0",
            "uuid": "7f0b1f3e-6d5f-4c8e-9d57-0f2f2d0f7a11", "extra": OPTIONS, "cache_timeout": None,
            "expose_in_sqllab": True, "allow_run_async": False, "allow_ctas": True, "allow_cvas": True,
        }  # fmt: skip
        archive.writestr("x/databases/imported.yaml", yaml.safe_dump(database))
    packed.seek(0)
    form = {"formData": (packed, "x.zip"), "overwrite": "true"}
    answer = visitor.post("/api/v1/database/import/", data=form, headers=headers)
    return {"status": answer.status_code, **judge_all()}


@attack
def edit_the_connection() -> dict[str, Any]:
    """The present one is given options, then another address; each is opened again afterwards."""
    from superset import db
    from superset.models.core import Database

    visitor, headers = administrator()
    with app.app_context():
        number = db.session.query(Database.id).filter_by(database_name="cloudcost").scalar()
    found = {}
    edits = {"options": {"extra": json.dumps(OPTIONS)}, "address": {"sqlalchemy_uri": f"duckdb:///{STRANGER}"}}
    for name, edit in edits.items():
        answer = visitor.put(f"/api/v1/database/{number}", json={"database_name": "cloudcost", **edit}, headers=headers)
        found[name] = [answer.status_code, judge_all()["cloudcost"]]
    with app.app_context():
        served = db.session.get(Database, number)
        served.sqlalchemy_uri, served.extra = SERVED, "{}"
        db.session.commit()
    return found


@attack
def share_an_address() -> list[str]:
    """Options of one connection reach those who use another one with the same address."""
    from superset.models.core import Database

    with app.test_request_context():
        published = SERVED.partition("?")[0]
        locked = {"engine_params": {"connect_args": {"read_only": True, "config": dict.fromkeys(LOOSE, "false")}}}
        loose = Database(database_name="loose", sqlalchemy_uri=published)
        strict = Database(database_name="strict", sqlalchemy_uri=published, extra=json.dumps(locked))
        found = []
        for database in (loose, strict, loose):
            try:
                found.append(judge(database))
            except Exception as error:
                found.append(f"refused: {type(error).__name__}")
        return found


@attack
def scan_ports() -> str:
    """Whether a port of this machine is open is asked by the form for a new connection."""
    visitor, headers = administrator()
    body = {
        "engine": "postgresql", "configuration_method": "dynamic_form", "database_name": "x",
        "parameters": {"host": "127.0.0.1", "port": 1, "username": "x", "password": "x", "database": "x"},
    }  # fmt: skip
    answer = visitor.post("/api/v1/database/validate_parameters/", json=body, headers=headers)
    return str(answer.json)


@attack
def import_rows_from_an_address() -> dict[str, bool]:
    """A dataset that is imported may name an address, from which Superset fetches rows."""
    from superset.commands.dataset.importers.v1.utils import validate_data_uri

    found = {}
    for address in ("file:///etc/passwd", "http://127.0.0.1:1/x", "https://example.com/x.csv"):
        with app.app_context():
            try:
                validate_data_uri(address)
                found[address] = True
            except Exception:
                found[address] = False
    return found


def judge_all() -> dict[str, Any]:
    """What can be done with every connection that is stored."""
    from superset import db
    from superset.models.core import Database

    found = {}
    with app.test_request_context():
        for database in db.session.query(Database):
            try:
                found[database.database_name] = judge(database)
            except Exception as error:
                found[database.database_name] = f"refused: {type(error).__name__}"
    return found
