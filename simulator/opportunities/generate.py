"""Write one company: its exports, its configuration and what is true of them."""

import datetime as dt
import random
from pathlib import Path
from typing import Any

from simulator.opportunities.aws_export import write_aws
from simulator.opportunities.azure_export import write_azure
from simulator.opportunities.bill import Bill
from simulator.opportunities.calendar import Calendar
from simulator.opportunities.company import Company
from simulator.opportunities.configuration import write_configuration
from simulator.opportunities.gcp_export import write_gcp
from simulator.opportunities.healthy import add_healthy
from simulator.opportunities.kind import Kind, find_kinds
from simulator.opportunities.truth import Waste, describe, find_waste
from simulator.writers import write_json

CLOUDS = ("aws", "azure", "gcp")
#: The last days of the companies' bills: the end of a month or a day within one.
_ENDS = (dt.date(2026, 10, 31), dt.date(2026, 9, 30), dt.date(2026, 10, 31), dt.date(2026, 11, 18))
#: How many of a hundred companies have a kind of waste; decoys of it they all have.
_PLANTED_PERCENT = 70
_WRITERS = {"aws": write_aws, "azure": write_azure, "gcp": write_gcp}


def generate(
    out: Path, company: int, seed: int, days: int = 92, clouds: tuple[str, ...] = CLOUDS, everything: bool = False
) -> dict[str, Any]:
    """Write the exports of a company below ``out`` and return what ``truth.json`` says.

    ``everything`` plants every kind of waste. Raises ValueError for a cloud that is unknown and for fewer than 92 days:
    some kinds need three months.
    """
    made, bill, found = build(company, seed, days, clouds, everything)
    for cloud in made.clouds:
        _WRITERS[cloud](made, out / "exports" / cloud)
    write_configuration(made, out)
    truth = describe(made, bill, found)
    write_json(out / "truth.json", truth)
    return truth


def build(
    company: int, seed: int, days: int = 92, clouds: tuple[str, ...] = CLOUDS, everything: bool = False
) -> tuple[Company, Bill, list[Waste]]:
    """A company in memory: its lines, its bill and what is wasted in it."""
    unknown = [cloud for cloud in clouds if cloud not in CLOUDS]
    if unknown:
        raise ValueError(f"there is no cloud {unknown[0]!r}; there are {', '.join(CLOUDS)}")
    if days < 92:
        raise ValueError(f"a company needs at least 92 days, not {days}")
    made = Company(company, seed, Calendar(_ENDS[company % len(_ENDS)], days), clouds)
    for name, kind in find_kinds().items():
        if kind.cloud in clouds:
            _apply(made, name, kind, everything)
    found = find_waste(made, Bill(made.lines, made.calendar))
    add_healthy(made, found)
    bill = Bill(made.lines, made.calendar)
    made.decoys = list(dict.fromkeys(made.decoys))
    return made, bill, find_waste(made, bill)


def _apply(company: Company, name: str, kind: Kind, everything: bool) -> None:
    is_planted = (
        everything
        or random.Random(f"{company.seed}/{company.number}/{name}/is planted").randrange(100) < _PLANTED_PERCENT
    )
    if is_planted:
        company.enter(name)
        kind.plant(company)
    if kind.mislead is not None:
        company.enter(f"{name}/decoys")
        kind.mislead(company)
