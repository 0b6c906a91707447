"""The recommendation checks there are. To add one: write its module and name it here."""

from collections.abc import Mapping

from savings.check import Check
from savings.checks.aws.unattached_volume import UNATTACHED_VOLUME

CHECKS: Mapping[str, Check] = {check.name: check for check in (UNATTACHED_VOLUME,)}
