"""Decoys beside a threshold: what looks like waste in all but one respect."""

from collections.abc import Callable, Mapping

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import Setting
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.usual import Loads
from simulator.opportunities.lines import Resource

#: Adds a resource that is used so and stands so.
Make = Callable[[Loads, Setting], Resource]
#: Why a resource of a setting must be left alone.
SETTINGS: Mapping[str, tuple[Setting, str]] = {
    "young": (Setting(days=1), "it is a day old: too little is known of it"),
    "protected": (Setting(is_protected=True), "a tag says that nobody may touch it"),
    "locked": (Setting(is_locked=True), "neither inventory nor metrics of its scope can be read"),
    "unmeasured": (Setting(is_measured=False), "there are no metrics of it"),
    "scaling": (Setting(owner="scaling"), "a scaling group made it and would make it again"),
    "kubernetes": (Setting(owner="kubernetes"), "a node pool of Kubernetes made it and would make it again"),
}
LISTED = ("young", "protected", "locked")
MEASURED = (*LISTED, "unmeasured")
MACHINES = (*MEASURED, "scaling", "kubernetes")


def mislead_by_setting(estate: Estate, check: str, make: Make, loads: Loads, names: tuple[str, ...]) -> list[Resource]:
    """A decoy for each of the settings, all used as wastefully as what is planted."""
    made = []
    for name in names:
        setting, why = SETTINGS[name]
        resource = make(loads, setting)
        estate.decoy(check, resource, why)
        made.append(resource)
    return made


def mislead_by_use(estate: Estate, check: str, make: Make, loads: Loads, busy: Mapping[str, float]) -> None:
    """Decoys that do as little as what is planted but at some hours: ``busy`` says how much of what they do then."""
    for shape, why in (
        ("night", "it is busy from one to five every night"),
        ("one_day", "it was busy on one day"),
    ):
        rare = {name: Load(loads[name].low, high, shape) for name, high in busy.items()}
        estate.decoy(check, make({**loads, **rare}, Setting()), why)
