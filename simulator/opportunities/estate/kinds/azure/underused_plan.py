"""App Service plans of which half of the workers would do."""

from decimal import Decimal

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.makers.azure import AzureMaker
from simulator.opportunities.estate.near_misses import MEASURED, mislead_by_setting, mislead_by_use
from simulator.opportunities.estate.usual import Loads
from simulator.opportunities.findings import share_of
from simulator.opportunities.lines import Resource

_CHECK = "underused_plan"
_WORKERS = 4
_HALF: Loads = {"cpu": Load(7, 16), "memory": Load(27, 30, "flat"), "requests": Load(40, 220)}


def _plant(estate: Estate) -> None:
    for _ in range(2):
        resource = AzureMaker(estate).plan(_WORKERS, ["one", "two"], _HALF)
        estate.waste(
            _CHECK, resource, "compute", share_of(resource, "compute", Decimal("0.5")), "4 to 2 workers", lever="size",
            alternatives={"3 workers": share_of(resource, "compute", Decimal("0.25"))},
        )  # fmt: skip


def _mislead(estate: Estate) -> None:
    def make(loads: Loads, setting: Setting) -> Resource:
        return AzureMaker(estate).plan(_WORKERS, ["one"], loads, setting)

    mislead_by_setting(estate, _CHECK, make, _HALF, MEASURED)
    mislead_by_use(estate, _CHECK, make, _HALF, {"cpu": 86})
    estate.decoy(_CHECK, make({**_HALF, "memory": Load(78, 86, "flat")}, Setting()), "its memory is needed")
    estate.decoy(_CHECK, make({**_HALF, "cpu": Load(44, 66)}, Setting()), "half of its workers would be too few")


UNDERUSED_PLAN = EstateKind(_CHECK, "azure", "App Service plan,underused", _plant, _mislead)
