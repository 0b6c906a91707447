"""Every kind plants what it says, beside decoys, and nothing is both."""

from collections import Counter

import pytest

from simulator.opportunities.kind import find_kinds
from tests.unit.simulator.opportunities.conftest import Built

#: A dedicated host alone costs as much as everything else that is planted on AWS; a company has one such credit.
_FEWER = {"aws.idle_host": 1, "aws.credit_expiring": 1, "aws.marketplace_renewal": 1, "aws.support_plan": 1}


@pytest.mark.parametrize("name", find_kinds())
def test_kind_has_waste_and_decoys(everything: Built, name: str) -> None:
    kind = find_kinds()[name]
    planted = {
        p.resource.id for p in everything.company.planted if (p.resource.cloud, p.check) == (kind.cloud, kind.check)
    }
    decoys = {
        d.resource.id for d in everything.company.decoys if (d.resource.cloud, d.check) == (kind.cloud, kind.check)
    }
    assert len(planted) >= _FEWER.get(name, 3)
    assert len(decoys) >= _FEWER.get(name, 3)


def test_nothing_is_waste_and_decoy_of_one_check(companies: list[Built]) -> None:
    for built in companies:
        waste = {(w.planted.check, w.planted.resource.cloud, w.planted.resource.id) for w in built.found}
        decoys = {(d.check, d.resource.cloud, d.resource.id) for d in built.company.decoys}
        assert not waste & decoys


def test_a_resource_has_a_name_of_its_own(companies: list[Built]) -> None:
    for built in companies:
        resources = {line.resource for line in built.company.lines}
        counts = Counter((resource.cloud, resource.id) for resource in resources)
        assert [key for key, count in counts.items() if count > 1] == []


def test_every_finding_is_on_the_bill(companies: list[Built]) -> None:
    for built in companies:
        billed = {(line.resource.cloud, line.resource.id) for line in built.company.lines}
        billed |= {(commitment.cloud, commitment.id) for commitment in built.company.commitments}
        resources = [w.planted.resource for w in built.found] + [d.resource for d in built.company.decoys]
        assert [r.id for r in resources if (r.cloud, r.id) not in billed] == []


def test_components_are_those_that_a_plan_knows(everything: Built) -> None:
    known = {"compute", "storage", "requests", "transfer", "licence", "address", "fee", "all"}
    assert {waste.planted.component for waste in everything.found} <= known


def test_companies_differ_and_some_kinds_are_left_out(companies: list[Built]) -> None:
    kinds = [frozenset((w.planted.resource.cloud, w.planted.check) for w in built.found) for built in companies]
    assert len(set(kinds)) == len(kinds)
    assert all(chosen < kinds[0] for chosen in kinds[1:])
    assert len({built.company.profile.name for built in companies}) == len(companies)
