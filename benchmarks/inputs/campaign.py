"""The campaign: mutation by number, each written, judged by the other reader, brought to the door and compared."""

import datetime as dt
import random
import shutil
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.inputs.door import CURRENCY, HEALTHY, MUTATED, Answer, describe_source, ingest, write_config
from benchmarks.inputs.draft import Draft, Unfit
from benchmarks.inputs.formats import FORMATS
from benchmarks.inputs.judge import Reading, read_export
from benchmarks.inputs.kinds import KINDS, Kind
from benchmarks.inputs.pool import Worker
from benchmarks.inputs.seeds import Seed, make_seeds
from benchmarks.inputs.verdict import Verdict, judge_answer


@dataclass
class Result:
    """One mutation: what was done to which export, what is in it, what the door did, and whether that is right."""

    number: int
    kind: Kind
    draft: Draft
    reading: Reading
    answer: Answer
    verdict: Verdict

    @property
    def title(self) -> str:
        """The mutation in a few words."""
        details = f" ({self.draft.details})" if self.draft.details else ""
        manifest = "" if self.draft.bare else ", manifest"
        seed = self.draft.seed
        return f"{self.number} {self.kind.name}{details} of {seed.format.name}/{seed.name}{manifest}"


class Campaign:
    """Everything that mutations share: the seeds, and an installation that holds a healthy source already."""

    def __init__(self, folder: Path, seed: int, formats: Iterable[str] = FORMATS, kinds: Iterable[str] = KINDS) -> None:
        self.folder = folder
        self.seed = seed
        self.formats = [FORMATS[name] for name in formats]
        self.kinds = [KINDS[name] for name in kinds]
        self.seeds = make_seeds(seed)
        self.today = dt.datetime.now(dt.UTC).date()
        self.template = folder / "template"
        self._prepare_template()

    def _prepare_template(self) -> None:
        shutil.rmtree(self.template, ignore_errors=True)
        exports = self.template / HEALTHY
        exports.mkdir(parents=True)
        seed = self.seeds["focus"][0]
        draft = Draft(seed, random.Random(self.seed), seed.take_rows(random.Random(self.seed)))
        draft.build()
        draft.write(exports)
        self.healthy_totals = read_export(
            list(draft.files.values()), seed.format, draft.dialect, CURRENCY, self.today
        ).totals
        write_config(self.template, {HEALTHY: ("auto", HEALTHY)})
        answer = ingest(self.template, HEALTHY)
        if answer.crash or answer.refused or not answer.snapshots:
            raise RuntimeError(f"the healthy source is not taken: {answer.refused} {answer.crash}")
        self.healthy = describe_source(self.template, HEALTHY)

    def choose(self, number: int) -> tuple[Seed, Kind, random.Random]:
        """The export and the kind of a mutation: formats take turns, and so do the kinds that fit each."""
        fmt = self.formats[number % len(self.formats)]
        fitting = [k for k in self.kinds if k.fits(fmt)]
        if not fitting:
            raise Unfit(f"none of these kinds fits {fmt.name}")
        generator = random.Random(f"{self.seed}/{number}")
        seeds = self.seeds[fmt.name]
        seed = seeds[0] if generator.random() < 0.6 else generator.choice(seeds)
        return seed, fitting[number // len(self.formats) % len(fitting)], generator

    def draft(self, number: int) -> tuple[Kind, Draft]:
        """The spoiled export of that number, not written yet; another kind or seed where the first does not fit."""
        seed, kind, generator = self.choose(number)
        fitting = [k for k in self.kinds if k.fits(seed.format)]
        for attempt in range(len(fitting) + 1):
            draft = Draft.begin(seed, generator)
            try:
                kind.spoil(draft)
                draft.build()
                return kind, draft
            except Unfit:
                if attempt == 0:
                    seed = self.seeds[seed.format.name][0]
                else:
                    kind = fitting[(fitting.index(kind) + 1) % len(fitting)]
        raise Unfit(f"no kind fits {seed.format.name}")

    def judge(self, draft: Draft) -> Reading:
        """What the other reader finds in the spoiled files."""
        data = draft.judged or [draft.files[name] for name in draft.names]
        return read_export(data, draft.format, draft.dialect, CURRENCY, self.today)

    def run(self, number: int, ask: Callable[[Path], Answer], keep: bool = False) -> Result:
        """Bring one mutation to the door; its folder stays where it is a violation or ``keep`` says so."""
        kind, draft = self.draft(number)
        home = self.folder / f"mutation-{number}"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.template, home)
        draft.write(home / MUTATED)
        sources = {HEALTHY: ("auto", HEALTHY), MUTATED: (draft.format.provider, MUTATED)}
        write_config(home, sources)
        reading = self.judge(draft)
        answer = ask(home)
        result = Result(number, kind, draft, reading, answer, judge_answer(draft, reading, answer, self.healthy))
        if not result.verdict.violations and not keep:
            shutil.rmtree(home, ignore_errors=True)
        draft.files, draft.judged, draft.parts, draft.table.rows = {}, [], [], []
        return result

    def run_all(
        self,
        numbers: Iterable[int],
        workers: int,
        seconds: float,
        keep: bool = False,
        on_result: Callable[[Result], None] = lambda _: None,
    ) -> list[Result]:
        """All of these mutations, by several workers at once; in the order of their numbers."""
        local = threading.local()
        started: list[Worker] = []

        def run_one(number: int) -> Result:
            if not hasattr(local, "worker"):
                local.worker = Worker(self.folder / f"worker-{len(started)}.log", seconds)
                started.append(local.worker)
            result = self.run(number, local.worker.ask, keep)
            on_result(result)
            return result

        try:
            with ThreadPoolExecutor(workers) as lanes:
                return list(lanes.map(run_one, numbers))
        finally:
            for worker in started:
                worker.stop()
