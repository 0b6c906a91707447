"""Nodes of ElastiCache of which half of the memory and of the processors would do."""

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.aws import AwsMaker
from simulator.opportunities.estate.near_misses import MEASURED, mislead_by_setting, mislead_by_use
from simulator.opportunities.estate.usual import Loads
from simulator.opportunities.lines import Resource

_CHECK = "rightsize_cache"
_HALF: Loads = {
    "cpu": Load(6, 14),
    "memory": Load(27, 30, "flat"),
    "connections": Load(20, 44),
    "requests": Load(4000, 22_000),
}


def _plant(estate: Estate) -> None:
    maker = AwsMaker(estate)
    for cores in (8, 4):
        resource = maker.cache(cores, _HALF)
        saving = maker.one_size_down(resource, cores)
        estate.waste(_CHECK, resource, "compute", saving, f"{cores} to {cores // 2} processors", lever="size")


def _mislead(estate: Estate) -> None:
    def make(loads: Loads, setting: Setting) -> Resource:
        return AwsMaker(estate).cache(4, loads, setting)

    mislead_by_setting(estate, _CHECK, make, _HALF, MEASURED)
    mislead_by_use(estate, _CHECK, make, _HALF, {"cpu": 84})
    estate.decoy(_CHECK, make({**_HALF, "memory": Load(66, 74, "flat")}, Setting()), "what it holds needs its memory")


RIGHTSIZE_CACHE = EstateKind(_CHECK, "aws", "ElastiCache,rightsize_cache", _plant, _mislead)
