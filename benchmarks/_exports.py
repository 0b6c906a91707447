"""Export files for the benchmarks: a simulated AWS month, repeated as often as it takes, line ids made unique."""

from pathlib import Path

import duckdb

GROUPS = {"identity": "identity", "bill": "bill", "line_item": "lineItem", "product": "product", "pricing": "pricing",
          "reservation": "reservation", "savings_plan": "savingsPlan"}  # fmt: skip
#: Prices whose names AWS begins in lower case; those of a product it begins so but for its name.
LOWER_CASE = ("pricing_currency", "pricing_public_on_demand_cost", "pricing_public_on_demand_rate", "pricing_term",
              "pricing_unit")  # fmt: skip


def simulate_month(folder: Path, rows: int) -> list[str]:
    """The AWS files of one simulated month with about so many line items."""
    from simulator import generate

    generate(folder, seed=7, months=1, rows_per_month=min(rows * 2, 1_200_000))
    return [str(p) for p in sorted((folder / "aws").rglob("*.parquet"))]


def write_parquet(files: list[str], target: Path, rows: int, months_back: int = 0) -> None:
    """A CUR 2.0 month of exactly so many rows, its dates moved back by so many months."""
    times = ("bill_billing_period_start_date", "bill_billing_period_end_date",
             "line_item_usage_start_date", "line_item_usage_end_date")  # fmt: skip
    moved = ", ".join(f"{c} - interval {months_back} month as {c}" for c in times)
    copy_rows(f"select * replace ({moved}) from ({repeat_rows(files, rows)})", target)


def write_legacy_csv(files: list[str], target: Path, rows: int, columns: int) -> None:
    """A legacy CUR of exactly so many rows and columns, in the header spelling of AWS."""
    target.parent.mkdir(parents=True, exist_ok=True)
    names = [r[0] for r in duckdb.execute(f"describe select * from read_parquet({files})").fetchall()]
    selected = [f'"{n}" as "{to_header(n)}"' for n in names if to_header(n)]
    selected += [
        "product['product_name'] as \"product/ProductName\"",
        'product_region_code as "product/region"',
        "resource_tags['user_team'] as \"resourceTags/user:team\"",
    ]
    selected = selected[:columns]
    for number in range(columns - len(selected)):
        value = "null" if number % 3 else f"'value {number}'"
        selected.append(f'{value} as "product/attribute{number}"')
    with _connect() as connection:
        connection.execute(
            f"copy (select {', '.join(selected)} from ({repeat_rows(files, rows)})) to '{target}' (header)"
        )


def copy_rows(query: str, target: Path) -> None:
    """Write the rows of a query as Parquet."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with _connect() as connection:
        connection.execute(f"copy ({query}) to '{target}' (format parquet)")


#: Line ids of a CUR, made unique: the rows are written as often as ``copy`` counts.
UNIQUE_LINES = "* replace (identity_line_item_id || '-' || copy::varchar as identity_line_item_id)"


def repeat_rows(files: list[str], rows: int, unique: str = UNIQUE_LINES) -> str:
    """SQL for exactly ``rows`` rows of these files, repeated as often as it takes; ``unique`` selects of them."""
    found = duckdb.execute(f"select count(*) from read_parquet({files})").fetchall()[0][0]
    copies = -(-rows // found)
    return (
        f"select * exclude (copy) from (select {unique} from read_parquet({files}), "
        f"(select unnest(range({copies})) as copy)) limit {rows}"
    )


def to_header(column: str) -> str:
    """``line_item_unblended_cost`` -> ``lineItem/UnblendedCost``, as AWS spells it; empty for nested columns."""
    for prefix, group in GROUPS.items():
        if column.startswith(f"{prefix}_"):
            name = "".join(p.capitalize() for p in column[len(prefix) + 1 :].split("_"))
            is_lower = prefix == "product" or column in LOWER_CASE
            return f"{group}/{name[0].lower() + name[1:] if is_lower else name}"
    return ""


def _connect() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"memory_limit": "2GB", "preserve_insertion_order": "false"})
