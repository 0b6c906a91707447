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
        description="s3://bucket/prefix, which Redshift copies from. Default: a folder in CLOUDCOST_HOME, which is "
        "right for DuckDB. Credentials come from AWS's own chain.",
    )
    region: str | None = Field(None, description="Region of the bucket; by default AWS's own chain says it.")


class WarehouseSettings(Section):
    """The engine that holds raw tables, models and results."""

    backend: Literal["duckdb", "redshift"] = Field(
        "duckdb",
        description="duckdb (a file in CLOUDCOST_HOME, right for one machine) or redshift (needs `lake.location` on "
        "S3). The models are the same.",
    )
    host: str | None = Field(None, description="Redshift: the endpoint of the cluster or workgroup, without the port.")
    port: int = Field(5439, ge=1, le=65535, description="Redshift: its port.")
    database: str = Field("cloudcost", min_length=1, description="Redshift: a database of cloudcost's own.")
    user: str = Field(
        "cloudcost",
        min_length=1,
        description="Redshift: the user that owns the schemas; with `authentication: iam` the database user to become.",
    )
    authentication: Literal["password", "iam"] = Field(
        "password",
        description="Redshift: password (from `password_env`) or iam (a temporary credential by AWS's own chain, so "
        "that there is no password anywhere).",
    )
    password_env: str | None = Field(
        None, description="Redshift: the environment variable that holds the password; it never stands in this file."
    )
    cluster_identifier: str | None = Field(
        None, description="Redshift with iam: the cluster's name. Not needed for a serverless workgroup."
    )
    region: str | None = Field(None, description="Redshift with iam: the region of the cluster or workgroup.")
    sslmode: SSL_MODES = Field(
        "verify-full",
        description="Redshift: verify-full encrypts and checks the certificate and its name, the safe way.",
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
        description="Redshift: seconds to wait for a connection; a paused cluster takes longer and fails.",
    )

    @model_validator(mode="after")
    def _redshift_is_complete(self) -> "WarehouseSettings":
        if self.backend == "duckdb":
            return self
        missing = [name for name in ("host", "iam_role") if getattr(self, name) is None]
        if self.authentication == "password" and self.password_env is None:
            missing.append("password_env")
        if self.authentication == "iam" and self.region is None:
            missing.append("region")
        if missing:
            raise ValueError(f"backend redshift needs {', '.join(missing)}")
        for reader in self.readers:
            kind, _, name = reader.partition(" ")
            if kind not in ("role", "group", "user") or not name.strip():
                raise ValueError(f'{reader!r} is not of the form "role name", "group name" or "user name"')
        return self
