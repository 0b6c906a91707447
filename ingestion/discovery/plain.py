"""Export files without a manifest: every data file for itself, its rows show the periods."""

import re
from collections.abc import Sequence

from ingestion.contracts import DeliveredFile, Delivery, FileRef, Provider
from ingestion.discovery.deliveries import Discovery, Problem, delivery_id_for, find_period, may_hold_rows

_AMORTISED = re.compile(r"amorti[sz]ed", re.IGNORECASE)
_REFRESH = re.compile(
    r"(?P<period>(?:.*/)?(?:billing_period=\d{4}-\d\d|\d{8}-\d{8}))/(?P<run>[^/]*[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})/",
    re.IGNORECASE,
)


def discover_plain(source_name: str, provider: Provider, files: Sequence[FileRef]) -> Discovery:
    """One undetermined delivery per data file: ``billing_period`` is None, the caller groups the files by their rows.

    The caller also works the identity of each group out anew, by `delivery_id_for` over the group's files. Where one
    period's folder holds several refreshes side by side, each with all costs of the period, none of them is taken.
    """
    repeated = _find_refreshes(files)
    problems = [
        Problem(
            find_period(folder),
            f"{folder} holds {len(runs)} refreshes of the same costs and no manifest tells which is the newest: "
            "make the location the export's root folder, with its manifests",
        )
        for folder, runs in repeated.items()
    ]
    deliveries = [
        Delivery(
            source_name=source_name,
            provider=provider,
            dataset=name_dataset(provider, file.name),
            billing_period=None,
            delivery_id=delivery_id_for([file]),
            files=(DeliveredFile(file),),
            delivered_at=file.modified_at,
        )
        for file in files
        if may_hold_rows(file.name) and not any(file.name.startswith(f"{folder}/") for folder in repeated)
    ]
    ignored = tuple(file.name for file in files if not may_hold_rows(file.name))
    return Discovery(tuple(deliveries), tuple(problems), ignored=ignored)


def _find_refreshes(files: Sequence[FileRef]) -> dict[str, set[str]]:
    """Folders of a period with more than one refresh folder (named by a GUID) right below them."""
    runs: dict[str, set[str]] = {}
    for file in files:
        match = _REFRESH.match(file.name)
        if match and may_hold_rows(file.name):
            runs.setdefault(match["period"], set()).add(match["run"])
    return {folder: found for folder, found in sorted(runs.items()) if len(found) > 1}


def name_dataset(provider: Provider, name: str) -> str:
    """The dataset that a path names: only Azure has two."""
    if provider != "azure":
        return "cost"
    return "amortised" if _AMORTISED.search(name) else "actual"
