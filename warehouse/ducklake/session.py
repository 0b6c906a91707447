"""One DuckDB in this process with the shared catalog attached, of which connections are lent.

To load the extensions and attach costs up to a second, so it is done once. Secrets are DuckDB's own, in memory only;
those of S3 are AWS's temporary ones as a rule and are looked at again whenever a connection is lent.
"""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb

from clouds.access import AwsAccess
from core.errors import explaining
from ingestion.expressions.sql import memory_limit, quote_literal
from warehouse.contracts import WarehouseError
from warehouse.ducklake.extensions import load_extension
from warehouse.ducklake.faults import explain_ducklake, is_about_storage
from warehouse.storage_settings import WarehouseSettings

#: The catalog has the name that the embedded warehouse has after its file, as views name it.
CATALOG = "warehouse"
#: Where DuckDB keeps the tables of DuckLake itself.
METADATA = f"__ducklake_metadata_{CATALOG}"
EXTENSIONS = ("httpfs", "postgres_scanner", "ducklake")
#: What the attachment is called in DuckDB's own list of secrets.
ADDRESS = "ducklake:cloudcost_warehouse"
_ATTEMPTS = 10


class CatalogAccess:
    """Where the catalog and its files are and who reads them: what a DuckDB needs to have the warehouse attached.

    ``lake``: the lake on S3 that the raw views read, with its region. Credentials of S3 come from AWS's own chain.
    """

    def __init__(
        self,
        settings: WarehouseSettings,
        lake: tuple[str, str | None] | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.settings = settings
        self._environ = environ
        places = [(str(settings.data_path), settings.region), *([lake] if lake else [])]
        self._places = [(place.rstrip("/") + "/", region) for place, region in places]
        self._sessions: dict[str | None, Any] = {}

    @property
    def folders(self) -> list[str]:
        """The addresses on S3 that are read."""
        return [place for place, _ in self._places]

    @property
    def data_path(self) -> str:
        """Where the files of the warehouse are."""
        return self._places[0][0]

    def prepare(self, connection: duckdb.DuckDBPyConnection, *modes: str) -> dict[str, Any]:
        """Load the extensions, give DuckDB its secrets, and attach the catalog; `WarehouseError` where it cannot be.

        Returns the credentials of S3 that DuckDB has now, see `give_credentials`.
        """
        given = self.configure(connection)
        options = f"({', '.join(modes)})" if modes else ""
        for attempts_left in reversed(range(_ATTEMPTS)):
            try:
                connection.execute(f"attach if not exists {quote_literal(ADDRESS)} as {CATALOG} {options}")
                break
            except duckdb.Error as error:
                # another machine makes the new catalog's tables at the same moment: the next attempt finds them
                if not attempts_left or "Failed to initialize" not in str(error):
                    raise self.explain(error) from None
                time.sleep(1)
        return given

    def configure(self, connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
        """All but attaching."""
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute("set autoload_known_extensions = false")
        for name in EXTENSIONS:
            load_extension(connection, name)
        connection.execute("set http_retries = 5")
        given = self.give_credentials(connection, {})
        self._create_secret(connection, "cloudcost_catalog", self._catalog_secret())
        parameters = f"sslmode={self.settings.sslmode} connect_timeout={self.settings.connect_timeout}"
        described = {
            "type": "ducklake",
            "metadata_path": quote_literal(f"{parameters} application_name=cloudcost"),
            "metadata_parameters": "map {'TYPE': 'postgres', 'SECRET': 'cloudcost_catalog'}",
            "data_path": quote_literal(self.data_path),
        }
        self._create_secret(connection, "cloudcost_warehouse", described)
        return given

    def give_credentials(self, connection: duckdb.DuckDBPyConnection, given: Mapping[str, Any]) -> dict[str, Any]:
        """Give DuckDB what AWS's own chain holds now, where that differs from what it was given; returns that."""
        described: dict[str, Any] = {
            f"cloudcost_s3_{number}": {
                "type": "s3",
                "scope": quote_literal(place.rstrip("/")),
                **self._s3_secret(region),
            }
            for number, (place, region) in enumerate(self._places)
        }
        for name, options in described.items():
            if given.get(name) != options:
                self._create_secret(connection, name, options)
        return described

    def fetch(self, address: str, target: Path) -> None:
        """One file of the warehouse as a local one."""
        from clouds.aws.errors import explain_error
        from clouds.aws.session import open_client

        bucket, _, key = address.removeprefix("s3://").partition("/")
        with explaining(lambda error: explain_error(error, address, bucket, "s3:GetObject")):
            open_client("s3", AwsAccess(region=self.settings.region), environ=self._environ).download_file(
                bucket, key, str(target)
            )

    def explain(self, error: BaseException) -> WarehouseError:
        """What is wrong with the catalog or the files, in one sentence."""
        return WarehouseError(f"{self.place}: {explain_ducklake(error, self.settings.user, self.data_path)}")

    @property
    def place(self) -> str:
        """Where the catalog is, for messages; no secret is in it."""
        settings = self.settings
        return f"ducklake:postgres://{settings.host}:{settings.server_port}/{settings.database}"

    def password(self) -> str:
        """The password of the catalog; `WarehouseError` where there is none."""
        name = self.settings.password_env or ""
        found = self._environ.get(name)
        if not found:
            raise WarehouseError(f"{self.place}: the environment variable {name} holds no password")
        return found

    def _catalog_secret(self) -> dict[str, str]:
        settings = self.settings
        return {
            "type": "postgres",
            "host": quote_literal(str(settings.host)),
            "port": str(settings.server_port),
            "database": quote_literal(settings.database),
            "user": quote_literal(settings.user),
            "password": quote_literal(self.password()),
        }

    def _s3_secret(self, region: str | None) -> dict[str, str]:
        from boto3.session import Session

        if region not in self._sessions:
            session = Session(region_name=region)
            self._sessions[region] = session, session.client("s3").meta.endpoint_url
        session, address = self._sessions[region]
        credentials = session.get_credentials()
        if credentials is None:
            raise WarehouseError(f"{self.data_path}: no AWS credential was found")
        frozen = credentials.get_frozen_credentials()
        described = {
            "key_id": quote_literal(frozen.access_key),
            "secret": quote_literal(frozen.secret_key),
            "region": quote_literal(session.region_name or "us-east-1"),
        }
        if frozen.token:
            described["session_token"] = quote_literal(frozen.token)
        endpoint = urlsplit(address)
        if not endpoint.netloc.endswith((".amazonaws.com", ".amazonaws.com.cn")):
            described |= {
                "endpoint": quote_literal(endpoint.netloc),
                "use_ssl": str(endpoint.scheme == "https").lower(),
                "url_style": "'path'",
            }
        return described

    def _create_secret(self, connection: duckdb.DuckDBPyConnection, name: str, described: Mapping[str, str]) -> None:
        options = ", ".join(f"{key} {value}" for key, value in described.items())
        try:
            connection.execute(f"create or replace secret {name} ({options})")
        except duckdb.Error:
            # the original error quotes the statement
            raise WarehouseError(f"{self.place}: DuckDB does not take the secret {name}") from None


class CatalogSession:
    """The one DuckDB of this process that has a catalog attached for writing; opened when it is first needed."""

    def __init__(self, access: CatalogAccess) -> None:
        self._access = access
        self._database: duckdb.DuckDBPyConnection | None = None
        self._given: dict[str, Any] = {}
        self._lock = threading.Lock()

    @contextmanager
    def lend(self, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own, in UTC and in the warehouse's catalog; read-only, it is one transaction of one
        snapshot. What DuckDB says of the catalog or the files comes out as a `WarehouseError`.
        """
        connection = self._open()
        try:
            connection.execute(f"use {CATALOG}")
            connection.execute("set timezone = 'UTC'")
            if read_only:
                connection.execute("begin transaction read only")
            yield connection
        except duckdb.Error as error:
            if isinstance(error, duckdb.InternalException | duckdb.FatalException):
                self.close()
            if not is_about_storage(error):
                raise
            raise self._access.explain(error) from error
        finally:
            connection.close()

    def close(self) -> None:
        """Let go of the catalog; the next connection attaches it again."""
        with self._lock:
            database, self._database = self._database, None
        if database is not None:
            database.close()

    def _open(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._database is None:
                database = duckdb.connect(":memory:")
                try:
                    database.execute(f"set memory_limit = {quote_literal(memory_limit())}")
                    self._given = self._access.prepare(database)
                except BaseException:
                    database.close()
                    raise
                self._database = database
            else:
                self._given = self._access.give_credentials(self._database, self._given)
            return self._database.cursor()
