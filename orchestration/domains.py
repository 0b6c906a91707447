"""What Dagster serves, by domain: one more is one more folder of `defs/`, whose `definitions.py` holds a `Domain`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from cloudcost.installation import Installation
from core.registry import find_values


@dataclass(frozen=True)
class Frame:
    """What domains build their definitions of; the billing periods and dbt's manifest are worked out once for all."""

    installation: Installation
    partitions: dg.PartitionsDefinition
    manifest: Path


@dataclass(frozen=True)
class Domain:
    """A folder of `defs/`, and its share of the definitions."""

    name: str
    build: Callable[[Frame], dg.Definitions]


def build_domains(frame: Frame) -> dg.Definitions:
    """The definitions of every domain there is."""
    domains = find_values("orchestration.defs", Domain).values()
    return dg.Definitions.merge(*(domain.build(frame) for domain in domains))
