"""The price tables beside this module: what each cloud's bill writes for a key, and the public price."""

import csv
from pathlib import Path


def read_prices(name: str) -> dict[str, dict[str, str]]:
    """The rows of a table by their key."""
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as stream:
        return {row["key"]: row for row in csv.DictReader(stream)}
