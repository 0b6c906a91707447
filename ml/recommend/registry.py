"""The recommendation checks there are. To add one: write its module and name it here."""

from collections.abc import Mapping

from ml.recommend.check import Check
from ml.recommend.unattached_volume import UNATTACHED_VOLUME

CHECKS: Mapping[str, Check] = {check.name: check for check in (UNATTACHED_VOLUME,)}
