"""Random schedules of deliveries, faults and kills; after every step the totals must be the generator's truth exactly.

A schedule is one installation: a state backend, one to three clouds, and some steps. A step delivers something (well
or badly), then ingests: undisturbed, over a bad network, killed at a checkpoint or at any moment, or twice at once.
After a run that came to its end, what is current is exactly what the oracle says; after one that did not, each month is
either as before or as it would have become. At the end everything is mended and one quiet run must make all right.
"""

import multiprocessing
import os
import random
import shutil
import signal
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from state import StateStore, open_state_store
from state.dynamodb import DynamoDbStateStore, create_table
from tests.integration.faults.child import Job, ingest_once
from tests.integration.faults.clouds import CLOUDS, Cloud, Outcome, possible_faults
from tests.integration.faults.editions import Edition, Key, load_editions
from tests.integration.faults.lake_check import LakeCheck, read_answer, read_warehouse
from tests.integration.faults.shelves import BucketShelf, FolderShelf
from tests.peers.faulty_proxy import DYNAMODB_FAULTS, S3_FAULTS, FaultyProxy
from tests.peers.moto_server import MotoServer, make_client

BACKENDS = ("sqlite", "dynamodb")
CHECKPOINTS = ("scanned", "judged", "landed", "promoted")
#: Every so many schedules, the whole warehouse is built from the lake and compared too.
WAREHOUSE_EVERY = 25
#: How a process ends that was killed: by a signal, or by itself at a checkpoint.
KILLED = (-signal.SIGKILL, 137)
#: A run takes a second or two; on a machine that is busy with other things much longer.
HANGS_AFTER_SECONDS = 600
#: How many companies are simulated; schedules share them.
COMPANIES = 4


@dataclass
class Tally:
    """What a campaign did and what it found."""

    counts: Counter[str] = field(default_factory=Counter)
    mismatches: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add up two."""
        self.counts += other.counts
        self.mismatches += other.mismatches


class Campaign:
    """Runs schedules one after the other on peers of its own; a context manager."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.integration.faults.child"])

    def __enter__(self) -> "Campaign":
        self.server = MotoServer().__enter__()
        self.s3 = FaultyProxy(self.server.url).__enter__()
        self.dynamodb = FaultyProxy(self.server.url).__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        for peer in (self.s3, self.dynamodb, self.server):
            peer.__exit__(None, None, None)

    def run(self, number: int) -> Tally:
        """Schedule ``number`` of the campaign; the same seed and number, the same schedule."""
        schedule = Schedule(self, number)
        try:
            schedule.run()
        finally:
            schedule.close()
        return schedule.tally


class Schedule:
    """One installation and its random life."""

    def __init__(self, campaign: Campaign, number: int) -> None:
        self.campaign = campaign
        self.number = number
        self.generator = random.Random(f"{campaign.seed}/{number}")
        self.home = campaign.folder / f"schedule-{number}"
        self.home.mkdir(parents=True)
        self.tally = Tally()
        self.backend = BACKENDS[number % len(BACKENDS)]
        self.table = f"schedule-{uuid4().hex}"
        self.store = self._open_store()
        self.check = LakeCheck(self.home)
        self.editions = load_editions(campaign.folder, 1 + number % COMPANIES)
        names = self.generator.sample(sorted(CLOUDS), self.generator.choice([1, 1, 1, 2, 2, 3]))
        self.clouds: dict[str, Cloud] = {name: self._open_cloud(name) for name in names}
        self.keys = {name: self._choose_keys(name) for name in names}
        self.current: dict[Key, Outcome | None] = {key: None for keys in self.keys.values() for key in keys}
        self.last: dict[Key, Edition] = {}
        self.log: list[str] = []

    def run(self) -> None:
        """All steps, then the mending; every mismatch goes into the tally with the schedule's story."""
        self.tally.counts["schedules"] += 1
        for _ in range(self.generator.randrange(3, 6)):
            name = self.generator.choice(sorted(self.clouds))
            self._deliver(name)
            self._ingest(name, disturbed=self.generator.random() < 0.75)
        for name in self.clouds:
            self._mend(name)
            self._ingest(name, disturbed=False)
        for name in self.clouds:
            for key in self.keys[name]:
                if key in self.last:
                    self._must(self.current[key] is not None, f"{key.text} was delivered and is not there at the end")
        for fault in self.check.find_changed():
            self._must(False, fault)
        if self.number % WAREHOUSE_EVERY == WAREHOUSE_EVERY // 2:
            self._compare_warehouse()

    def close(self) -> None:
        """Remove the installation, unless it shows a mismatch."""
        if self.backend == "dynamodb":
            self.campaign.server.client("dynamodb").delete_table(TableName=self.table)
        if not self.tally.mismatches:
            shutil.rmtree(self.home)

    def _open_store(self) -> StateStore:
        if self.backend != "dynamodb":
            return open_state_store(self.backend, self.home, "")
        create_table(self.table, self.campaign.server.client("dynamodb"))
        return DynamoDbStateStore(self.table, self.campaign.server.client("dynamodb"))

    def _open_cloud(self, name: str) -> Cloud:
        if name == "aws" or self.generator.random() < 0.2:  # any export may have been copied to S3
            client = make_client("s3", self.campaign.server.url)
            return CLOUDS[name](BucketShelf(client, f"exports-{uuid4().hex}"), self.generator)
        return CLOUDS[name](FolderShelf(self.home / "exports" / name), self.generator)

    def _choose_keys(self, name: str) -> list[Key]:
        keys = sorted(key for key in self.editions if key.source == name)
        return sorted(self.generator.sample(keys, self.generator.randrange(1, min(len(keys), 3) + 1)))

    def _deliver(self, name: str) -> None:
        """A month or several: new, restated, delivered again, or an older edition that comes back; well or badly."""
        cloud = self.clouds[name]
        for key in self.generator.sample(self.keys[name], self.generator.randrange(1, len(self.keys[name]) + 1)):
            again = key in self.last and self.generator.random() < 0.2
            edition = self.last[key] if again else self.generator.choice(self.editions[key])
            fault = self.generator.choice(possible_faults(cloud, key)) if self.generator.random() < 0.35 else None
            what = "duplicates" if again else "restatements" if key in self.last else "deliveries"
            self.tally.counts[what] += 1
            if fault:
                self.tally.counts["delivery faults"] += 1
            self.log.append(f"{key.text}: {what} {edition.id[:8]} in {len(edition.parts)} files, {fault or 'good'}")
            cloud.deliver(key, edition, fault)
            self.last[key] = edition

    def _mend(self, name: str) -> None:
        """What is broken comes again: the same delivery, whole, or a newer one."""
        cloud = self.clouds[name]
        for key in self.keys[name]:
            if key in self.last:
                run = cloud.runs[key][-1]
                if self.generator.random() < 0.6:
                    self.log.append(f"{key.text}: {run.id[:8]} is mended")
                    cloud.write(key, run, self.last[key].parts, None)
                else:
                    self.last[key] = self.generator.choice(self.editions[key])
                    self.log.append(f"{key.text}: {self.last[key].id[:8]} at last")
                    cloud.deliver(key, self.last[key])

    def _ingest(self, name: str, disturbed: bool) -> None:
        """One step's ingestion: one process or two, left alone or not; then compare."""
        cloud = self.clouds[name]
        kind = self.generator.choice(["kill", "kill", "network", "network", "twice"]) if disturbed else "calm"
        if kind == "network" and self.backend != "dynamodb" and isinstance(cloud.shelf, FolderShelf):
            kind = "kill"  # nothing goes over a network
        crash_at = ""
        kill_after = None
        if kind in ("kill", "twice") and self.generator.random() < 0.7:
            # only files without a manifest are scanned before they are taken
            checkpoints = CHECKPOINTS[1:] if cloud.has_manifest else CHECKPOINTS
            crash_at = f"{self.generator.choice(checkpoints)}:{self.generator.choice([1, 1, 1, 2])}"
        elif kind == "kill":
            kill_after = self.generator.uniform(0.1, 1.5)
        if kind == "network" or (kind == "kill" and self.generator.random() < 0.3):
            self._spoil_network()
        jobs = [self._start(name, crash_at if number == 0 else "") for number in range(2 if kind == "twice" else 1)]
        if kill_after is not None:
            jobs[0][0].join(kill_after)
            if jobs[0][0].is_alive():
                os.kill(jobs[0][0].pid, signal.SIGKILL)
        ends = [self._finish(*job) for job in jobs]
        for proxy in (self.campaign.s3, self.campaign.dynamodb):
            proxy.faults.clear()
            for fault, times in proxy.met.items():
                self.tally.counts["provider faults"] += times
                self.tally.counts[f"  {fault}"] += times
            proxy.met.clear()
        self.log.append(f"ingest {name} {kind} {crash_at or kill_after or ''}: {ends}")
        for end, detail in ends:
            self.tally.counts["runs"] += 1
            self.tally.counts["kills"] += end == "killed"
            self._must(end != "crashed", f"a run ended with {detail}")
            calm = kind in ("calm", "twice") and "no export files" not in detail
            self._must(not (calm and end == "refused"), f"an undisturbed run was refused: {detail}")
        self._compare(name, complete=any(end == "done" for end, _ in ends))

    def _spoil_network(self) -> None:
        many = self.generator.choice([1, 2, 3, 5, 12])
        self.campaign.s3.faults.extend(self.generator.choices(S3_FAULTS, k=many))
        if self.backend == "dynamodb":
            self.campaign.dynamodb.faults.extend(self.generator.choices(DYNAMODB_FAULTS, k=many))

    def _start(self, name: str, crash_at: str) -> tuple[Any, Path]:
        cloud = self.clouds[name]
        answer = self.home / f"answer-{uuid4().hex}.json"
        endpoints = {
            "AWS_ENDPOINT_URL_S3": self.campaign.s3.url,
            "AWS_ENDPOINT_URL_DYNAMODB": self.campaign.dynamodb.url,
        }
        job = Job(
            self.home, self.backend, self.table, name, cloud.provider, cloud.shelf.uri,
            endpoints, answer, crash_at,
        )  # fmt: skip
        process = self.campaign._context.Process(target=ingest_once, args=(job,))
        process.start()
        return process, answer

    def _finish(self, process: Any, answer: Path) -> tuple[str, str]:
        process.join(HANGS_AFTER_SECONDS)
        if process.exitcode is None:
            process.kill()
            return "crashed", f"a run did not end within {HANGS_AFTER_SECONDS} s"
        end, detail = read_answer(answer)
        if end == "killed" and process.exitcode not in KILLED:
            return "crashed", f"a run that nobody killed ended with exit code {process.exitcode} and no answer"
        return end, detail

    def _compare(self, name: str, complete: bool) -> None:
        """What is current now against what may be; from here on, what is current counts as what was before."""
        found, faults = self.check.read(self.store, name)
        for fault in faults:
            self._must(False, fault)
        for key in self.keys[name]:
            before = self.current[key]
            now = found.pop(key.text, None)
            allowed = self.clouds[name].expect(key, before) if key in self.last else {None}
            if not complete:
                allowed = allowed | {before}
            self._must(now in allowed, f"{key.text} is {now}, before {before}, may be {allowed}")
            self.tally.counts["comparisons"] += 1
            self.current[key] = now
        self._must(not found, f"nobody delivered {sorted(found)}")

    def _compare_warehouse(self) -> None:
        """The monthly mart against what the lake must hold: billed, and for Azure effective cost too."""
        wanted: dict[tuple[str, str], dict[str, Decimal]] = {}
        for key, outcome in self.current.items():
            if outcome is not None:
                measure = "effective" if key.dataset == "amortised" else "billed"
                wanted.setdefault((key.source, key.period), {})[measure] = outcome.total
        try:
            found = read_warehouse(self.home, self.store)
        except AssertionError as error:
            self._must(False, f"the warehouse: {error}")
            return
        self.tally.counts["warehouses"] += 1
        self._must(found.keys() == wanted.keys(), f"the warehouse has {sorted(found)}, not {sorted(wanted)}")
        for month, measures in wanted.items():
            for measure, total in measures.items():
                shown = found.get(month, {}).get(measure)
                self._must(shown == total, f"{measure} of {month} is {shown} in the warehouse, not {total}")

    def _must(self, holds: bool, message: str) -> None:
        if not holds:
            story = "\n    ".join(self.log)
            self.tally.mismatches.append(f"schedule {self.number} ({self.backend}): {message}\n    {story}")
