"""The recommendation checks there are. To add one: write its module below `savings/checks/<cloud>/`."""

from collections.abc import Mapping

from core.registry import find_values
from savings.check import Check


def find_checks() -> dict[str, Check]:
    """Every check below `savings/checks`, by its name."""
    return find_values("savings.checks", Check)


CHECKS: Mapping[str, Check] = find_checks()
