"""Machines of which one size smaller would do, with room to spare in processor and memory; two sizes would not."""

from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import ORDINARY, Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.aws import AwsMaker
from simulator.opportunities.estate.makers.choose import make_on
from simulator.opportunities.estate.near_misses import MACHINES, mislead_by_setting, mislead_by_use
from simulator.opportunities.estate.usual import Loads, half_used
from simulator.opportunities.lines import Resource

_CHECK = "rightsize"


def _plant(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    found = [(maker.machine(cores, half_used()), cores) for cores in (8, 4)]
    if isinstance(maker, AwsMaker):  # the bill says of this one that it is old: both can be done to it
        found.append((maker.machine(8, half_used(), family="m5"), 8))
    for resource, cores in found:
        saving = maker.one_size_down(resource, cores)
        estate.waste(_CHECK, resource, "compute", saving, f"{cores} to {cores // 2} processors", lever="size")
    blind = {name: load for name, load in half_used().items() if name != "memory"}
    estate.tolerate(_CHECK, maker.machine(8, blind), "its memory is not measured")


def _mislead(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)

    def make(loads: Loads, setting: Setting) -> Resource:
        return maker.machine(8, loads, setting)

    mislead_by_setting(estate, _CHECK, make, half_used(), MACHINES)
    mislead_by_use(estate, _CHECK, make, half_used(), {"cpu": 84})
    full = {**half_used(), "memory": Load(82, 88, "flat")}
    estate.decoy(_CHECK, make(full, ORDINARY), "its memory is needed")
    busy = {**half_used(), "cpu": Load(38, 62)}
    estate.decoy(_CHECK, make(busy, ORDINARY), "half of its processors would be too few at noon")
    covered = maker.covered_machine(8, half_used())
    estate.decoy(_CHECK, covered, "a commitment pays for it and goes on: a smaller one saves nothing")


AWS = EstateKind(_CHECK, "aws", "EC2,rightsize", partial(_plant, "aws"), partial(_mislead, "aws"))
AZURE = EstateKind(_CHECK, "azure", "VM,rightsize_shutdown", partial(_plant, "azure"), partial(_mislead, "azure"))
GCP = EstateKind(_CHECK, "gcp", "VM,machine_type", partial(_plant, "gcp"), partial(_mislead, "gcp"))
