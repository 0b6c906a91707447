"""Reads what checks ask of clouds: every table of every scope, and what is measured of the resources.

Whatever could not be read to its end is left out and named: its scope has no row of that table.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any, TypeVar

from core.errors import CloudcostError
from savings.check import InventoryCheck, Scope
from savings.findings import Row
from savings.inventory.cells import CellError, read_cell
from savings.inventory.contract import (
    KEY_COLUMNS,
    CloudInventory,
    InventoryTable,
    Metric,
    ScopeReader,
    Series,
    Window,
)
from savings.inventory.registry import find_metrics, find_tables

T = TypeVar("T")
#: Clouds allow a few calls a second of each kind; more threads would wait for one another.
THREADS = 8
log = logging.getLogger(__name__)


class StoppedError(CloudcostError):
    """The run ends before everything was read."""


@dataclass
class Taken:
    """What was read: rows by table, series by metric, and why which scopes are not there, by table or metric.

    ``looked``: the clouds that were asked at all.
    """

    window: Window
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    series: dict[str, list[tuple[str, Series]]] = field(default_factory=dict)
    incomplete: dict[str, dict[Scope, str]] = field(default_factory=dict)
    looked: set[str] = field(default_factory=set)

    def list_gaps(self, names: Iterable[str]) -> dict[Scope, str]:
        """The scopes that are missing from any of these tables and metrics, with the first reason."""
        gaps: dict[Scope, str] = {}
        for name in names:
            for scope, reason in self.incomplete.get(name, {}).items():
                gaps.setdefault(scope, f"{name}: {reason}")
        return gaps


def take_inventory(clouds: Iterable[CloudInventory], checks: Iterable[InventoryCheck], window: Window) -> Taken:
    """Read what these checks need of these clouds. Nothing is raised for what cannot be read: it is incomplete."""
    by_name = {one.cloud: one for one in clouds}
    checks = list(checks)
    # what is measured may be of another table than those that a check asks for
    metrics = [find_metrics()[name] for name in sorted({name for check in checks for name in check.metrics})]
    wanted = {name for check in checks for name in check.tables} | {metric.table for metric in metrics}
    tables = [find_tables()[name] for name in sorted(wanted)]
    taken = Taken(window, looked=set(by_name))
    stop = Event()
    with ThreadPoolExecutor(THREADS) as pool, _stopping(stop):
        for table in tables:
            taken.rows[table.name] = []
        jobs = [
            (table, cloud, account, region)
            for table in tables
            if (cloud := by_name.get(table.cloud)) is not None
            for account, region in dict.fromkeys(cloud.list_scopes(table))
        ]
        for (table, _, _, _), (rows, gaps) in zip(
            jobs, pool.map(lambda job: _read_table(stop, *job), jobs), strict=True
        ):
            taken.rows[table.name] += rows
            taken.incomplete.setdefault(table.name, {}).update(gaps)
        measured: list[tuple[Metric, CloudInventory, str, str, list[dict[str, Any]]]] = [
            (metric, by_name[metric.cloud], account, region, rows)
            for metric in metrics
            if metric.cloud in by_name
            for (account, region), rows in _group(taken.rows[metric.table], by_name[metric.cloud], metric).items()
        ]
        for metric in metrics:
            taken.series[metric.name] = []
        answers = pool.map(lambda job: _read_metric(stop, window, *job), measured)
        for (metric, _, account, _, _), (series, gaps) in zip(measured, answers, strict=True):
            taken.series[metric.name] += [(account, one) for one in series]
            taken.incomplete.setdefault(metric.name, {}).update(gaps)
    return taken


@contextmanager
def _stopping(stop: Event) -> Iterator[None]:
    """Where this is left by an exception, a Ctrl-C too, threads read no further: the process waits for each of them."""
    try:
        yield
    except BaseException:
        stop.set()
        raise


def _until(stop: Event, found: Iterable[T]) -> Iterator[T]:
    for one in found:
        if stop.is_set():
            raise StoppedError("the run was stopped")
        yield one


def _group(
    rows: Sequence[Row], cloud: CloudInventory, metric: Metric
) -> Mapping[tuple[str, str], list[dict[str, Any]]]:
    """The rows by the scopes that the cloud is opened by."""
    scopes = set(cloud.list_scopes(find_tables()[metric.table]))
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        scope = (row["account_id"], row["region"])
        grouped.setdefault(scope if scope in scopes else (row["account_id"], ""), []).append(dict(row))
    return grouped


def _read_table(
    stop: Event, table: InventoryTable, cloud: CloudInventory, account_id: str, region: str
) -> tuple[list[dict[str, Any]], dict[Scope, str]]:
    columns = {**dict.fromkeys(KEY_COLUMNS, "varchar"), **table.columns}

    def read(scope: ScopeReader) -> list[dict[str, Any]]:
        # a list that changes while it is read repeats on the next page what moved there, which is newer
        rows: dict[tuple[str, ...], dict[str, Any]] = {}
        for row in _until(stop, table.read(scope)):
            cells = {name: _read_cell(row, name, kind) for name, kind in columns.items()}
            rows[tuple(cells[name] for name in KEY_COLUMNS)] = cells
        return list(rows.values())

    return _read_whole(cloud, account_id, region, read, lambda row: str(row["region"]))


def _read_cell(row: Row, name: str, kind: str) -> Any:
    try:
        value = read_cell(row.get(name), kind)
    except CellError as error:
        raise CellError(f"{row.get('resource_id')!r}: {name}: {error}") from None
    if value is None and name in ("account_id", "resource_id"):
        raise CellError(f"a resource without {name}")
    return "" if value is None and name == "region" else value


def _read_metric(
    stop: Event,
    window: Window,
    metric: Metric,
    cloud: CloudInventory,
    account_id: str,
    region: str,
    rows: Sequence[dict[str, Any]],
) -> tuple[list[Series], dict[Scope, str]]:
    def read(scope: ScopeReader) -> list[Series]:
        return [_check_samples(one, window) for one in _until(stop, metric.read(scope, rows, window))]

    return _read_whole(cloud, account_id, region, read, lambda one: one.region)


def _check_samples(series: Series, window: Window) -> Series:
    """The samples of the window in order of time; what is no number is a defect of the answer."""
    kept: dict[dt.datetime, float] = {}
    for at, value in series.samples:
        number = read_cell(value, "double")
        if number is None:
            raise CellError(f"{series.resource_id!r}: a sample of {at} without a value")
        if window.start <= at < window.end:
            kept[at] = number
    return Series(series.region, series.resource_id, sorted(kept.items()))


def _read_whole(
    cloud: CloudInventory,
    account_id: str,
    region: str,
    read: Callable[[ScopeReader], list[T]],
    find_region: Callable[[T], str],
) -> tuple[list[T], dict[Scope, str]]:
    """What ``read`` gives of a scope without the regions that are incomplete, and those with their reasons."""
    try:
        scope = cloud.open(account_id, region)
        found = read(scope)
    except Exception as error:  # one scope's failure, even a defect of ours, must not keep the others back
        return [], {(cloud.cloud, account_id, region): _explain(cloud, error)}
    if "" in scope.incomplete:
        return [], {(cloud.cloud, account_id, ""): scope.incomplete[""]}
    gaps: dict[Scope, str] = {(cloud.cloud, account_id, name): reason for name, reason in scope.incomplete.items()}
    return [one for one in found if find_region(one) not in scope.incomplete], gaps


def _explain(cloud: CloudInventory, error: Exception) -> str:
    if isinstance(error, StoppedError):
        return str(error)
    if isinstance(error, CellError):
        return f"its answer cannot be read: {error}"
    sentence = cloud.explain(error)
    if sentence is None:
        log.exception("reading the inventory failed")
        return f"reading it failed: {type(error).__name__}"
    return sentence
