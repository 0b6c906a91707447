"""Machines that are used from eight to six on five days only, and run day and night: their use says so, no tag."""

from decimal import Decimal
from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import ORDINARY, Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.choose import make_on
from simulator.opportunities.estate.near_misses import MACHINES, mislead_by_setting
from simulator.opportunities.estate.usual import MIB, Loads, network
from simulator.opportunities.findings import share_of
from simulator.opportunities.fleet.aws_instances import OFF_SHARE
from simulator.opportunities.lines import Resource

_CHECK = "schedule"
_WEEK = Decimal(168)
#: Other schedules that fit the same use: an hour more at both ends, two, and off on weekends only.
_OTHERS = {"an hour around": 108, "two hours around": 98, "weekends": 48}


def _by_day_only() -> Loads:
    return {
        "cpu": Load(0.9, 61, "office"),
        "memory": Load(58, 66, "flat"),
        **network(Load(9000, 700 * MIB, "office")),
    }


def _plant(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    for cores in (4, 8):
        resource = maker.machine(cores, _by_day_only())
        others = {name: share_of(resource, "compute", hours / _WEEK) for name, hours in _OTHERS.items()}
        saving = share_of(resource, "compute", OFF_SHARE)
        estate.waste(_CHECK, resource, "compute", saving, "used 50 hours a week", lever="schedule", alternatives=others)


def _mislead(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)

    def make(loads: Loads, setting: Setting) -> Resource:
        return maker.machine(4, loads, setting)

    mislead_by_setting(estate, _CHECK, make, _by_day_only(), MACHINES)
    nights = {**_by_day_only(), "cpu": Load(24, 61), **network(Load(200 * MIB, 700 * MIB))}
    estate.decoy(_CHECK, make(nights, ORDINARY), "it works at night too, if less")
    covered = maker.covered_machine(4, _by_day_only())
    estate.decoy(_CHECK, covered, "a commitment pays for its nights too")


AWS = EstateKind(_CHECK, "aws", "", partial(_plant, "aws"), partial(_mislead, "aws"))
AZURE = EstateKind(_CHECK, "azure", "", partial(_plant, "azure"), partial(_mislead, "azure"))
GCP = EstateKind(_CHECK, "gcp", "", partial(_plant, "gcp"), partial(_mislead, "gcp"))
