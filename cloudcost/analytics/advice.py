"""What providers advise an installation, read where its configuration says, beside what its checks found."""

import datetime as dt
from collections.abc import Mapping

import duckdb

from cloudcost.analytics.placing import find_placing
from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.installation import Installation
from core.errors import SourceError
from core.instants import utc_now
from savings.advice.advice import Left, Reading
from savings.advice.billed import read_bill
from savings.advice.check import AdviceCheck, Asking
from savings.advice.judge import Read, judge_advice, list_resources
from savings.advice.merge import merge, merge_purchases
from savings.evidence import find_ended, open_usage, read_last_days
from savings.findings import Findings, Recommendation, Skipped
from savings.registry import find_checks
from savings.run import CheckRun

NO_BILL = "there is no usage of a whole day yet"


def add_advice(installation: Installation, done: CheckRun, today: dt.date) -> CheckRun:
    """What the checks found, merged with what providers advise; the same where the configuration names no place.

    A place that cannot be read gives nothing, says why, and keeps what was found of its check from lapsing.
    """
    checks = find_advice_checks(installation, done)
    read, failed = read_places(installation, checks, today)
    if not read:
        return done
    try:
        merged = _merge_with_bill(installation, checks, read, done, today)
    except Exception as error:  # a defect here must not keep back what the checks found
        failed |= dict.fromkeys(read, explain_defect(error))
        merged = done + CheckRun(Findings(skipped=[Skipped(check_name=n, reason=why) for n, why in failed.items()]))
    return merged + CheckRun(Findings(), failed)


def find_advice_checks(installation: Installation, done: CheckRun) -> dict[str, AdviceCheck]:
    """The checks whose findings are advice, by name, without those that are disabled or do not run."""
    left_out = {*installation.config.savings.disabled_checks, *done.failed}
    found = find_checks().items()
    return {name: check for name, check in found if isinstance(check, AdviceCheck) and name not in left_out}


def read_places(
    installation: Installation, checks: Mapping[str, AdviceCheck], today: dt.date
) -> tuple[dict[str, dict[str, Reading]], dict[str, str]]:
    """What was read, by check and place, and why the checks failed that have a defect."""
    by_provider = {check.clouds[0]: check for check in checks.values()}
    now = dt.datetime.combine(today, dt.time(), dt.UTC)
    asking = Asking(installation.config_path.parent, installation.environ, now=lambda: now)
    read: dict[str, dict[str, Reading]] = {}
    failed: dict[str, str] = {}
    for place in installation.config.savings.advice:
        if (check := by_provider.get(place.provider)) is None:
            continue
        try:
            reading = check.read(place, asking)
        except SourceError as error:
            reading = Reading(left=[Left(str(error), is_all=True)])
        except Exception as error:  # one reader's defect must not keep the others' findings back
            failed[check.name] = explain_defect(error)
            reading = Reading(left=[Left(failed[check.name], is_all=True)])
        read.setdefault(check.name, {})[place.name] = reading
    return read, failed


def describe_places(installation: Installation) -> list[tuple[str, bool]]:
    """A sentence for each place of advice of the configuration, and whether it can be read."""
    checks = find_advice_checks(installation, CheckRun(Findings()))
    read, _ = read_places(installation, checks, utc_now().date())
    sentences = []
    for name, reading in [place for places in read.values() for place in places.items()]:
        unread = [one.reason for one in reading.left if one.is_all]
        odd = [one.reason for one in reading.left if not one.is_all]
        parts = [f"{len(reading.advice):,} advised"] if reading.advice or not unread else []
        parts += unread or [f"{len(odd):,} not taken, the first: {odd[0]}"] if unread or odd else []
        sentences.append((f"advice {name}: {'; '.join(parts)}", not unread))
    return sentences


def explain_defect(error: Exception) -> str:
    """Why a check failed, in the words of `savings.run`."""
    return f"the check failed: {type(error).__name__}: {error}"


def _merge_with_bill(
    installation: Installation,
    checks: Mapping[str, AdviceCheck],
    read: Mapping[str, Read],
    done: CheckRun,
    today: dt.date,
) -> CheckRun:
    warehouse = installation.warehouse
    # a day that is not over would be a day of little use
    days = ScoredDays.until(today - dt.timedelta(days=1))
    has_bill = warehouse.is_there and warehouse.has_table("marts", "fct_charges")
    last_days = read_last_days(warehouse, days.condition("charge_date")) if has_bill else {}
    if not last_days:
        return done + CheckRun(Findings(skipped=[Skipped(check_name=name, reason=NO_BILL) for name in read]))
    ended = find_ended(last_days)
    going_on = {name: last for name, last in last_days.items() if name not in ended}
    with open_usage(warehouse, going_on) as evidence:
        own, advised, skipped = _merge(evidence, checks, read, done, max(going_on.values()), today)
        placing = find_placing(installation, evidence)
        found = placing.share_commitments([*own, *placing.place(advised)])
    return CheckRun(Findings(found, [*done.findings.skipped, *skipped]), done.failed)


def _merge(
    evidence: duckdb.DuckDBPyConnection,
    checks: Mapping[str, AdviceCheck],
    read: Mapping[str, Read],
    done: CheckRun,
    last_day: dt.date,
    today: dt.date,
) -> tuple[list[Recommendation], list[Recommendation], list[Skipped]]:
    """Our findings with what is advised noted, the advice that stands by itself, and what of it was not taken."""
    own = list(done.findings.recommendations)
    standing: list[Recommendation] = []
    skipped: list[Skipped] = []
    bill = read_bill(evidence, {one for name, places in read.items() for one in list_resources(checks[name], places)})
    for name, places in sorted(read.items()):
        priced, left = judge_advice(checks[name], places, bill, last_day.replace(day=1), today)
        purchases = [one for one in priced if one[0].kind.lever == "commit"]
        own, alone = merge(own, [found for advice, found in priced if advice.kind.lever != "commit"])
        own, unmatched = merge_purchases(own, purchases, bill)
        standing += [*alone, *unmatched]
        skipped += left
    return own, standing, skipped
