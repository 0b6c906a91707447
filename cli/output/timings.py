"""Where the time of a run went, as rows: its parts add up to the wall time, details of them come after the sum."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from decimal import Decimal

from cli.failures import UsageError
from cli.output.tables import Format, print_rows
from core.progress import Spent, Timings, collect_timings

COLUMNS = ("part", "name", "seconds", "share")
#: The slowest models that are named; the whole list is in dbt's log.
MODELS = 10
#: Parts in the order of a run; within a part what took longest comes first.
PARTS = ("start", "survey", "step", "alerts", "summary")
DETAILS = ("ingestion", "model")


@contextmanager
def show_timings(is_wanted: bool, output: Format) -> Iterator[None]:
    """Print where the time of the ``with`` block went, when it ends and somebody wants to know.

    As CSV or JSON the rows are all there is on standard output: what the block prints goes to standard error.
    """
    if not is_wanted:
        if output is not Format.TABLE:
            raise UsageError("--format says how --timings prints its rows: give both")
        yield
        return
    with collect_timings() as timings, redirect_stdout(sys.stdout if output is Format.TABLE else sys.stderr):
        yield
    print_rows(COLUMNS, list_timings(timings), output, "Where the time went, in seconds and % of the run")


def list_timings(timings: Timings) -> list[tuple[str, str, Decimal, Decimal]]:
    """Part, name, seconds, and percent of the wall time. `other` is what no part accounts for; below `total` are
    details, which are in the parts already.
    """
    wall, sums = timings.wall_seconds(), timings.list_sums()
    parts = [one for one in sums if not one.is_detail]
    other = wall - sum(one.seconds for one in parts)
    models = sorted((one for one in sums if one.part == "model"), key=lambda one: -one.seconds)[:MODELS]
    details = [one for one in sums if one.is_detail and one.part != "model"] + models
    ordered = [
        *_sort(parts, PARTS),
        Spent("other", "", other),
        Spent("total", "", wall),
        *_sort(details, DETAILS),
    ]
    return [(one.part, one.name, _round(one.seconds, 2), _round(100 * one.seconds / wall, 1)) for one in ordered]


def _sort(spent: list[Spent], parts: tuple[str, ...]) -> list[Spent]:
    return sorted(spent, key=lambda one: (parts.index(one.part), -one.seconds))


def _round(value: float, places: int) -> Decimal:
    return Decimal(f"{value:.{places}f}")
