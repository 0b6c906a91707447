"""What a shared warehouse stands on: PostgreSQL for catalogs, and a bucket for files, each catalog empty at first."""

import contextlib
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from tests.peers.moto_server import MotoServer
from tests.peers.redshift.postgres import PostgresServer
from warehouse.storage_settings import WarehouseSettings

BUCKET = "cloudcost-shared"
PASSWORD_ENV = "CATALOG_PASSWORD"


@dataclass
class CatalogPeer:
    """A PostgreSQL server on a socket, and a bucket of ``moto`` for the files."""

    moto: MotoServer
    user: str = "cloudcost"
    password: str = "not-a-secret"

    def __enter__(self) -> Self:
        self.postgres = PostgresServer(self.user, self.password)
        self.postgres.start()
        s3 = self.moto.client("s3")
        # buckets are the process's: another module of tests may have made it
        with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.postgres.stop()

    def create_catalog(self, **other: Any) -> WarehouseSettings:
        """The settings of a new, empty catalog with files of its own; ``other`` settings replace these."""
        name = f"c{uuid4().hex[:12]}"
        self.postgres.run_sql(f'create database "{name}"', "postgres")
        settings = {
            "backend": "ducklake", "host": str(self.postgres.folder), "database": name, "user": self.user,
            "password_env": PASSWORD_ENV, "sslmode": "disable", "data_path": f"s3://{BUCKET}/{name}/data",
        }  # fmt: skip
        return WarehouseSettings.model_validate(settings | other)

    def environment(self) -> dict[str, str]:
        """What a process needs to get in."""
        return {
            PASSWORD_ENV: self.password, "AWS_ENDPOINT_URL_S3": self.moto.url, "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-central-1",
        }  # fmt: skip
