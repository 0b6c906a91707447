"""A home whose state is gone although its lake or warehouse is full: refused, because a new state would forget what
was accepted and withdrawn, and take what nobody wanted.

A new home has neither. Nor has one whose first run was killed: the state is there before anything is landed, and holds
a record before the warehouse shows a row.
"""

from collections.abc import Sequence
from pathlib import Path

from ingestion.landing.lake import Lake
from state import StateStore, StateStoreError
from warehouse import Warehouse


class LostStateError(StateStoreError):
    """There is no state, and what it was about is there."""


def is_blank(file: Path) -> bool:
    """Whether a state file is missing or empty, as a first run leaves it that was killed at once."""
    return not file.exists() or file.stat().st_size == 0


def check_state_file(file: Path, lake: Lake, warehouse: Warehouse) -> None:
    """`LostStateError` where the file is blank, and the lake has landed snapshots or the warehouse was built of some.

    To be checked before the file is opened, which makes a new one.
    """
    if is_blank(file):
        is_landed, is_built = lake.has_snapshots(), warehouse.has_snapshots()
        if is_landed or is_built:
            found = [lake.place] * is_landed + [warehouse.place] * is_built
            stale = [path.name for path in sorted(file.parent.glob(f"{file.name}-*"))]
            raise LostStateError(_explain(str(file), "is empty" if file.exists() else "is missing", found, stale))


def check_records(name: str, store: StateStore, warehouse: Warehouse) -> None:
    """`LostStateError` where the state ``name`` holds no record and the warehouse was built of snapshots."""
    has_any = store.get("partitions", "first_period") is not None or bool(store.list("snapshot"))
    if not has_any and warehouse.has_snapshots():
        raise LostStateError(_explain(name, "holds no records", [warehouse.place]))


def _explain(state: str, trouble: str, found: Sequence[str], stale: Sequence[str] = ()) -> str:
    """``stale``: what the lost file left beside it, which SQLite would read as a part of its backup."""
    them, hold = " and ".join(found), "hold" if len(found) > 1 else "holds"
    without = f", without the {' and '.join(stale)} that is there" if stale else ""
    return (
        f"{state} {trouble}, but {them} {hold} costs, so what was accepted and withdrawn is not known: put a backup of "
        f"the state back{without}; or, to begin anew and forget it, move {them} away"
    )
