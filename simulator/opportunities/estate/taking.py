"""The estate of a company: all that its bill has, and, if asked for, waste and decoys that are added to the bill."""

import random

from simulator.opportunities.company import Company
from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.kind import find_estate_kinds
from simulator.opportunities.estate.ordinary.take import take_ordinary
from simulator.opportunities.estate.siblings import name_for_siblings

#: How many of a hundred companies have a kind of waste, and how many have decoys of it.
_PLANTED_PERCENT, _MISLED_PERCENT = 70, 70


def take_estate(company: Company, with_additions: bool = False, everything: bool = False) -> Estate:
    """Inventory and metrics that fit the bill.

    ``with_additions`` lets the kinds of `find_estate_kinds` add resources to the bill; without it no line changes.
    ``everything`` adds every kind and all decoys. Each kind draws from a stream of its own.
    """
    estate = Estate(company)
    take_ordinary(estate)
    for name, kind in find_estate_kinds().items() if with_additions else ():
        if kind.cloud not in company.clouds:
            continue
        draw = random.Random(f"{company.seed}/{company.number}/estate/{name}/which")
        is_planted, is_misled = draw.randrange(100) < _PLANTED_PERCENT, draw.randrange(100) < _MISLED_PERCENT
        if is_planted or everything:
            company.enter(f"estate/{name}")
            kind.plant(estate)
        if is_misled or everything:
            company.enter(f"estate/{name}/decoys")
            kind.mislead(estate)
    name_for_siblings(estate)
    return estate
