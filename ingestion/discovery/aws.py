"""AWS exports: Data Exports (CUR 2.0, FOCUS) and legacy Cost and Usage Reports, found by their manifests.

A manifest is written after all data files of its refresh, so the period-level manifest names exactly one complete
state. Data files that no manifest names are older refreshes or stale chunks; listing them would count costs twice.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.errors import LocationError, SourceError
from ingestion.contracts import DeliveredFile, Delivery, FileRef, Location, Provider
from ingestion.discovery.deliveries import Discovery, Problem, delivery_id_for, find_period, is_data_file, name_some
from ingestion.discovery.manifests import FileIndex, read_manifest

_MANIFEST = re.compile(r"(?:^|/)([^/]+)-manifest\.json$", re.IGNORECASE)
_METADATA = re.compile(r"^((?:.+/)?)metadata/billing_period=\d{4}-\d\d/(?:(.+)/)?[^/]+$", re.IGNORECASE)
#: S3 takes no longer key; a manifest may name the bucket before it.
LONGEST_KEY = 1_024 + len("s3://") + 63 + 1
#: Folders of a key: looking one up takes as many steps.
DEEPEST_KEY = 64
_LEGACY = re.compile(r"^((?:.+/)?)\d{8}-\d{8}/(?:(.+)/)?[^/]+$")


@dataclass(frozen=True)
class _Manifest:
    """A manifest by its place: the export that it belongs to and the refresh folder that it lies in, if any."""

    file: FileRef
    name: str
    export: str
    period: dt.date | None
    refresh: str


def has_manifest(files: Sequence[FileRef]) -> bool:
    """Whether a listing holds a manifest of an AWS export."""
    return any(_MANIFEST.search(file.name) for file in files)


def discover_aws(source_name: str, provider: Provider, location: Location, files: Sequence[FileRef]) -> Discovery:
    """One delivery per billing period, from the newest manifest of each; see `Discovery` for what is left over.

    Raises `SourceError` where two exports describe the same period: their costs would be counted twice.
    """
    index = FileIndex(files)
    deliveries: list[Delivery] = []
    problems: list[Problem] = []
    exports: dict[dt.date, set[str]] = {}
    named: set[str] = set()
    for place in _choose_manifests(files):
        period = place.period
        try:
            manifest = read_manifest(location, place.file)
            with _naming(place.file):
                period = period or _read_period(manifest)
                if period is None:
                    raise SourceError("names no billing period")
                delivery = _read_delivery(source_name, provider, place, period, manifest, index)
            named.update(file.ref.name for file in delivery.files)
            deliveries.append(delivery)
        except LocationError:
            raise
        except SourceError as error:
            problems.append(Problem(period, str(error)))
        if period is not None:
            exports.setdefault(period, set()).add(place.export)
    _refuse_doubles(location, exports)
    notices, strays = _judge_strays(files, named, set(exports))
    ignored = tuple(f.name for f in files if not is_data_file(f.name) and not _MANIFEST.search(f.name))
    deliveries.sort(key=lambda delivery: (delivery.billing_period or dt.date.min, delivery.delivery_id))
    return Discovery(tuple(deliveries), tuple(problems + strays), notices, ignored)


@contextmanager
def _naming(manifest: FileRef) -> Iterator[None]:
    """Whatever is wrong inside is reported of this manifest."""
    try:
        yield
    except SourceError as error:
        raise SourceError(f"the manifest {manifest.name} {error}") from error


def _choose_manifests(files: Sequence[FileRef]) -> list[_Manifest]:
    """The newest manifest per export and period: the one in the period's folder, which AWS overwrites.

    Copies in refresh folders count only where a period has no manifest of its own; their names sort by time.
    """
    chosen: dict[tuple[str, dt.date | None], _Manifest] = {}
    for file in sorted(files, key=lambda file: file.name):
        match = _MANIFEST.search(file.name)
        if match is None:
            continue
        place = _METADATA.match(file.name) or _LEGACY.match(file.name)
        if place is None:
            chosen[(file.name, None)] = _Manifest(file, match[1], file.name, find_period(file.name), "")
            continue
        export = place[1].rstrip("/")
        export = export if export.rpartition("/")[2] == match[1] else f"{export}/{match[1]}".lstrip("/")
        found = _Manifest(file, match[1], export, find_period(file.name), place[2] or "")
        key = (export, found.period)
        before = chosen.get(key)
        if before is None or not found.refresh or (before.refresh and _age(found) > _age(before)):
            chosen[key] = found
    return list(chosen.values())


def _age(manifest: _Manifest) -> tuple[dt.datetime, str]:
    return manifest.file.modified_at or dt.datetime.min.replace(tzinfo=dt.UTC), manifest.refresh


def _read_period(manifest: dict[str, Any]) -> dt.date | None:
    """The period that the content names, for a manifest that was copied out of its folder.

    Raises `SourceError` where it names one that no calendar has, or one that ends before it begins.
    """
    period = manifest.get("billingPeriod")
    if isinstance(period, dict) and period.get("start") is not None:
        start = _read_day(period["start"])
        end = _read_day(period["end"]) if period.get("end") is not None else None
        if end is not None and end <= start:
            raise SourceError(f"has a billing period that ends on {end} and begins on {start}")
        return start.replace(day=1)
    keys = manifest.get("dataFiles") or manifest.get("reportKeys") or []
    periods = {find_period(str(key)) for key in keys if isinstance(key, str)} if isinstance(keys, list) else set()
    return periods.pop() if len(periods) == 1 else None


def _read_day(moment: object) -> dt.date:
    """The day of ``20260501T000000.000Z`` or ``2026-05-01T00:00:00Z``."""
    text = str(moment)
    try:
        return dt.date.fromisoformat(text[:10] if "-" in text[:8] else text[:8])
    except ValueError as error:
        raise SourceError(f"has a billing period with {_show(moment)}, which is no day") from error


def _read_keys(manifest: dict[str, Any]) -> list[str]:
    """The data files that a manifest lists."""
    keys = manifest.get("dataFiles") if manifest.get("dataFiles") is not None else manifest.get("reportKeys")
    if not isinstance(keys, list):
        raise SourceError("has no list of data files (dataFiles or reportKeys)")
    strange = next((key for key in keys if not _is_key(key)), None)
    if strange is not None:
        raise SourceError(f"lists {_show(strange)} as a data file, which is no name of one")
    if len(set(keys)) != len(keys):
        raise SourceError("lists a data file twice")
    return keys


def _is_key(key: object) -> bool:
    return isinstance(key, str) and 0 < len(key) <= LONGEST_KEY and key.count("/") <= DEEPEST_KEY


def _show(value: object) -> str:
    """A value of a manifest for a message, no longer than one line."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}… ({len(text):,} characters)"


def _read_delivery(
    source_name: str,
    provider: Provider,
    place: _Manifest,
    period: dt.date,
    manifest: dict[str, Any],
    index: FileIndex,
) -> Delivery:
    keys = _read_keys(manifest)
    content = _read_period(manifest)
    if content is not None and content != period:
        raise SourceError(f"lies in the folder of {period:%Y-%m} and is of {content:%Y-%m}")
    found = {key: index.resolve(key, place.file.name) for key in keys}
    missing = [key for key, file in found.items() if file is None]
    if missing:
        raise SourceError(f"lists {len(missing)} of {len(keys)} data files that are not there: {name_some(missing)}")
    refs = [file for file in found.values() if file is not None]
    if len({ref.name for ref in refs}) != len(keys):
        raise SourceError("lists a data file twice")
    identity = manifest.get("executionId") or manifest.get("assemblyId")
    if identity and not isinstance(identity, str):
        raise SourceError(f"has {_show(identity)} for its id, which is no text")
    return Delivery(
        source_name=source_name,
        provider=provider,
        dataset="cost",
        billing_period=period,
        delivery_id=identity or delivery_id_for([place.file, *refs]),
        files=tuple(DeliveredFile(ref) for ref in refs),
        export_name=str(manifest.get("reportName") or place.name),
        delivered_at=place.file.modified_at,
    )


def _refuse_doubles(location: Location, exports: dict[dt.date, set[str]]) -> None:
    for period, names in sorted(exports.items()):
        if len(names) > 1:
            raise SourceError(
                f"{location.uri} holds {len(names)} exports of {period:%Y-%m} ({', '.join(sorted(names))}): "
                "loading them all would count the same costs again, so make the location one of them"
            )


def _judge_strays(
    files: Sequence[FileRef], named: set[str], periods: set[dt.date]
) -> tuple[tuple[str, ...], list[Problem]]:
    """Data files that no manifest names: superseded where their period has a manifest, else costs may be missing."""
    stale: list[str] = []
    lost: dict[dt.date | None, list[str]] = {}
    for file in files:
        if is_data_file(file.name) and file.name not in named:
            period = find_period(file.name)
            if period in periods:
                stale.append(file.name)
            else:
                lost.setdefault(period, []).append(file.name)
    notices = (f"{len(stale)} data files of older refreshes are left out: {name_some(stale)}",) if stale else ()
    problems = [
        Problem(period, f"{len(names)} data files are not loaded, no manifest names them: {name_some(names)}")
        for period, names in lost.items()
    ]
    return notices, problems
