"""The price tables beside this module: what each cloud's bill writes for a key, and the public price.

``source`` says where a price is from: ``copy`` is a public copy of the price list or a reference table, read on
2026-11-30; ``general`` is generally known and was not looked up. Savings are ratios of prices or whole costs, so that
an old price changes amounts and no finding.
"""

import csv
from pathlib import Path


def read_prices(name: str) -> dict[str, dict[str, str]]:
    """The rows of a table by their key."""
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as stream:
        return {row["key"]: row for row in csv.DictReader(stream)}
