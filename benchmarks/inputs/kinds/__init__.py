"""Every kind of mutation, by name; importing a module registers its kinds."""

from benchmarks.inputs.kinds import (  # noqa: F401
    columns,
    damage,
    dates,
    deliveries,
    dialects,
    names,
    numbers,
    packing,
    rows,
    sizes,
    tags,
    typed,
)
from benchmarks.inputs.kinds.registry import KINDS, Kind

__all__ = ["KINDS", "Kind"]
