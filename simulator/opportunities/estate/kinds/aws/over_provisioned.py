"""Volumes with more operations a second than they ever do, beyond those that the price of gp3 includes."""

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.aws import AwsMaker
from simulator.opportunities.estate.near_misses import MEASURED, mislead_by_setting, mislead_by_use
from simulator.opportunities.estate.usual import Loads, operations
from simulator.opportunities.findings import Saving
from simulator.opportunities.lines import Resource

_CHECK = "over_provisioned"
_EXTRA, _BLOCK = 9000, 16384
#: Together so many operations a second in the busiest hour; 3000 are included.
_CALM: Loads = operations(900 * 3600, _BLOCK)


def _price_of_operations(resource: Resource) -> Saving:
    return lambda bill: bill.monthly(resource, keep=lambda line: "P-IOPS" in line.meter.usage)


def _plant(estate: Estate) -> None:
    maker = AwsMaker(estate)
    for extra in (_EXTRA, 5000):
        host = maker.machine(4)
        resource = maker.disk(host, Setting(beside=host), _CALM, iops=extra)
        estate.waste(
            _CHECK, resource, "storage", _price_of_operations(resource), f"{3000 + extra} IOPS, 900 used",
            lever="iops", also=("low_usage",),
        )  # fmt: skip


def _mislead(estate: Estate) -> None:
    maker = AwsMaker(estate)

    def make(loads: Loads, setting: Setting) -> Resource:
        host = maker.machine(4, None, Setting(is_locked=setting.is_locked))
        beside = Setting(setting.days, setting.is_protected, setting.is_measured, setting.is_locked, beside=host)
        return maker.disk(host, beside, loads, iops=_EXTRA)

    mislead_by_setting(estate, _CHECK, make, _CALM, MEASURED)
    busy = 5500.0 * 3600
    mislead_by_use(estate, _CHECK, make, _CALM, {"reads": busy, "writes": busy, "bytes": busy * _BLOCK})
    steady = {**_CALM, "reads": Load(3000 * 3600, 5200 * 3600), "writes": Load(2600 * 3600, 5000 * 3600)}
    estate.decoy(_CHECK, make(steady, Setting()), "it does four fifths of them")


OVER_PROVISIONED = EstateKind(_CHECK, "aws", "EBS,over_provisioned", _plant, _mislead)
