"""What later bills say of executed proposals: the resource's cost per day before and after it was changed.

A day counts where the account of the resource has usage in its source: an account that is billed no more, or somewhere
else, would show every saving. The newest days are still filling and do not count.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from actions.judge import IsReconciled
from actions.proposals import ActionFinding, Proposal
from actions.verification import SavingEvidence
from cloudcost.analytics.forecasting import count_immature_days
from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.installation import Installation
from warehouse import fetch_records

#: As long as what a recommendation is made from.
DAYS_BEFORE = 30

_ACCOUNT_DAYS = """
select distinct charge_date from marts.fct_cost_daily
where source_name = ? and sub_account_id = ? and charge_category = 'Usage' and charge_date >= cast(? as date)
    and {condition}
order by 1
"""
_COSTS = """
select resource_id, billing_currency, cast(charge_period_start as date) as charge_date,
    sum(effective_cost) as effective_cost
from intermediate.int_focus__unioned
where source_name = ? and sub_account_id = ? and charge_category = 'Usage'
    and billing_period >= cast(? as date) and charge_period_start >= cast(? as date)
    and regexp_replace(resource_id, '^.*/', '') = ?
group by 1, 2, 3
"""


@dataclass(frozen=True)
class ResourceBills:
    """What is billed of one resource, by day, and the days that are known to their end; one currency, or None."""

    currency: str | None
    costs: Mapping[dt.date, Decimal]
    known_days: Collection[dt.date]


def find_change_day(proposal: Proposal) -> dt.date | None:
    """The day (UTC) on which the last step of the execution was done; None where that is not on record."""
    steps = proposal.execution.steps if proposal.execution else ()
    done = [step.done_at for step in steps if step.done_at is not None]
    return max(done).astimezone(dt.UTC).date() if done else None


def read_evidence(
    installation: Installation, proposal: Proposal, is_reconciled: IsReconciled, today: dt.date
) -> SavingEvidence:
    """The evidence on an executed proposal; whatever the warehouse does not know is None in it."""
    finding, changed_on = proposal.finding, find_change_day(proposal)
    if changed_on is None:
        return SavingEvidence(finding.currency, None, None, 0, None)
    bills = read_bills(installation, finding, changed_on - dt.timedelta(days=DAYS_BEFORE), today)
    months = {day.replace(day=1) for day in bills.known_days}
    answers = [is_reconciled(finding.source_name, month) for month in sorted(months)]
    are_reconciled = None if not answers or None in answers else all(answers)
    return weigh_bills(bills, finding.currency, changed_on, are_reconciled)


def weigh_bills(bills: ResourceBills, currency: str, changed_on: dt.date, is_reconciled: bool | None) -> SavingEvidence:
    """Cost per known day: before, from the first on which the resource was billed; after, from the day that follows the
    change. The day of the change itself is of both and counts for neither.
    """
    first = min((day for day in bills.costs if day < changed_on), default=changed_on)
    before = [day for day in bills.known_days if first <= day < changed_on]
    after = [day for day in bills.known_days if day > changed_on]
    is_clear = bills.currency is not None
    return SavingEvidence(
        currency=bills.currency or currency,
        daily_cost_before=_average(bills.costs, before) if is_clear else None,
        daily_cost_after=_average(bills.costs, after) if is_clear else None,
        days_after=len(after),
        is_reconciled=is_reconciled,
    )


def read_bills(installation: Installation, finding: ActionFinding, first: dt.date, today: dt.date) -> ResourceBills:
    """The effective cost of the resource's usage per day, from `first` on."""
    days = ScoredDays.until(today)
    # Learnt per provider under the bill's own names; the most careful of them is good for all.
    filling = max([installation.config.forecasts.immature_days, *count_immature_days(installation, days).values()])
    account = [finding.source_name, finding.resource.account_id]
    query = _ACCOUNT_DAYS.format(condition=days.condition("charge_date"))
    name = finding.resource.resource_id.rpartition("/")[2]
    with installation.warehouse.connect(read_only=True) as connection:
        seen = [row[0] for row in connection.execute(query, [*account, first]).fetchall()]
        rows = fetch_records(connection.execute(_COSTS, [*account, first.replace(day=1), first, name]))
    newest = max(seen, default=first)
    known = [day for day in seen if day <= newest - dt.timedelta(days=filling)]
    # one name in two currencies, or of two resources, is no evidence on one resource
    named = {(row["resource_id"], row["billing_currency"]) for row in rows}
    currency = rows[0]["billing_currency"] if len(named) == 1 else None
    return ResourceBills(currency, _by_day(rows), known)


def _by_day(rows: Collection[Mapping[str, Any]]) -> dict[dt.date, Decimal]:
    return {row["charge_date"]: row["effective_cost"] for row in rows}


def _average(costs: Mapping[dt.date, Decimal], days: Collection[dt.date]) -> Decimal | None:
    """The cost per day over these days, to 12 decimals; None where there are none."""
    if not days:
        return None
    total = sum((costs.get(day, Decimal(0)) for day in days), Decimal(0))
    return (total / len(days)).quantize(Decimal("1e-12"))
