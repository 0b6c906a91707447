"""NAT gateways to which no route leads, or through which next to nothing goes."""

from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.choose import make_on
from simulator.opportunities.estate.near_misses import LISTED, SETTINGS
from simulator.opportunities.estate.usual import MIB, Loads
from simulator.opportunities.findings import whole
from simulator.opportunities.lines import Resource

_CHECK, _OF_THE_BILL = "idle_nat", "hours_only_idle"
_NOTHING: Loads = {"bytes": Load(0, 0, "flat"), "connections": Load(0, 0, "flat")}


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
        resource = maker.nat([], _NOTHING)
        estate.waste(_CHECK, resource, "all", whole(resource), "no route leads to it", lever=_OF_THE_BILL)
        _say_bill(estate, resource, is_waste=True)


def _mislead(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    for name in LISTED:
        setting, why = SETTINGS[name]
        resource = maker.nat([], _NOTHING, setting)
        estate.decoy(_CHECK, resource, why)
        _say_bill(estate, resource, is_waste=False)
    nightly = {"bytes": Load(0, 800 * MIB, "night"), "connections": Load(0, 40, "night")}
    estate.decoy(_CHECK, maker.nat(["main"], nightly), "something goes through it every night")
    estate.decoy(_CHECK, maker.nat(["main", "other"]), "it is in use")
    standby = maker.nat(["main"], _NOTHING)
    estate.tolerate(_CHECK, standby, "a route leads to it and nothing goes through it")


AWS = EstateKind(_CHECK, "aws", "", partial(_plant, "aws"), partial(_mislead, "aws"))
AZURE = EstateKind(_CHECK, "azure", "NAT gateway,orphan", partial(_plant, "azure"), partial(_mislead, "azure"))
GCP = EstateKind(_CHECK, "gcp", "", partial(_plant, "gcp"), partial(_mislead, "gcp"))
