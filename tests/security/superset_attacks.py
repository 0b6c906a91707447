"""Attacks on the dashboards' server, tried inside Superset's own environment; prints as JSON what came of each.

``python superset_attacks.py FOLDER``: FOLDER holds ``stranger.duckdb``, a file that nobody published.
"""

import io
import json
import logging
import os
import sys
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(sys.argv[1])
STRANGER = FOLDER / "stranger.duckdb"
SERVED = os.environ["CLOUDCOST_SERVING_URI"]
PASSWORD, MISTYPED = "correct horse battery", "correct house battery"
VIEWS = ("DatabaseRestApi", "ChartDataRestApi", "CurrentUserRestApi", "SecurityRestApi", "UserDBModelView")
ATTACKS: list[Callable[[], Any]] = []
logging.disable(logging.CRITICAL)

from superset.app import create_app  # noqa: E402

app = create_app()
app.config["WTF_CSRF_ENABLED"] = False  # forged requests are another matter
app.config["FAB_PASSWORD_HASH_METHOD"] = QUICK = "pbkdf2:sha256:1"  # hundreds of guesses
app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"] = f"{QUICK}$x$00"


def attack(function: Callable[[], Any]) -> Callable[[], Any]:
    """Register an attack; its answer is what a test judges."""
    ATTACKS.append(function)
    return function


def main() -> None:
    """Try everything; an attack that breaks down says so."""
    set_up()
    found = {}
    for function in ATTACKS:
        if sys.argv[2:] and function.__name__ not in sys.argv[2:]:
            continue
        began = time.monotonic()
        try:
            found[function.__name__] = function()
        except Exception:
            found[function.__name__] = {"broken": traceback.format_exc()[-1500:]}
        print(f"{time.monotonic() - began:6.1f} s {function.__name__}", file=sys.stderr)
    print("\n" + json.dumps(found))


def set_up() -> None:
    """A Superset with people, the served database and one dataset of it."""
    with app.app_context():
        from flask_appbuilder import Model
        from superset import appbuilder, db, security_manager
        from superset.connectors.sqla.models import RowLevelSecurityFilter, SqlaTable
        from superset.models.core import Database
        from superset.models.slice import Slice

        Model.metadata.create_all(db.engine)
        for view in appbuilder.baseviews:
            if type(view).__name__ in VIEWS:
                appbuilder._add_permission(view, True)
        security_manager.create_custom_permissions()
        admin = security_manager.add_role("Admin")
        admin.permissions = db.session.query(security_manager.permissionview_model).all()
        reader = security_manager.add_role("reader")
        reader.permissions = [
            security_manager.add_permission_view_menu(*pair)
            for pair in (("can_read", "Chart"), ("can_read", "CurrentUserRestApi"), ("can_read", "SecurityRestApi"))
        ]
        security_manager.add_role("other")
        add("admin", "Admin")
        served = Database(database_name="cloudcost", sqlalchemy_uri=SERVED)
        dataset = SqlaTable(table_name="costs", schema="marts", database=served)
        rule = RowLevelSecurityFilter(name="rule", filter_type="Regular", clause="x = 1")
        db.session.add_all([served, dataset, rule])
        db.session.flush()
        db.session.add(
            Slice(slice_name="chart", datasource_id=dataset.id, datasource_type="table", viz_type="table", params="{}")
        )
        db.session.commit()


def add(name: str, role: str) -> int:
    """A person; the number."""
    from superset import security_manager

    user = security_manager.add_user(
        name, name, "", f"{name}@example.com", security_manager.find_role(role), password=PASSWORD
    )
    return int(user.id)


_addresses = (f"10.9.{number // 200}.{number % 200 + 1}" for number in range(20_000))


def client(address: str = "") -> Any:
    """Somebody's browser, at an address that nobody else has."""
    visitor = app.test_client()
    visitor.environ_base["REMOTE_ADDR"] = address or next(_addresses)
    return visitor


def sign_in(visitor: Any, name: str, password: str = PASSWORD) -> Any:
    """By the form, as a browser does."""
    return visitor.post("/login/", data={"username": name, "password": password})


def tokens(name: str, password: str = PASSWORD, address: str = "") -> Any:
    """By the API."""
    body = {"username": name, "password": password, "provider": "db", "refresh": True}
    return client(address).post("/api/v1/security/login", json=body)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def administrator() -> tuple[Any, dict[str, str]]:
    return client(), bearer(tokens("admin").json["access_token"])


# connections


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


def judge(database: Any) -> str:
    """What somebody who has this connection can do with it."""
    with database.get_sqla_engine() as engine:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            try:
                cursor.execute(f"select * from read_text('{FOLDER / 'secret.txt'}')")
                return f"reads files: {cursor.fetchall()}"
            except Exception as error:
                if "disabled" not in str(error):
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


# sessions


def copied(name: str) -> dict[str, Any]:
    """A cookie and two tokens of somebody, as a thief has them; they work."""
    visitor = client()
    sign_in(visitor, name)
    cookie = visitor.get_cookie("session")
    answer = tokens(name).json
    kept = {"browser": visitor, "cookie": cookie.value, **answer}
    works = uses(kept)
    if works != {"cookie": 200, "access": 200, "refresh": 200}:
        raise RuntimeError(f"what {name} has does not work: {works}")
    return kept


def uses(kept: dict[str, Any]) -> dict[str, int]:
    """What a thief's requests are answered."""
    thief = client()
    thief.set_cookie("session", kept["cookie"])
    me, again = "/api/v1/me/", "/api/v1/security/refresh"
    return {
        "cookie": thief.get(me).status_code,
        "access": client().get("/api/v1/security/csrf_token/", headers=bearer(kept["access_token"])).status_code,
        "refresh": client().post(again, headers=bearer(kept["refresh_token"])).status_code,
    }


def after(name: str, change: Callable[[Any], None]) -> dict[str, int]:
    """What was copied is used after a change of the person by another process of Superset."""
    from superset import db, security_manager

    with app.app_context():
        add(name, "reader")
    kept = copied(name)
    with app.app_context():
        change(security_manager.find_user(username=name))
        db.session.commit()
    return uses(kept)


@attack
def use_what_was_copied_before_signing_out() -> dict[str, int]:
    with app.app_context():
        add("olga", "reader")
    kept = copied("olga")
    kept["browser"].get("/logout/")
    return uses(kept)


@attack
def use_what_was_copied_before_signing_out_and_in_again() -> dict[str, int]:
    with app.app_context():
        add("nora", "reader")
    kept = copied("nora")
    kept["browser"].get("/logout/")
    sign_in(kept["browser"], "nora")
    return {**uses(kept), "own": kept["browser"].get("/api/v1/me/").status_code}


@attack
def use_what_was_copied_before_a_new_password() -> dict[str, int]:
    from superset import security_manager

    return after("paul", lambda user: security_manager.reset_password(user.id, "another long password"))


@attack
def use_what_was_copied_before_the_same_password_anew() -> dict[str, int]:
    from superset import security_manager

    return after("pete", lambda user: security_manager.reset_password(user.id, PASSWORD))


@attack
def use_what_was_copied_before_another_role() -> dict[str, int]:
    from superset import security_manager

    def change(user: Any) -> None:
        user.roles = [security_manager.find_role(name) for name in ("reader", "other")]

    return after("rita", change)


@attack
def use_what_was_copied_before_a_role_that_was_taken_back() -> dict[str, int]:
    from superset import db, security_manager

    def change(user: Any) -> None:
        for names in (("other",), ("reader",)):
            user.roles = [security_manager.find_role(name) for name in names]
            db.session.commit()

    return after("rosa", change)


@attack
def use_what_was_copied_before_a_role_that_came_past_superset() -> dict[str, int]:
    from sqlalchemy import text
    from superset import db, security_manager

    statement = text("insert into ab_user_role (user_id, role_id) values (:user, :role)")

    def change(user: Any) -> None:
        db.session.execute(statement, {"user": user.id, "role": security_manager.find_role("other").id})

    return after("ruth", change)


@attack
def use_what_was_copied_before_leaving_and_coming_back() -> dict[str, int]:
    from superset import db

    def change(user: Any) -> None:
        for is_active in (False, True):
            user.active = is_active
            db.session.commit()

    return after("dora", change)


@attack
def use_what_was_copied_before_deactivation() -> dict[str, int]:
    return after("dave", lambda user: setattr(user, "active", False))


@attack
def use_what_was_copied_as_the_successor_of_somebody_deleted() -> dict[str, int]:
    """SQLite gives the number of the newest row again."""
    from superset import db

    def change(user: Any) -> None:
        number = user.id
        db.session.delete(user)
        db.session.commit()
        if add("successor", "reader") != number:
            raise RuntimeError("the number was not given again")

    return after("gone", change)


@attack
def keep_a_session_while_nothing_changes() -> dict[str, int]:
    """No attack: an honest session outlives others' sign-outs, and its own bootstrap with the same roles."""
    from superset import security_manager

    def change(user: Any) -> None:
        user.roles, user.active = [security_manager.find_role("reader")], True

    return after("hana", change)


# signing in


def guess(name: str, address: str, times: int, headers: dict[str, str] | None = None) -> list[int]:
    """Wrong passwords by the API."""
    body = {"username": name, "password": MISTYPED, "provider": "db"}
    visitor = client(address)
    return [visitor.post("/api/v1/security/login", json=body, headers=headers).status_code for _ in range(times)]


def pass_time(seconds: float) -> None:
    """Every count is as many seconds older."""
    from sqlalchemy import inspect, text
    from superset import db

    with app.app_context():
        if inspect(db.engine).has_table("cloudcost_attempts"):
            db.session.execute(text("update cloudcost_attempts set expires = expires - :seconds"), {"seconds": seconds})
            db.session.commit()


@attack
def guess_in_two_processes() -> list[int]:
    """What one process counted, the other knows: a child guesses ten times, then the parent once."""
    child = os.fork()
    if child == 0:
        guess("admin", "10.1.0.1", 10)
        os._exit(0)
    os.waitpid(child, 0)
    return guess("admin", "10.1.0.1", 1)


@attack
def guess_one_account_from_many_addresses() -> dict[str, Any]:
    """Each address stays below its own limit. The person, who signed in before, still comes in from where they were."""
    with app.app_context():
        add("anna", "reader")
    home = "10.2.0.1"
    first = tokens("anna", address=home).status_code
    answers = [status for number in range(15) for status in guess("anna", f"10.2.1.{number}", 1)]
    return {
        "first": first, "401": answers.count(401), "429": answers.count(429),
        "right password from elsewhere": tokens("anna", address="10.2.2.1").status_code,
        "right password from home": tokens("anna", address=home).status_code,
        "right password from home, by the form": sign_in(client(home), "anna").status_code,
    }  # fmt: skip


@attack
def guess_one_account_under_many_names() -> int:
    """The account's name in capitals, its mail address, with blanks: all one account."""
    with app.app_context():
        add("bert", "reader")
    names = ("bert", "BERT", "bert@example.com", "BERT@example.com", " bert")
    answers = [s for number in range(20) for s in guess(names[number % 5], f"10.3.1.{number}", 1)]
    return answers.count(401)


@attack
def guess_for_ever() -> int:
    """A lock-out ends although the guessing goes on meanwhile."""
    with app.app_context():
        add("cora", "reader")
    for number in range(12):
        guess("cora", f"10.4.1.{number}", 1)
    pass_time(20 * 60)
    return int(tokens("cora", address="10.4.2.1").status_code)


@attack
def spray_accounts_from_one_address() -> dict[str, int]:
    """One password for very many accounts, slowly: a minute's limit is never reached."""
    found: list[int] = []
    for number in range(7):
        found += guess(f"somebody{number}", "10.5.0.1", 9)
        pass_time(61)
    return {"401": found.count(401), "429": found.count(429)}


@attack
def guess_behind_a_forged_header() -> int:
    """Another forwarded address each time, where there is no proxy."""
    found = [s for n in range(15) for s in guess("eve", "10.6.0.1", 1, {"X-Forwarded-For": f"10.6.1.{n}"})]
    return found.count(401)


@attack
def guess_from_one_network_of_version_six() -> int:
    found = [status for number in range(12) for status in guess("ede", f"2001:db8::{number + 1:x}", 1)]
    return found.count(401)


@attack
def refresh_and_give_out_tokens_without_end() -> dict[str, int]:
    refresh = tokens("admin").json["refresh_token"]
    visitor = client("10.7.0.1")
    again = [visitor.post("/api/v1/security/refresh", headers=bearer("x")).status_code for _ in range(62)]
    again += [visitor.post("/api/v1/security/refresh", headers=bearer(refresh)).status_code]
    visitor = client("10.7.0.2")
    guest = [visitor.post("/api/v1/security/guest_token/", json={}).status_code for _ in range(62)]
    return {"refresh": again.count(429), "guest": guest.count(429)}


@attack
def read_what_was_noted() -> dict[str, int]:
    """Refusals are events, each once a minute at most for one address, so that nobody fills the log."""
    from superset import db
    from superset.models.core import Log

    with app.app_context():
        rows = [row.json for row in db.session.query(Log).filter_by(action="login_limited")]
    return {
        "rows": len(rows), "of the spraying": sum("10.5.0.1" in row for row in rows),
        "passwords": sum(PASSWORD in row or MISTYPED in row for row in rows),
    }  # fmt: skip


# questions and edits


def questions() -> list[Path]:
    from superset_questions import asked_folder

    return list(asked_folder().glob("*")) if asked_folder().exists() else []


def question(text: str, **more: Any) -> dict[str, Any]:
    from superset import db
    from superset.connectors.sqla.models import SqlaTable

    with app.app_context():
        number = db.session.query(SqlaTable.id).scalar()
    count = {"expressionType": "SQL", "sqlExpression": "COUNT(*)", "label": text}
    return {
        "datasource": {"id": number, "type": "table"}, "result_format": "json", "result_type": "full",
        "queries": [{"metrics": [count], "columns": []}], **more,
    }  # fmt: skip


@attack
def ask_what_is_refused() -> dict[str, int]:
    """Questions of somebody who may not have the answer, and senseless ones."""
    with app.app_context():
        add("vera", "reader")
    headers, visitor = bearer(tokens("vera").json["access_token"]), client()
    statuses = {"refused": visitor.post("/api/v1/chart/data", json=question("n"), headers=headers).status_code}
    senseless = {"datasource": {"id": 999, "type": "table"}, "queries": [{}]}
    statuses["senseless"] = visitor.post("/api/v1/chart/data", json=senseless, headers=headers).status_code
    return {**statuses, "kept": len(questions())}


@attack
def ask_without_end() -> dict[str, int]:
    """Ever another question, and one that is very long."""
    visitor, headers = administrator()
    with app.app_context():
        import superset_questions

        superset_questions.BY_ONE = 5
    answers = [visitor.post("/api/v1/chart/data", json=question(f"n{n}"), headers=headers) for n in range(8)]
    kept = len(questions())
    long = question("n", form_data={"x": "x" * 1_000_000})
    answers.append(visitor.post("/api/v1/chart/data", json=long, headers=headers))
    largest = max(path.stat().st_size for path in questions())
    return {"answered": sum(a.status_code == 200 for a in answers), "kept": kept, "largest": largest}


@attack
def edit_unseen() -> dict[str, bool]:
    """Changes that leave the number of rows and the newest date as they are."""
    from sqlalchemy import text
    from superset import db
    from superset_answers import Edits

    changes = {
        "rule": "update row_level_security_filters set clause = '1 = 1'",
        "chart": "update slices set params = '{\"x\": 1}'",
        "dataset": "update tables set fetch_values_predicate = '1 = 1'",
        "address": "update dbs set extra = '{\"x\": 1}'",
        "exposed": "update dbs set expose_in_sqllab = not expose_in_sqllab",
    }
    found = {}
    with app.test_request_context():
        for name, statement in changes.items():
            before = Edits()._read()
            db.session.execute(text(statement))
            db.session.commit()
            found[name] = Edits()._read() == before
    return found


@attack
def keep_an_answer_of_a_moment() -> bool:
    """An answer that is made while a rule is away must not be remembered as one that the rule let through."""
    import superset_answers
    from sqlalchemy import text
    from superset import db

    with app.app_context():
        add("mona", "Admin")
    headers, visitor = bearer(tokens("mona").json["access_token"]), client()
    body = question("moment")
    visitor.post("/api/v1/chart/data", json=question("first"), headers=headers)  # edits are read now
    change = text("update tables set sql = :sql where table_name = 'costs'")
    with app.app_context():
        db.session.execute(change, {"sql": "select * from (values (1), (2), (3)) as v(x)"})
        db.session.commit()
    visitor.post("/api/v1/chart/data", json=body, headers=headers)
    with app.app_context():
        db.session.execute(change, {"sql": None})
        db.session.commit()
    answer = visitor.post("/api/v1/chart/data", json=body, headers=headers)
    return superset_answers.REMEMBERED in answer.headers


# headers


PAGES = (
    "/login/", "/", "/superset/welcome/", "/dashboard/list/", "/health", "/nowhere", "/api/v1/nowhere", "/api/v1/me/",
    "/static/assets/images/favicon.png", "/embedded/7f0b1f3e-6d5f-4c8e-9d57-0f2f2d0f7a11", "/logout/",
    "/superset/dashboard/nothing/", "/login/?next=//evil.example/", "/api/v1/chart/data", "/swagger/v1",
)  # fmt: skip


@attack
def look_for_other_hosts() -> dict[str, dict[str, str]]:
    """Every header of pages of all kinds, for somebody who is signed in and somebody who is not."""
    inside = client()
    sign_in(inside, "admin")
    found = {}
    for visitor in (client(), inside):
        for page in PAGES:
            answer = visitor.get(page, headers={"Origin": "https://evil.example", "Referer": "https://evil.example/x"})
            found[f"{page} {visitor is inside}"] = {
                **dict(answer.headers), "(cookies)": str(answer.headers.getlist("Set-Cookie"))
            }  # fmt: skip
            if page == "/logout/":
                sign_in(inside, "admin")
    return found


NEXT = (
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "http:evil.example", "https:/evil.example", "/%09/evil.example", "/\t/evil.example", "javascript:alert(1)",
    "https://localhost@evil.example/", " https://evil.example", "\x00//evil.example", "/login/?next=//evil.example",
)  # fmt: skip


@attack
def be_sent_elsewhere() -> dict[str, list[str | None]]:
    found = {}
    for number, target in enumerate(NEXT):
        visitor = client(f"10.8.0.{number + 1}")
        first = visitor.post("/login/", data={"username": "admin", "password": PASSWORD}, query_string={"next": target})
        second = visitor.get("/login/", query_string={"next": target})
        found[target] = [first.headers.get("Location"), second.headers.get("Location")]
    return found


HOSTS = (
    "evil.example", "evil.example:8088", "127.0.0.1:9999", "127.0.0.1:8088.evil.example", "localhost.evil.example",
    "127.0.0.1:8088@evil.example", "evil.example, 127.0.0.1:8088", "",
)  # fmt: skip


@attack
def forge_the_host() -> dict[str, Any]:
    found = {}
    for host in HOSTS:
        for page in ("/login/", "/", "/nowhere", "/api/v1/me/"):
            answer = client().get(page, headers={"Host": host}, base_url="http://127.0.0.1:8088")
            says = "evil" in str(answer.headers) or "evil" in answer.get_data(as_text=True)
            found[f"{host} {page}"] = [answer.status_code, says]
    return found


@attack
def come_by_an_own_name() -> dict[str, int]:
    hosts = ("127.0.0.1:8088", "localhost:8088", "LOCALHOST:8088", "[::1]:8088", "costs.example.com")
    return {host: client().get("/login/", headers={"Host": host}).status_code for host in hosts}


@attack
def be_sent_to_the_forged_host() -> str | None:
    """The address to go to next counts as safe where it is at the host that the request names."""
    data = {"username": "admin", "password": PASSWORD}
    answer = client().post(
        "/login/", data=data, query_string={"next": "http://evil.example/"}, headers={"Host": "evil.example"}
    )
    location: str | None = answer.headers.get("Location")
    return location


if __name__ == "__main__":
    main()
