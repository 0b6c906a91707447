"""Which tags keep a resource from being found."""

import pytest

from tests.savings_inventory import Estate
from tests.unit.savings.checks.test_unattached_volume import billed, judge, volume


@pytest.mark.parametrize(
    ("tags", "protected"),
    [
        ({" Keep ": "yes"}, ("keep",)),
        ({"KEEP": ""}, ("keep",)),
        ({"k\u200beep": "yes"}, ("keep",)),
        ({"keep": "true"}, (" Keep ",)),
        ({"Env": "Prod "}, ("env=prod",)),
        ({"keep": "no"}, ("keep=no",)),
    ],
)
def test_a_tag_that_looks_like_one_that_protects_does(tags: dict[str, str], protected: tuple[str, ...]) -> None:
    found = judge(billed(volume(Estate(protected_tags=protected), tags=tags)))
    assert not found.recommendations
    assert found.skipped[0].reason.startswith("protected by its tag ")


@pytest.mark.parametrize(
    ("tags", "protected"),
    [({"keep": " NO "}, ("keep",)), ({"env": "test"}, ("env=prod",)), ({"keeper": "yes"}, ("keep",))],
)
def test_another_tag_does_not(tags: dict[str, str], protected: tuple[str, ...]) -> None:
    assert judge(billed(volume(Estate(protected_tags=protected), tags=tags))).recommendations
