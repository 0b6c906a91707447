"""Databases that nobody connects to."""

from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import ORDINARY, Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.choose import make_on
from simulator.opportunities.estate.near_misses import MEASURED, mislead_by_setting, mislead_by_use
from simulator.opportunities.estate.usual import NOTHING, Loads
from simulator.opportunities.findings import cost_of, whole
from simulator.opportunities.lines import Resource

_CHECK = "idle_db"
_IDLE: Loads = {
    "cpu": Load(1.5, 2.5, "flat"),
    "memory": Load(18, 20, "flat"),
    "connections": NOTHING,
    "reads": Load(0, 0.4, "flat"),
    "writes": Load(0, 0.6, "flat"),
}


def _plant(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    for cores in (2, 4):
        resource = maker.database(cores, _IDLE)
        estate.waste(
            _CHECK, resource, "compute", cost_of(resource, "compute"), "no connection",
            lever="stop",
            also=("rds_rightsize", "rightsize_db", "sql_overprovisioned", "schedule"),
            alternatives={"delete": whole(resource)},
        )  # fmt: skip


def _mislead(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)

    def make(loads: Loads, setting: Setting) -> Resource:
        return maker.database(4, loads, setting)

    mislead_by_setting(estate, _CHECK, make, _IDLE, MEASURED)
    mislead_by_use(estate, _CHECK, make, _IDLE, {"cpu": 66, "connections": 12, "reads": 900, "writes": 700})
    few = {**_IDLE, "connections": Load(3, 5, "flat"), "cpu": Load(2, 5), "memory": Load(56, 64, "flat")}
    resource = make(few, ORDINARY)
    estate.decoy(_CHECK, resource, "a few connections are there at all times")
    for check in ("rds_rightsize", "rightsize_db", "sql_overprovisioned"):
        estate.tolerate(check, resource, "its processors rest, its memory does not")


AWS = EstateKind(_CHECK, "aws", "RDS,idle_db", partial(_plant, "aws"), partial(_mislead, "aws"))
AZURE = EstateKind(_CHECK, "azure", "SQL database,underused_dtu", partial(_plant, "azure"), partial(_mislead, "azure"))
GCP = EstateKind(_CHECK, "gcp", "Cloud SQL,idle / overprovisioned", partial(_plant, "gcp"), partial(_mislead, "gcp"))
