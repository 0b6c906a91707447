"""Runs of Azure cost exports: what one manifest, or one folder without a manifest, says that it holds."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import SourceError
from ingestion.contracts import DeliveredFile, FileRef, Location
from ingestion.discovery.azure_spans import Span, read_span, read_stated_span
from ingestion.discovery.deliveries import delivery_id_for, name_some
from ingestion.discovery.manifests import FileIndex, read_manifest
from ingestion.discovery.plain import name_dataset

#: ``exportConfig.type`` -> dataset; other types (price sheets, reservation details) hold no costs.
DATASETS = {"actualcost": "actual", "amortizedcost": "amortised", "focuscost": "cost"}

_LAYOUT = re.compile(
    r"^(?P<export>(?:.+/)?)(?P<range>\d{8}-\d{8})/(?:(?P<time>\d{12})/)?(?:(?P<run>[^/]+)/)?(?P<file>[^/]+)$",
    re.ASCII,
)
_COUNT = re.compile(r"\d{1,18}", re.ASCII)
#: What Azure's own names stay below; to look for a longer one could take for ever.
_LONGEST_NAME = 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Run:
    """One execution of one export: the dataset and days that it covers, when it was requested, and its files.

    ``scope`` is what the costs are of (a subscription, a billing account), None where nothing shows it.
    """

    label: str
    export: str
    scope: str | None
    dataset: str
    span: Span
    submitted: str
    run_id: str
    files: tuple[DeliveredFile, ...]
    expected_rows: int | None
    delivered_at: dt.datetime | None


@dataclass(frozen=True)
class Place:
    """Where a file lies in the layout of an export: export folder, date range, time and run folder."""

    export: str
    dates: str
    time: str
    run: str
    file: str


def find_place(name: str) -> Place | None:
    """The place that a path names, or None outside the layout of Azure exports."""
    match = _LAYOUT.match(name)
    if match is None:
        return None
    return Place(
        export=match["export"].rstrip("/"),
        dates=match["range"],
        time=match["time"] or "",
        run=match["run"] or "",
        file=match["file"],
    )


def read_run(location: Location, manifest_file: FileRef, index: FileIndex) -> Run | None:
    """The run that a manifest describes; None where it is of an export without costs. Raises `SourceError`."""
    manifest = read_manifest(location, manifest_file)
    config = _section(manifest, "exportConfig")
    info = _section(manifest, "runInfo")
    place = find_place(manifest_file.name)
    if config.get("type") is None:
        dataset = name_dataset("azure", manifest_file.name)
    elif str(config["type"]).lower() in DATASETS:
        dataset = DATASETS[str(config["type"]).lower()]
    else:
        return None
    name = manifest_file.name
    files, rows = _read_blobs(manifest, manifest_file, index)
    frame = _read_text(config, "timeFrame", name)
    span = read_stated_span(info, frame, name) or (read_span(place.dates, frame) if place else None)
    if span is None:
        raise SourceError(f"the manifest {name} names no dates and lies in no folder that does")
    resource = re.split(r"/providers/microsoft\.costmanagement/", _read_text(config, "resourceId", name), flags=re.I)[0]
    return Run(
        label=name,
        export=_read_text(config, "exportName", name) or (place.export if place else "") or name,
        scope=resource.casefold() or None,
        dataset=dataset,
        span=span,
        submitted=_read_text(info, "submittedTime", name) or (place.time if place else ""),
        run_id=str(info.get("runId") or "") or delivery_id_for([manifest_file, *(file.ref for file in files)]),
        files=files,
        expected_rows=rows,
        delivered_at=manifest_file.modified_at,
    )


def gather_run(place: Place, refs: Sequence[FileRef]) -> Run:
    """The run that a folder without a manifest holds."""
    folder = "/".join(part for part in (place.export, place.dates, place.time, place.run) if part)
    changed = [ref.modified_at for ref in refs if ref.modified_at]
    return Run(
        label=refs[0].name if len(refs) == 1 else folder,
        export=place.export,
        scope=None,
        dataset=name_dataset("azure", refs[0].name),
        span=read_span(place.dates),
        submitted=place.time,
        run_id=delivery_id_for(refs),
        files=tuple(DeliveredFile(ref) for ref in refs),
        expected_rows=None,
        delivered_at=max(changed) if changed else None,
    )


def _section(manifest: dict[str, Any], key: str) -> dict[str, Any]:
    value = manifest.get(key)
    return value if isinstance(value, dict) else {}


def _read_blobs(
    manifest: dict[str, Any], manifest_file: FileRef, index: FileIndex
) -> tuple[tuple[DeliveredFile, ...], int | None]:
    """The files with their promises, and the rows of all of them; checks what the manifest states about itself."""
    name = manifest_file.name
    blobs = manifest.get("blobs")
    blobs = [] if blobs is None and "blobs" in manifest else blobs
    if not isinstance(blobs, list) or not all(isinstance(blob, dict) for blob in blobs):
        raise SourceError(f"the manifest {name} has no list of blobs with a blobName each")
    keys = [_read_text(blob, "blobName", name) for blob in blobs]
    if not all(keys):
        raise SourceError(f"the manifest {name} has no list of blobs with a blobName each")
    count = _read_count(manifest, "blobCount", name)
    if count is not None and count != len(blobs):
        raise SourceError(f"the manifest {name} says blobCount {count} and lists {len(blobs)} blobs")
    found = {key: index.resolve(key, name) for key in keys}
    missing = [key for key, ref in found.items() if ref is None]
    if missing:
        raise SourceError(
            f"the manifest {name} lists {len(missing)} of {len(blobs)} data files that are not there: "
            f"{name_some(missing)}"
        )
    if len({ref.name for ref in found.values() if ref}) != len(blobs):
        raise SourceError(f"the manifest {name} lists a data file twice")
    files = tuple(
        DeliveredFile(ref, _read_count(blob, "byteCount", name), _read_count(blob, "dataRowCount", name))
        for key, blob in zip(keys, blobs, strict=True)
        if (ref := found[key]) is not None
    )
    sizes = [file.expected_bytes for file in files if file.expected_bytes is not None]
    total = _read_count(manifest, "byteCount", name)
    if files and total is not None and len(sizes) == len(files) and sum(sizes) != total:
        raise SourceError(f"the manifest {name} says byteCount {total} and its blobs add up to {sum(sizes)}")
    rows = [file.expected_rows for file in files if file.expected_rows is not None]
    summed = sum(rows) if len(rows) == len(files) else None
    stated = _read_count(manifest, "dataRowCount", name)
    if stated is not None and summed is not None and files and stated != summed:
        raise SourceError(f"the manifest {name} says dataRowCount {stated} and its blobs add up to {summed}")
    return files, summed if stated is None else stated


def _read_count(values: dict[str, Any], key: str, name: str) -> int | None:
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not _COUNT.fullmatch(str(value)):
        raise SourceError(f"the manifest {name} says {key} {ascii(value)[:60]}, which is not a count")
    return int(value)


def _read_text(values: dict[str, Any], key: str, name: str) -> str:
    """A text of a manifest, empty where it is not there; `SourceError` where no name or id is like that."""
    value = values.get(key)
    text = "" if value is None else str(value)
    if len(text) > _LONGEST_NAME or _CONTROL.search(text):
        raise SourceError(f"the manifest {name} has a {key} that cannot be one: {ascii(text)[:60]}")
    return text
