"""Machines that were stopped two months ago, and the disks that are still paid for.

Two checks name the same money: the machine's and the disks'. Only the disks' is in a plan.
"""

from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import ORDINARY, Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.makers.choose import make_on
from simulator.opportunities.estate.near_misses import SETTINGS
from simulator.opportunities.estate.savings import keep_snapshots, whole_of
from simulator.opportunities.findings import whole

_CHECK, _DISKS = "stopped_long", "on_stopped_instance"
_SINCE, _SIZE = 60, 1000


def _plant(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    for count in (1, 2):
        machine = maker.machine(4, state="stopped", since=_SINCE + count * 3)
        disks = [maker.disk(machine, Setting(is_measured=False, beside=machine)) for _ in range(count)]
        estate.waste(
            _CHECK, machine, "all", whole_of(disks), f"stopped, with {count} disks", is_planned=False,
            billed=tuple(disks), alternatives=keep_snapshots(estate.company, disks, _SIZE),
        )  # fmt: skip
        for disk in disks:
            estate.waste(
                _DISKS, disk, "all", whole(disk), "on a machine that is stopped",
                also=("unattached_volume", "unattached_disk", "premium_underused"),
                alternatives=keep_snapshots(estate.company, [disk], _SIZE),
            )  # fmt: skip


def _mislead(cloud: str, estate: Estate) -> None:
    maker = make_on(estate, cloud)
    for since, setting, why in (
        (1, ORDINARY, "it was stopped yesterday"),
        (_SINCE, *SETTINGS["protected"]),
        (_SINCE, *SETTINGS["locked"]),
    ):
        machine = maker.machine(4, None, setting, "stopped", since)
        beside = Setting(0, setting.is_protected, is_locked=setting.is_locked, beside=machine, is_measured=False)
        disk = maker.disk(machine, beside)
        estate.decoy(_CHECK, machine, why)
        estate.decoy(_DISKS, disk, why)
    running = maker.machine(2)
    estate.decoy(_CHECK, running, "it runs")
    estate.decoy(_DISKS, maker.disk(running, Setting(beside=running)), "its machine runs")
    for since in (12, 25):
        machine = maker.machine(2, state="stopped", since=since)
        disk = maker.disk(machine, Setting(beside=machine, is_measured=False))
        why = f"whether {since} days are long is a matter of the limit"
        estate.tolerate(_CHECK, machine, why)
        estate.tolerate(_DISKS, disk, why)


AWS = EstateKind(
    _CHECK, "aws", "EC2,stopped_long; EBS,on_stopped_instance", partial(_plant, "aws"), partial(_mislead, "aws")
)
AZURE = EstateKind(_CHECK, "azure", "VM,long_deallocated", partial(_plant, "azure"), partial(_mislead, "azure"))
GCP = EstateKind(_CHECK, "gcp", "", partial(_plant, "gcp"), partial(_mislead, "gcp"))
