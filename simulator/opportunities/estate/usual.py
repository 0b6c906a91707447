"""How resources in good use are used, and a few ways of hardly being used; each resource a little differently."""

import random
from collections.abc import Mapping

from simulator.opportunities.estate.load import Load

Loads = Mapping[str, Load]
MIB = float(1 << 20)
GIB = float(1 << 30)
NOTHING = Load(0, 0, "flat")


def in_use(name: str, family: str) -> Loads:
    """So busy that a size smaller would not do, by day and by night; it follows from ``name``."""
    draw = random.Random(f"use/{name}")
    high = draw.uniform(58, 72)
    busy = Load(high * draw.uniform(0.45, 0.6), high)
    traffic = Load(draw.uniform(80, 300) * MIB, draw.uniform(500, 3000) * MIB)
    requests = Load(draw.uniform(3000, 9000), draw.uniform(20_000, 90_000))
    memory = Load(draw.uniform(56, 62), draw.uniform(66, 76))
    return {
        "machine": {"cpu": busy, "memory": memory, **network(traffic)},
        "disk": operations(draw.uniform(900, 1400) * 3600, 16384),
        "balancer": {"requests": requests, "bytes": traffic},
        "nlb": {"bytes": traffic, "connections": Load(120, 900)},
        "gateway": {"requests": requests, "bytes": traffic},
        "nat": {"bytes": traffic, "connections": Load(120, 900)},
        "address": {"bytes": traffic},
        "database": {
            "cpu": busy, "memory": memory, "connections": Load(18, 70), "reads": Load(200, 900),
            "writes": Load(60, 300),
        },
        "cache": {"cpu": busy, "memory": memory, "connections": Load(30, 90), "requests": requests},
        "group": {"cpu": busy, "size": Load(2, 5, "day", 0)},
        "function": {
            "requests": requests, "errors": Load(0, 3, "flat"), "duration": Load(300, 420, "flat"),
            "memory": Load(62, 74, "flat"),
        },
        "plan": {"cpu": busy, "memory": memory, "requests": requests},
        "log": {"bytes": traffic},
        "bucket": {"requests": requests},
    }[family]  # fmt: skip


def network(load: Load) -> Loads:
    """As much out as in."""
    return {"received": load, "sent": load}


def operations(an_hour: float, size: int) -> Loads:
    """Reads and writes of so many bytes each; together as many as said in the busiest hour."""
    low, high = an_hour * 0.35, an_hour / 2
    return {"reads": Load(low, high), "writes": Load(low, high), "bytes": Load(low * size, high * size)}


def at_rest(cpu: float = 1.2, memory: float = 22) -> Loads:
    """What a machine does that does nothing: its own housekeeping."""
    return {
        "cpu": Load(cpu * 0.7, cpu, "flat"),
        "memory": Load(memory, memory + 2, "flat"),
        **network(Load(2000, 12_000, "flat")),
    }


def half_used(shape: str = "day") -> Loads:
    """So little of processor and memory that one size smaller does with room to spare, and two sizes do not."""
    return {
        "cpu": Load(9, 19, shape),
        "memory": Load(28, 31, "flat"),
        **network(Load(20 * MIB, 90 * MIB, shape)),
    }
