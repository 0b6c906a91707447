"""No attacks: whether what we replace of Superset, and rely on, is still there after an upgrade, and still counts."""

import functools
import inspect
import os
import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from attacked import administrator, app, attack
from memory import question

ASK = "/api/v1/chart/data"


@attack
def list_what_is_replaced() -> dict[str, list[str] | None]:
    """By name, what the original takes; None where nothing of ours stands in front of it."""
    from superset.commands.report.execute import AsyncExecuteReportScheduleCommand, BaseReportState
    from superset.connectors.sqla import models
    from superset.connectors.sqla.models import SqlaTable
    from superset.db_engine_specs.base import BaseEngineSpec
    from superset.models import core, helpers
    from superset.models.helpers import ExploreMixin
    from superset.sql.parse import SQLStatement

    places: list[tuple[Any, str]] = [
        (ExploreMixin, "_process_select_expression"), (ExploreMixin, "_process_orderby_expression"),
        (SqlaTable, "query"), (SqlaTable, "values_for_column"), (SqlaTable, "validate_expression"),
        (SqlaTable, "get_query_str"), (BaseEngineSpec, "execute"), (BaseEngineSpec, "fetch_data"),
        (models, "get_columns_description"), (helpers, "apply_rls"), (core, "create_engine"), (core, "make_url_safe"),
        (SQLStatement, "_parse"), (BaseReportState, "_get_url"), (BaseReportState, "_send"),
        (AsyncExecuteReportScheduleCommand, "run"),
    ]  # fmt: skip
    return {f"{place.__name__.rpartition('.')[2]}.{name}": takes(getattr(place, name)) for place, name in places}


def takes(replaced: Callable[..., Any]) -> list[str] | None:
    outer = getattr(replaced, "__func__", replaced)
    code = getattr(outer, "__code__", None)
    is_ours = "cloudcost_superset" in code.co_filename if code else isinstance(outer, functools._lru_cache_wrapper)
    return list(inspect.signature(outer).parameters) if is_ours else None


@attack
def list_what_is_overridden() -> dict[str, list[str] | None]:
    """By name, what the method of Superset's takes that ours stands in for; None where it has none any more."""
    from cachelib.file import FileSystemCache
    from cachelib.redis import RedisCache
    from superset.security import SupersetSecurityManager
    from superset.utils.log import DBEventLogger

    from cloudcost_superset.answers.caches import PublishedFileCache, PublishedRedisCache
    from cloudcost_superset.audit import AuditLog
    from cloudcost_superset.server.security import CloudcostSecurityManager

    found: dict[str, list[str] | None] = {}
    for ours, base, own in (
        (CloudcostSecurityManager, SupersetSecurityManager, {"digest_permissions", "stamp"}),
        (AuditLog, DBEventLogger, {"flush"}),
        (PublishedFileCache, FileSystemCache, set()),
        (PublishedRedisCache, RedisCache, set()),
    ):
        members = [vars(kind) for kind in ours.__mro__ if kind.__module__.startswith("cloudcost_superset")]
        names = {name for member in members for name, value in member.items() if inspect.isfunction(value)}
        for name in names - own - {"__init__", "_has_rule", "_permissions_of", "_stamp_session", "_claims_of", "_write",
                                   "_start_anew", "_still_counts"}:  # fmt: skip
            method = getattr(base, name, None)
            found[f"{base.__name__}.{name}"] = list(inspect.signature(method).parameters) if method else None
    return found


@attack
def look_for_what_is_named() -> dict[str, list[str] | int]:
    """Settings that nothing reads any more, and routes, roles' tables and flags that are not there."""
    import flask_appbuilder
    import superset
    from sqlalchemy import inspect as look_into
    from superset.config import DEFAULT_FEATURE_FLAGS
    from superset.extensions import db

    from cloudcost_superset import audit
    from cloudcost_superset.answers import remembered
    from cloudcost_superset.server import connections, limits

    configured = Path(os.environ["SUPERSET_CONFIG_PATH"]).read_text()
    settings = set(re.findall(r"\b[A-Z][A-Z_]+\b", configured)) & app.config.keys()
    folders = [str(Path(package.__file__).parent) for package in (superset, flask_appbuilder)]
    command = ["grep", "-rhowE", "--include=*.py", "|".join(sorted(settings)), *folders]
    read = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    with app.app_context():
        tables = set(look_into(db.engine).get_table_names())
    return {
        "settings": sorted(settings - read), "found": len(settings & read),
        "flags": sorted(set(app.config["FEATURE_FLAGS"]) - set(DEFAULT_FEATURE_FLAGS)),
        "routes": [route for route in limits.SIGN_IN + limits.TOKENS if route not in rules],
        "views": [view for view in audit.VIEWS + connections.PROBES if view not in app.view_functions],
        "tables": [table for table in remembered.EDITED + remembered.OWNERS if table not in tables],
    }  # fmt: skip


@attack
def count_what_an_answer_costs() -> dict[str, int]:
    """A question anew, after one like it: what Superset asks for, and what is done for it."""
    import sqlglot
    from sqlalchemy import event
    from superset import db
    from superset.models import core
    from superset.sql.parse import SQLStatement

    from cloudcost_superset.server.security import CloudcostSecurityManager

    visitor, headers = administrator()
    visitor.post(ASK, json=question("cost of the first"), headers=headers)
    with app.app_context():
        metadata = db.engine
    shared = core.create_engine.__wrapped__
    statements: list[str] = []
    event.listen(metadata, "before_cursor_execute", lambda c, cursor, sql, *_: statements.append(sql))
    addresses = core.make_url_safe.cache_info().hits
    with (
        mock.patch.object(core, "create_engine", wraps=core.create_engine) as requested,
        mock.patch.object(shared, "_create", wraps=shared._create) as opened,
        mock.patch.object(SQLStatement, "_parse", wraps=SQLStatement._parse) as wanted,
        mock.patch.object(sqlglot, "parse", wraps=sqlglot.parse) as parsed,
        mock.patch.object(CloudcostSecurityManager, "_permissions_of", autospec=True,
                          side_effect=CloudcostSecurityManager._permissions_of) as permissions,
    ):  # fmt: skip
        status = visitor.post(ASK, json=question("cost of the second"), headers=headers).status_code
    texts = Counter(call.args[0] for call in parsed.call_args_list)
    return {
        "status": status, "engines wanted": requested.call_count, "engines opened": opened.call_count,
        "statements to parse": wanted.call_count, "parsed most often": max(texts.values()),
        "addresses known": core.make_url_safe.cache_info().hits - addresses,
        "permissions wanted": permissions.call_count,
        "permissions read": sum("ab_permission_view_role" in sql for sql in statements),
    }  # fmt: skip


@attack
def change_a_tree_that_is_remembered() -> list[str]:
    """Superset puts row rules into the tree of a statement: the next one of the same text must not have them."""
    from superset.sql.parse import SQLStatement

    first = SQLStatement("select x from marts.costs", "duckdb")
    first._parsed.set("limit", None)
    first._parsed.args["from_"].this.set("this", "other")
    return [SQLStatement("select x from marts.costs", "duckdb").format()]


@attack
def remember_and_publish() -> dict[str, Any]:
    """An answer is remembered; that of the next publication is made before the publication is current."""
    from cloudcost_superset.answers import warm
    from cloudcost_superset.answers.remembered import REMEMBERED

    serving = Path(os.environ["CLOUDCOST_SERVING"])
    before = (serving / "current").readlink().name
    visitor, headers = administrator()

    def ask() -> bool:
        answer = visitor.post(ASK, json=question("published"), headers=headers)
        return answer.status_code == 200 and REMEMBERED in answer.headers

    found: dict[str, Any] = {"asked": [ask(), ask()]}
    folder = serving / f"{before}-next"
    shutil.copytree(serving / before, folder)
    try:
        found["found"] = warm.find_new(serving) == folder
        found["answered"] = warm.warm(app, folder) > 0
        turn(serving, folder.name)
        found["after the publication"] = ask()
    finally:
        turn(serving, before)
        shutil.rmtree(folder)
    return found


def turn(serving: Path, name: str) -> None:
    (serving / "next").symlink_to(name)
    (serving / "next").replace(serving / "current")


@attack
def look_at_caches() -> dict[str, Any]:
    """What rows are kept in, and that its keys hold the publication."""
    from superset.extensions import cache_manager, db

    from cloudcost_superset.answers import caches
    from cloudcost_superset.publications import PINNED

    settings = {"CACHE_REDIS_URL": "redis://localhost:1", "CACHE_DEFAULT_TIMEOUT": 1, "CACHE_KEY_PREFIX": "own_"}
    redis = caches.make_redis_cache(app, settings, [], {})
    with app.test_request_context():
        kept = cache_manager.data_cache.cache
        name = kept._get_filename("x")
        token = PINNED.set("/serving/0007")
        try:
            return {
                "kind": type(kept).__name__, "is another file": kept._get_filename("x") != name,
                "prefix": redis._get_prefix(),
                "journal": db.session.execute("pragma journal_mode").scalar(),
            }  # fmt: skip
        finally:
            PINNED.reset(token)


@attack
def ask_without_an_end() -> dict[str, Any]:
    """A statement that runs for hours is interrupted."""
    from superset import db
    from superset.models.core import Database

    from cloudcost_superset.rows.deadline import DEADLINE

    seconds, DEADLINE.seconds = DEADLINE.seconds, 0.5
    began = time.monotonic()
    try:
        with app.app_context():
            database = db.session.query(Database).filter_by(database_name="cloudcost").one()
            database.get_df("select sum(a.range * b.range % 7) from range(1000000) a, range(1000000) b")
        outcome = "answered"
    except Exception as error:
        outcome = "interrupted" if "nterrupt" in str(error) else str(error)[:300]
    finally:
        DEADLINE.seconds = seconds
    return {"outcome": outcome, "in time": time.monotonic() - began < 20}
