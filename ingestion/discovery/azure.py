"""Azure cost exports: the newest run per dataset and billing period, by manifest or by the export's folder layout.

Every run holds the whole period so far, so only the newest counts. The usual setting has two exports of one scope (the
running month daily, the last month once): where both hold a month, the later run wins. Two scopes are two sources. A
period is a calendar month, or a billing month that begins on another day; see `azure_spans`.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from core.errors import LocationError, SourceError
from ingestion.contracts import Delivery, FileRef, Location, Provider
from ingestion.discovery.azure_runs import Run, find_place, gather_run, read_run
from ingestion.discovery.azure_spans import YEARS
from ingestion.discovery.deliveries import Discovery, Problem, find_period, is_data_file, name_some
from ingestion.discovery.manifests import FileIndex, read_manifest
from ingestion.discovery.plain import discover_plain

_MANIFEST = re.compile(r"(?:^|/)_?manifest\.json$", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def has_manifest(files: Sequence[FileRef]) -> bool:
    """Whether a listing holds a manifest of an Azure export."""
    return any(_MANIFEST.search(file.name) for file in files)


def describes_export(location: Location, files: Sequence[FileRef]) -> bool:
    """Whether a manifest of the listing is one of an Azure export, and not of the tool that wrote FOCUS files.

    One that cannot be read is taken for it: what it would have stated is missed then, and reported.
    """
    for file in files:
        if _MANIFEST.search(file.name):
            try:
                manifest = read_manifest(location, file)
            except SourceError:
                return True
            if find_place(file.name) or {"blobs", "exportConfig", "runInfo"} & manifest.keys():
                return True
    return False


def discover_azure(source_name: str, provider: Provider, location: Location, files: Sequence[FileRef]) -> Discovery:
    """One delivery per dataset and billing period; see `Discovery` for what is left over.

    Without any manifest the folders show runs and periods; without folders the files are plain. Raises `SourceError`
    where exports overlap in a way that would count costs twice.
    """
    if not has_manifest(files) and not any(find_place(file.name) for file in files if is_data_file(file.name)):
        return discover_plain(source_name, provider, files)
    problems: list[Problem] = []
    notices: list[str] = []
    runs = _read_runs(location, files, problems, notices) if has_manifest(files) else _gather_runs(files, problems)
    chosen = _choose_runs(location, runs, problems, notices)
    known = {file.ref.name for run in runs for file in run.files}
    strays, lost = _judge_strays(files, known, runs, problems)
    ignored = tuple(f.name for f in files if not is_data_file(f.name) and not _MANIFEST.search(f.name))
    deliveries = tuple(_deliver(source_name, provider, run) for run in chosen)
    return Discovery(deliveries, tuple(problems + lost), tuple(notices + strays), ignored)


def _deliver(source_name: str, provider: Provider, run: Run) -> Delivery:
    return Delivery(
        source_name=source_name,
        provider=provider,
        dataset=run.dataset,
        billing_period=run.span.periods[0] if len(run.span.periods) == 1 else None,
        delivery_id=run.run_id,
        files=run.files,
        export_name=run.export,
        delivered_at=run.delivered_at,
        expected_rows=run.expected_rows,
    )


def _read_runs(location: Location, files: Sequence[FileRef], problems: list[Problem], notices: list[str]) -> list[Run]:
    """The run of each manifest that may be the newest: older time folders of an export's month are not even read."""
    newest: dict[tuple[str, str], str] = {}
    manifests = [file for file in files if _MANIFEST.search(file.name)]
    for file in manifests:
        place = find_place(file.name)
        if place:
            key = (place.export, place.dates)
            newest[key] = max(newest.get(key, ""), place.time)
    index = FileIndex(files)
    runs: list[Run] = []
    for file in manifests:
        place = find_place(file.name)
        if place and place.time < newest[(place.export, place.dates)]:
            continue
        try:
            run = read_run(location, file, index)
        except LocationError:
            raise
        except SourceError as error:
            problems.append(Problem(_name_period(file.name), str(error)))
            continue
        if run is None:
            notices.append(f"{file.name} is of an export that holds no costs and is left out")
        else:
            runs.append(run)
    return runs


def _gather_runs(files: Sequence[FileRef], problems: list[Problem]) -> list[Run]:
    """Runs by folder: a time or run folder is one, and so is each file with a GUID of its own beside others."""
    groups: dict[tuple[str, ...], list[FileRef]] = {}
    for file in files:
        place = find_place(file.name)
        if place and is_data_file(file.name):
            own = place.file if not place.run and _GUID.search(place.file) else ""
            groups.setdefault((place.export, place.dates, place.time, place.run, own), []).append(file)
    runs: list[Run] = []
    for refs in groups.values():
        place = find_place(refs[0].name)
        try:
            if place:
                runs.append(gather_run(place, refs))
        except SourceError as error:
            problems.append(Problem(None, str(error)))
    return runs


def _choose_runs(location: Location, runs: Iterable[Run], problems: list[Problem], notices: list[str]) -> list[Run]:
    """The newest whole run per dataset and period, ordered by period and dataset; no day of a dataset comes twice."""
    newest: dict[tuple[dt.date, str], Run] = {}
    several: list[Run] = []
    for run in sorted(runs, key=_age):
        if not run.span.is_whole:
            message = f"{run.label} covers {run.span}, not whole months: it is not loaded"
            problems.append(Problem(run.span.periods[0], message))
        elif len(run.span.periods) > 1:
            several.append(run)
        else:
            key = (run.span.first, run.dataset)
            before = newest.get(key)
            if before is not None:
                _refuse_doubles(location, before, run)
                notices.append(f"{before.label} is left out: {run.label} is newer")
            newest[key] = run
    chosen = _separate_runs(list(newest.values()), problems, notices)
    refused = [run for run in newest.values() if run not in chosen]
    for run in reversed(several):
        taken = [other for other in (*chosen, *refused) if _may_share_rows(run, other)]
        if taken:
            message = f"{run.label} covers {run.span}, of which {taken[0].label} has a part: not loaded"
            is_covered = run.span.is_covered(other.span for other in chosen if other.dataset == run.dataset)
            notices.append(message) if is_covered else problems.append(Problem(None, message))
        else:
            chosen.append(run)
    _refuse_mixture(location, chosen)
    return sorted(chosen, key=lambda run: (run.span.first, run.dataset))


def _separate_runs(runs: Sequence[Run], problems: list[Problem], notices: list[str]) -> list[Run]:
    """The runs that share no day with another one of their dataset.

    Calendar months beside billing months that begin on another day: a billing month whose every day the calendar months
    hold is left out. Otherwise neither is taken, as nothing shows which of them was loaded before.
    """
    months = [run for run in runs if run.span.first.day == 1]
    left_out = {
        run.label
        for run in runs
        if run not in months and run.span.is_covered(m.span for m in months if m.dataset == run.dataset)
    }
    notices += [f"{label} is left out: other runs cover its days by calendar months" for label in sorted(left_out)]
    kept = [run for run in runs if run.label not in left_out]
    chosen: list[Run] = []
    for run in kept:
        sharing = next(
            (o for o in kept if o is not run and o.dataset == run.dataset and o.span.overlaps(run.span)), None
        )
        if sharing is None:
            chosen.append(run)
        else:
            message = (
                f"{run.label} covers {run.span} and {sharing.label} {sharing.span}: some days are in both and would "
                "count twice, so neither is loaded; keep one of these exports or make each a source of its own"
            )
            problems.append(Problem(run.span.periods[0], message))
    return chosen


def _may_share_rows(run: Run, other: Run) -> bool:
    """Whether rows of a run of several months, which are distinguished by their own months, may meet another run's."""
    return run.dataset == other.dataset and (
        run.span.overlaps(other.span) or not set(run.span.periods).isdisjoint(other.span.periods)
    )


def _age(run: Run) -> tuple[str, dt.datetime]:
    """When a run was requested, in one spelling (``202605140610`` or an ISO time), then when its files came."""
    digits = re.sub(r"\D", "", run.submitted)
    return digits[:12], run.delivered_at or dt.datetime.min.replace(tzinfo=dt.UTC)


def _refuse_doubles(location: Location, one: Run, other: Run) -> None:
    """Two runs replace one another only within one export or one scope."""
    if one.export == other.export or (one.scope is not None and one.scope == other.scope):
        return
    raise SourceError(
        f"{location.uri} holds several exports of {one.span.periods[0]:%Y-%m} with the dataset {one.dataset} "
        f"({', '.join(sorted({one.export, other.export}))}): these may be the same costs, make each a source of its own"
    )


def _refuse_mixture(location: Location, runs: Sequence[Run]) -> None:
    """A FOCUS export holds the same charges as an actual or amortised one."""
    for focus in (run for run in runs if run.dataset == "cost"):
        for other in runs:
            if other.dataset != "cost" and other.span.overlaps(focus.span):
                raise SourceError(
                    f"{location.uri} holds a FOCUS export ({focus.export}) and a cost export ({other.export}) of "
                    f"{focus.span.periods[0]:%Y-%m}: both would count the same costs twice, so make the location one "
                    "of them"
                )


def _name_period(name: str) -> dt.date | None:
    """The billing period that a folder of the path names, or None; also where no bill can be of it."""
    period = find_period(name)
    return period if period and period.year in YEARS else None


def _judge_strays(
    files: Sequence[FileRef], known: set[str], runs: Sequence[Run], problems: Sequence[Problem]
) -> tuple[list[str], list[Problem]]:
    """Data files of no run: superseded where their month has one, else costs may be missing."""
    periods = {period for run in runs for period in run.span.periods} | {problem.billing_period for problem in problems}
    stale: list[str] = []
    lost: dict[dt.date | None, list[str]] = {}
    for file in files:
        if is_data_file(file.name) and file.name not in known:
            period = _name_period(file.name)
            if period is not None and period in periods:
                stale.append(file.name)
            else:
                lost.setdefault(period, []).append(file.name)
    notices = [f"{len(stale)} data files of older or unfinished runs are left out: {name_some(stale)}"] if stale else []
    return notices, [
        Problem(period, f"{len(names)} data files are not loaded, no manifest names them (yet): {name_some(names)}")
        for period, names in lost.items()
    ]
