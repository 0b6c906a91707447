"""Random schedules on a warehouse that machines share: months are replaced, published and expired, by two at once, and
killed at any moment. After every step each month is what it was or what it would have become, in charges and marts
alike, and what was published is still what it was.
"""

import datetime as dt
import multiprocessing
import os
import random
import shutil
import signal
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from dashboards.shared_publications import publish_snapshot
from tests.integration.faults.campaign import KILLED, Tally
from tests.peers.lake_catalog import CatalogPeer
from tests.peers.moto_server import MotoServer
from warehouse.ducklake.engine import DuckLakeWarehouse
from warehouse.storage_settings import WarehouseSettings

SOURCES = ("aws", "o'neill")
MONTHS = ("2025-01-01", "2025-02-01", "2025-03-01")
Month = tuple[str, str]
#: A process opens the warehouse in half a second or so; on a busy machine much later.
HANGS_AFTER_SECONDS = 600
CHARGES = "intermediate.charges"
#: A mart that is a table and one that is a view; each is asked for every month.
MARTS = ("marts.monthly", "marts.listed")


@dataclass(frozen=True)
class Task:
    """What one machine does: replace a month by rows of one cost, publish, or remove what nobody needs."""

    kind: str
    month: Month = ("", "")
    cost: str = "0"
    rows: int = 0


class SharedCampaign:
    """Runs schedules one after the other on peers of its own; a context manager."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["tests.integration.faults.shared_campaign"])

    def __enter__(self) -> "SharedCampaign":
        self.moto = MotoServer().__enter__()
        self.peer = CatalogPeer(self.moto).__enter__()
        os.environ.update(self.peer.environment())
        return self

    def __exit__(self, *error: object) -> None:
        self.peer.__exit__(None, None, None)
        self.moto.__exit__(None, None, None)

    def run(self, number: int) -> Tally:
        """Schedule ``number`` of the campaign; the same seed and number, the same schedule."""
        schedule = SharedSchedule(self, number)
        schedule.run()
        return schedule.tally


class SharedSchedule:
    """One catalog and its random life."""

    def __init__(self, campaign: SharedCampaign, number: int) -> None:
        self.campaign = campaign
        self.number = number
        self.generator = random.Random(f"shared/{campaign.seed}/{number}")
        self.settings = campaign.peer.create_catalog()
        self.serving = campaign.folder / f"serving-{number}"
        self.tally = Tally()
        self.known: dict[Month, Decimal] = {(s, m): Decimal(0) for s in SOURCES for m in MONTHS}
        self.published: dict[int, dict[Month, Decimal]] = {}
        self.log: list[str] = []

    def run(self) -> None:
        """All steps; every mismatch goes into the tally with the schedule's story."""
        self.tally.counts["schedules"] += 1
        perform(self.settings, self.serving, Task("create"))
        for _ in range(self.generator.randrange(4, 8)):
            self._step()
        # what was killed is in nobody's way
        perform(self.settings, self.serving, Task("expire"))
        for month in self.known:
            perform(self.settings, self.serving, Task("replace", month, "1.000000000001", 20))
            self.known[month] = Decimal("20.000000000020")
        self._compare({month: {total} for month, total in self.known.items()})
        self.tally.counts["warehouses"] += 1
        shutil.rmtree(self.serving, ignore_errors=True)

    def _step(self) -> None:
        tasks = [self._draw() for _ in range(self.generator.choice([1, 2, 2]))]
        # without the grace, files go while somebody reads them: that it is there, nobody has to be lucky for
        if {"expire", "publish"} <= {task.kind for task in tasks}:
            tasks = [task for task in tasks if task.kind == "expire"]
        kill_after = self.generator.uniform(0, 1.2) if self.generator.random() < 0.6 else None
        opened = [self.campaign.context.Event() for _ in tasks]
        processes = [
            self.campaign.context.Process(target=perform, args=(self.settings, self.serving, task, event))
            for task, event in zip(tasks, opened, strict=True)
        ]
        for process in processes:
            process.start()
        victim: Any = processes[0]
        if kill_after is not None and opened[0].wait(HANGS_AFTER_SECONDS):
            victim.join(kill_after)
            if victim.is_alive():
                os.kill(victim.pid, signal.SIGKILL)
        allowed = {month: {total} for month, total in self.known.items()}
        for process, task in zip(processes, tasks, strict=True):
            process.join(HANGS_AFTER_SECONDS)
            self.tally.counts["runs"] += 1
            self.tally.counts["kills"] += process.exitcode in KILLED
            self.log.append(f"{task} ended with {process.exitcode}")
            self._must(process.exitcode == 0 or process.exitcode in KILLED, f"{task} ended with {process.exitcode}")
            if task.kind == "replace":
                done = {Decimal(task.cost) * task.rows}
                # of two that replace a month the last one counts, whichever that is
                is_only = process.exitcode == 0 and [t.month for t in tasks].count(task.month) == 1
                allowed[task.month] = done if is_only else allowed[task.month] | done
                self.tally.counts["restatements"] += 1
        self._compare(allowed)

    def _draw(self) -> Task:
        kind = self.generator.choice(["replace", "replace", "replace", "expire", "publish"])
        if kind != "replace":
            return Task(kind)
        month = self.generator.choice(sorted(self.known))
        cost = Decimal(self.generator.randrange(-(10**15), 10**15)).scaleb(-12)
        return Task(kind, month, f"{cost:f}", self.generator.randrange(1, 400))

    def _compare(self, allowed: dict[Month, set[Decimal]]) -> None:
        warehouse = DuckLakeWarehouse(self.settings)
        found = {name: read_months(warehouse, name) for name in (CHARGES, *MARTS)}
        for month, totals in allowed.items():
            shown = {name: months.get(month, Decimal(0)) for name, months in found.items()}
            self._must(len(set(shown.values())) == 1, f"{month}: charges and marts differ: {shown}")
            self._must(shown[CHARGES] in totals, f"{month} is {shown[CHARGES]}, may be {totals}")
            self.known[month] = shown[CHARGES]
            self.tally.counts["comparisons"] += 1
        pins = {pin.snapshot for pin in warehouse.list_pins()}
        for snapshot in sorted(pins):
            shown_then = read_months(warehouse, MARTS[1], snapshot)
            self._must(
                self.published.setdefault(snapshot, shown_then) == shown_then,
                f"publication {snapshot} shows {shown_then}, before {self.published[snapshot]}",
            )

    def _must(self, holds: bool, message: str) -> None:
        if not holds:
            story = "\n    ".join(self.log)
            self.tally.mismatches.append(f"shared schedule {self.number}: {message}\n    {story}")


def read_months(warehouse: DuckLakeWarehouse, name: str, snapshot: int | None = None) -> dict[Month, Decimal]:
    """The cost of each month as a relation states it; a month without rows is left out."""
    query = f"select source_name, cast(billing_period as varchar), cost from {name}"
    if name == CHARGES:
        query = f"select source_name, cast(billing_period as varchar), sum(cost) from {name} group by 1, 2"
    return {(source, period): cost for source, period, cost in warehouse.query_at(query, snapshot)[1]}


def perform(settings: WarehouseSettings, serving: Path, task: Task, opened: Any = None) -> None:
    """One machine's task, in a process that may be killed."""
    warehouse = DuckLakeWarehouse(settings)
    assert isinstance(warehouse.is_there, bool)
    if opened is not None:
        opened.set()
    if task.kind == "expire":
        warehouse.expire(0, grace=dt.timedelta(0))
    elif task.kind == "publish":
        publish_snapshot(warehouse, serving)
    else:
        with warehouse.connect() as connection:
            connection.begin()
            (_create if task.kind == "create" else _replace)(connection, task)
            connection.commit()


def _create(connection: Any, task: Task) -> None:
    for schema in ("intermediate", "marts"):
        connection.execute(f"create schema {schema}")
    connection.execute(f"create table {CHARGES} (source_name varchar, billing_period date, cost decimal(38, 12))")
    connection.execute(f"alter table {CHARGES} set partitioned by (source_name, billing_period)")
    months = "select source_name, billing_period, sum(cost) as cost from warehouse.intermediate.charges group by all"
    connection.execute(f"create table marts.monthly as {months}")
    connection.execute(f"create view marts.listed as {months}")


def _replace(connection: Any, task: Task) -> None:
    """As a model does it: the month goes and comes, and the mart is made anew, in one transaction."""
    source, period = task.month
    month = [source.replace("'", "''"), period]
    connection.execute("delete from {} where source_name = '{}' and billing_period = date '{}'".format(CHARGES, *month))
    connection.execute(
        f"insert into {CHARGES} select '{month[0]}', date '{month[1]}', {task.cost} from range({task.rows})"
    )
    connection.execute("create or replace table marts.monthly as from marts.listed")
