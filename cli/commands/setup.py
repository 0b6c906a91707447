"""`cloudcost init` and `simulate`."""

import sys
from pathlib import Path

from cli.commands.run import CommandError, show_progress
from cli.output.console import open_console

EXAMPLE = Path(__file__).with_name("example.yaml")


def write_example(path: Path, force: bool) -> None:
    """Write the commented example configuration to ``path``."""
    if path.exists() and not force:
        raise CommandError(f"{path} is there already; --force overwrites it")
    example = EXAMPLE.read_text(encoding="utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(example, encoding="utf-8")
        path.chmod(0o600)  # one that is overwritten too
    except OSError as error:
        raise CommandError(f"{path}: cannot be written: {error.strerror}") from error
    print(f"{path}: written. Name your exports in it, then `cloudcost check`")


def simulate_exports(out: Path, seed: int, months: int, rows_per_month: int) -> None:
    """Write the exports of a simulated company."""
    from core.progress import report_progress
    from simulator import SimulationError, generate

    try:
        with show_progress(open_console(sys.stderr)):
            generate(out, seed=seed, months=months, rows_per_month=rows_per_month, on_progress=report_progress)
    except SimulationError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"--out {out}: cannot be written: {error.strerror}") from error
    print(f"{out}: written; what the pipeline must find is in {out / 'truth.json'}")
