"""Where snapshots and models are kept: the sections `lake` and `warehouse` of the configuration."""

from typing import Literal

from pydantic import Field, model_validator

from core.section import Section

SSL_MODES = Literal["verify-full", "verify-ca", "require", "prefer", "disable"]


class LakeSettings(Section):
    """Where the raw snapshots lie."""

    location: str | None = Field(
        None,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?$",
        description="s3://bucket/prefix, which Redshift and DuckLake read. Default: a folder in CLOUDCOST_HOME, which "
        "is right for DuckDB. Credentials come from AWS's own chain.",
    )
    region: str | None = Field(None, description="Region of the bucket; by default AWS's own chain says it.")


class WarehouseSettings(Section):
    """The engine that holds raw tables, models and results."""

    backend: Literal["duckdb", "ducklake", "redshift"] = Field(
        "duckdb",
        description="duckdb (a file in CLOUDCOST_HOME, right for one machine), ducklake (a catalog in PostgreSQL and "
        "files on S3, which several machines share) or redshift. The last two need `lake.location` on S3. The models "
        "are the same.",
    )
    host: str | None = Field(
        None,
        description="Redshift: the endpoint of the cluster or workgroup, without the port. DuckLake: the PostgreSQL "
        "server of the catalog.",
    )
    port: int | None = Field(
        None, ge=1, le=65535, description="Redshift, DuckLake: the server's port. Default: 5439, of PostgreSQL 5432."
    )
    database: str = Field("cloudcost", min_length=1, description="Redshift, DuckLake: a database of cloudcost's own.")
    user: str = Field(
        "cloudcost",
        min_length=1,
        description="Redshift, DuckLake: the user that owns the schemas; with `authentication: iam` the database user "
        "to become.",
    )
    data_path: str | None = Field(
        None,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?$",
        description="DuckLake: s3://bucket/prefix for the rows of the warehouse; nothing else may write below it. "
        "Credentials come from AWS's own chain.",
    )
    authentication: Literal["password", "iam"] = Field(
        "password",
        description="Redshift: password (from `password_env`) or iam (a temporary credential by AWS's own chain, so "
        "that there is no password anywhere). DuckLake: password.",
    )
    password_env: str | None = Field(
        None,
        description="Redshift, DuckLake: the environment variable that holds the password; it never stands in this "
        "file.",
    )
    cluster_identifier: str | None = Field(
        None, description="Redshift with iam: the cluster's name. Not needed for a serverless workgroup."
    )
    region: str | None = Field(
        None,
        description="Redshift with iam: the region of the cluster or workgroup. DuckLake: the region of the bucket of "
        "`data_path`; by default AWS's own chain says it.",
    )
    sslmode: SSL_MODES = Field(
        "verify-full",
        description="Redshift, DuckLake: verify-full encrypts and checks the certificate and its name, the safe way.",
    )
    iam_role: str | None = Field(
        None,
        pattern=r"^arn:aws[\w-]*:iam::\d{12}:role/.+$",
        description="Redshift: the role, attached to the cluster, with which COPY reads the lake.",
    )
    query_group: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Redshift: the query group of every session, by which a WLM queue can be chosen. Default: none.",
    )
    readers: list[str] = Field(
        default_factory=list,
        description='Redshift: who may read marts, focus, ml and ops: "role bi", "group bi" or "user metabase". '
        "Default: nobody but the owner.",
    )
    connect_timeout: int = Field(
        30,
        ge=1,
        le=3600,
        description="Redshift, DuckLake: seconds to wait for a connection; a paused cluster takes longer and fails.",
    )

    @property
    def server_port(self) -> int:
        """The port of the server, the engine's usual one unless another is configured."""
        return self.port or (5439 if self.backend == "redshift" else 5432)

    @model_validator(mode="after")
    def _server_is_complete(self) -> "WarehouseSettings":
        if self.backend == "duckdb":
            return self
        needed = ("host", "iam_role") if self.backend == "redshift" else ("host", "data_path")
        missing = [name for name in needed if getattr(self, name) is None]
        if self.authentication == "password" and self.password_env is None:
            missing.append("password_env")
        if self.authentication == "iam" and self.region is None:
            missing.append("region")
        if missing:
            raise ValueError(f"backend {self.backend} needs {', '.join(missing)}")
        if self.backend == "ducklake" and self.authentication == "iam":
            raise ValueError("backend ducklake takes authentication: password alone")
        for reader in self.readers:
            kind, _, name = reader.partition(" ")
            if kind not in ("role", "group", "user") or not name.strip():
                raise ValueError(f'{reader!r} is not of the form "role name", "group name" or "user name"')
        return self
