"""Public addresses that nothing has. AWS and Google Cloud bill them under a name of their own: the bill says it too."""

from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.makers.choose import make_on
from simulator.opportunities.estate.near_misses import LISTED, SETTINGS
from simulator.opportunities.findings import whole

_CHECK, _OF_THE_BILL = "unused_address", "idle_address"


def _plant(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    for _ in range(2):
        resource = maker.address(None)
        estate.waste(_CHECK, resource, "all", whole(resource), "reserved for nothing", lever=_OF_THE_BILL)
        if cloud != "azure":
            estate.company.waste(_OF_THE_BILL, resource, "all", whole(resource), "not used")


def _mislead(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    for name in LISTED:
        setting, why = SETTINGS[name]
        resource = maker.address(None, setting)
        estate.decoy(_CHECK, resource, why)
        if cloud != "azure":
            estate.company.tolerate(_OF_THE_BILL, resource, "the bill knows of no tag and no inventory")
    for _ in range(2):
        host = maker.machine(2)
        estate.decoy(_CHECK, maker.address(host, Setting(beside=host)), "a machine has it")


AWS = EstateKind(_CHECK, "aws", "Public IPv4,detached_age", partial(_plant, "aws"), partial(_mislead, "aws"))
AZURE = EstateKind(_CHECK, "azure", "Public IP,unattached", partial(_plant, "azure"), partial(_mislead, "azure"))
GCP = EstateKind(_CHECK, "gcp", "Address,idle_address", partial(_plant, "gcp"), partial(_mislead, "gcp"))
