"""What was read of one provider's advice, as findings and as what could not be taken."""

import datetime as dt
from collections.abc import Mapping

from savings.advice.advice import Advice, Left, Reading
from savings.advice.billed import Bill, Billed
from savings.advice.check import AdviceCheck
from savings.advice.prices import price_all
from savings.findings import Recommendation, Skipped

#: What was read of each place, by its name in the configuration.
Read = Mapping[str, Reading]


def list_resources(check: AdviceCheck, places: Read) -> set[tuple[str, str]]:
    """The resources that a bill is asked for, each with its cloud."""
    named = [one.resource_id for reading in places.values() for one in reading.advice]
    named += [one.resource_id for reading in places.values() for one in reading.left]
    return {(check.clouds[0], name) for name in named if name}


def judge_advice(
    check: AdviceCheck, places: Read, bill: Bill, first_day: dt.date, today: dt.date
) -> tuple[list[tuple[Advice, Recommendation]], list[Skipped]]:
    """The findings, each with the advice that it is of, and what was not taken, with the reason.

    ``first_day``: see `savings.advice.prices.price_all`.
    """
    advice = [(name, one) for name, reading in places.items() for one in reading.advice]
    left = [_skip(check, name, one, bill) for name, reading in places.items() for one in reading.left]
    return price_all(check, advice, bill, first_day, today), left


def _skip(check: AdviceCheck, place: str, left: Left, bill: Bill) -> Skipped:
    """A row that was not taken under the name that its finding would have, so that an earlier one does not lapse."""
    cloud = check.clouds[0]
    found = bill.find(cloud, left.account_id, left.resource_id) if left.resource_id else ""
    account, resource = bill.name_account(cloud, left.account_id), left.resource_id
    if isinstance(found, Billed):
        account, resource = found.account_id, found.resource_id
    return Skipped(
        check_name=check.name,
        provider=cloud,
        account_id=account,
        resource_id="" if left.is_all else resource,
        reason=f"savings.advice {place}: {left.reason}",
    )
