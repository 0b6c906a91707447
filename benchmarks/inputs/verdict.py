"""What is right about one export at the door, and what is a violation."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.inputs.door import Answer
from benchmarks.inputs.draft import Draft, Right
from benchmarks.inputs.judge import Reading

Totals = dict[tuple[str, str], Decimal]


@dataclass
class Verdict:
    """``outcome``: taken, in part, refused, left alone or crashed; ``violations``: a sentence for each thing wrong."""

    outcome: str
    violations: list[str]


def judge_answer(draft: Draft, reading: Reading, answer: Answer, healthy: str) -> Verdict:
    """Compare what the door did with what may be done and with the other reader's totals."""
    outcome = name_outcome(answer)
    if answer.crash:
        return Verdict(outcome, [f"crashed: {answer.crash.strip().splitlines()[-1][:300]}"])
    found = []
    if answer.healthy != healthy:
        found.append("the other source was touched")
    if answer.snapshots:
        found += _judge_taken(draft, reading, answer)
    elif draft.right is Right.TAKEN:
        found.append(f"not taken, though it is right: {_quote(answer.refused or answer.notes)}")
    elif not answer.refused and not answer.notes:
        found.append("nothing was taken and nothing said")
    elif draft.right is Right.REFUSED and not answer.refused:
        found.append(f"left alone, though its costs are missing now: {_quote(answer.notes)}")
    if answer.refused and draft.right is not Right.TAKEN:
        found += _judge_sentence(draft, reading, answer.refused)
    return Verdict(outcome, found)


def name_outcome(answer: Answer) -> str:
    """One word for what came of it."""
    if answer.crash:
        return "crashed"
    if answer.snapshots:
        return "in part" if answer.refused else "taken"
    return "refused" if answer.refused else "left alone"


def compare_totals(taken: Totals, right: Totals, in_part: bool) -> str:
    """What is wrong about totals per (month, currency); empty where they are those that are right."""
    wrong = {key: total for key, total in taken.items() if total != right.get(key, Decimal(0))}
    missing = [key for key, total in right.items() if key not in taken and total]
    if any(month == "?" for month, _ in right):
        return "" if _by_currency(taken) == _by_currency(right) else f"total {_show(taken)}, not {_show(right)}"
    if wrong or (missing and not in_part):
        return f"total {_show(taken)}, not {_show(right)}"
    return ""


def _judge_taken(draft: Draft, reading: Reading, answer: Answer) -> list[str]:
    if draft.right in (Right.REFUSED, Right.NOT_TAKEN):
        return [f"taken, though it must not be: {draft.why}"]
    if reading.fault:
        return [f"taken, though {_describe(reading)}"]
    taken = answer.taken.get(draft.format.measure, {})
    right = reading.totals
    if draft.knows_periods:  # days that only one order of day and month makes sense of: the reader has no sense
        right = {("?", currency): total for currency, total in _by_currency(right).items()}
    found = compare_totals(taken, right, bool(answer.refused))
    wrong = [found] if found else []
    months = {month for month, _ in taken}
    if draft.knows_periods and not months <= draft.periods:
        wrong.append(f"taken as {sorted(months)}, not {sorted(draft.periods)}")
    if draft.right is Right.TAKEN and answer.refused:
        wrong.append(f"not all of it is taken: {_quote(answer.refused)}")
    return wrong


def _judge_sentence(draft: Draft, reading: Reading, refused: list[str]) -> list[str]:
    """A refusal names a file, and where one row is at fault that row and its column."""
    names = [n.rpartition("/")[2] for n in (*draft.names, *draft.also_named)]
    spelled = [n for n in names if n] + [repr(n)[1:-1] for n in names if n]
    about = [sentence for sentence in refused if any(n in sentence for n in spelled)]
    if not about:
        return [f"the refusal names no file: {_quote(refused)}"]
    place = draft.place
    fault = reading.fault
    if not place and draft.has_one_fault and fault and fault.row is not None:
        lines = range(fault.row + 1, max(fault.row + 2, min(fault.last_line or 0, fault.row + 10_000)) + 1)
        numbers = (f"row {fault.row + 1}", *(f"line {n}" for n in lines))
        place = (numbers, *(((fault.column.strip(),),) if fault.column and fault.column.strip() else ()))
    if place and not any(_names_all(sentence, place) for sentence in about):
        wanted = ", ".join(p[0] for p in place)
        return [f"the refusal does not name {wanted}: {_quote(about)}"]
    return []


def _names_all(sentence: str, place: Iterable[tuple[str, ...]]) -> bool:
    text = sentence.lower()
    return all(any(re.search(re.escape(t.lower()) + r"(?!\d)", text) for t in texts) for texts in place)


def _describe(reading: Reading) -> str:
    fault = reading.fault
    assert fault is not None
    where = f" in row {fault.row + 1}" if fault.row is not None else ""
    return f"it holds {fault.message}{where}"


def _by_currency(totals: Totals) -> dict[str, Decimal]:
    summed: dict[str, Decimal] = {}
    for (_, currency), total in totals.items():
        summed[currency] = summed.get(currency, Decimal(0)) + total
    return summed


def _show(totals: Totals) -> str:
    return ", ".join(f"{m} {c or '(none)'} {t:f}" for (m, c), t in sorted(totals.items())) or "nothing"


def _quote(sentences: list[str]) -> str:
    return " / ".join(s.replace("\n", " ")[:260] for s in sentences[:2]) or "no reason"
