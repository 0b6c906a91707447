"""A plan in plain words, line by line, for a terminal, a dry run and a log."""

import json
from collections.abc import Iterator, Mapping

from actions.plans.document import FROM_STEP, Plan, PlannedCall, Price

CLASSES = {
    "reversible": "it can be taken back as it was",
    "restorable": "what is removed is restored from a copy that is verified first",
    "compensable": "it is made up for, not taken back",
    "one_way": "nothing takes it back: never carried out automatically",
}
PREFLIGHT = {
    "allowed": "the cloud would allow every call (asked without effect)",
    "refused": "the cloud would refuse (asked without effect)",
    "unknown": "the cloud gave no answer about the calls",
    "none": "the cloud has no way to ask without effect",
}


def describe_plan(plan: Plan) -> tuple[str, ...]:
    """What would be done, in the order in which it would be; a step's own words are a line of their own."""
    return tuple(_iterate_lines(plan))


def _iterate_lines(plan: Plan) -> Iterator[str]:
    where = plan.finding.resource
    yield f"{plan.remediation} of {where.resource_id} in {where.provider} account {where.account_id}, {where.region}"
    yield f"why: {plan.finding.reason}"
    yield f"class: {plan.safety_class}: {CLASSES.get(plan.safety_class, 'not known')}"
    yield from describe_price(plan.price)
    yield f"the bill shows it after {plan.days_until_billed} days"
    yield "as it was read: " + _list_pairs(plan.attributes)
    yield "tags: " + (_list_pairs(plan.tags) or "none")
    yield from (f"only if {text}" for text in plan.preconditions)
    for step in plan.steps:
        yield step.description
        yield from (f"  calls {describe_call(call)}" for call in plan.calls if call.step == step.name)
    yield from (f"depends on it: {one.kind} {one.name}: {one.effect}" for one in plan.dependents)
    yield f"way back: {plan.way_back.description}"
    yield from (f"  calls {describe_call(call)}" for call in plan.way_back.calls)
    yield from (f"does not come back: {text}" for text in plan.way_back.lost)
    yield f"permissions: {', '.join(plan.permissions)}"
    yield f"permissions for the way back: {', '.join(plan.rollback_permissions) or 'none'}"
    yield f"pre-flight: {PREFLIGHT[plan.preflight.outcome]}"
    yield from (f"  {text}" for text in plan.preflight.details)


def describe_price(price: Price) -> Iterator[str]:
    """What it costs and saves, by which bill."""
    cost = "not known" if price.monthly_cost is None else f"{price.monthly_cost} {price.currency} in 30 days"
    yield f"costs now: {cost}, by the bill of {price.billing_period:%Y-%m}"
    yield f"saves: {price.monthly_saving} {price.currency} in 30 days"


def describe_call(call: PlannedCall) -> str:
    """A call as it would be made; what comes from an earlier step is named as such."""
    shown = [
        f"{name}=<{value['field']} of {value[FROM_STEP]}>"
        if isinstance(value, dict) and FROM_STEP in value
        else f"{name}={json.dumps(value, sort_keys=True, ensure_ascii=False)}"
        for name, value in call.parameters.items()
    ]
    return f"{call.service} {call.operation}({', '.join(shown)})"


def _list_pairs(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in sorted(values.items()))
