"""One session on Redshift through redshift_connector, with the answers that `Connection` promises."""

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from warehouse.contracts import WarehouseError
from warehouse.storage_settings import WarehouseSettings

if TYPE_CHECKING:
    import pandas as pd


class RedshiftCursor:
    """The answer to one statement."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    @property
    def description(self) -> Sequence[tuple[Any, ...]] | None:
        """One tuple per column, its name first."""
        return self._cursor.description

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows."""
        return [tuple(row) for row in self._cursor.fetchall()]

    def df(self) -> "pd.DataFrame":
        """All rows as a data frame: days and times as datetime64, decimals as floats, as DuckDB gives them."""
        import pandas as pd

        names = [d[0] for d in self.description or []]
        frame = pd.DataFrame(self.fetchall(), columns=names)
        for name in names:
            kinds = {type(value) for value in frame[name] if value is not None}
            if kinds and kinds <= {dt.date, dt.datetime}:
                frame[name] = pd.to_datetime(frame[name])
            elif kinds == {Decimal}:
                frame[name] = frame[name].astype(float)
        return frame


class RedshiftConnection:
    """A session; ``?`` marks the parameters."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, query: str, parameters: Sequence[Any] = ()) -> RedshiftCursor:
        """Run one statement."""
        cursor = self._connection.cursor()
        cursor.paramstyle = "qmark"
        cursor.execute(query, tuple(parameters) or None)
        return RedshiftCursor(cursor)


@contextmanager
def open_session(
    settings: WarehouseSettings, read_only: bool, environ: Mapping[str, str] = os.environ
) -> Iterator[RedshiftConnection]:
    """A session that is one transaction: committed at the end, or rolled back where anything fails."""
    import redshift_connector
    from redshift_connector.error import Error

    place = describe_place(settings)
    try:
        connection = redshift_connector.connect(**connection_arguments(settings, environ))
    except (Error, OSError) as error:
        raise WarehouseError(f"{place}: cannot be opened: {explain(error)}") from error
    try:
        connection.autocommit = True  # the transaction is begun here, because only a begin can make it read-only
        session = RedshiftConnection(connection)
        if settings.query_group:
            session.execute(f"set query_group to '{settings.query_group}'")
        session.execute("begin read only" if read_only else "begin")
        yield session
        session.execute("rollback" if read_only else "commit")
    except Error as error:
        raise WarehouseError(f"{place}: {explain(error)}") from error
    finally:
        # a transaction that was not committed ends with its session
        with suppress(Error, OSError):
            connection.close()


def connection_arguments(settings: WarehouseSettings, environ: Mapping[str, str]) -> dict[str, Any]:
    """What redshift_connector is called with."""
    arguments: dict[str, Any] = {
        "host": settings.host,
        "port": settings.server_port,
        "database": settings.database,
        "timeout": settings.connect_timeout,
        "application_name": "cloudcost",
        "tcp_keepalive": True,
        "ssl": settings.sslmode != "disable",
    }
    if settings.sslmode in ("verify-ca", "verify-full"):
        arguments["sslmode"] = settings.sslmode
    if settings.authentication == "iam":
        arguments |= {"iam": True, "db_user": settings.user, "cluster_identifier": settings.cluster_identifier}
        return arguments | ({"region": settings.region} if settings.region else {})
    name = settings.password_env or ""
    if not environ.get(name):
        raise WarehouseError(f"{describe_place(settings)}: the environment variable {name} holds no password")
    return arguments | {"user": settings.user, "password": environ[name]}


def describe_place(settings: WarehouseSettings) -> str:
    """Where the warehouse is, for messages; no secret is in it."""
    return f"redshift://{settings.host}:{settings.server_port}/{settings.database}"


def explain(error: Exception) -> str:
    """The server's own sentence, where there is one."""
    fields = error.args[0] if error.args else error
    return str(fields.get("M", fields) if isinstance(fields, dict) else fields).strip().splitlines()[0]
