"""Findings and the truth of an estate, brought to one form so that `benchmarks.savings.judge` can compare them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.estate.kinds import CHECKS, PARTS
from benchmarks.estate.listed import last_part
from savings.findings import Recommendation

#: Why a decoy has to keep its size.
_MEMORY = "its memory is needed"


def translate(truth: Mapping[str, Any]) -> dict[str, Any]:
    """The truth of the inventory as though it were that of a bill, under our checks' names.

    A kind that no check looks for is left out; `list_unasked` says which.
    """
    waste: list[dict[str, Any]] = []
    tolerated = list(_rename(truth["inventory_tolerated"], slice(None)))
    for entry in truth["inventory_waste"]:
        waste += _rename([entry], slice(0, 1))
        tolerated += _rename([entry], slice(1, None))
    decoys = list(_rename(truth["inventory_decoys"], slice(None)))
    # the first check of a kind halves the memory too, the others keep it
    tolerated += _rename([one for one in truth["inventory_decoys"] if one["why"] == _MEMORY], slice(1, None))
    return {"company": truth["company"], "waste": waste, "decoys": decoys, "tolerated": tolerated}


def list_unasked(truth: Mapping[str, Any]) -> dict[str, int]:
    """How much was planted of the kinds that no check looks for."""
    counts: dict[str, int] = defaultdict(int)
    for entry in truth["inventory_waste"]:
        if (entry["cloud"], entry["check"]) not in CHECKS:
            counts[f"{entry['cloud']} {entry['check']}"] += 1
    return dict(counts)


def _rename(entries: Iterable[Mapping[str, Any]], which: slice) -> Iterable[dict[str, Any]]:
    for entry in entries:
        for check in CHECKS.get((entry["cloud"], entry["check"]), ())[which]:
            yield {**entry, "check": check}


def name_alike(folder: Path, found: Iterable[Recommendation]) -> list[Recommendation]:
    """The findings under the ids that the estate has; those of a whole's parts are one, with the sum of their money."""
    resources = json.loads((folder / "inventory.json").read_text(encoding="utf-8"))["resources"]
    ids = {(one["cloud"], last_part(one["resource_id"]).lower()): one["resource_id"] for one in resources}
    wholes = {
        (role, last_part(part).lower()): one["resource_id"]
        for one in resources
        for role in set(PARTS.values())
        for part in one["links"].get(role, ())
    }
    named: dict[tuple[str, str], Recommendation] = {}
    for one in found:
        short = last_part(one.resource_id).lower()
        name = wholes.get((PARTS.get(one.check_name, ""), short), ids.get((one.provider, short), one.resource_id))
        key = (one.check_name, name)
        if key in named:
            before = named[key]
            saving = (before.monthly_saving or Decimal(0)) + (one.monthly_saving or Decimal(0))
            one = replace(one, monthly_saving=saving, monthly_cost=before.monthly_cost + one.monthly_cost)
        named[key] = replace(one, resource_id=name)
    return list(named.values())
