"""Runs of Azure cost exports: what one manifest, or one folder without a manifest, says that it holds."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.sources.contracts import DeliveredFile, FileRef, Location, SourceError
from orchestration.sources.discovery.deliveries import delivery_id_for, name_some
from orchestration.sources.discovery.manifests import FileIndex, read_manifest
from orchestration.sources.discovery.plain import name_dataset

#: ``exportConfig.type`` -> dataset; other types (price sheets, reservation details) hold no costs.
DATASETS = {"actualcost": "actual", "amortizedcost": "amortised", "focuscost": "cost"}

_LAYOUT = re.compile(
    r"^(?P<export>(?:.+/)?)(?P<range>\d{8}-\d{8})/(?:(?P<time>\d{12})/)?(?:(?P<run>[^/]+)/)?(?P<file>[^/]+)$"
)
#: Time frames that always begin with a month and are the newest state of it, wherever their end lies.
_WHOLE_MONTHS = re.compile(r"^(month|billingmonth|thelast(billing)?month|thecurrentmonth)", re.IGNORECASE)


@dataclass(frozen=True)
class Run:
    """One execution of one export: the dataset and dates that it covers, when it was asked for, and its files.

    ``scope`` is what the costs are of (a subscription, a billing account), None where nothing tells it.
    """

    label: str
    export: str
    scope: str | None
    dataset: str
    first: dt.date
    last: dt.date
    time_frame: str
    submitted: str
    run_id: str
    files: tuple[DeliveredFile, ...]
    expected_rows: int | None
    delivered_at: dt.datetime | None

    @property
    def periods(self) -> list[dt.date]:
        """The months that the run touches."""
        months = range(self.first.year * 12 + self.first.month - 1, self.last.year * 12 + self.last.month)
        return [dt.date(month // 12, month % 12 + 1, 1) for month in months]

    @property
    def is_whole(self) -> bool:
        """Whether the run holds everything there is of its months, so that it may replace what was loaded of them."""
        if self.first.day != 1:
            return False
        return (self.last + dt.timedelta(days=1)).day == 1 or _WHOLE_MONTHS.match(self.time_frame) is not None


@dataclass(frozen=True)
class Place:
    """Where a file lies in the layout of an export: export folder, date range, time and run folder."""

    export: str
    dates: str
    time: str
    run: str
    file: str


def find_place(name: str) -> Place | None:
    """The place that a path tells, or None outside the layout of Azure exports."""
    match = _LAYOUT.match(name)
    if match is None:
        return None
    return Place(match["export"].rstrip("/"), match["range"], match["time"] or "", match["run"] or "", match["file"])


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
    files, rows = _read_blobs(manifest, manifest_file, index)
    first, last = _read_dates(info, place, manifest_file.name)
    resource = re.split(r"/providers/microsoft\.costmanagement/", str(config.get("resourceId") or ""), flags=re.I)[0]
    export = str(config.get("exportName") or (place.export if place else "") or manifest_file.name)
    return Run(
        label=manifest_file.name,
        export=export,
        scope=resource.casefold() or None,
        dataset=dataset,
        first=first,
        last=last,
        time_frame=str(config.get("timeFrame") or ""),
        submitted=str(info.get("submittedTime") or (place.time if place else "") or ""),
        run_id=str(info.get("runId") or "") or delivery_id_for([manifest_file, *(file.ref for file in files)]),
        files=files,
        expected_rows=rows,
        delivered_at=manifest_file.modified_at,
    )


def gather_run(place: Place, refs: Sequence[FileRef]) -> Run:
    """The run that a folder without a manifest holds."""
    first, last = _read_range(place.dates)
    folder = "/".join(part for part in (place.export, place.dates, place.time, place.run) if part)
    changed = [ref.modified_at for ref in refs if ref.modified_at]
    return Run(
        label=refs[0].name if len(refs) == 1 else folder,
        export=place.export,
        scope=None,
        dataset=name_dataset("azure", refs[0].name),
        first=first,
        last=last,
        time_frame="",
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
    """The files with their promises, and the rows of all of them; checks what the manifest says about itself."""
    name = manifest_file.name
    blobs = manifest.get("blobs") or []
    if not isinstance(blobs, list) or not all(isinstance(blob, dict) and blob.get("blobName") for blob in blobs):
        raise SourceError(f"the manifest {name} has no list of blobs with a blobName each")
    count = _number(manifest, "blobCount", name)
    if count is not None and count != len(blobs):
        raise SourceError(f"the manifest {name} says blobCount {count} and lists {len(blobs)} blobs")
    found = {str(blob["blobName"]): index.resolve(str(blob["blobName"]), name) for blob in blobs}
    missing = [key for key, ref in found.items() if ref is None]
    if missing:
        raise SourceError(
            f"the manifest {name} lists {len(missing)} of {len(blobs)} data files that are not there: "
            f"{name_some(missing)}"
        )
    if len({ref.name for ref in found.values() if ref}) != len(blobs):
        raise SourceError(f"the manifest {name} lists a data file twice")
    files = tuple(
        DeliveredFile(ref, _number(blob, "byteCount", name), _number(blob, "dataRowCount", name))
        for blob in blobs
        if (ref := found[str(blob["blobName"])]) is not None
    )
    sizes = [file.expected_bytes for file in files if file.expected_bytes is not None]
    total = _number(manifest, "byteCount", name)
    if files and total is not None and len(sizes) == len(files) and sum(sizes) != total:
        raise SourceError(f"the manifest {name} says byteCount {total} and its blobs add up to {sum(sizes)}")
    rows = [file.expected_rows for file in files if file.expected_rows is not None]
    summed = sum(rows) if len(rows) == len(files) else None
    stated = _number(manifest, "dataRowCount", name)
    if stated is not None and summed is not None and files and stated != summed:
        raise SourceError(f"the manifest {name} says dataRowCount {stated} and its blobs add up to {summed}")
    return files, summed if stated is None else stated


def _number(values: dict[str, Any], key: str, name: str) -> int | None:
    value = values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not str(value).isdigit():
        raise SourceError(f"the manifest {name} says {key} {value!r}, which is not a count")
    return int(value)


def _read_dates(info: dict[str, Any], place: Place | None, name: str) -> tuple[dt.date, dt.date]:
    """First and last day that a run covers, both inclusive; an end on the first of the next month is taken back."""
    if info.get("startDate") and info.get("endDate"):
        try:
            first, last = (dt.date.fromisoformat(str(info[key])[:10]) for key in ("startDate", "endDate"))
        except ValueError as error:
            raise SourceError(f"the manifest {name} has a date that is none: {error}") from error
        return first, last - dt.timedelta(days=1) if last.day == 1 and last > first else last
    if place is None:
        raise SourceError(f"the manifest {name} names no dates and lies in no folder that does")
    return _read_range(place.dates)


def _read_range(dates: str) -> tuple[dt.date, dt.date]:
    try:
        first, last = (dt.datetime.strptime(part, "%Y%m%d").date() for part in dates.split("-"))
    except ValueError as error:
        raise SourceError(f"the folder {dates} is not a range of dates") from error
    return first, last
