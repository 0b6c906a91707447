"""Write one company: its exports, its configuration and what is true of them."""

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator.opportunities.aws_export import write_aws
from simulator.opportunities.azure_export import write_azure
from simulator.opportunities.bill import Bill
from simulator.opportunities.calendar import Calendar
from simulator.opportunities.company import Company
from simulator.opportunities.configuration import write_configuration
from simulator.opportunities.estate.answers import describe_estate, find_estate_waste, write_estate
from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.taking import take_estate
from simulator.opportunities.gcp_export import write_gcp
from simulator.opportunities.healthy import add_healthy
from simulator.opportunities.kind import find_kinds
from simulator.opportunities.truth import Waste, describe, find_waste, find_worthless, plan_total
from simulator.writers import write_json

CLOUDS = ("aws", "azure", "gcp")
#: The last days of the companies' bills: the end of a month or a day within one.
_ENDS = (dt.date(2026, 10, 31), dt.date(2026, 9, 30), dt.date(2026, 10, 31), dt.date(2026, 11, 18))
#: How many of a hundred companies have a kind of waste, and how many have decoys of it.
_PLANTED_PERCENT, _MISLED_PERCENT = 68, 62
_LEAST_SHARE = Decimal("0.1")
_WRITERS = {"aws": write_aws, "azure": write_azure, "gcp": write_gcp}


def generate(
    out: Path,
    company: int,
    seed: int,
    days: int = 92,
    clouds: tuple[str, ...] = CLOUDS,
    everything: bool = False,
    with_estate: bool = False,
) -> dict[str, Any]:
    """Write the exports of a company below ``out`` and return what ``truth.json`` says.

    ``everything`` plants every kind of waste and all decoys. ``with_estate`` adds resources to the bill of which only
    inventory and metrics tell that they are waste, and their decoys: without it, what is planted so are a few machines
    and disks that the bill has anyway. Raises ValueError for a cloud that is unknown and for fewer than 92 days: some
    kinds need three months.
    """
    made, estate, bill, found = build_estate(company, seed, days, clouds, everything, with_estate)
    for cloud in made.clouds:
        _WRITERS[cloud](made, out / "exports" / cloud)
    write_configuration(made, out)
    write_estate(out, estate)
    truth = describe(made, bill, found) | describe_estate(made, estate, found, find_estate_waste(estate, bill))
    write_json(out / "truth.json", truth)
    return truth


def build(
    company: int, seed: int, days: int = 92, clouds: tuple[str, ...] = CLOUDS, everything: bool = False
) -> tuple[Company, Bill, list[Waste]]:
    """A company in memory: its lines, its bill and what is wasted in it."""
    made = _make(company, seed, days, clouds, everything)
    bill = Bill(made.lines, made.calendar)
    made.decoys += find_worthless(made, bill)
    return made, bill, find_waste(made, bill)


def build_estate(
    company: int,
    seed: int,
    days: int = 92,
    clouds: tuple[str, ...] = CLOUDS,
    everything: bool = False,
    with_additions: bool = True,
) -> tuple[Company, Estate, Bill, list[Waste]]:
    """A company in memory and its estate, which may add to its bill; its bill, and what the bill says is wasted."""
    made = _make(company, seed, days, clouds, everything)
    estate = take_estate(made, with_additions, everything)
    bill = Bill(made.lines, made.calendar)
    made.decoys += find_worthless(made, bill)
    return made, estate, bill, find_waste(made, bill)


def _make(company: int, seed: int, days: int, clouds: tuple[str, ...], everything: bool) -> Company:
    """All that is billed."""
    unknown = [cloud for cloud in clouds if cloud not in CLOUDS]
    if unknown:
        raise ValueError(f"there is no cloud {unknown[0]!r}; there are {', '.join(CLOUDS)}")
    if days < 92:
        raise ValueError(f"a company needs at least 92 days, not {days}")
    made = Company(company, seed, Calendar(_ENDS[company % len(_ENDS)], days), clouds)
    left_out = [
        name for name, kind in find_kinds().items() if kind.cloud in clouds and not _apply(made, name, everything)
    ]
    add_healthy(made, _plant_enough(made, left_out))
    return made


def _apply(company: Company, name: str, everything: bool) -> bool:
    """Plant a kind, its decoys, or both; whether it was planted."""
    kind = find_kinds()[name]
    draw = random.Random(f"{company.seed}/{company.number}/{name}/which")
    is_planted, is_misled = draw.randrange(100) < _PLANTED_PERCENT, draw.randrange(100) < _MISLED_PERCENT
    if is_planted or everything:
        company.enter(name)
        kind.plant(company)
    if is_misled or everything:
        company.enter(f"{name}/decoys")
        kind.mislead(company)
    return is_planted or everything


def _plant_enough(company: Company, left_out: list[str]) -> list[Waste]:
    """Plant kinds that were left out until waste is a tenth of the spend of every cloud."""
    company.enter("enough")
    company.draw.shuffle(left_out)
    bill = Bill(company.lines, company.calendar)
    found = find_waste(company, bill)
    for name in left_out:
        cloud = find_kinds()[name].cloud
        saved = plan_total(waste for waste in found if waste.planted.resource.cloud == cloud)
        if saved < bill.spend(cloud) * _LEAST_SHARE:
            company.enter(name)
            find_kinds()[name].plant(company)
            bill = Bill(company.lines, company.calendar)
            found = find_waste(company, bill)
    return found
