"""BigQuery's column types, values and SQL in DuckDB's terms and back."""

import base64
import datetime as dt
import decimal
from typing import Any

import sqlglot
from sqlglot import exp

#: BigQuery column type -> DuckDB column type.
TO_DUCKDB = {
    "STRING": "VARCHAR",
    "INTEGER": "BIGINT",
    "INT64": "BIGINT",
    "FLOAT": "DOUBLE",
    "FLOAT64": "DOUBLE",
    "NUMERIC": "DECIMAL(38,9)",
    "BIGNUMERIC": "DECIMAL(38,18)",
    "BOOLEAN": "BOOLEAN",
    "BOOL": "BOOLEAN",
    "TIMESTAMP": "TIMESTAMPTZ",
    "DATETIME": "TIMESTAMP",
    "DATE": "DATE",
    "TIME": "TIME",
    "BYTES": "BLOB",
    "JSON": "JSON",
}

#: DuckDB type id -> BigQuery column type; what is not named here is an integer.
TO_BIGQUERY = {
    "varchar": "STRING",
    "double": "FLOAT",
    "float": "FLOAT",
    "boolean": "BOOLEAN",
    "timestamp with time zone": "TIMESTAMP",
    "timestamp": "DATETIME",
    "date": "DATE",
    "time": "TIME",
    "blob": "BYTES",
    "decimal": "NUMERIC",
    "json": "JSON",
}

#: The pseudo column of tables that are partitioned by the time of ingestion: there, but in no ``select *``.
PARTITION_TIME = "_PARTITIONTIME"


def column_type(field: dict[str, Any]) -> str:
    """The DuckDB type of a column of a table schema."""
    if field["type"] in ("RECORD", "STRUCT"):
        inner = ", ".join(f'"{part["name"]}" {column_type(part)}' for part in field["fields"])
        found = f"STRUCT({inner})"
    else:
        found = TO_DUCKDB[field["type"]]
    return f"{found}[]" if field.get("mode") == "REPEATED" else found


def describe_column(name: str, column: Any) -> dict[str, Any]:
    """The field of a result schema for a DuckDB type."""
    if column.id in ("list", "array"):
        return {**describe_column(name, column.children[0][1]), "mode": "REPEATED"}
    if column.id == "struct":
        fields = [describe_column(inner, part) for inner, part in column.children]
        return {"name": name, "type": "RECORD", "mode": "NULLABLE", "fields": fields}
    if column.id == "decimal" and dict(column.children)["scale"] > 9:
        return {"name": name, "type": "BIGNUMERIC", "mode": "NULLABLE"}
    return {"name": name, "type": TO_BIGQUERY.get(column.id.lower(), "INTEGER"), "mode": "NULLABLE"}


def encode_value(value: Any, field: dict[str, Any]) -> Any:
    """A cell in the wire format: text, nested cells for records, microseconds for timestamps."""
    if field.get("mode") == "REPEATED":
        single = {**field, "mode": "NULLABLE"}
        return [{"v": encode_value(item, single)} for item in value or []]
    if value is None:
        return None
    if field["type"] == "RECORD":
        return {"f": [{"v": encode_value(value.get(part["name"]), part)} for part in field["fields"]]}
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        if field["type"] != "TIMESTAMP":
            return value.isoformat()
        return str((value - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1))
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float):
        return repr(value)
    return format(value, "f") if isinstance(value, decimal.Decimal) else str(value)


def translate_query(query: str, partitioned: set[tuple[str, str]]) -> str:
    """GoogleSQL as DuckDB SQL: projects are dropped from table names, ``select *`` leaves the pseudo column out."""
    tree = sqlglot.parse_one(query, read="bigquery")
    for table in list(tree.find_all(exp.Table)):
        if not table.db:
            continue
        if (table.db, table.name) in partitioned:
            for star in table.parent_select.find_all(exp.Star) if table.parent_select else ():
                if isinstance(star.parent, exp.Select):
                    star.set("except_", [exp.to_identifier(PARTITION_TIME, quoted=True)])
        plain = exp.to_table(f'"{table.db}"."{table.name}"', dialect="duckdb")
        table.replace(exp.alias_(plain, table.alias, table=True) if table.alias else plain)
    return tree.sql("duckdb")


def bind_parameters(query: str, parameters: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Named parameters as DuckDB takes them: dates and timestamps are cast where they are used."""
    values: dict[str, Any] = {}
    for parameter in parameters:
        name, kind = parameter["name"], parameter["parameterType"]["type"]
        value = parameter["parameterValue"].get("value")
        values[name] = int(value) if kind == "INT64" else float(value) if kind == "FLOAT64" else value
        if kind in ("TIMESTAMP", "DATE", "DATETIME"):
            query = query.replace(f"${name}", f"CAST(${name} AS {TO_DUCKDB[kind]})")
    return query, values
