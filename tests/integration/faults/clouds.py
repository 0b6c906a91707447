"""How each cloud writes a delivery, what can go wrong with it, and what a complete ingestion must then make current.

`expect` is the oracle. It knows the layouts from the clouds' documentation and what was written, nothing of the code
under test: for each key it says which delivery must be current, or that what was current before must stay.
"""

import calendar
import json
import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ingestion.contracts import Provider
from tests.integration.faults.editions import Edition, Key, Part, sum_parts
from tests.integration.faults.shelves import Shelf

#: What can be wrong with a delivery.
FAULTS = ("late_part", "truncated", "corrupt", "manifest_lies", "manifest_broken", "manifest_late")

BUCKET = "fernhill-billing-exports"


@dataclass(frozen=True)
class Outcome:
    """What is, or may be, current: the export's own id (None where it has none), the total and the rows."""

    id: str | None
    total: Decimal
    rows: int


@dataclass
class Run:
    """One delivery as it lies there: files by name (None: there, but broken) and the state of its manifest."""

    id: str
    number: int
    names: tuple[str, ...]
    manifest: str
    files: dict[str, Part | None] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether every file that the manifest names is there, broken or not."""
        return all(name in self.files for name in self.names)

    @property
    def outcome(self) -> Outcome | None:
        """What it holds, or None where a file of it is broken."""
        parts = [self.files[name] for name in self.names]
        good = [p for p in parts if p is not None]
        return Outcome(self.id, *sum_parts(good)) if len(good) == len(parts) else None


class Cloud(ABC):
    """One source of a schedule: writes deliveries to its shelf and says what must come of them."""

    provider: Provider
    has_manifest = True

    def __init__(self, shelf: Shelf, generator: random.Random) -> None:
        self.shelf = shelf
        self.generator = generator
        self.number = 0
        self.runs: dict[Key, list[Run]] = {}

    def deliver(self, key: Key, edition: Edition, fault: str | None = None) -> None:
        """Write an edition; with a fault, which `mend` repairs."""
        self.number += 1
        run = Run(edition.id, self.number, self.name_parts(key, edition, self.number), "good")
        self.make_room(key, run)
        self.runs.setdefault(key, []).append(run)
        self.write(key, run, edition.parts, fault)

    def write(self, key: Key, run: Run, parts: Sequence[Part], fault: str | None) -> None:
        """The files of a run, then its manifest."""
        spoiled = self.generator.randrange(len(parts))
        for number, (name, part) in enumerate(zip(run.names, parts, strict=True)):
            if fault == "late_part" and number == spoiled:
                if name not in run.files:
                    continue
                self.shelf.drop(name)
                del run.files[name]
            elif fault in ("truncated", "corrupt") and number == spoiled:
                run.files[name] = None
                self.shelf.put(name, spoil(part.content, fault, self.generator))
            else:
                run.files[name] = part
                self.shelf.put(name, part.content)
        if self.has_manifest:
            run.manifest = {"manifest_lies": "lies", "manifest_broken": "broken", "manifest_late": "absent"}.get(
                fault or "", "good"
            )
            if run.manifest != "absent":
                content = self.write_manifest(key, run, parts)
                if run.manifest == "broken":
                    content = content[: self.generator.randrange(1, len(content) - 3)]
                self.shelf.put(self.name_manifest(key, run), content.encode())

    @abstractmethod
    def name_parts(self, key: Key, edition: Edition, number: int) -> tuple[str, ...]:
        """The names of an edition's files."""

    def keeps_manifest(self, key: Key) -> bool:
        """Whether a manifest lies there also while the next delivery of ``key`` has none; else all files are plain."""
        return any(run.manifest != "absent" for other, runs in self.runs.items() if other != key for run in runs)

    @abstractmethod
    def make_room(self, key: Key, run: Run) -> None:
        """Remove or overwrite what the cloud does not keep beside a newer delivery."""

    def name_manifest(self, key: Key, run: Run) -> str:
        """Where the manifest lies."""
        raise NotImplementedError

    def write_manifest(self, key: Key, run: Run, parts: Sequence[Part]) -> str:
        """The manifest's text."""
        raise NotImplementedError

    @abstractmethod
    def expect(self, key: Key, current: Outcome | None) -> set[Outcome | None]:
        """What may be current after a complete ingestion: more than one only where nobody can tell."""

    def drop_run(self, key: Key, run: Run) -> None:
        """Remove all files of a run."""
        for name in run.files:
            self.shelf.drop(name)
        if self.has_manifest and run.manifest != "absent":
            self.shelf.drop(self.name_manifest(key, run))
        self.runs[key].remove(run)


class AwsCloud(Cloud):
    """A CUR 2.0 Data Export; ``create_new`` keeps every refresh in its own folder, else each overwrites the last."""

    provider = "aws"

    def __init__(self, shelf: Shelf, generator: random.Random) -> None:
        super().__init__(shelf, generator)
        self.create_new = generator.random() < 0.5
        #: Per key, the last refresh as its manifest shows it while the next one's manifest is not written yet.
        self.torn: dict[Key, Run] = {}
        self._overwritten: dict[Key, Run] = {}

    def _refresh(self, run_id: str, number: int) -> str:
        return f"{number:04d}-{run_id}/" if self.create_new else ""

    def keeps_manifest(self, key: Key) -> bool:
        return super().keeps_manifest(key) or any(run.manifest != "absent" for run in self.runs.get(key, ()))

    def name_parts(self, key: Key, edition: Edition, number: int) -> tuple[str, ...]:
        folder = f"cur/daily/data/BILLING_PERIOD={key.period}/{self._refresh(edition.id, number)}"
        return tuple(f"{folder}daily-{n:05d}.snappy.parquet" for n in range(1, len(edition.parts) + 1))

    def name_manifest(self, key: Key, run: Run) -> str:
        return f"cur/daily/metadata/BILLING_PERIOD={key.period}/{self._refresh(run.id, run.number)}daily-Manifest.json"

    def write_manifest(self, key: Key, run: Run, parts: Sequence[Part]) -> str:
        names = list(run.names)
        if run.manifest == "lies":
            names.append(names[0].replace("daily-00001", "daily-00009"))
        return json.dumps({"executionId": run.id, "dataFiles": [f"s3://{BUCKET}/{name}" for name in names]})

    def make_room(self, key: Key, run: Run) -> None:
        """Overwriting: the last refresh's manifest stays until the new one is written, its files do not."""
        if self.create_new or not self.runs.get(key):
            return
        (last,) = self.runs[key]
        for name in set(last.files) - set(run.names):
            self.shelf.drop(name)
        run.files = {name: part for name, part in last.files.items() if name in run.names}
        self.runs[key] = []
        self._overwritten[key] = self.torn.get(key, last)  # whose manifest lies there

    def write(self, key: Key, run: Run, parts: Sequence[Part], fault: str | None) -> None:
        super().write(key, run, parts, fault)
        if run.manifest == "absent" and not self.create_new:
            last = self._overwritten.get(key)
            if last is not None:
                # the last refresh's manifest now names what lies there under the same names
                shown = Run(last.id, last.number, last.names, last.manifest, dict(run.files))
                self.torn[key] = shown
                return
        self.torn.pop(key, None)

    def expect(self, key: Key, current: Outcome | None) -> set[Outcome | None]:
        if key in self.torn:
            return self._expect_run(self.torn[key], current) | {current}
        runs = [run for run in self.runs.get(key, ()) if run.manifest != "absent"]
        return self._expect_run(max(runs, key=lambda run: run.number), current) if runs else {current}

    def _expect_run(self, run: Run, current: Outcome | None) -> set[Outcome | None]:
        if run.manifest == "absent" or run.manifest in ("broken", "lies") or not run.is_whole:
            return {current}
        if current is not None and current.id == run.id:
            return {current}
        return {run.outcome or current}


class AzureCloud(Cloud):
    """Cost Management exports of actual and amortised cost: a folder per run, older ones kept or not."""

    provider = "azure"

    def __init__(self, shelf: Shelf, generator: random.Random) -> None:
        super().__init__(shelf, generator)
        self.overwrites = generator.random() < 0.5

    def _folder(self, key: Key, run_id: str) -> str:
        year, month = (int(n) for n in key.period.split("-"))
        last = calendar.monthrange(year, month)[1]
        return f"exports/{key.dataset}-cost/{year}{month:02d}01-{year}{month:02d}{last}/{run_id}"

    def name_parts(self, key: Key, edition: Edition, number: int) -> tuple[str, ...]:
        folder = self._folder(key, edition.id)
        return tuple(f"{folder}/part_{n}_0001.csv" for n in range(len(edition.parts)))

    def name_manifest(self, key: Key, run: Run) -> str:
        return f"{self._folder(key, run.id)}/manifest.json"

    def make_room(self, key: Key, run: Run) -> None:
        for old in list(self.runs.get(key, ())):
            if self.overwrites or old.id == run.id:
                self.drop_run(key, old)

    def write_manifest(self, key: Key, run: Run, parts: Sequence[Part]) -> str:
        year, month = (int(n) for n in key.period.split("-"))
        blobs = [
            {"blobName": name, "byteCount": len(part.content), "dataRowCount": part.rows}
            for name, part in zip(run.names, parts, strict=True)
        ]
        if run.manifest == "lies":
            blob = self.generator.choice(blobs)
            what = self.generator.choice(["byteCount", "dataRowCount"])
            blob[what] = int(str(blob[what])) + self.generator.randrange(1, 9)
        minutes = run.number
        return json.dumps({
            "manifestVersion": "2024-04-01", "blobCount": len(blobs), "blobs": blobs,
            "byteCount": sum(int(str(b["byteCount"])) for b in blobs),
            "dataRowCount": sum(int(str(b["dataRowCount"])) for b in blobs),
            "exportConfig": {"exportName": f"{key.dataset}-cost", "resourceId": "/providers/x",
                             "type": "AmortizedCost" if key.dataset == "amortised" else "ActualCost"},
            "runInfo": {"submittedTime": f"2026-11-02T{minutes // 60:02d}:{minutes % 60:02d}:00Z", "runId": run.id,
                        "startDate": f"{key.period}-01T00:00:00",
                        "endDate": f"{key.period}-{calendar.monthrange(year, month)[1]}T00:00:00"},
        })  # fmt: skip

    def expect(self, key: Key, current: Outcome | None) -> set[Outcome | None]:
        runs = [run for run in self.runs.get(key, ()) if run.manifest in ("good", "lies") and run.is_whole]
        if not runs:
            return {current}
        newest = max(runs, key=lambda run: run.number)
        if current is not None and current.id == newest.id:
            return {current}
        return {current if newest.manifest == "lies" else newest.outcome or current}


class GcpCloud(Cloud):
    """Files of a BigQuery export without manifests: what lies there is the month; one broken file holds all back."""

    provider = "gcp"
    has_manifest = False

    def name_parts(self, key: Key, edition: Edition, number: int) -> tuple[str, ...]:
        folder = f"gcp_billing_export/invoice_month={key.period.replace('-', '')}"
        return tuple(f"{folder}/part-{n:012d}.parquet" for n in range(len(edition.parts)))

    def make_room(self, key: Key, run: Run) -> None:
        for old in list(self.runs.get(key, ())):
            self.drop_run(key, old)

    def expect(self, key: Key, current: Outcome | None) -> set[Outcome | None]:
        lying = [part for runs in self.runs.values() for run in runs for part in run.files.values()]
        mine = [part for run in self.runs.get(key, ()) for part in run.files.values()]
        if None in lying or not mine:
            return {current}
        return {Outcome(None, *sum_parts([part for part in mine if part is not None]))}


CLOUDS: dict[str, type[Cloud]] = {"aws": AwsCloud, "azure": AzureCloud, "gcp": GcpCloud}


def spoil(content: bytes, fault: str, generator: random.Random) -> bytes:
    """A file that was cut off, or whose middle is noise; nothing that could be read as other costs by chance."""
    if fault == "truncated":
        return content[: int(len(content) * generator.uniform(0.05, 0.95))]
    start, end = int(len(content) * 0.3), int(len(content) * 0.6)
    return content[:start] + generator.randbytes(end - start) + content[end:]


def possible_faults(cloud: Cloud, key: Key) -> Sequence[str]:
    """The faults that can be told from a good delivery; without manifests, and before the first one, not all can."""
    if not cloud.has_manifest:
        return ("late_part", "truncated", "corrupt")
    return FAULTS if cloud.keeps_manifest(key) else tuple(fault for fault in FAULTS if fault != "manifest_late")
