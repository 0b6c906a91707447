"""An estate has what its bill has, under the same names, and the bill changes only where additions are asked for."""

import datetime as dt
from collections import Counter

import numpy as np

from simulator.opportunities.calendar import Calendar, days_in_month
from simulator.opportunities.company import Company
from simulator.opportunities.estate.taking import take_estate
from simulator.opportunities.generate import CLOUDS, build, build_estate
from simulator.opportunities.lines import Line
from tests.unit.simulator.opportunities.conftest import Built
from tests.unit.simulator.opportunities.estate.conftest import BuiltEstate

#: Kinds that no cloud bills under their own name, or not all.
_UNBILLED = {"group", "template", "image"}


def test_the_bill_is_the_same_without_additions(everything: Built) -> None:
    before = [(line.resource, line.meter, line.price, line.charges) for line in everything.company.lines]
    commitments = list(everything.company.commitments)
    take_estate(everything.company)
    assert [(line.resource, line.meter, line.price, line.charges) for line in everything.company.lines] == before
    assert everything.company.commitments == commitments


def test_additions_come_after_what_was_billed_before() -> None:
    plain, _, _ = build(1, seed=5, clouds=("azure",))
    made, _, _, _ = build_estate(1, seed=5, clouds=("azure",))
    assert len(made.lines) > len(plain.lines)
    described = [(line.resource, line.meter, line.charges, line.price) for line in made.lines[: len(plain.lines)]]
    assert described == [(line.resource, line.meter, line.charges, line.price) for line in plain.lines]


def test_the_same_seed_makes_the_same_estate(complete: BuiltEstate) -> None:
    _, again, _, _ = build_estate(3, seed=5, everything=True)
    assert [item.describe() for item in again.items.values()] == [
        item.describe() for item in complete.estate.items.values()
    ]
    assert len(again.series) == len(complete.estate.series)
    for one, other in zip(again.series, complete.estate.series, strict=True):
        assert (one.resource_id, one.metric, one.statistic) == (other.resource_id, other.metric, other.statistic)
        assert np.array_equal(one.values, other.values, equal_nan=True)


def test_what_is_listed_is_billed_where_the_bill_says(estates: list[BuiltEstate]) -> None:
    for built in estates:
        billed = {(line.resource.cloud, line.resource.id): line.resource for line in built.company.lines}
        for key, item in built.estate.items.items():
            if key in billed:
                assert item.resource == billed[key]
                assert item.resource.tags.items() <= item.describe()["tags"].items()
            else:
                assert item.kind in _UNBILLED, item
        assert {item.resource.cloud for item in built.estate.items.values()} == set(CLOUDS)


def test_every_machine_disk_and_database_that_is_billed_to_the_end_is_listed(estates: list[BuiltEstate]) -> None:
    for built in estates:
        as_of, locked = built.company.calendar.as_of, built.estate.unreadable
        seen = Counter[str]()
        for line in built.company.lines:
            if line.charges[-1].start.date() != as_of or line.meter.component not in ("compute", "storage"):
                continue
            resource = line.resource
            is_locked = any(
                (s.account.id, s.region or resource.region) == (resource.account.id, resource.region) for s in locked
            )
            for word, kind in (("i-0", "machine"), ("vol-0", "disk"), (":db:", "database"), ("/disks/", "disk"),
                               ("/virtualMachines/", "machine"), ("compute.googleapis.com", "machine")):  # fmt: skip
                if word in resource.id and (kind != "machine" or _is_machine(line)):
                    assert ((resource.cloud, resource.id) in built.estate.items) != is_locked, resource
                    seen[kind] += 1
                    break
        assert min(seen["machine"], seen["disk"], seen["database"]) > 4


def _is_machine(line: Line) -> bool:
    return line.meter.component == "compute" and (line.resource.cloud != "gcp" or "/instances/" in line.resource.id)


def test_sizes_are_those_that_are_billed(estates: list[BuiltEstate]) -> None:
    """Gigabytes of the last day, from its share of the month."""
    seen = 0
    for built in estates:
        for line in built.company.lines:
            last = line.charges[-1]
            item = built.estate.items.get((line.resource.cloud, line.resource.id))
            is_size = "VolumeUsage" in line.meter.usage or "PD Capacity" in line.meter.usage
            if item is None or not is_size or line.meter.unit not in ("GB-Mo", "gibibyte month"):
                continue
            assert item.size == round(last.quantity * days_in_month(last.start.date())), item
            stated = item.properties.get("Size", item.properties.get("sizeGb"))
            assert int(stated or 0) == item.size
            seen += 1
    assert seen > 30


def test_provisioned_operations_are_those_that_are_billed(complete: BuiltEstate) -> None:
    seen = set()
    for line in complete.company.lines:
        item = complete.estate.items.get((line.resource.cloud, line.resource.id))
        if item is not None and "P-IOPS" in line.meter.usage:
            billed = round(line.charges[-1].quantity * days_in_month(line.charges[-1].start.date()))
            assert item.properties["Iops"] == billed + (3000 if item.sku == "gp3" else 0)
            seen.add(item.sku)
    assert seen >= {"gp3", "io1", "io2"}


def test_nothing_was_made_before_it_was_billed_for_the_first_time(estates: list[BuiltEstate]) -> None:
    """What is as old as the bill is older than it; what came later was made on its first billed day."""
    ages = Counter[bool]()
    for built in estates:
        calendar = built.company.calendar
        first = Counter[tuple[str, str]]()
        for line in built.company.lines:
            key = (line.resource.cloud, line.resource.id)
            day = min(charge.start.date() for charge in line.charges).toordinal()
            first[key] = min(first.get(key, day), day)
        for key, item in built.estate.items.items():
            if key in first:
                came = dt.date.fromordinal(first[key])
                is_young = came > calendar.first
                assert item.created == came if is_young else item.created < came, item
                ages[is_young] += 1
    assert ages[True] > 20
    assert ages[False] > 200


def test_machines_are_measured_in_the_hours_that_are_billed(complete: BuiltEstate) -> None:
    """A machine of office hours has no value at night, and nearly all by day."""
    office = next(
        d.resource for d in complete.company.decoys
        if d.check == "nonprod_always_on" and d.resource.cloud == "aws" and d.why == "it runs in office hours"
    )  # fmt: skip
    values = complete.metrics["aws", office.id]["CPUUtilization", "Average"]
    (line,) = [line for line in complete.company.lines if line.resource == office]
    start = dt.datetime.combine(complete.estate.first, dt.time())
    billed = {int((c.start - start).total_seconds() // 3600) for c in line.charges if c.quantity == 1}
    measured = set(np.flatnonzero(~np.isnan(values)).tolist())
    assert measured <= billed
    assert len(measured) > 0.95 * len({hour for hour in billed if hour >= 0})


def test_series_have_a_weekly_rhythm_noise_and_gaps(complete: BuiltEstate) -> None:
    gaps, outages = [], 0
    for built in complete.metrics.values():
        for (metric, statistic), values in built.items():
            assert len(values) == 31 * 24
            if metric == "CPUUtilization" and statistic == "Average" and np.isnan(values[:24]).sum() < 24:
                missing = np.isnan(values)
                gaps.append(missing.mean())
                outages += bool((np.convolve(missing, np.ones(5), "valid") == 5).any()) and missing.mean() < 0.1
    assert 0 < np.median(gaps) < 0.02
    assert outages >= 5
    scheduled = next(w.planted.resource for w in complete.found if w.planted.check == "schedule")
    measured = complete.metrics[scheduled.cloud, scheduled.id]
    cpu = next(values for (metric, kind), values in measured.items() if kind == "Average" and "CPU" in metric)
    weekday = np.array([(complete.estate.first.weekday() * 24 + hour) % 168 for hour in range(len(cpu))])
    office = (weekday < 120) & (weekday % 24 >= 8) & (weekday % 24 < 18)
    assert np.nanmin(cpu[office]) > 45
    assert np.nanmax(cpu[~office]) < 1
    assert np.nanstd(cpu[office]) > 0.5


def test_a_company_without_lines_has_no_estate() -> None:
    company = Company(0, 0, Calendar(dt.date(2026, 9, 30)), CLOUDS)
    estate = take_estate(company)
    assert (estate.items, estate.series, estate.planted) == ({}, [], [])


def test_a_disk_of_a_deallocated_machine_is_reserved_since_then(complete: BuiltEstate) -> None:
    # https://learn.microsoft.com/rest/api/compute/disks/get#diskstate
    items = {key: item for key, item in complete.estate.items.items() if key[0] == "azure"}
    hosts = {
        item.resource.id: items["azure", item.links["attached_to"][0]]
        for item in items.values()
        if item.kind == "disk" and item.links.get("attached_to")
    }
    assert {host.state for host in hosts.values()} >= {"running", "stopped"}
    for disk, host in hosts.items():
        inner = items["azure", disk].properties["properties"]
        if host.state == "stopped":
            since = host.properties["properties"]["instanceView"]["statuses"][0]["time"]
            assert (inner["diskState"], inner["LastOwnershipUpdateTime"]) == ("Reserved", since)
        else:
            assert inner["diskState"] == "Attached"
