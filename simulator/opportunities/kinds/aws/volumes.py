"""EBS volumes and snapshots that a newer kind, or nothing, would do as well."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.findings import whole
from simulator.opportunities.fleet.aws_services import add, add_volume, bill, move_to_gp3
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource, stored, stored_long

#: Volumes of this size need no more than what gp3 includes.
_SMALL = 150
#: What a larger gp2 volume can deliver, in MiB/s.
_GP2_THROUGHPUT = 250


def _gp2(company: Company, gigabytes: int, environment: str = "prod") -> Resource:
    return add_volume(company, "gp2", gigabytes, environment=environment)


def _declare_gp2(company: Company, resource: Resource, gigabytes: int) -> None:
    """What gp3 saves on a gp2 volume that is smaller than 150 or much larger than 170 GB."""
    iops = min(16000, 3 * gigabytes)
    throughput = 125 if gigabytes <= _SMALL else _GP2_THROUGHPUT
    saving = move_to_gp3(resource, gigabytes, iops, throughput)
    company.waste("gp2_to_gp3", resource, "storage", saving, f"{gigabytes} GB", lever="volume type")


def _plant_gp2(company: Company) -> None:
    sizes = [company.draw.choice((20, 50, 80, 100, 150)) for _ in range(2)]
    sizes += [company.draw.choice((500, 800, 1000, 1500, 2000, 4000)) for _ in range(3)]
    for number, size in enumerate(sizes):
        _declare_gp2(company, _gp2(company, size, "dev" if number == 0 else "prod"), size)
    if company.draw.random() < 0.5:  # the customer's own price of gp3 is known then
        for region in company.profile.regions["aws"]:
            add_volume(company, "gp3", 300, region=region)


def _mislead_gp2(company: Company) -> None:
    for size in (180, 200, 220):
        company.decoy("gp2_to_gp3", _gp2(company, size), f"at {size} GB gp3 of the same throughput costs more")
    company.decoy("gp2_to_gp3", add_volume(company, "st1", 2000), "it is no general purpose volume")


GP2_TO_GP3 = Kind("gp2_to_gp3", "aws", _plant_gp2, _mislead_gp2)


def _plant_io(company: Company) -> None:
    for kind in ("piops", "io2", company.draw.choice(("piops", "io2"))):
        size, iops = company.draw.choice(((100, 3000), (400, 6000), (800, 10000), (200, 12000)))
        resource = add_volume(company, kind, size, iops)
        # throughput is not in the bill; what provisioned operations of 16 KiB need is what gp3 includes or close to it
        company.waste(
            "io1_io2_low_iops",
            resource,
            "storage",
            move_to_gp3(resource, size, iops, 125),
            f"{size} GB, {iops} IOPS",
            lever="volume type",
        )


def _mislead_io(company: Company) -> None:
    if company.number % 3 == 0:  # it costs so much that not every company can have one
        fast = add_volume(company, "io2", 1000, 90000)
        company.decoy("io1_io2_low_iops", fast, "90000 IOPS are more than gp3 can do")
    for _ in range(3):
        resource = add_volume(company, "gp3", 500, 9000)
        company.decoy("io1_io2_low_iops", resource, "it is gp3 with more IOPS than are included")


IO1_IO2_LOW_IOPS = Kind("io1_io2_low_iops", "aws", _plant_io, _mislead_io)


def _plant_magnetic(company: Company) -> None:
    for size in (40, 200, company.draw.choice((500, 1000))):
        resource = add_volume(company, "standard", size)
        requests = Decimal(company.draw.randint(60, 200)) * 1_000_000 / 10 * size / 40
        bill(company, resource, "EBS:VolumeIOUsage", requests)
        company.waste(
            "magnetic_standard",
            resource,
            "storage",
            move_to_gp3(resource, size, 0, 0),
            f"{size} GB",
            lever="volume type",
        )


def _mislead_magnetic(company: Company) -> None:
    for _ in range(3):
        resource = add_volume(company, "gp3", company.draw.choice((100, 300)), region=company.region("aws"))
        company.decoy("magnetic_standard", resource, "it is no magnetic volume")


MAGNETIC_STANDARD = Kind("magnetic_standard", "aws", _plant_magnetic, _mislead_magnetic)


def _snapshot(company: Company, months: int, gigabytes: int, usage: str = "EBS:SnapshotUsage") -> Resource:
    resource = add(company, "snapshot")
    charges = stored_long(company.calendar, months, lambda _: Decimal(gigabytes))
    bill(company, resource, usage, charges)
    return resource


def _plant_snapshots(company: Company) -> None:
    for _ in range(company.draw.randint(3, 5)):
        resource = _snapshot(company, company.draw.randint(11, 13), company.draw.choice((200, 500, 1200, 3000)))
        company.waste("snapshot_over_1y", resource, "all", whole(resource), "delete")


def _mislead_snapshots(company: Company) -> None:
    young = _snapshot(company, 7, 800)
    company.decoy("snapshot_over_1y", young, "the bill has it for ten months only")
    archived = _snapshot(company, 12, 900, "EBS:SnapshotArchiveStorage")
    company.decoy("snapshot_over_1y", archived, "it is in the archive tier")
    fresh = add(company, "snapshot")
    bill(company, fresh, "EBS:SnapshotUsage", stored(company.days(), Decimal(600)))
    company.decoy("snapshot_over_1y", fresh, "it is three months old")


SNAPSHOT_OVER_1Y = Kind("snapshot_over_1y", "aws", _plant_snapshots, _mislead_snapshots)
