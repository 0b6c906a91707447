"""`cloudcost run`: the Dagster job in this process."""

import contextlib
import datetime as dt
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.console import Console

from cli.output.console import open_console
from cli.output.summary import describe_problem, print_summary
from cloudcost.alert_outbox import deliver_alerts
from cloudcost.installation import Installation
from cloudcost.recorded_settings import record_settings
from cloudcost.run_lock import try_lock
from core.errors import FAILED, INCOMPLETE, OK, CloudcostError
from core.instants import utc_now
from core.plausible import check_plausible
from core.progress import listen, measure
from ingestion.planning import Problem, SourcePlan
from ingestion.refusals import as_refusal
from orchestration.launch import execute_pipeline


class CommandError(CloudcostError):
    """The command cannot do what was requested; the message states why."""


@dataclass
class Survey:
    """What all sources have to ingest, and the sources that could not be looked at; ``begun`` is when it was looked."""

    begun: dt.datetime
    plans: list[SourcePlan] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def periods(self) -> set[dt.date]:
        """The billing periods with something new."""
        return {period for plan in self.plans for period in plan.periods}

    @property
    def problems(self) -> list[str]:
        """Everything that could not be taken."""
        found = [describe_problem(p.source_name, x.billing_period, x.message) for p in self.plans for x in p.problems]
        return self.faults + found


def run_pipeline(
    installation: Installation, period: str | None, everything: bool, retry_quarantined: bool, verbose: bool
) -> int:
    """The full job over what is new (or what was requested); returns the exit code."""
    with try_lock(installation.home) as is_alone:
        if not is_alone:
            raise CommandError(
                f"another `cloudcost run` on {installation.home} is under way; try again when it is done"
            )
        return _run_alone(installation, period, everything, retry_quarantined, verbose)


def _run_alone(
    installation: Installation, period: str | None, everything: bool, retry_quarantined: bool, verbose: bool
) -> int:
    started = utc_now()
    record_settings(installation)
    # bound to the real standard error: Dagster's own output goes to the log meanwhile
    console = open_console(sys.stderr, soft_wrap=True, force_terminal=False if verbose else None)
    with show_progress(console):
        if retry_quarantined:
            for source in installation.config.sources:
                installation.ledger.release_quarantined(source.name)
        survey = survey_sources(installation)
    requested = parse_period(period) if period else None
    wanted = choose_periods(installation, survey, requested, everything)
    for plan in survey.plans:
        for notice in plan.notices:
            console.print(f"note: {plan.source_name}: {notice}")
        for name in plan.empty_files:
            console.print(f"note: {plan.source_name}: {name} holds no rows: taken as an empty delivery")
    if period is None:
        wanted |= find_open_period(wanted, utc_now().date())
    if not wanted:
        for problem in survey.problems:
            console.print(f"problem: {problem}")
        report_survey(installation, survey)
        with measure("alerts", "sending"):
            undelivered = deliver_alerts(installation)
        for problem in undelivered:
            console.print(f"problem: {problem}")
        if survey.faults or (survey.problems and not any(p.unchanged for p in survey.plans)):
            return FAILED if len(survey.faults) == len(installation.config.sources) else INCOMPLETE
        unchanged = sum(p.unchanged for p in survey.plans)
        if unchanged or installation.warehouse.is_there:
            print(f"Nothing new: {unchanged} deliveries are unchanged, nothing was ingested.")
        else:
            print("There are no costs yet: no source has delivered a row. The warehouse is built with the first one.")
        return INCOMPLETE if survey.problems or undelivered else OK
    installation.periods.remember(wanted)
    rebuild = everything or requested is not None
    with show_progress(console):
        succeeded, failures, problems = execute_pipeline(installation, min(wanted), max(wanted), rebuild, verbose)
    if not succeeded:
        for failure in failures:
            console.print(f"failed: {failure}")
        console.print(f"The run failed; its log is in {installation.log_directory}")
        return FAILED
    with measure("summary", "reading"):
        return INCOMPLETE if print_summary(installation, [*survey.problems, *problems], started) else OK


def survey_sources(installation: Installation) -> Survey:
    """Look at every source; files without a manifest are read once, so that their periods are known."""
    survey = Survey(utc_now())
    for source in installation.config.sources:
        try:
            with measure("survey", source.name):
                survey.plans.append(installation.ingestor().scan(installation.open_source(source)))
        except Exception as error:
            survey.faults.append(f"{source.name}: {as_refusal(error, source.name)}")
    return survey


def report_survey(installation: Installation, survey: Survey) -> None:
    """Open and close incidents by what was seen of the sources, when no run does it."""
    from alerts.incident_book import IncidentBook
    from cloudcost.repair.failed_deliveries import report_failures

    book = IncidentBook(installation.store, installation.config.alerts.channels, utc_now)
    for plan in survey.plans:
        is_whole = not plan.is_held_up and not plan.pending
        report_failures(book, plan.source_name, plan.problems, survey.begun, is_whole=is_whole)
    for fault in survey.faults:
        name, _, message = fault.partition(": ")
        report_failures(book, name, [Problem(None, message)], survey.begun, is_whole=False)


def choose_periods(
    installation: Installation, survey: Survey, requested: dt.date | None, everything: bool
) -> set[dt.date]:
    """The billing periods that a run has to cover; none where everything is up to date."""
    # what was withdrawn may have been all there was: the warehouse still has it
    is_left = installation.warehouse.is_there and not installation.is_up_to_date()
    known = installation.periods.current() or ({utc_now().date().replace(day=1)} if is_left else set())
    if requested is not None:
        if requested not in survey.periods | known and not survey.problems:
            raise CommandError(f"--period {requested:%Y-%m}: no source has a delivery of that month")
        return {requested}
    if everything:
        return survey.periods | known
    if survey.periods:
        return survey.periods | {period for _, period in installation.warehouse.changed_periods()}
    # sources that are configured no more count too: their rows are still to be taken out
    return set() if installation.is_up_to_date() else known


def find_open_period(wanted: set[dt.date], today: dt.date) -> set[dt.date]:
    """The current month, when a run covers the month before it: as in the daily schedule, both are looked at."""
    current = today.replace(day=1)
    return {current} if (current - dt.timedelta(days=1)).replace(day=1) in wanted else set()


def parse_period(text: str) -> dt.date:
    """``2026-10`` as the first day of that month."""
    try:
        return check_plausible(dt.datetime.strptime(text, "%Y-%m").date())
    except ValueError:
        raise CommandError(f"--period {text!r} is not a month such as 2026-10") from None


@contextlib.contextmanager
def show_progress(console: Console) -> Iterator[None]:
    """A progress bar per stage on a terminal; nothing where the output is piped."""
    if not console.is_terminal:
        yield
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    with Progress(
        *columns, TimeElapsedColumn(), console=console, redirect_stdout=False, redirect_stderr=False
    ) as progress:
        tasks: dict[str, TaskID] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if total and stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            if stage in tasks:
                progress.update(tasks[stage], completed=done, total=total)

        with listen(advance):
            yield
