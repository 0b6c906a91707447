"""Databases of which half of the processors and of the memory would do."""

from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import ORDINARY, Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.choose import make_on
from simulator.opportunities.estate.near_misses import MEASURED, mislead_by_setting, mislead_by_use
from simulator.opportunities.estate.usual import Loads
from simulator.opportunities.lines import Resource

_CHECKS = {"aws": "rds_rightsize", "azure": "rightsize_db", "gcp": "sql_overprovisioned"}
_HALF: Loads = {
    "cpu": Load(8, 17),
    "memory": Load(27, 30, "flat"),
    "connections": Load(12, 30),
    "reads": Load(40, 160),
    "writes": Load(20, 70),
}


def _plant(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    for cores in (8, 4):
        resource = maker.database(cores, _HALF)
        saving = maker.one_size_down(resource, cores)
        detail = f"{cores} to {cores // 2} processors"
        estate.waste(_CHECKS[cloud], resource, "compute", saving, detail, lever="size")


def _mislead(cloud: str, estate: Estate) -> None:
    maker, check = make_on(estate, cloud), _CHECKS[cloud]

    def make(loads: Loads, setting: Setting) -> Resource:
        return maker.database(8, loads, setting)

    mislead_by_setting(estate, check, make, _HALF, MEASURED)
    mislead_by_use(estate, check, make, _HALF, {"cpu": 83})
    estate.decoy(check, make({**_HALF, "memory": Load(84, 89, "flat")}, ORDINARY), "its memory is needed")
    estate.decoy(check, make({**_HALF, "cpu": Load(44, 64)}, ORDINARY), "half of its processors would be too few")


AWS = EstateKind(_CHECKS["aws"], "aws", "RDS,rds_rightsize", partial(_plant, "aws"), partial(_mislead, "aws"))
AZURE = EstateKind(
    _CHECKS["azure"], "azure", "SQL storage / MI / PostgreSQL / MySQL,rightsize_db", partial(_plant, "azure"),
    partial(_mislead, "azure"),
)  # fmt: skip
GCP = EstateKind(
    _CHECKS["gcp"], "gcp", "Cloud SQL,idle / overprovisioned", partial(_plant, "gcp"), partial(_mislead, "gcp")
)
