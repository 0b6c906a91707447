"""One incident at the level that explains it: found at every level, reported once, opposite moves distinguished.

A service's incident that one usage type explains is reported of that usage type; usage types that moved without their
service (because another moved the other way) are reported of themselves. The same move of three or more services of an
account, or of one service in three or more accounts, is one incident of the account or of the service. A coarser
level's own incident is reported only where its children explain less than half of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ml.anomaly.incidents import Incident
from ml.anomaly.panel import SCOPE, LevelPanel
from ml.series import make_unique_id, quote_part

EXPLAINS, COVERS = 0.8, 0.5
TOGETHER, START_SLACK = 3, 1
COVERAGE_SHARE = 0.7
BASELINE_DAYS = 28
ACCOUNT = ("billing_currency", "service_provider_name", "sub_account_id")
SERVICE = ("billing_currency", "service_provider_name", "service_name")


@dataclass(frozen=True)
class Finding:
    """An incident with its scope: `level`, the key record of a panel (or of a group), and the `anchor` its id is of."""

    level: str
    key: Mapping[str, str]
    incident: Incident
    anchor: str

    @property
    def sign(self) -> int:
        """+1 for more cost than expected, -1 for less."""
        return 1 if self.incident.impact > 0 else -1


def merge_levels(panels: Mapping[str, LevelPanel], incidents: Mapping[str, Sequence[Incident]]) -> list[Finding]:
    """The findings out of each level's incidents, ordered by scope and start."""
    found = {level: _name_findings(panels[level], incidents[level]) for level in panels}
    single = _merge_service(found["usage_type"], found["account_service"], panels["usage_type"])
    reported = _group_alike(single, SERVICE, "service")
    reported = _group_alike(reported, ACCOUNT, "account")
    # what is reported of a service over all accounts explains each of them too: so by its parts, not by the group
    for level, parent in (("account", ACCOUNT), ("provider", ACCOUNT[:2])):
        coarse = [one for one in found[level] if not _is_covered(one, single, parent)]
        single, reported = single + coarse, reported + coarse
    return sorted(reported, key=lambda one: (one.anchor, one.incident.start, -one.sign))


def _name_findings(panel: LevelPanel, incidents: Sequence[Incident]) -> list[Finding]:
    """The incidents of a level with their keys; what commitments explain is renamed or left out."""
    keys = panel.keys.to_dict("records")
    findings = []
    for one in incidents:
        gain = _measure_discount_gain(panel, one)
        if one.impact < 0 and gain >= COVERAGE_SHARE * -one.impact:
            continue  # a commitment began: cheaper as intended
        if one.impact > 0 and -gain >= COVERAGE_SHARE * one.impact:
            one = replace(one, kind="coverage_loss")
        key = keys[one.row]
        findings.append(Finding(panel.level, key, one, key["unique_id"]))
    return findings


def _measure_discount_gain(panel: LevelPanel, one: Incident) -> float:
    """How much more the commitments took off on the incident's days than usual before it."""
    if panel.discounts is None:
        return 0.0
    days = panel.discounts[one.row, one.start : one.end + 1]
    before = panel.discounts[one.row, max(0, one.start - BASELINE_DAYS) : one.start]
    return float(days.sum() - len(days) * np.median(before)) if len(before) else 0.0


def _merge_service(fine: Sequence[Finding], coarse: Sequence[Finding], panel: LevelPanel) -> list[Finding]:
    """Findings per service of an account, at the usage type where one explains it."""
    names = [name for name in ("billing_currency", *SCOPE[:3])]
    by_service: dict[tuple[str, ...], list[Finding]] = {}
    for one in fine:
        by_service.setdefault(tuple(one.key[name] for name in names), []).append(one)
    reported: list[Finding] = []
    used: set[int] = set()
    for whole in coarse:
        parts = by_service.get(tuple(whole.key[name] for name in names), [])
        alike = [one for one in parts if one.sign == whole.sign and _overlap(one.incident, whole.incident)]
        used |= {id(one) for one in alike}
        reported.append(_choose_part(whole, alike, panel))
    anchors = {tuple(one.key[name] for name in names): one.anchor for one in coarse}
    for service, parts in by_service.items():
        for one in parts:
            if id(one) not in used:
                anchor = anchors.get(service) or make_unique_id("account_service", *service)
                parts_of_it = (quote_part(one.key[name]) for name in ("region_id", "x_usage_type"))
                reported.append(replace(_name_new(one, panel), anchor="|".join([anchor, *parts_of_it])))
    return reported


def _choose_part(whole: Finding, alike: Sequence[Finding], panel: LevelPanel) -> Finding:
    """The one usage type that explains a service's incident, under the service's id; else the service itself."""
    for one in sorted(alike, key=lambda part: -abs(part.incident.impact)):
        if abs(one.incident.impact) >= EXPLAINS * abs(whole.incident.impact):
            if whole.incident.kind in ("new_service", "service_stopped"):
                break  # the service itself is the news
            return replace(_name_new(one, panel), anchor=whole.anchor)
    return whole


def _name_new(one: Finding, panel: LevelPanel) -> Finding:
    """What is new about a usage type that did not exist: its region, if the service was never there, or itself."""
    if one.incident.kind != "new_service":
        return one
    keys = panel.keys
    same = np.ones(len(keys), dtype=bool)
    for name in ("billing_currency", *SCOPE[:3]):
        same &= (keys[name] == one.key[name]).to_numpy()
    before = np.nan_to_num(panel.costs[same, : one.incident.start]) != 0
    if not before.any():
        return one
    in_region = (keys["region_id"][same] == one.key["region_id"]).to_numpy()
    kind = "new_usage_type" if before[in_region].any() else "new_region"
    return replace(one, incident=replace(one.incident, kind=kind))  # type: ignore[arg-type]


def _group_alike(reported: list[Finding], scope: tuple[str, ...], level: str) -> list[Finding]:
    """Join TOGETHER or more findings of one scope and sign that began together, if none of them is most of it."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    rest: list[Finding] = []
    for one in sorted(reported, key=lambda each: each.incident.start):
        if one.level not in ("usage_type", "account_service") or one.incident.is_excused:
            rest.append(one)
            continue
        name = (*(one.key[column] for column in scope), one.sign)
        near = groups.setdefault(name, [])
        if near and one.incident.start - near[0].incident.start > START_SLACK:
            rest += _close_group(near, scope, level)
            near.clear()
        near.append(one)
    for near in groups.values():
        rest += _close_group(near, scope, level)
    return rest


def _close_group(near: list[Finding], scope: tuple[str, ...], level: str) -> list[Finding]:
    size = [abs(one.incident.impact) for one in near]
    varied = {(one.key["sub_account_id"], one.key["service_name"]) for one in near}
    if len(varied) < TOGETHER or max(size) > 0.6 * sum(size):
        return list(near)
    first = near[0].key
    key = {name: (first[name] if name in (*scope, "service_provider_name") else "") for name in SCOPE}
    key |= {"billing_currency": first["billing_currency"], "scope_level": level}
    key["sub_account_name"] = first["sub_account_name"] if "sub_account_id" in scope else ""
    key["unique_id"] = make_unique_id(level, *(first[name] for name in scope))
    parts = [one.incident for one in near]
    whole = Incident(
        row=-1,
        start=min(one.start for one in parts),
        end=max(one.end for one in parts),
        kind=max(near, key=lambda one: abs(one.incident.impact)).incident.kind,
        actual=sum(one.actual for one in parts),
        expected=sum(one.expected for one in parts),
        lower=sum(one.lower for one in parts),
        upper=sum(one.upper for one in parts),
        score=max(one.score for one in parts),
    )
    return [Finding(level, key, whole, key["unique_id"])]


def _is_covered(whole: Finding, reported: Sequence[Finding], scope: tuple[str, ...]) -> bool:
    """Whether findings inside explain at least half of it, or all that is odd about it is excused."""
    if whole.incident.is_excused:
        return True
    inside = [
        one
        for one in reported
        if one.sign == whole.sign
        and all(one.key[name] == whole.key[name] for name in scope)
        and _overlap(one.incident, whole.incident)
    ]
    return sum(abs(one.incident.impact) for one in inside) >= COVERS * abs(whole.incident.impact)


def _overlap(one: Incident, two: Incident) -> bool:
    return one.start <= two.end + START_SLACK and two.start <= one.end + START_SLACK
