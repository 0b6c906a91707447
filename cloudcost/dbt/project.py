"""The dbt project of one installation: its manifest and its environment."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from cloudcost.dbt.parsed_project import find_parsed, project_key
from cloudcost.installation import Installation
from ingestion.expressions.sql import memory_limit
from warehouse.storage_settings import WarehouseSettings

PROJECT_DIRECTORY = Path(__file__).resolve().parents[2] / "dbt_project"

#: What ``restrict_to_periods`` gives to a build of the whole warehouse.
ALL_PERIODS = "null"


def set_dbt_environment(installation: Installation) -> None:
    """Point dbt (also as a subprocess) at the installation's warehouse, with telemetry off."""
    settings = installation.config.warehouse
    if settings.backend == "redshift":
        os.environ |= redshift_environment(settings, installation.environ)
    elif settings.backend == "ducklake":
        lake = installation.lake.place, installation.config.lake.region
        os.environ |= ducklake_environment(settings, lake, installation.environ)
    else:
        os.environ["CLOUDCOST_DBT_TARGET"] = "duckdb"
        os.environ["CLOUDCOST_WAREHOUSE"] = installation.warehouse.place
        os.environ["CLOUDCOST_MEMORY_LIMIT"] = memory_limit()
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["DBT_LOG_PATH"] = str(installation.log_directory)


@contextmanager
def restrict_to_periods(periods: str) -> Iterator[None]:
    """dbt that is started in here builds these changed periods only, see `warehouse.changed_periods_json`."""
    os.environ["CLOUDCOST_CHANGED_PERIODS"] = periods
    try:
        yield
    finally:
        del os.environ["CLOUDCOST_CHANGED_PERIODS"]


def redshift_environment(settings: WarehouseSettings, environ: Mapping[str, str]) -> dict[str, str]:
    """What the dbt profile reads; the password is in memory only, under a name that dbt keeps out of its logs."""
    variables = {
        "CLOUDCOST_DBT_TARGET": "redshift_iam" if settings.authentication == "iam" else "redshift",
        "CLOUDCOST_REDSHIFT_HOST": settings.host or "",
        "CLOUDCOST_REDSHIFT_PORT": str(settings.server_port),
        "CLOUDCOST_REDSHIFT_DATABASE": settings.database,
        "CLOUDCOST_REDSHIFT_USER": settings.user,
        "CLOUDCOST_REDSHIFT_SSLMODE": settings.sslmode,
        "CLOUDCOST_REDSHIFT_TIMEOUT": str(settings.connect_timeout),
        "CLOUDCOST_REDSHIFT_CLUSTER": settings.cluster_identifier or "",
        "CLOUDCOST_REDSHIFT_REGION": settings.region or "",
        "CLOUDCOST_REDSHIFT_QUERY_GROUP": settings.query_group or "",
    }
    if settings.authentication == "password":
        variables["DBT_ENV_SECRET_CLOUDCOST_REDSHIFT_PASSWORD"] = environ.get(settings.password_env or "", "")
    return variables


def ducklake_environment(
    settings: WarehouseSettings, lake: tuple[str, str | None], environ: Mapping[str, str]
) -> dict[str, str]:
    """What the dbt profile and its plugin read; the password as for Redshift."""
    password = "DBT_ENV_SECRET_CLOUDCOST_CATALOG_PASSWORD"  # noqa: S105 - the name of a variable
    place = settings.model_dump(exclude_defaults=True) | {"password_env": password}
    return {
        "CLOUDCOST_DBT_TARGET": "ducklake",
        "CLOUDCOST_DUCKLAKE": json.dumps({"warehouse": place, "lake": lake[0], "lake_region": lake[1]}),
        "CLOUDCOST_MEMORY_LIMIT": memory_limit(),
        password: environ.get(settings.password_env or "", ""),
    }


def prepare_manifest(installation: Installation) -> Path:
    """The manifest of the dbt project as it is now, in the installation's own folder."""
    set_dbt_environment(installation)
    manifest = installation.dbt_target / "manifest.json"
    mark, key = manifest.with_name("manifest.key"), project_key(PROJECT_DIRECTORY)
    with suppress(OSError):
        if mark.read_text() == _mark(key, manifest.read_bytes()):
            return manifest
    content = find_parsed(PROJECT_DIRECTORY, installation.dbt_target).manifest
    installation.dbt_target.mkdir(parents=True, exist_ok=True)
    whole = manifest.with_name(f"manifest-{os.getpid()}.json")
    whole.write_bytes(content)
    whole.replace(manifest)  # in one step: who is killed while writing leaves no half of it
    mark.write_text(_mark(key, content))
    return manifest


def _mark(key: str, manifest: bytes) -> str:
    return f"{key} {hashlib.sha256(manifest).hexdigest()}"
