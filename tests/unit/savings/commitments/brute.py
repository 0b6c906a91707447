"""What commitments save, an hour and a family at a time, as the clouds' guides tell it; and every level there is."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
#: One for each family.
Each = Sequence[float] | Floats


def save(hour: Each, own: Each, flexible: Each, levels: Each) -> float:
    """Of one hour: families' own commitments first, then the flexible one by discount; the rest is on demand."""
    left, saved = list(hour), -sum(levels)
    for family, ratio in enumerate(own):
        if ratio < 1:
            covered = min(left[family], levels[family] / ratio)
            left[family] -= covered
            saved += covered
    money = levels[-1]
    for family in sorted(range(len(left)), key=lambda f: flexible[f]):
        if flexible[family] < 1:
            covered = min(left[family], money / flexible[family])
            money -= covered * flexible[family]
            saved += covered
    return saved


def save_all(usage: Floats, own: Each, flexible: Each, levels: Each) -> float:
    return sum(save(list(hour), own, flexible, levels) for hour in usage)


def flexible_levels(usage: Floats, own: Each, flexible: Each, bought: Each) -> Iterator[float]:
    """Every level at which, in some hour, the flexible commitment goes from one family to the next."""
    yield 0.0
    for hour in usage:
        money = 0.0
        for family in sorted(range(len(hour)), key=lambda f: flexible[f]):
            if flexible[family] < 1:
                left = max(0.0, hour[family] - (bought[family] / own[family] if own[family] < 1 else 0.0))
                money += left * flexible[family]
                yield money


def random_case(random: np.random.Generator, most_hours: int, most_families: int) -> tuple[Floats, Floats, Floats]:
    """Usage with hours of none and of the same, and ratios of own and flexible commitments, some of no use."""
    shape = int(random.integers(1, most_hours)), int(random.integers(1, most_families))
    usage = random.choice([0.0, 1.0, 2.0, 3.0, 5.0, 8.0], shape) * random.uniform(0.5, 2, shape[1])
    flexible = random.uniform(0.4, 1.1, shape[1])
    return usage, flexible - random.uniform(-0.05, 0.3, shape[1]), flexible
