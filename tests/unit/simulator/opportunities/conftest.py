"""Companies in memory, built once for the tests of this folder."""

from dataclasses import dataclass

import pytest

from simulator.opportunities.bill import Bill
from simulator.opportunities.company import Company
from simulator.opportunities.generate import build
from simulator.opportunities.truth import Waste


@dataclass(frozen=True)
class Built:
    company: Company
    bill: Bill
    found: list[Waste]


@pytest.fixture(scope="session")
def everything() -> Built:
    """A company that has every kind of waste on every cloud; its bill ends within a month."""
    return Built(*build(3, seed=5, everything=True))


@pytest.fixture(scope="session")
def companies(everything: Built) -> list[Built]:
    return [everything, *(Built(*build(number, seed=5)) for number in range(3))]
