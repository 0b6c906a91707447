"""Premium disks that do a hundredth of what they could: Standard SSD of the same size would do."""

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.azure import AzureMaker
from simulator.opportunities.estate.near_misses import MEASURED, mislead_by_setting, mislead_by_use
from simulator.opportunities.estate.usual import Loads, operations
from simulator.opportunities.fleet.azure import replace_meter
from simulator.opportunities.lines import Resource
from simulator.opportunities.prices.azure import azure_meter

_CHECK = "premium_underused"
_BLOCK = 16384
_CALM: Loads = operations(60 * 3600, _BLOCK)


def _plant(estate: Estate) -> None:
    maker = AzureMaker(estate)
    for cores in (2, 4):
        host = maker.machine(cores)
        resource = maker.disk(host, Setting(beside=host), _CALM)
        estate.waste(
            _CHECK, resource, "storage", replace_meter(resource, "storage", azure_meter("disk.e30")), "P30 to E30",
            lever="disk kind",
            alternatives={"S30": replace_meter(resource, "storage", azure_meter("disk.s30"))},
        )  # fmt: skip


def _mislead(estate: Estate) -> None:
    maker = AzureMaker(estate)

    def make(loads: Loads, setting: Setting) -> Resource:
        host = maker.machine(2, None, Setting(is_locked=setting.is_locked))
        beside = Setting(setting.days, setting.is_protected, setting.is_measured, setting.is_locked, beside=host)
        return maker.disk(host, beside, loads)

    mislead_by_setting(estate, _CHECK, make, _CALM, MEASURED)
    busy = 2100.0 * 3600
    mislead_by_use(estate, _CHECK, make, _CALM, {"reads": busy, "writes": busy, "bytes": busy * _BLOCK})
    steady = {**_CALM, "reads": Load(900 * 3600, 1800 * 3600), "writes": Load(700 * 3600, 1500 * 3600)}
    estate.decoy(_CHECK, make(steady, Setting()), "it does two thirds of what it could")


PREMIUM_UNDERUSED = EstateKind(_CHECK, "azure", "Disk,premium_underused", _plant, _mislead)
