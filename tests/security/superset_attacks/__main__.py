"""Attacks on the dashboards' server, tried in Superset's own environment; prints as JSON what came of each.

``python superset_attacks FOLDER``: FOLDER holds ``stranger.duckdb``, a file that nobody published.
"""

import json
import sys
import time
import traceback

import attempts  # noqa: F401
import connections  # noqa: F401
import followed  # noqa: F401
import headers  # noqa: F401
import memory  # noqa: F401
import replaced  # noqa: F401
import sessions  # noqa: F401
from attacked import ATTACKS, pass_time, set_up


def main() -> None:
    """Try everything; an attack that breaks down says so."""
    set_up()
    print(f"{time.process_time():6.1f} s to start", file=sys.stderr)
    found = {}
    for function in ATTACKS:
        if sys.argv[2:] and function.__name__ not in sys.argv[2:]:
            continue
        pass_time(16 * 60)  # what the attack before used up is free again
        began = time.monotonic()
        try:
            found[function.__name__] = function()
        except Exception:
            found[function.__name__] = {"broken": traceback.format_exc()[-1500:]}
        print(f"{time.monotonic() - began:6.1f} s {function.__name__}", file=sys.stderr)
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
