"""``python -m simulator``: write the exports of a simulated company."""

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import get_args

from simulator import generate
from simulator.scenarios import Scenario


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, write, and state what was written."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__.partition(": ")[2])
    parser.add_argument("--out", type=Path, required=True, help="a folder that holds no simulation yet")
    parser.add_argument("--seed", type=int, default=7, help="the same seed writes the same bytes (default 7)")
    parser.add_argument("--months", type=int, default=13, help="billing periods (default 13)")
    parser.add_argument("--rows-per-month", type=int, default=77_000, help="line items of all exports (default 77000)")
    parser.add_argument("--end", type=dt.date.fromisoformat, help="a day in the last month (default 2026-10-31)")
    parser.add_argument(
        "--anomalies",
        choices=get_args(Scenario),
        default="standard",
        help="the standard twelve, varied ones that the seed draws, or none",
    )
    options = parser.parse_args(arguments)
    try:
        truth = generate(
            options.out,
            options.seed,
            options.months,
            options.rows_per_month,
            options.end,
            on_progress=_show,
            anomalies=options.anomalies,
        )
    except (ValueError, OSError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 1
    print(f"{truth.rows} line items and truth.json in {options.out}")
    return 0


def _show(provider: str, done: int, total: int) -> None:
    print(f"{provider}: {done} of {total} months", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
