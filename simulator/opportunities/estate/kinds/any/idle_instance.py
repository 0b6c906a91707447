"""Machines that do nothing: neither processor nor network, by day or by night."""

from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import ORDINARY, Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.aws import AwsMaker
from simulator.opportunities.estate.makers.choose import make_on
from simulator.opportunities.estate.near_misses import MACHINES, mislead_by_setting, mislead_by_use
from simulator.opportunities.estate.usual import MIB, Loads, at_rest, network
from simulator.opportunities.findings import cost_of
from simulator.opportunities.lines import Resource

_CHECK = "idle_instance"
_ALSO = ("rightsize", "schedule")


def _plant(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    found = [maker.machine(cores, at_rest(cpu)) for cores, cpu in ((4, 0.8), (2, 1.6))]
    if isinstance(maker, AwsMaker):  # the bill says of this one that it is old: what is stopped saves nothing more
        found.append(maker.machine(4, at_rest(), family="m5"))
    for resource in found:
        estate.waste(
            _CHECK, resource, "compute", cost_of(resource, "compute"), "does nothing", also=_ALSO, lever="stop"
        )


def _mislead(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)

    def make(loads: Loads, setting: Setting) -> Resource:
        return maker.machine(4, loads, setting)

    made = mislead_by_setting(estate, _CHECK, make, at_rest(), MACHINES)
    mislead_by_use(estate, _CHECK, make, at_rest(), {"cpu": 71, "received": 900 * MIB, "sent": 700 * MIB})
    batch = {"cpu": Load(0.7, 64, "batch"), **network(Load(4000, 400 * MIB, "batch"))}
    estate.decoy(_CHECK, make({**at_rest(), **batch}, ORDINARY), "it works three hours in the night to Sunday")
    relay = {"cpu": Load(1.4, 2.6), **network(Load(300 * MIB, 2500 * MIB))}
    made.append(make({**at_rest(), **relay}, ORDINARY))
    estate.decoy(_CHECK, made[-1], "its processor rests, its network does not")
    estate.tolerate("rightsize", made[-1], "whether a smaller size has network enough is a matter of the size")
    covered = maker.covered_machine(4, at_rest())
    estate.decoy(_CHECK, covered, "a commitment pays for it and goes on: stopping it saves nothing")


AWS = EstateKind(_CHECK, "aws", "EC2,idle_instance", partial(_plant, "aws"), partial(_mislead, "aws"))
AZURE = EstateKind(_CHECK, "azure", "VM,rightsize_shutdown", partial(_plant, "azure"), partial(_mislead, "azure"))
GCP = EstateKind(_CHECK, "gcp", "VM,idle_vm", partial(_plant, "gcp"), partial(_mislead, "gcp"))
