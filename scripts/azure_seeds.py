"""Writes the Microsoft rows of the seeds `regions` and `pricing_units` from Microsoft's open mapping tables.

The tables are `Regions.csv` and `PricingUnits.csv` of the FinOps toolkit (github.com/microsoft/finops-toolkit, folder
src/open-data, MIT licence). Only the columns that the models read are kept, in the spelling they are looked up by; the
rows of other providers stay as they are. Run it on a newer copy of the tables::

    python -m scripts.azure_seeds path/to/open-data
"""

import argparse
import csv
import re
import sys
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[1] / "dbt_project" / "seeds"
PROVIDER = "Microsoft"

#: What the toolkit writes of a unit -> how FOCUS writes it (unit format: `GB-Hours`, `GB/Month`, `1000 Requests`).
_FOCUS_SPELLING = {
    "Transactions in Thousands": "Transactions",
    "MB/month": "MB/Month",
    "Million": "Units",
    "Cubic Meters/Month": "Cubic Meters/Month",
}
_TIMES = "Years|Months|Days|Hours|Minutes|Seconds"


def read_regions(path: Path) -> list[list[str]]:
    """Region spelling (lower case, without blanks) -> region id and name; spellings of two regions are left out."""
    found: dict[str, set[tuple[str, str]]] = {}
    for row in _read_rows(path, "OriginalValue", "RegionId", "RegionName"):
        key = row["OriginalValue"].lower().replace(" ", "")
        found.setdefault(key, set()).add((row["RegionId"], row["RegionName"]))
    for region_id, name in {region for regions in found.values() for region in regions}:
        found.setdefault(region_id, set()).add((region_id, name))
    return [[PROVIDER, key, *next(iter(regions))] for key, regions in sorted(found.items()) if len(regions) == 1]


def read_units(path: Path) -> list[list[str]]:
    """Unit of measure (lower case) -> unit of consumption, units per block, unit of pricing."""
    rows = {}
    for row in _read_rows(path, "UnitOfMeasure", "PricingBlockSize", "DistinctUnits"):
        block, unit = row["PricingBlockSize"], _spell_unit(row["DistinctUnits"])
        if not block.isdigit():
            raise ValueError(f"{path}: the block size {block!r} of {row['UnitOfMeasure']!r} is not a whole number")
        key = row["UnitOfMeasure"].lower().strip()
        rows[key] = [PROVIDER, key, unit, block, unit if block == "1" else f"{block} {unit}"]
    return [rows[key] for key in sorted(rows)]


def _spell_unit(unit: str) -> str:
    unit = _FOCUS_SPELLING.get(unit, unit)
    return re.sub(rf"(?<![0-9]) ({_TIMES})$", r"-\1", unit)


def _read_rows(path: Path, *columns: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in columns if column not in (reader.fieldnames or [])]
        if missing:
            raise ValueError(f"{path} has no column {missing[0]}")
        return list(reader)


def replace_rows(seed: Path, rows: list[list[str]]) -> None:
    """Put these rows in the place of the provider's rows of a seed."""
    with seed.open(newline="") as file:
        header, *kept = list(csv.reader(file))
    kept = [row for row in kept if row[0] != PROVIDER]
    with seed.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *kept, *rows])


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, write, and state how many rows were written."""
    parser = argparse.ArgumentParser(description="Write the Microsoft rows of the seeds regions and pricing_units.")
    parser.add_argument("folder", type=Path, help="a folder with Regions.csv and PricingUnits.csv")
    folder = parser.parse_args(arguments).folder
    try:
        regions, units = read_regions(folder / "Regions.csv"), read_units(folder / "PricingUnits.csv")
    except (OSError, ValueError) as error:
        print(f"azure_seeds: {error}", file=sys.stderr)
        return 1
    replace_rows(SEEDS / "regions.csv", regions)
    replace_rows(SEEDS / "pricing_units.csv", units)
    print(f"{len(regions)} regions, {len(units)} units")
    return 0


if __name__ == "__main__":
    sys.exit(main())
