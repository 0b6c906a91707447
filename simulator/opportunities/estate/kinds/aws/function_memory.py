"""Functions with several times the memory that they use."""

from decimal import Decimal

from simulator.opportunities.bill import Bill
from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.aws import AwsMaker
from simulator.opportunities.estate.near_misses import MEASURED, mislead_by_setting
from simulator.opportunities.estate.usual import Loads
from simulator.opportunities.findings import Saving
from simulator.opportunities.lines import Resource

_CHECK = "function_memory"
_MEGABYTES, _ENOUGH, _OTHERS = 3008, 512, (448, 640, 768, 1024)
_CALLS = 900_000
_LITTLE: Loads = {
    "requests": Load(20_000, 56_000),
    "errors": Load(0, 2, "flat"),
    "duration": Load(330, 390, "flat"),
    "memory": Load(8, 9.4, "flat"),
}


def _at(resource: Resource, megabytes: int) -> Saving:
    """It takes as long with less memory: it waits for others."""
    share = 1 - Decimal(megabytes) / _MEGABYTES

    def saving(bill: Bill) -> Decimal:
        return bill.monthly(resource, "compute") * share

    return saving


def _plant(estate: Estate) -> None:
    for calls in (_CALLS, 2_000_000):
        resource = AwsMaker(estate).function(_MEGABYTES, _LITTLE, calls)
        estate.waste(
            _CHECK, resource, "compute", _at(resource, _ENOUGH), f"{_MEGABYTES} MB, a tenth of it used",
            lever="memory", alternatives={f"{size} MB": _at(resource, size) for size in _OTHERS},
        )  # fmt: skip


def _mislead(estate: Estate) -> None:
    def make(loads: Loads, setting: Setting) -> Resource:
        return AwsMaker(estate).function(_MEGABYTES, loads, _CALLS, setting)

    mislead_by_setting(estate, _CHECK, make, _LITTLE, MEASURED)
    full = {**_LITTLE, "memory": Load(68, 81, "flat")}
    estate.decoy(_CHECK, make(full, Setting()), "it needs its memory")
    peak = {**_LITTLE, "memory": Load(9, 83, "night")}
    estate.decoy(_CHECK, make(peak, Setting()), "it needs its memory at night")
    rare = AwsMaker(estate).function(_MEGABYTES, {**_LITTLE, "requests": Load(0, 1.4, "one_day", 0)}, 1)
    estate.decoy(_CHECK, rare, "it was called a few times in a month")


FUNCTION_MEMORY = EstateKind(_CHECK, "aws", "Lambda,memory", _plant, _mislead)
