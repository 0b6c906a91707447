"""Logs that are kept for ever, or for years, when nobody says for how long."""

from decimal import Decimal
from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import ORDINARY, Setting
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.makers.aws import AwsMaker
from simulator.opportunities.estate.makers.azure import AzureMaker
from simulator.opportunities.estate.near_misses import LISTED, SETTINGS
from simulator.opportunities.findings import share_of
from simulator.opportunities.lines import Resource

_CHECK = "log_retention"
#: What is usual, and what an honest checker may take for it.
_KEPT, _OTHERS = 90, (30, 60, 180)
#: Azure keeps a month without charge; a workspace here keeps two years.
_FREE, _YEARS = 31, 730


def _make(estate: Estate, cloud: str, gigabytes: int, keeps: bool, setting: Setting = ORDINARY) -> Resource:
    if cloud == "aws":
        return AwsMaker(estate).log(gigabytes, None if keeps else _KEPT, setting)
    return AzureMaker(estate).log(gigabytes if keeps else 0, _YEARS if keeps else 30, setting)


def _plant(cloud: str, estate: Estate) -> None:
    for gigabytes in (3000, 9000):
        resource = _make(estate, cloud, gigabytes, keeps=True)
        created = estate.items[cloud, resource.id].created
        billed = (estate.company.calendar.as_of - created).days + 1 if cloud == "aws" else _YEARS - _FREE
        free = 0 if cloud == "aws" else _FREE
        # what comes in is the same every day: of what is stored, each day has its equal share
        shares = {days: 1 - Decimal(max(0, days - free)) / billed for days in (_KEPT, *_OTHERS)}
        estate.waste(
            _CHECK, resource, "storage", share_of(resource, "storage", shares[_KEPT]), "90 days would do",
            lever="retention",
            alternatives={f"{days} days": share_of(resource, "storage", shares[days]) for days in _OTHERS},
        )  # fmt: skip


def _mislead(cloud: str, estate: Estate) -> None:
    for name in LISTED:
        setting, why = SETTINGS[name]
        estate.decoy(_CHECK, _make(estate, cloud, 2000, keeps=True, setting=setting), why)
    for _ in range(2):
        estate.decoy(_CHECK, _make(estate, cloud, 2500, keeps=False), "it says for how long: not long")
    small = _make(estate, cloud, 1, keeps=True)
    estate.tolerate(_CHECK, small, "a gigabyte is next to nothing")


AWS = EstateKind(_CHECK, "aws", "", partial(_plant, "aws"), partial(_mislead, "aws"))
AZURE = EstateKind(_CHECK, "azure", "", partial(_plant, "azure"), partial(_mislead, "azure"))
