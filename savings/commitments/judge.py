"""Which purchases to recommend for the usage of a bill: the judge of check `coverable_on_demand`.

For each pool every offer is tried at its best level. Recommended is the one that saves most of those that the
installation allows; the others, and the best mix of a flexible one with those of single families, are evidence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import numpy as np

from savings.commitments.advice import MONEY, STEP, Advice, add_up, advise, advise_later, measure
from savings.commitments.members import name_pool
from savings.commitments.offers import Offer, Rates, find_rates, read_offers
from savings.commitments.pools import Pool, PoolKey, read_pools
from savings.commitments.risk import Risk
from savings.findings import Skipped

NOTHING, DAYS_OF_A_MONTH = Decimal(0), 30
WEEKS_FOR_HIGH = 8
NOTHING_PLANNED: Mapping[PoolKey, Mapping[str, Decimal]] = MappingProxyType({})
Values = Mapping[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Purchase:
    """One commitment to buy: what it does in all days and in the newest `month`.

    `family` is empty for one that is flexible over the pool; `unit_price`: an hour of a normalised unit, 0 without.
    """

    family: str
    advice: Advice
    month: Advice
    unit_price: Decimal = NOTHING


@dataclass(frozen=True)
class Choice:
    """An offer with the purchases of it that pay, at least one, and all of them together."""

    offer: Offer
    rates: Rates
    purchases: tuple[Purchase, ...]
    total: Advice
    month: Advice

    @property
    def saved_in_a_month(self) -> Decimal:
        """Net, in 30 days like the newest."""
        return in_a_month(self.month.saved, self.month.days)


#: Purchases by what makes them: the smallest unit, whether they are flexible, and the rates.
Same = dict[tuple[Decimal, bool, tuple[Decimal, ...]], tuple[Purchase, ...]]


def in_a_month(amount: Decimal, days: int) -> Decimal:
    """What so many days come to in 30."""
    return (amount * DAYS_OF_A_MONTH / days).quantize(MONEY)


def judge_commitments(
    rows: Sequence[Row],
    seeds: Mapping[str, Sequence[Row]],
    values: Values,
    planned: Mapping[PoolKey, Mapping[str, Decimal]] = NOTHING_PLANNED,
) -> tuple[list[Row], list[Skipped]]:
    """A finding for each pool that a purchase pays for, and why there is none for the others.

    `rows`: those of `usage_hourly` with the `first_day` and `last_day` of the source; `values`: the check's parameters;
    `planned`: of a pool, the share of each family's cost (`m5 eu-west-1`) that other savings take away before anything
    is bought.
    """
    offers = read_offers(seeds["commitment_offers"])
    found, skipped = [], []
    for pool in read_pools(rows):
        source, cloud, account, name, currency = pool.key
        left = replace(pool, usage=pool.usage.net_of(planned[pool.key])) if pool.key in planned else pool
        answer = _judge_pool(left, [one for one in offers if (one.cloud, one.pool) == (cloud, name)], values)
        if isinstance(answer, str):
            why = f"on-demand usage of {name.replace('_', ' ')} ({source}, {currency}): {answer}"
            skipped.append(
                Skipped(
                    check_name="coverable_on_demand", provider=cloud, account_id=account, resource_id=name, reason=why
                )
            )
        else:
            found.append(answer)
    return found, skipped


def _judge_pool(pool: Pool, offers: Sequence[Offer], values: Values) -> Row | str:
    """The finding, or the reason that there is none."""
    weeks = int(pool.usage.weeks.max(initial=-1)) + 1
    if weeks < int(values["min_weeks"]):
        return f"{weeks} whole weeks of it are too few to say whether a purchase pays, {values['min_weeks']} are needed"
    same: Same = {}
    choices = [_choose(pool, offer, Decimal(str(values["max_losing_share"])), same) for offer in offers]
    paying = [one for one in choices if one is not None and one.saved_in_a_month > 0]
    allowed = [one for one in paying if _may_be_bought(one.offer, offers, values)]
    if not allowed:
        return "no purchase saves money without losing it in too many weeks"
    return _describe(pool, max(allowed, key=_rank), paying, Decimal(str(values["max_losing_share"])))


def _rank(choice: Choice) -> tuple[Decimal, int]:
    return choice.total.saved, -choice.offer.term_months


def _may_be_bought(offer: Offer, offers: Sequence[Offer], values: Values) -> bool:
    """Whether the installation allows it: its term, its payment, and that it binds to a family where others do not."""
    is_bound = not offer.flexible and any(one.flexible for one in offers)
    return (
        offer.term_months <= int(values["max_term_months"])
        and (not offer.needs_cash or int(values["upfront"]) == 1)
        and (not is_bound or int(values["only_flexible"]) == 0)
    )


def _choose(
    pool: Pool,
    offer: Offer,
    most_losing: Decimal,
    same: Same,
) -> Choice | None:
    """The purchases of one offer that pay; `same`: those of offers at the same rates, which are no others."""
    rates = find_rates(offer, pool)
    key = offer.smallest_unit, offer.flexible, rates.ratios
    if key not in same:
        same[key] = _list_purchases(pool, offer, rates, most_losing)
    purchases = same[key]
    if not purchases:
        return None
    total, month = add_up([one.advice for one in purchases]), add_up([one.month for one in purchases])
    return Choice(offer, rates, purchases, total, month)


def _list_purchases(pool: Pool, offer: Offer, rates: Rates, most_losing: Decimal) -> tuple[Purchase, ...]:
    """One purchase over all families, or one for each of them, where it pays."""
    parts = [list(range(len(pool.families)))] if offer.flexible else [[c] for c in range(len(pool.families))]
    purchases = []
    for columns in parts:
        usage, ratios = pool.usage.only(columns), [rates.ratios[c] for c in columns]
        if min(ratios) >= 1:
            continue
        unit = NOTHING if offer.flexible else (pool.unit_costs[columns[0]] * ratios[0]).quantize(MONEY)
        advice = advise(usage, ratios, most_losing, unit * offer.smallest_unit or STEP)
        if advice.level > 0 and advice.saved > 0:
            month = measure(usage.newest(DAYS_OF_A_MONTH), advice.level, ratios, advice.risk)
            family = "" if offer.flexible else usage.families[0]
            purchases.append(Purchase(family, advice, month, unit))
    return tuple(purchases)


def _describe(pool: Pool, best: Choice, paying: Sequence[Choice], most_losing: Decimal) -> Row:
    source, cloud, account, name, currency = pool.key
    month, offer, total = pool.usage.newest(DAYS_OF_A_MONTH), best.offer, best.total
    return {
        "source_name": source,
        "billing_period": pool.billing_period,
        "cloud": cloud,
        # of all accounts that the payer's commitments are shared over: nobody who sees some of them alone sees it
        "account_id": None,
        "region": None,
        "resource_id": f"{account}/{name}",
        "currency": currency,
        "monthly_cost": in_a_month(Decimal(month.amounts.sum()), month.days),
        "monthly_saving": best.saved_in_a_month,
        "confidence": _confidence(pool, total.risk),
        "purchase_pool": name_pool(pool.key),
        "offer": offer.title,
        "term_months": offer.term_months,
        "payment": offer.payment,
        "hourly_commitment": _say(total.level),
        "coverage_percent": _percent(total.covered / Decimal(pool.usage.amounts.sum())),
        "utilisation_percent": _percent(total.utilisation),
        "break_even_percent": _percent(total.break_even),
        "break_even_months": total.break_even_months(offer.term_months).quantize(Decimal("0.1")),
        "look_back_days": pool.usage.days,
        "grain": "day" if pool.usage.hours > 1 else "hour",
        "weeks": total.risk.weeks,
        "losing_weeks": total.risk.losing,
        "share_of_best_level": f"{total.risk.share:.4f}",
        "rates_from": best.rates.source,
        "purchases": [_tell(one) for one in best.purchases],
        "alternatives": [*_list_alternatives(best, paying), *_mix(pool, best, paying)],
        "later": _list_later(pool, best, most_losing),
    }


def _confidence(pool: Pool, risk: Risk) -> str:
    """By the weeks left out: all of eight whole weeks would have saved money; fewer weeks; some lose, or days only."""
    if pool.usage.hours > 1 or risk.losing:
        return "low"
    return "high" if risk.weeks >= WEEKS_FOR_HIGH else "medium"


def _tell(one: Purchase) -> dict[str, str]:
    told = {
        "hourly_commitment": _say(one.advice.level),
        "saved_in_30_days": _cents(in_a_month(one.month.saved, one.month.days)),
        "coverage_percent": f"{_percent(one.advice.coverage):f}",
        "utilisation_percent": f"{_percent(one.advice.utilisation):f}",
    }
    if one.family:
        told["family"] = one.family
    if one.unit_price > 0:
        told["normalised_units"] = _cents(one.advice.level / one.unit_price)
    return told


def _list_alternatives(best: Choice, paying: Sequence[Choice]) -> Iterator[dict[str, Any]]:
    for one in sorted(paying, key=_rank, reverse=True):
        if one is not best:
            yield {
                "offer": one.offer.title,
                "term_months": one.offer.term_months,
                "payment": one.offer.payment,
                "hourly_commitment": _say(one.total.level),
                "saved_in_30_days": _cents(one.saved_in_a_month),
                "purchases": len(one.purchases),
                "losing_weeks": one.total.risk.losing,
            }


def _mix(pool: Pool, best: Choice, paying: Sequence[Choice]) -> Iterator[dict[str, Any]]:
    """The best offer beside commitments of single families with the same term and payment, where that saves more."""
    offer = best.offer
    terms = offer.term_months, offer.payment
    bound = [one for one in paying if not one.offer.flexible and (one.offer.term_months, one.offer.payment) == terms]
    if not offer.flexible or not bound:
        return
    other = max(bound, key=_rank)
    own, flexible = (np.array(one.rates.ratios, dtype=np.float64) for one in (other, best))
    from savings.commitments.mix import mix_levels  # it brings scipy, which a bill without such offers has no use for

    mix = mix_levels(pool.usage.values, own, flexible)
    if mix.flexible > 0 and mix.own.any() and mix.saved > float(best.total.saved):
        yield {
            "offer": f"{offer.title} with {other.offer.title} of single families",
            "term_months": offer.term_months,
            "payment": offer.payment,
            "hourly_commitment": f"{(mix.flexible + mix.own.sum()) / pool.usage.hours:.3f}",
            "saved_in_30_days": f"{mix.saved / pool.usage.days * DAYS_OF_A_MONTH:.2f}",
            "purchases": int((mix.own > 0).sum()) + 1,
        }


def _list_later(pool: Pool, best: Choice, most_losing: Decimal) -> list[dict[str, str]]:
    """What to add when existing commitments end, where the offer is flexible over the pool."""
    if not best.offer.flexible:
        return []
    later = advise_later(pool.usage, pool.returning, best.rates.ratios, best.total.level, most_losing)
    return [{"day": one.day.isoformat(), "hourly_commitment": _say(one.level)} for one in later]


def _percent(share: Decimal) -> Decimal:
    return (share * 100).quantize(Decimal("0.1"))


def _say(level: Decimal) -> str:
    """An amount per hour, in thousandths."""
    return f"{level.quantize(STEP):f}"


def _cents(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.01')):f}"
