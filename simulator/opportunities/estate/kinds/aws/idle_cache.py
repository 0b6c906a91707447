"""Nodes of ElastiCache that nobody connects to."""

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.aws import AwsMaker
from simulator.opportunities.estate.near_misses import MEASURED, mislead_by_setting, mislead_by_use
from simulator.opportunities.estate.usual import NOTHING, Loads
from simulator.opportunities.findings import whole
from simulator.opportunities.lines import Resource

_CHECK = "idle_cache"
_IDLE: Loads = {
    "cpu": Load(0.4, 0.8, "flat"),
    "memory": Load(2, 3, "flat"),
    "connections": NOTHING,
    "requests": NOTHING,
}


def _plant(estate: Estate) -> None:
    for cores in (2, 4):
        resource = AwsMaker(estate).cache(cores, _IDLE)
        estate.waste(
            _CHECK, resource, "all", whole(resource), "no connection", also=("rightsize_cache",), lever="delete"
        )


def _mislead(estate: Estate) -> None:
    def make(loads: Loads, setting: Setting) -> Resource:
        return AwsMaker(estate).cache(2, loads, setting)

    mislead_by_setting(estate, _CHECK, make, _IDLE, MEASURED)
    mislead_by_use(estate, _CHECK, make, _IDLE, {"cpu": 48, "memory": 66, "connections": 30, "requests": 40_000})


IDLE_CACHE = EstateKind(
    _CHECK,
    "aws",
    "ElastiCache / MemoryDB / DocumentDB / SageMaker endpoint / WorkSpaces,idle_new_types",
    _plant,
    _mislead,
)
