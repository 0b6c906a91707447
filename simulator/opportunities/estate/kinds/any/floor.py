"""Scaling groups whose smallest size is far above what they ever need."""

from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.choose import make_on
from simulator.opportunities.estate.savings import surplus
from simulator.opportunities.estate.usual import MIB, Loads, network

_CHECK = "floor"
_COUNT = 6
#: Six of these are half of one machine at noon: two are needed, the second of them in case the first fails.
_LITTLE: Loads = {"cpu": Load(4, 8.5), "memory": Load(20, 22, "flat"), **network(Load(2 * MIB, 30 * MIB))}
_MUCH: Loads = {"cpu": Load(34, 66), "memory": Load(58, 70, "flat"), **network(Load(90 * MIB, 900 * MIB))}


def _plant(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    sizes = {"size": Load(_COUNT, _COUNT, "flat", 0), "cpu": _LITTLE["cpu"]}
    group, members = maker.group(_COUNT, _COUNT, _LITTLE, sizes)
    without = {f"{kept} kept": surplus(members, _COUNT, kept) for kept in (3, 1)}
    saving = surplus(members, _COUNT, 2)
    estate.waste(
        _CHECK, group, "all", saving, f"{_COUNT} where 2 would do", lever="size", alternatives=without,
        billed=tuple(members) if members != [group] else (),
    )  # fmt: skip
    for member in members:
        if member != group:
            for check in ("idle_instance", "rightsize"):
                estate.decoy(check, member, "its scaling group would make it again")


def _mislead(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    grows = {"size": Load(_COUNT, _COUNT * 2, "day", 0), "cpu": _MUCH["cpu"]}
    growing, _ = maker.group(_COUNT, _COUNT, _MUCH, grows)
    estate.decoy(_CHECK, growing, "it grows above its floor every day")
    steady = {"size": Load(3, 3, "flat", 0), "cpu": _MUCH["cpu"]}
    busy, _ = maker.group(3, 3, _MUCH, steady)
    estate.decoy(_CHECK, busy, "it never grows, and its machines are busy")
    nightly = {**_LITTLE, "cpu": Load(4, 78, "night")}
    night, _ = maker.group(3, 3, nightly, {"size": Load(3, 3, "flat", 0), "cpu": nightly["cpu"]})
    estate.decoy(_CHECK, night, "its machines are busy at night")


AWS = EstateKind(_CHECK, "aws", "ASG,floor", partial(_plant, "aws"), partial(_mislead, "aws"))
AZURE = EstateKind(_CHECK, "azure", "VMSS,underused", partial(_plant, "azure"), partial(_mislead, "azure"))
GCP = EstateKind(_CHECK, "gcp", "", partial(_plant, "gcp"), partial(_mislead, "gcp"))
