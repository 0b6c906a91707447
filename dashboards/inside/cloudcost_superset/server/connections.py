"""The one database that Superset may open: what is served, in the one way in which it is.

Whoever administers Superset could otherwise open any file of the machine as DuckDB or SQLite, read the published copy
without its lock, or ask which ports are open. What a connection is called, and the options that it brings, count for
nothing: it is the served address, or it is refused.
"""

import functools
import os
import re
import threading
from pathlib import Path
from typing import Any

import duckdb
from flask import Response, current_app, g, jsonify, request
from sqlalchemy import event, inspect
from sqlalchemy.engine.url import URL, make_url

from cloudcost_superset.people import SCOPE_PREFIX, standing
from cloudcost_superset.publications import CURRENT, published_version
from cloudcost_superset.server.following import FOLLOWER

#: Nothing of the machine can be read through the copy, and nobody can switch that on again.
LOCK = {"access_mode": "READ_ONLY", "enable_external_access": "false", "lock_configuration": "true"}
#: Beside the publications, see `dashboards.publish`: for each the Parquet files that its views read.
FILES = ".files"
#: Statements that write nothing: EXPLAIN and EXECUTE carry out what they are given.
READING = (duckdb.StatementType.SELECT, duckdb.StatementType.TRANSACTION)
_OPENING = threading.Lock()
#: Superset looks whether a host and a port can be reached, for the form of a new connection.
PROBES = ("DatabaseRestApi.validate_parameters",)


def open_served(uri: Any, params: Any, username: Any, security_manager: Any, source: Any) -> tuple[Any, Any]:
    """What Superset is to open in place of a connection's address and options; another database is refused.

    DuckDB shares one open database per path within a process, and a process that always has a reader open would
    show an old copy for ever; each publication has a path of its own.
    """
    served = served_address()
    if not is_served(uri):
        raise refusal()
    kept = {name: params[name] for name in ("poolclass",) if name in params}
    if served.drivername != "duckdb":
        return served, kept
    path = Path(str(served.database))
    if path.parent.name == CURRENT:
        path = own_copy(Path(published_version()) / path.name)
    # with fewer threads, the other processors are the readers'
    options = {**LOCK, "threads": "1"} if os.environ.get("CLOUDCOST_WARMING") else LOCK
    return URL.create("duckdb", database=str(path), query=options), kept


def own_copy(published: Path) -> Path:
    """The copy that whoever asks may read: with hard separation, members of teams have one of their scopes' rows."""
    settings = current_app.config["SETTINGS"]
    if settings["separation"] != "copies" or standing() not in ("team", "none"):
        return published
    roles = current_app.appbuilder.sm.get_user_roles(g.user)  # type: ignore[attr-defined]
    held = {role.name.removeprefix(SCOPE_PREFIX) for role in roles if role.name.startswith(SCOPE_PREFIX)}
    made = [copy["folder"] for copy in FOLLOWER.people.copies if set(copy["scopes"]) == held]
    own = published.parent / made[0] / published.name if made else None
    if own is None or not own.exists():
        raise refusal("Your part of the costs is there from the next publication on.")
    return own


def open_locked(url: URL) -> Any:
    """A connection to a published copy that reads it and the files of its own views, and nothing else of the machine.

    DuckDB takes the folder that may be read only once the database is open, and shares an open database within the
    process: so nobody else opens one until the lock is on. Whoever opens it without this gets no file at all.
    """
    from duckdb_engine import ConnectionWrapper

    path = Path(str(url.database))
    config: dict[str, Any] = {name: str(value) for name, value in url.query.items() if name not in LOCK}
    with _OPENING:
        connection = duckdb.connect(str(path), read_only=True, config=config)
        try:
            if connection.execute("select current_setting('lock_configuration')").fetchall() != [(True,)]:
                _lock(connection, path.parent.parent / FILES / path.parent.name)
        except BaseException:
            connection.close()
            raise
    return ConnectionWrapper(ReadingConnection(connection))


class ReadingConnection:
    """A locked connection that takes statements which read and no others.

    Where DuckDB may read a folder it may write there too, whatever the access mode of the database.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def execute(self, statement: str, *parameters: Any) -> Any:
        """As DuckDB's own, for what reads; `duckdb.PermissionException` else."""
        for part in self._connection.extract_statements(statement):
            if part.type not in READING:
                raise duckdb.PermissionException(f"{part.type.name} is disabled: the published copy is only read")
        return self._connection.execute(statement, *parameters)

    def executemany(self, statement: str, *parameters: Any) -> Any:
        """Nothing is written row by row."""
        raise duckdb.PermissionException("executemany is disabled: the published copy is only read")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def _lock(connection: Any, files: Path) -> None:
    # views name a file by a pattern that only it fits, see `warehouse.selects.lock_connection`
    spellings = {str(files), re.sub(r"([*?\[])", r"[\1]", str(files))}
    listed = ", ".join("'" + spelling.replace("'", "''") + "/'" for spelling in sorted(spellings))
    connection.execute("set python_enable_replacements = false")
    if files.is_dir():
        connection.execute(f"set allowed_directories = [{listed}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def served_address() -> URL:
    """Where the warehouse is, and who reads it."""
    return _parse(os.environ["CLOUDCOST_SERVING_URI"])


def is_served(uri: Any) -> bool:
    """Whether an address is that of the served warehouse, whatever the options and names of users in it."""
    served = served_address()
    return all(getattr(uri, part) == getattr(served, part) for part in ("drivername", "host", "port", "database"))


def refusal(message: str = "Only the published warehouse can be opened here.") -> Exception:
    """The error of whoever wants another database."""
    from superset.errors import ErrorLevel, SupersetError, SupersetErrorType
    from superset.exceptions import SupersetSecurityException

    kind = SupersetErrorType.DATABASE_SECURITY_ACCESS_ERROR
    return SupersetSecurityException(SupersetError(message=message, error_type=kind, level=ErrorLevel.ERROR))


def guard_connections(app: Any) -> None:
    """No other address is stored either, and no port is tried on somebody's behalf."""
    from superset.databases.utils import make_url_safe
    from superset.models.core import Database

    def refuse_another(mapper: Any, connection: Any, database: Any) -> None:
        is_new = inspect(database).attrs.sqlalchemy_uri.history.has_changes()
        if is_new and not is_served(make_url_safe(database.sqlalchemy_uri)):
            raise refusal()

    event.listen(Database, "before_insert", refuse_another)
    event.listen(Database, "before_update", refuse_another)

    @app.before_request
    def refuse_probes() -> tuple[Response, int] | None:
        if request.endpoint not in PROBES:
            return None
        return jsonify({"message": "Only the published warehouse can be opened here."}), 403


@functools.cache
def _parse(address: str) -> URL:
    return make_url(address)
