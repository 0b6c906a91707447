"""The command `python -m ml.evaluate`: one module per sub-command, its result printed as JSON.

A sub-command is a module with `HELP`, `add_arguments(parser)` and `run(options)`, named in COMMANDS.
"""

import argparse
import json
import sys
from importlib import import_module

from ml.errors import AnalyticsInputError

COMMANDS = {
    "forecast": "ml.evaluate.forecast",
    "anomaly": "ml.evaluate.anomaly",
    "simulated": "ml.evaluate.simulated",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one sub-command; 2 for input that cannot be judged, with one sentence that states why."""
    parser = argparse.ArgumentParser(prog="python -m ml.evaluate", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, path in COMMANDS.items():
        module = import_module(path)
        module.add_arguments(commands.add_parser(name, help=module.HELP, description=module.__doc__))
    options = parser.parse_args(arguments)
    try:
        result = import_module(COMMANDS[options.command]).run(options)
    except (AnalyticsInputError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result, indent=2, allow_nan=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
