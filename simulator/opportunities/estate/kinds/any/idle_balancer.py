"""Load balancers behind which there is nothing."""

from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.choose import make_on
from simulator.opportunities.estate.near_misses import LISTED, SETTINGS
from simulator.opportunities.estate.usual import MIB, Loads
from simulator.opportunities.findings import whole
from simulator.opportunities.lines import Resource

_CHECK, _OF_THE_BILL = "idle_balancer", "hours_only_idle"
#: Scanners of the internet knock at every public address.
_SCANS: Loads = {"requests": Load(0, 3, "flat"), "bytes": Load(200, 4000, "flat")}
_FEW: Loads = {"requests": Load(20, 160, "office"), "bytes": Load(0.2 * MIB, 2 * MIB, "office")}


def _say_bill(estate: Estate, resource: Resource, is_waste: bool) -> None:
    """On Azure nothing but hours is billed for it: the bill tells of it too."""
    if resource.cloud != "azure":
        return
    if is_waste:
        estate.company.waste(_OF_THE_BILL, resource, "all", whole(resource), "nothing goes through it")
    else:
        estate.company.tolerate(_OF_THE_BILL, resource, "the bill knows of no tag and no inventory")


def _plant(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    for _ in range(2):
        resource = maker.balancer([], _SCANS)
        estate.waste(_CHECK, resource, "all", whole(resource), "no backend", lever=_OF_THE_BILL)
        _say_bill(estate, resource, is_waste=True)


def _mislead(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    for name in LISTED:
        setting, why = SETTINGS[name]
        resource = maker.balancer([], _SCANS, setting)
        estate.decoy(_CHECK, resource, why)
        _say_bill(estate, resource, is_waste=False)
    host = maker.machine(2)
    few = maker.balancer([host.id], _FEW, Setting(beside=host))
    estate.decoy(_CHECK, few, "few requests are requests")
    estate.decoy(_CHECK, maker.balancer([host.id], None, Setting(beside=host)), "it is in use")


AWS = EstateKind(_CHECK, "aws", "", partial(_plant, "aws"), partial(_mislead, "aws"))
AZURE = EstateKind(_CHECK, "azure", "Load balancer,no_backend", partial(_plant, "azure"), partial(_mislead, "azure"))
GCP = EstateKind(_CHECK, "gcp", "", partial(_plant, "gcp"), partial(_mislead, "gcp"))
