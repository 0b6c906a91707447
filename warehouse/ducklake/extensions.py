"""DuckDB's extensions, from the packages that they are installed by: nothing is downloaded while cloudcost runs.

An extension fits exactly one version of DuckDB, so `pyproject.toml` pins all of them together. DuckDB loads none whose
signature is not its makers'.
"""

from importlib.util import find_spec
from pathlib import Path

import duckdb

from ingestion.expressions.sql import quote_literal
from warehouse.contracts import WarehouseError


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension into a connection's DuckDB; `WarehouseError` where it is not there for this version."""
    file = find_extension(name)
    try:
        if file is None:
            raise duckdb.IOException("the file is not there")
        connection.execute(f"load {quote_literal(str(file))}")
    except duckdb.Error as error:
        package = f"duckdb-extension-{name.replace('_', '-')}"
        raise WarehouseError(
            f"DuckDB {duckdb.__version__} cannot load its extension {name} from the package {package}",
            "`make env` installs the versions that fit",
        ) from error


def find_extension(name: str) -> Path | None:
    """The file of an extension for the DuckDB in use; None where no package brings it."""
    found = find_spec(f"duckdb_extension_{name}")
    folders = [] if found is None else found.submodule_search_locations or []
    files = [Path(folder, "extensions", f"v{duckdb.__version__}", f"{name}.duckdb_extension") for folder in folders]
    return next((file for file in files if file.is_file()), None)
