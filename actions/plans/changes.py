"""What differs between the plan that was approved and one that is drafted now, in sentences that name the field."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from actions.plans.document import Plan, PlannedCall, Price

MISSING = object()


def list_changes(old: Plan, new: Plan, price_share: Decimal) -> tuple[str, ...]:
    """Every difference that makes it another plan; empty where what was approved still is what would be done.

    Amounts differ when they are more than ``price_share`` of the old amount apart. What a later bill says in the same
    amounts, other words of a finding, and what hangs on the resource without being harmed make no other plan.
    """
    return tuple(_iterate_changes(old, new, price_share))


def _iterate_changes(old: Plan, new: Plan, price_share: Decimal) -> Iterator[str]:
    for field in ("proposal_id", "remediation", "safety_class"):
        yield from _compare(field, getattr(old, field), getattr(new, field))
    of_resource = list(_compare_resources(old, new))
    # The rest follows from the resource where that is another now: naming it too would hide what has changed.
    yield from of_resource or _compare_work(old, new)
    yield from _compare_prices(old.price, new.price, price_share)
    known = ("allowed", "refused")
    if old.preflight.outcome in known and new.preflight.outcome in known:
        yield from _compare("pre-flight", old.preflight.outcome, new.preflight.outcome)


def _compare_resources(old: Plan, new: Plan) -> Iterator[str]:
    yield from _compare_mapping("", old.finding.resource.model_dump(), new.finding.resource.model_dump())
    yield from _compare_mapping("", old.attributes, new.attributes)
    yield from _compare_mapping("tag ", old.tags, new.tags)


def _compare_work(old: Plan, new: Plan) -> Iterator[str]:
    yield from _compare_calls("", old.calls, new.calls)
    yield from _compare_calls("the way back's ", old.way_back.calls, new.way_back.calls)
    for what, before, after in (
        ("precondition", old.preconditions, new.preconditions),
        ("what does not come back", old.way_back.lost, new.way_back.lost),
        ("what is harmed", _list_harmed(old), _list_harmed(new)),
    ):
        yield from _compare_texts(what, before, after)


def _compare(name: str, old: Any, new: Any) -> Iterator[str]:
    if _write(old) != _write(new):
        yield f"{name} is {_show(new)}, the plan has {_show(old)}"


def _compare_mapping(prefix: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        yield from _compare(f"{prefix}{name}", old.get(name, MISSING), new.get(name, MISSING))


def _compare_calls(prefix: str, old: Sequence[PlannedCall], new: Sequence[PlannedCall]) -> Iterator[str]:
    names = [[f"{call.step}: {call.service} {call.operation}" for call in calls] for calls in (old, new)]
    if names[0] != names[1]:
        yield f"{prefix}calls are {', '.join(names[1]) or 'none'}, the plan has {', '.join(names[0]) or 'none'}"
        return
    for before, after in zip(old, new, strict=True):
        yield from _compare_mapping(f"{prefix}{after.operation} ", before.parameters, after.parameters)


def _compare_texts(what: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    yield from (f"{what}, new: {text}" for text in new if text not in old)
    yield from (f"{what}, no longer: {text}" for text in old if text not in new)


def _list_harmed(plan: Plan) -> list[str]:
    return [f"{one.kind} {one.name}: {one.effect}" for one in plan.dependents if one.is_harmed]


def _compare_prices(old: Price, new: Price, share: Decimal) -> Iterator[str]:
    yield from _compare("currency", old.currency, new.currency)
    for name in ("monthly_cost", "monthly_saving"):
        before, after = getattr(old, name), getattr(new, name)
        if not _is_close(before, after, share):
            yield (
                f"{name} is {_show(after)} {new.currency} by the bill of {new.billing_period:%Y-%m}, the plan has "
                f"{_show(before)} {old.currency} by that of {old.billing_period:%Y-%m}: more than {share:.0%} apart"
            )


def _is_close(old: Decimal | None, new: Decimal | None, share: Decimal) -> bool:
    if old is None or new is None or not old.is_finite() or not new.is_finite():
        return str(old) == str(new)
    return abs(new - old) <= share * abs(old)


def _write(value: Any) -> str:
    # 1, True and 1.0 are equal in Python and not in the document
    return "" if value is MISSING else json.dumps(value, sort_keys=True)


def _show(value: Any) -> str:
    if value is MISSING:
        return "not there"
    if value is None:
        return "not known"
    return str(value) if isinstance(value, Decimal) else repr(value)
