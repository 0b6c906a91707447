"""App Service plans on which there is no site."""

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.azure import AzureMaker
from simulator.opportunities.estate.near_misses import LISTED, SETTINGS
from simulator.opportunities.estate.usual import NOTHING, Loads
from simulator.opportunities.findings import whole

_CHECK = "empty_plan"
_IDLE: Loads = {"cpu": Load(1, 2, "flat"), "memory": Load(14, 16, "flat"), "requests": NOTHING}


def _plant(estate: Estate) -> None:
    for workers in (1, 2):
        resource = AzureMaker(estate).plan(workers, [], _IDLE)
        estate.waste(_CHECK, resource, "all", whole(resource), "no site", also=("underused_plan",), lever="delete")


def _mislead(estate: Estate) -> None:
    maker = AzureMaker(estate)
    for name in LISTED:
        setting, why = SETTINGS[name]
        estate.decoy(_CHECK, maker.plan(2, [], _IDLE, setting), why)
    for _ in range(2):
        estate.decoy(_CHECK, maker.plan(1, ["one"]), "a site is on it")
    asleep = maker.plan(1, ["one"], _IDLE)
    estate.decoy(_CHECK, asleep, "a site is on it, if hardly used")
    estate.tolerate("underused_plan", asleep, "a plan of one worker has no smaller number of them")


EMPTY_PLAN = EstateKind(_CHECK, "azure", "App Service plan,empty", _plant, _mislead)
