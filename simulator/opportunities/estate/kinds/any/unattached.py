"""Disks that no machine has."""

from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.makers.choose import make_on
from simulator.opportunities.estate.near_misses import LISTED, SETTINGS
from simulator.opportunities.estate.savings import keep_snapshots
from simulator.opportunities.findings import whole

CHECKS = {"aws": "unattached_volume", "azure": "unattached_disk", "gcp": "idle_detached"}
_SIZE = 1000


def _plant(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    for since in (64, 90):
        resource = maker.disk(None, since=since)
        estate.waste(
            CHECKS[cloud], resource, "all", whole(resource), "attached to nothing", lever="delete",
            also=("premium_underused", "idle_blank"),
            alternatives=keep_snapshots(estate.company, [resource], _SIZE),
        )  # fmt: skip
    if cloud != "aws":  # AWS does not say when a volume was detached
        recent = maker.disk(None, since=20)
        estate.tolerate(CHECKS[cloud], recent, "whether 20 days are long is a matter of the limit")


def _mislead(cloud: str, estate: Estate) -> None:
    maker, check = make_on(estate, cloud), CHECKS[cloud]
    for name in LISTED:
        setting, why = SETTINGS[name]
        estate.decoy(check, maker.disk(None, setting, since=1 if name == "young" else 64), why)
    host = maker.machine(2)
    estate.decoy(check, maker.disk(host, Setting(beside=host)), "it is attached")
    if cloud == "azure":
        replica = maker.disk(None, Setting(owner="replication"), state="reserved", since=64)
        estate.decoy(check, replica, "it is the copy of another region's disk for recovery")
        exported = maker.disk(None, state="exported", since=64)
        estate.decoy(check, exported, "it is being exported")


AWS = EstateKind(CHECKS["aws"], "aws", "EBS,unattached", partial(_plant, "aws"), partial(_mislead, "aws"))
AZURE = EstateKind(CHECKS["azure"], "azure", "Disk,unattached", partial(_plant, "azure"), partial(_mislead, "azure"))
GCP = EstateKind(CHECKS["gcp"], "gcp", "Disk,idle_detached", partial(_plant, "gcp"), partial(_mislead, "gcp"))
