"""Every kind of estate waste occurs, beside decoys that are near, and nothing is both."""

import datetime as dt
from collections import defaultdict

import numpy as np
import pytest

from simulator.opportunities.calendar import Calendar
from simulator.opportunities.company import Company
from simulator.opportunities.estate.items import PROTECTION
from simulator.opportunities.estate.kind import find_estate_kinds
from simulator.opportunities.estate.taking import take_estate
from simulator.opportunities.generate import CLOUDS
from tests.unit.simulator.opportunities.estate.conftest import BuiltEstate

KINDS = find_estate_kinds()
#: A group is six machines, of which a company has one too large.
_FEWER = {"aws.floor": 1, "azure.floor": 1, "gcp.floor": 1}
_SMALL_DAY = 30


def test_there_are_many_kinds_on_every_cloud() -> None:
    by_cloud = {cloud: {kind.check for kind in KINDS.values() if kind.cloud == cloud} for cloud in CLOUDS}
    assert len({check for checks in by_cloud.values() for check in checks}) >= 25
    assert all(len(checks) >= 13 for checks in by_cloud.values())


@pytest.mark.parametrize("name", KINDS)
def test_kind_has_waste_and_decoys(complete: BuiltEstate, name: str) -> None:
    kind = KINDS[name]
    planted = {
        w.planted.resource.id
        for w in complete.found
        if (w.planted.resource.cloud, w.planted.check) == (kind.cloud, kind.check)
    }
    decoys = {d.resource.id for d in complete.estate.decoys if (d.resource.cloud, d.check) == (kind.cloud, kind.check)}
    assert len(planted) >= _FEWER.get(name, 2)
    assert len(decoys) >= 3


def test_every_kind_occurs_within_ten_companies_and_none_in_all() -> None:
    """The draws of a kind depend on nothing but company and seed: no bill is needed for them."""
    seen: dict[str, set[int]] = defaultdict(set)
    misled: dict[str, set[int]] = defaultdict(set)
    for number in range(10):
        company = Company(number, 7, Calendar(dt.date(2026, 9, 30)), CLOUDS)
        estate = take_estate(company, with_additions=True)
        for planted in estate.planted:
            seen[f"{planted.resource.cloud}.{planted.check}"].add(number)
        for decoy in estate.decoys:
            misled[f"{decoy.resource.cloud}.{decoy.check}"].add(number)
    assert set(KINDS) <= set(seen)
    assert set(KINDS) <= set(misled)
    assert any(len(numbers) < 10 for numbers in seen.values())


def test_nothing_is_waste_and_decoy_of_one_check(estates: list[BuiltEstate]) -> None:
    for built in estates:
        waste = {(w.planted.check, w.planted.resource.cloud, w.planted.resource.id) for w in built.found}
        decoys = {(d.check, d.resource.cloud, d.resource.id) for d in built.estate.decoys}
        either = {(d.check, d.resource.cloud, d.resource.id) for d in built.estate.tolerated}
        assert not waste & decoys
        assert not waste & either
        assert not decoys & either
        assert len(waste) == len(built.found)


def _decoys(built: BuiltEstate, words: str) -> list[tuple[str, str, str]]:
    return [(d.check, d.resource.cloud, d.resource.id) for d in built.estate.decoys if words in d.why]


def test_decoys_have_what_makes_them_decoys(complete: BuiltEstate) -> None:
    items, metrics = complete.estate.items, complete.metrics
    protected = _decoys(complete, "a tag says")
    assert len(protected) > 30
    key, value = PROTECTION
    assert all(items[cloud, name].resource.tags[key] == value for _, cloud, name in protected)
    made = _decoys(complete, "would make it again")
    assert len(made) > 20
    assert all(items[cloud, name].owner for _, cloud, name in made)
    hidden = _decoys(complete, "neither inventory nor metrics")
    assert len(hidden) > 30
    assert all((cloud, name) not in items and not metrics.get((cloud, name)) for _, cloud, name in hidden)
    blind = _decoys(complete, "no metrics of it")
    assert len(blind) > 15
    assert all((cloud, name) in items and not metrics.get((cloud, name)) for _, cloud, name in blind)
    young = [key for key in _decoys(complete, "a day old") if metrics.get(key[1:])]
    assert len(young) > 20
    assert all(
        np.count_nonzero(~np.isnan(v)) < _SMALL_DAY for _, *key in young for v in metrics[key[0], key[1]].values()
    )


def test_what_cannot_be_read_is_said_and_billed(complete: BuiltEstate) -> None:
    scopes = complete.estate.unreadable
    assert {scope.account.cloud for scope in scopes} == set(CLOUDS)
    for scope in scopes:
        billed = {
            line.resource.id
            for line in complete.company.lines
            if line.resource.account == scope.account and scope.region in ("", line.resource.region)
        }
        assert len(billed) > 5
        assert not {name for cloud, name in complete.estate.items if cloud == scope.account.cloud} & billed


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("check", ["idle_instance", "rightsize"])
def test_near_misses_are_as_calm_as_waste_but_for_one_thing(complete: BuiltEstate, cloud: str, check: str) -> None:
    """Median use is that of what is planted; the highest is far above it."""
    planted = [w.planted.resource for w in complete.found if w.planted.check == check]
    calm = [_cpu(complete, cloud, r.id) for r in planted if r.cloud == cloud]
    for words, share in (("every night", 4 / 24), ("on one day", 6 / 744)):
        (decoy,) = [
            _cpu(complete, cloud, d.resource.id)
            for d in complete.estate.decoys
            if (d.check, d.resource.cloud) == (check, cloud) and words in d.why
        ]
        assert np.nanmedian(decoy) <= max(np.nanmedian(one) for one in calm) * 1.5
        assert np.nanmax(decoy) > 60 > 2 * max(np.nanmax(one) for one in calm)
        busy = np.nanmean(decoy > 40)
        assert share * 0.7 < busy < share * 1.4


def _cpu(built: BuiltEstate, cloud: str, name: str) -> np.ndarray:
    """Maxima of the processor in percent."""
    factor = 100 if cloud == "gcp" else 1
    (values,) = [v for (m, s), v in built.metrics[cloud, name].items() if "cpu" in m.lower() and s == "Maximum"]
    return values * factor


@pytest.mark.parametrize("cloud", CLOUDS)
def test_one_size_down_fits_and_two_do_not(complete: BuiltEstate, cloud: str) -> None:
    found = [w.planted for w in complete.found if w.planted.check == "rightsize" and w.planted.resource.cloud == cloud]
    assert len(found) >= 2
    for planted in found:
        name = planted.resource.id
        assert 2 * np.nanmax(_cpu(complete, cloud, name)) < 70
        used = _memory(complete, cloud, name)
        assert 2 * np.nanmax(used) < 85
        assert 4 * np.nanmax(used) > 100


def _memory(built: BuiltEstate, cloud: str, name: str) -> np.ndarray:
    (found,) = [v for (m, s), v in built.metrics[cloud, name].items() if ("mem" in m.lower()) and s == "Maximum"]
    if cloud != "azure":
        return found
    size = built.estate.items[cloud, name].size * 4 * 2**30
    (least,) = [
        v for (m, s), v in built.metrics[cloud, name].items() if m == "Available Memory Bytes" and s == "Average"
    ]
    return np.asarray(100 - least / size * 100)
