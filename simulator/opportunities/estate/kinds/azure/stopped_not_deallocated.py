"""Machines that were shut down from within: Azure bills them as if they ran."""

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.makers.azure import AzureMaker
from simulator.opportunities.estate.near_misses import SETTINGS
from simulator.opportunities.findings import cost_of

_CHECK = "stopped_not_deallocated"
_SINCE = 45


def _plant(estate: Estate) -> None:
    for cores in (2, 8):
        resource = AzureMaker(estate).machine(cores, state="allocated", since=_SINCE)
        estate.waste(
            _CHECK, resource, "compute", cost_of(resource, "compute"), "stopped, not deallocated", lever="stop",
            also=("idle_instance", "rightsize", "schedule", "stopped_long"),
        )  # fmt: skip


def _mislead(estate: Estate) -> None:
    maker = AzureMaker(estate)
    for name in ("protected", "locked", "kubernetes"):
        setting, why = SETTINGS[name]
        resource = maker.machine(4, None, setting, "allocated", _SINCE)
        estate.decoy(_CHECK, resource, why)
    estate.decoy(_CHECK, maker.machine(2), "it runs")
    off = maker.machine(4, state="stopped", since=_SINCE)
    estate.decoy(_CHECK, off, "it is deallocated: no compute is billed for it")
    estate.tolerate("stopped_long", off, "it has no disk here")
    fresh = maker.machine(4, None, Setting(), "allocated", 1)
    estate.tolerate(_CHECK, fresh, "it was stopped yesterday")


STOPPED_NOT_DEALLOCATED = EstateKind(_CHECK, "azure", "VM,stopped_not_deallocated", _plant, _mislead)
