"""Disks that no machine ever had: nothing is on them."""

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.makers.gcp import GcpMaker
from simulator.opportunities.estate.near_misses import LISTED, SETTINGS
from simulator.opportunities.findings import whole

_CHECK = "idle_blank"


def _plant(estate: Estate) -> None:
    for _ in range(2):
        resource = GcpMaker(estate).disk(None, state="blank")
        estate.waste(
            _CHECK, resource, "all", whole(resource), "never attached", also=("idle_detached",), lever="delete"
        )


def _mislead(estate: Estate) -> None:
    maker = GcpMaker(estate)
    for name in LISTED:
        setting, why = SETTINGS[name]
        estate.decoy(_CHECK, maker.disk(None, setting, state="blank"), why)
    host = maker.machine(2)
    estate.decoy(_CHECK, maker.disk(host, Setting(beside=host)), "it is attached")
    once = maker.disk(None, since=70)
    estate.decoy(_CHECK, once, "it was attached once: something may be on it")
    estate.tolerate("idle_detached", once, "it is attached to nothing")


IDLE_BLANK = EstateKind(_CHECK, "gcp", "Disk,idle_blank", _plant, _mislead)
