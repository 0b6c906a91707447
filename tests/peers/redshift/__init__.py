"""A stand-in for Amazon Redshift: PostgreSQL behind a proxy that speaks as Redshift does to its own drivers.

It runs real transactions, real numeric arithmetic and COPY from an S3 server. It is stricter than PostgreSQL where
Redshift is (`dialect.REFUSED`, lengths of bare types). What only a cluster has (distribution, sort order, WLM, the
38-digit limit, late binding) it accepts and does not do.
"""

from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.peers.redshift.copying import CopyCommand
from tests.peers.redshift.postgres import PostgresServer
from tests.peers.redshift.proxy import Proxy

CATALOGUE = Path(__file__).with_name("catalogue.sql")


@dataclass
class RedshiftPeer:
    """A Redshift-speaking server on a free port; `s3` is a boto3 client of the server that COPY reads from.

    `statements` are those that were received, as they were sent; `refuse` fails the next statement that holds the
    text, once, as a cluster that breaks down does.
    """

    s3: Any
    user: str = "cloudcost"
    password: str = "not-a-secret"
    database: str = "cloudcost"
    statements: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.postgres = PostgresServer(self.user, self.password)
        self.postgres.start()
        try:
            self.postgres.run_sql(CATALOGUE.read_text(), "template1")
            self.create_database(self.database)
            copy = CopyCommand(self.s3, self.postgres.exchange)
            self._proxy = Proxy(self.postgres.socket, copy, self.statements)
            self.port = self._proxy.start()
        except BaseException:
            self.postgres.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._proxy.stop()
        self.postgres.stop()

    def create_database(self, name: str) -> None:
        """One more empty database."""
        self.postgres.run_sql(f'create database "{name}"', "postgres")

    def refuse(self, text: str) -> None:
        """Fail the next statement that holds `text`."""
        self._proxy.refuse(text)

    def environment(self) -> dict[str, str]:
        """What the dbt profile reads."""
        return {
            "CLOUDCOST_DBT_TARGET": "redshift",
            "CLOUDCOST_REDSHIFT_HOST": "127.0.0.1",
            "CLOUDCOST_REDSHIFT_PORT": str(self.port),
            "CLOUDCOST_REDSHIFT_DATABASE": self.database,
            "CLOUDCOST_REDSHIFT_USER": self.user,
            "DBT_ENV_SECRET_CLOUDCOST_REDSHIFT_PASSWORD": self.password,
            "CLOUDCOST_REDSHIFT_SSLMODE": "disable",
        }
