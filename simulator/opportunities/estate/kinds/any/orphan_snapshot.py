"""Old snapshots of disks that are gone, which no image needs."""

from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.makers.choose import make_on
from simulator.opportunities.estate.near_misses import LISTED, SETTINGS
from simulator.opportunities.findings import whole

_CHECK = "orphan_snapshot"


def _gone(estate: Estate, cloud: str) -> str:
    """The id of a disk that was deleted."""
    return estate.add(cloud, "volume" if cloud == "aws" else "disk").id


def _plant(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    for gigabytes in (400, 1500):
        resource = maker.snapshot(gigabytes, _gone(estate, cloud))
        estate.waste(_CHECK, resource, "all", whole(resource), "its disk is gone", lever="delete")


def _mislead(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    for name in LISTED:
        setting, why = SETTINGS[name]
        estate.decoy(_CHECK, maker.snapshot(700, _gone(estate, cloud), setting), why)
    host = maker.machine(2)
    disk = maker.disk(host, Setting(beside=host))
    estate.decoy(_CHECK, maker.snapshot(700, disk.id, Setting(beside=host)), "its disk is in use")
    if cloud == "aws":
        backup = maker.snapshot(700, _gone(estate, cloud), Setting(owner="backup"))
        estate.decoy(_CHECK, backup, "AWS Backup made it and keeps it as its plan says")


AWS = EstateKind(_CHECK, "aws", "EBS snapshot,orphan", partial(_plant, "aws"), partial(_mislead, "aws"))
AZURE = EstateKind(_CHECK, "azure", "Snapshot,old / premium", partial(_plant, "azure"), partial(_mislead, "azure"))
GCP = EstateKind(_CHECK, "gcp", "", partial(_plant, "gcp"), partial(_mislead, "gcp"))
