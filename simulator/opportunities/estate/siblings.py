"""Checks that look at the same resources: what one must leave alone, another must not take up."""

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.near_misses import SETTINGS

#: Checks of which a decoy of one may look like waste to another.
_SIBLINGS = (
    ("idle_instance", "rightsize", "schedule"),
    ("idle_db", "rds_rightsize", "rightsize_db", "sql_overprovisioned"),
    ("idle_cache", "rightsize_cache"),
    ("empty_plan", "underused_plan"),
    ("idle_detached", "idle_blank"),
    ("stopped_not_deallocated", "idle_instance", "stopped_long"),
)
#: What holds for every check alike: settings, and that a commitment goes on being paid.
_FOR_ALL = (*(why for _, why in SETTINGS.values()), "commitment", "would make it again")


def name_for_siblings(estate: Estate) -> None:
    """Make decoys of one check decoys of its siblings where the reason holds for them, and else either."""
    named = {(p.check, p.resource) for p in estate.planted}
    named |= {(d.check, d.resource) for d in estate.decoys + estate.tolerated}
    for decoy in list(estate.decoys):
        for checks in _SIBLINGS:
            for check in checks if decoy.check in checks else ():
                if (check, decoy.resource) in named:
                    continue
                named.add((check, decoy.resource))
                if any(words in decoy.why for words in _FOR_ALL):
                    estate.decoy(check, decoy.resource, decoy.why)
                else:
                    estate.tolerate(check, decoy.resource, f"it is a near miss of {decoy.check}")
