"""Where the demo lies, and cloudcost's command line on it."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path("demo").absolute()
COMMAND = ROOT / "cloudcost"
APPROVER = "alice@fernhill.example"


def ask(command: str, *arguments: str) -> list[dict[str, Any]]:
    """The rows that a cloudcost command gives."""
    done = subprocess.run(
        [*cloudcost(), command, *arguments, "--format", "json"], check=True, capture_output=True, text=True
    )
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def call(*arguments: str) -> int:
    """Run a cloudcost command in sight of the user."""
    return subprocess.call([*cloudcost(), *arguments])


def cloudcost() -> list[str]:
    """The command line of this environment."""
    return [str(Path(sys.executable).with_name("cloudcost"))]


def command_line(*arguments: str) -> str:
    """What a user types to run a cloudcost command on the demo."""
    return " ".join([shlex.quote(os.path.relpath(COMMAND)), *arguments])


def say(text: str) -> None:
    """Print a heading at once, also into a pipe."""
    print(text, flush=True)
