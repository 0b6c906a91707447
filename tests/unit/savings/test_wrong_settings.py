"""Names that no check has and figures that cannot be meant are said."""

from typing import Any

import pytest

from savings.registry import CHECKS
from savings.settings import SavingsSettings
from savings.wrong_settings import find_wrong


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"disabled_checks": ["gp2_to_gp"]}, "there is no check 'gp2_to_gp' (did you mean gp2_to_gp3?)"),
        ({"parameters": {"gp2_to_gp": {"price_ratio": 1}}}, "savings.parameters.gp2_to_gp: there is no check"),
        ({"parameters": {"gp2_to_gp3": {"price_ration": 1}}}, "no such figure (did you mean price_ratio?)"),
        ({"parameters": {"gp2_to_gp3": {"price_ratio": "nan"}}}, "gp2_to_gp3.price_ratio: 'nan' is no number"),
        ({"parameters": {"gp2_to_gp3": {"price_ratio": "1e400"}}}, "larger than any figure"),
        ({"parameters": {"gp2_to_gp3": {"price_ratio": "a lot"}}}, "'a lot' is no number"),
        ({"parameters": {"gp2_to_gp3": {"price_ratio": -5}}}, "'-5' is less than nothing"),
        ({"parameters": {"gp2_to_gp3": {"price_ratio": 10**40}}}, "larger than any figure"),
        ({"parameters": {"ha_nonprod": {"environments": 5}}}, "ha_nonprod.environments: '5' is no text"),
        ({"parameters": {"unattached_volume": {"days": 5}}}, "unattached_volume.days: the check has no such figure"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(given: dict[str, Any], sentence: str) -> None:
    (found,) = find_wrong(SavingsSettings.model_validate(given), CHECKS)
    assert sentence in found.reason


def test_what_can_be_meant_is_not() -> None:
    """A number may be written as text."""
    given: dict[str, Any] = {
        "disabled_checks": ["gp2_to_gp3"],
        "parameters": {"gp2_to_gp3": {"price_ratio": "0.9"}, "coverable_on_demand": {"upfront": 0}},
    }
    assert find_wrong(SavingsSettings.model_validate(given), CHECKS) == []
    assert find_wrong(SavingsSettings.model_validate({}), CHECKS) == []
