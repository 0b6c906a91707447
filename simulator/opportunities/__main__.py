"""``python -m simulator.opportunities``: write a company with planted waste."""

import argparse
import sys
from pathlib import Path

from simulator.opportunities.generate import CLOUDS, generate


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, write, and state what was written."""
    parser = argparse.ArgumentParser(prog="python -m simulator.opportunities", description=__doc__.partition(": ")[2])
    parser.add_argument("--company", type=int, required=True, help="which company: each number is another one")
    parser.add_argument("--seed", type=int, default=7, help="the same seed writes the same bytes (default 7)")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write into")
    parser.add_argument("--days", type=int, default=92, help="days that are billed by day (default 92)")
    parser.add_argument("--clouds", default=",".join(CLOUDS), help="aws,azure,gcp or some of them")
    parser.add_argument("--everything", action="store_true", help="plant every kind of waste")
    parser.add_argument("--estate", action="store_true", help="add what only inventory and metrics tell to be waste")
    options = parser.parse_args(arguments)
    clouds = tuple(options.clouds.split(","))
    try:
        truth = generate(
            options.out, options.company, options.seed, options.days, clouds, options.everything, options.estate
        )
    except (ValueError, OSError) as error:
        print(f"opportunities: {error}", file=sys.stderr)
        return 1
    print(f"{len(truth['waste'])} planted findings and {len(truth['decoys'])} decoys in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
