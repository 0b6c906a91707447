"""What the section ``savings`` of a configuration says that cannot be meant: names that nobody has, odd figures.

A check whose figures are wrong does not run: what it would find by its own was not asked for, and silence would look
like "nothing to save".
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from savings.check import Check, Parameter, QuestionCheck
from savings.findings import Skipped
from savings.settings import SavingsSettings

#: No figure of a check is larger: it is an amount of money, a size, a share, or a number of days.
LARGEST = Decimal(10) ** 12


def find_wrong(settings: SavingsSettings, checks: Mapping[str, Check]) -> list[Skipped]:
    """A sentence for each, under the name of the check that it is said of; that check does not run."""
    found = []
    for name in settings.disabled_checks:
        if name not in checks:
            reason = f"savings.disabled_checks: there is no check {name!r}{_suggest(name, checks)}"
            found.append(Skipped(check_name=name, reason=reason))
    for name, given in sorted(settings.parameters.items()):
        for reason in _find_faults(name, given, checks):
            found.append(Skipped(check_name=name, reason=f"savings.parameters.{name}{reason}"))
    return found


def _find_faults(name: str, given: Mapping[str, Any], checks: Mapping[str, Check]) -> Iterator[str]:
    check = checks.get(name)
    if check is None:
        yield f": there is no check {name!r}{_suggest(name, checks)}"
        return
    known = {one.name: one for one in check.parameters} if isinstance(check, QuestionCheck) else {}
    for parameter, value in sorted(given.items()):
        if parameter not in known:
            yield f".{parameter}: the check has no such figure{_suggest(parameter, known)}, and so it does not run"
        elif (fault := _find_fault(known[parameter], value)) is not None:
            yield f".{parameter}: {str(value)[:40]!r} is {fault}, and so the check does not run"


def _find_fault(parameter: Parameter, value: Any) -> str | None:
    if isinstance(parameter.value, str):
        return None if isinstance(value, str) else "no text"
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "no number"
    if not number.is_finite():
        return "no number"
    if number < 0:
        return "less than nothing"
    return "larger than any figure of a check" if number > LARGEST else None


def _suggest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), 1)
    return f" (did you mean {near[0]}?)" if near else ""
