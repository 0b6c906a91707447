"""One small simulation that the tests of this folder read."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import pytest

from simulator import generate


class Size(TypedDict):
    """The arguments of `generate` that decide what is written."""

    seed: int
    months: int
    rows_per_month: int


SMALL: Size = {"seed": 11, "months": 5, "rows_per_month": 6000}


@dataclass(frozen=True)
class Simulation:
    root: Path
    truth: dict[str, Any]


@pytest.fixture(scope="session")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Simulation:
    root = tmp_path_factory.mktemp("simulation")
    generate(root, **SMALL)
    return Simulation(root, json.loads((root / "truth.json").read_text()))
