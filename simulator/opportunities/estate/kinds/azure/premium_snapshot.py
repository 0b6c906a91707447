"""Snapshots on premium storage: standard storage keeps them as well."""

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.makers.azure import AzureMaker
from simulator.opportunities.estate.near_misses import SETTINGS
from simulator.opportunities.fleet.azure import replace_meter
from simulator.opportunities.lines import Resource
from simulator.opportunities.prices.azure import azure_meter

_CHECK = "premium_snapshot"


def _make(estate: Estate, setting: Setting, sku: str) -> Resource:
    """A snapshot of a disk that is in use."""
    maker = AzureMaker(estate)
    host = maker.machine(2, None, Setting(is_locked=setting.is_locked))
    disk = maker.disk(host, Setting(is_locked=setting.is_locked, beside=host))
    beside = Setting(0, setting.is_protected, is_locked=setting.is_locked, beside=host)
    return maker.snapshot(900, disk.id, beside, sku=sku)


def _plant(estate: Estate) -> None:
    for _ in range(2):
        resource = _make(estate, Setting(), "Premium_LRS")
        saving = replace_meter(resource, "storage", azure_meter("snapshot"))
        estate.waste(_CHECK, resource, "storage", saving, "to standard storage", lever="disk kind")


def _mislead(estate: Estate) -> None:
    for name in ("protected", "locked"):
        setting, why = SETTINGS[name]
        estate.decoy(_CHECK, _make(estate, setting, "Premium_LRS"), why)
    for sku in ("Standard_LRS", "Standard_ZRS"):
        estate.decoy(_CHECK, _make(estate, Setting(), sku), "it is on standard storage")


PREMIUM_SNAPSHOT = EstateKind(_CHECK, "azure", "Snapshot,old / premium", _plant, _mislead)
