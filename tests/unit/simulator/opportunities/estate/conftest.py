"""Companies with an estate in memory, built once for the tests of this folder."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pytest

from simulator.opportunities.bill import Bill
from simulator.opportunities.company import Company
from simulator.opportunities.estate.answers import find_estate_waste
from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.generate import build_estate
from simulator.opportunities.truth import Waste

#: A cloud and a resource.
Key = tuple[str, str]


@dataclass
class BuiltEstate:
    """A company with its estate: what the bill tells, what is planted, and metrics by resource and name."""

    company: Company
    estate: Estate
    bill: Bill
    told: list[Waste]
    found: list[Waste] = field(init=False)
    metrics: dict[Key, dict[tuple[str, str], np.ndarray]] = field(init=False)

    def __post_init__(self) -> None:
        self.found = find_estate_waste(self.estate, self.bill)
        self.metrics = defaultdict(dict)
        for one in self.estate.series:
            self.metrics[one.cloud, one.resource_id][one.metric, one.statistic] = one.values

    def named(self, cloud: str, check: str) -> set[str]:
        """The ids that are said to be waste, decoys or either."""
        found = {w.planted.resource for w in self.found if w.planted.check == check}
        found |= {d.resource for d in self.estate.decoys + self.estate.tolerated if d.check == check}
        return {resource.id for resource in found if resource.cloud == cloud}


@pytest.fixture(scope="session")
def complete() -> BuiltEstate:
    """Every kind of waste and all decoys on every cloud; its Azure bill is in euros."""
    return BuiltEstate(*build_estate(3, seed=5, everything=True))


@pytest.fixture(scope="session")
def estates(complete: BuiltEstate) -> list[BuiltEstate]:
    return [complete, *(BuiltEstate(*build_estate(number, seed=5)) for number in (0, 1))]
