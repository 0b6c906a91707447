"""A plan as it would be made now: what the remediation says of the resource as it is, the newest finding's money."""

import json
from collections.abc import Callable
from typing import Any

from actions.plans.document import KeptPlan, NoPlanError, Plan, PlanBasis, PlannedStep, Preflight, Price, keep_plan
from actions.proposals import ActionFinding, Proposal
from actions.remediations.base import LiveResource, Remediation, StepContext

FindFinding = Callable[[Proposal], ActionFinding]
"""The proposal's finding as the newest run has it; the proposal's own where it was not found again."""

#: At the moment of acting the cloud answers by the calls themselves.
NOT_ASKED = Preflight(outcome="unknown")


def keep_finding(proposal: Proposal) -> ActionFinding:
    """The finding that was proposed, where nothing newer is known."""
    return proposal.finding


def draft_plan(
    remediation: Remediation, live: LiveResource | None, context: StepContext, is_asked: bool = False
) -> KeptPlan:
    """The plan for a resource that was just read, with the finding of ``context``; reads what hangs on it.

    ``is_asked``: ask the cloud too what it would say of the calls. Raises NoPlanError where nothing may be done, and
    whatever the cloud's client raises.
    """
    finding = context.finding
    if finding.proposal_id != context.proposal_id:
        raise NoPlanError("the finding is about another resource than the proposal")
    problems = remediation.list_problems(live, context)
    if live is None or problems:
        raise NoPlanError("; ".join(problems) or "the resource is not there")
    attributes = {name: value for name, value in live.attributes.items() if name not in remediation.volatile}
    basis = PlanBasis(context.proposal_id, finding, _as_json(attributes), dict(sorted(live.tags.items())))
    calls = remediation.plan_calls(basis)
    plan = Plan(
        proposal_id=context.proposal_id,
        finding=finding,
        remediation=remediation.name,
        safety_class=remediation.safety_class.value,
        attributes=dict(basis.attributes),
        tags=dict(basis.tags),
        steps=tuple(
            PlannedStep(name=step.name, description=step.description, is_mutating=step.is_mutating)
            for step in remediation.steps()
        ),
        calls=calls,
        preconditions=remediation.list_preconditions(basis),
        way_back=remediation.plan_way_back(basis),
        price=price_finding(finding),
        days_until_billed=remediation.days_until_billed,
        dependents=remediation.list_dependents(live, context),
        permissions=remediation.permissions,
        rollback_permissions=remediation.rollback_permissions,
        preflight=remediation.check_calls(calls, context) if is_asked else NOT_ASKED,
    )
    # As it is kept, so that it compares with one that was.
    kept = keep_plan(plan)
    return KeptPlan(kept.digest, Plan.model_validate(kept.document), kept.document)


def expect_plan(plan: Plan, remediation: Remediation, begun: frozenset[str]) -> Plan:
    """The plan with the resource as these steps of ours leave it."""
    return plan.model_copy(update={"attributes": _as_json(remediation.expect_attributes(plan.attributes, begun))})


def price_finding(finding: ActionFinding) -> Price:
    """What the finding says of money."""
    return Price(
        monthly_cost=finding.monthly_cost,
        monthly_saving=finding.monthly_saving,
        currency=finding.currency,
        billing_period=finding.billing_period,
    )


def _as_json(attributes: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(attributes))
    return found
