"""Application gateways behind which there is nothing."""

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.azure import AzureMaker
from simulator.opportunities.estate.near_misses import LISTED, SETTINGS
from simulator.opportunities.estate.usual import NOTHING, Loads
from simulator.opportunities.findings import whole

_CHECK, _OF_THE_BILL = "no_backend", "hours_only_idle"
_IDLE: Loads = {"requests": NOTHING, "bytes": NOTHING}


def _plant(estate: Estate) -> None:
    for _ in range(2):
        resource = AzureMaker(estate).gateway([], _IDLE)
        estate.waste(_CHECK, resource, "all", whole(resource), "no backend", lever=_OF_THE_BILL)
        estate.company.waste(_OF_THE_BILL, resource, "all", whole(resource), "nothing goes through it")


def _mislead(estate: Estate) -> None:
    maker = AzureMaker(estate)
    for name in LISTED:
        setting, why = SETTINGS[name]
        resource = maker.gateway([], _IDLE, setting)
        estate.decoy(_CHECK, resource, why)
        estate.company.tolerate(_OF_THE_BILL, resource, "the bill knows of no tag and no inventory")
    host = maker.machine(2)
    few = {"requests": Load(0, 40, "office"), "bytes": Load(0, 2e6, "office")}
    estate.decoy(_CHECK, maker.gateway([host.id], few, Setting(beside=host)), "few requests are requests")
    estate.decoy(_CHECK, maker.gateway([host.id], None, Setting(beside=host)), "it is in use")


NO_BACKEND = EstateKind(_CHECK, "azure", "Application gateway,no_backend", _plant, _mislead)
