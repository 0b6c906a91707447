"""Which purchases to recommend for the usage of a bill: the judge of check `coverable_on_demand`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from savings.commitments.advice import MONEY, STEP, Advice, advise, advise_later, measure
from savings.commitments.mix import mix_levels
from savings.commitments.offers import Offer, Rates, find_rates, read_offers
from savings.commitments.pools import Pool, read_pools
from savings.findings import Skipped

NOTHING, DAYS_OF_A_MONTH = Decimal(0), 30
WEEKS_FOR_HIGH = 8
Values = Mapping[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Purchase:
    """One commitment to buy; `family` is empty for one that is flexible over the pool."""

    family: str
    advice: Advice
    month: Advice
    unit_price: Decimal = NOTHING


@dataclass(frozen=True)
class Choice:
    """An offer with the purchases of it that pay."""

    offer: Offer
    rates: Rates
    purchases: tuple[Purchase, ...]

    @property
    def saved(self) -> Decimal:
        """Net in the days looked at."""
        return sum((one.advice.saved for one in self.purchases), NOTHING)

    def total(self, name: str) -> Decimal:
        """The sum of an amount of the advice over the purchases."""
        return sum((getattr(one.advice, name) for one in self.purchases), NOTHING)

    def in_a_month(self) -> Decimal:
        """Net in the newest 30 days."""
        return _to_a_month(self.purchases, "saved")


def judge_commitments(
    rows: Sequence[Row], seeds: Mapping[str, Sequence[Row]], values: Values
) -> tuple[list[Row], list[Skipped]]:
    """A finding for each pool that a purchase pays for, and why there is none for the others.

    `rows`: those of `usage_hourly` with the `first_day` and `last_day` of the source; `values`: the check's parameters.
    """
    offers = read_offers(seeds["commitment_offers"])
    found, skipped = [], []
    for pool in read_pools(rows):
        answer = _judge_pool(
            pool, [one for one in offers if (one.cloud, one.pool) == (pool.key[1], pool.key[3])], values
        )
        if isinstance(answer, str):
            source, cloud, account, name, currency = pool.key
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
    choices = [_choose(pool, offer, values) for offer in offers]
    paying = [one for one in choices if one.purchases and one.in_a_month() > 0]
    best = max((one for one in paying if _may_be_bought(one.offer, offers, values)), key=_rank, default=None)
    if best is None:
        return "no purchase saves money without losing it in too many weeks"
    return _describe(pool, best, paying, values)


def _rank(choice: Choice) -> tuple[Decimal, int]:
    return choice.saved, -choice.offer.term_months


def _may_be_bought(offer: Offer, offers: Sequence[Offer], values: Values) -> bool:
    """Whether the installation allows it: its term, its payment, and that it binds to a family where others do not."""
    is_bound = not offer.flexible and any(one.flexible for one in offers)
    return (
        offer.term_months <= int(values["max_term_months"])
        and (not offer.needs_cash or int(values["upfront"]) == 1)
        and (not is_bound or int(values["only_flexible"]) == 0)
    )


def _choose(pool: Pool, offer: Offer, values: Values) -> Choice:
    """The purchases of one offer that pay: one over all families, or one for each of them."""
    rates = find_rates(offer, pool)
    parts = [list(range(len(pool.families)))] if offer.flexible else [[c] for c in range(len(pool.families))]
    purchases = []
    for columns in parts:
        usage, ratios = pool.usage.only(columns), [rates.ratios[c] for c in columns]
        if min(ratios) >= 1:
            continue
        unit = NOTHING if offer.flexible else pool.unit_costs[columns[0]] * ratios[0]
        advice = advise(usage, ratios, Decimal(str(values["max_losing_share"])), STEP)
        if advice.level > 0 and advice.saved > 0:
            month = measure(usage.newest(DAYS_OF_A_MONTH), advice.level, ratios, advice.risk)
            purchases.append(Purchase("" if offer.flexible else usage.families[0], advice, month, unit))
    return Choice(offer, rates, tuple(purchases))


def _to_a_month(purchases: Sequence[Purchase], name: str) -> Decimal:
    amounts = (getattr(one.month, name) * DAYS_OF_A_MONTH / one.month.days for one in purchases)
    return sum(amounts, NOTHING).quantize(MONEY)


def _describe(pool: Pool, best: Choice, paying: Sequence[Choice], values: Values) -> Row:
    source, cloud, account, name, currency = pool.key
    month = pool.usage.newest(DAYS_OF_A_MONTH)
    covered, committed, used = best.total("covered"), best.total("committed"), best.total("used")
    level = best.total("level")
    worst = max(best.purchases, key=lambda one: one.advice.risk.losing).advice.risk
    return {
        "source_name": source,
        "billing_period": pool.billing_period,
        "cloud": cloud,
        "account_id": account,
        "region": None,
        "resource_id": name,
        "currency": currency,
        "monthly_cost": (Decimal(month.amounts.sum()) * DAYS_OF_A_MONTH / month.days).quantize(MONEY),
        "monthly_saving": best.in_a_month(),
        "confidence": _confidence(pool, worst.losing, worst.weeks),
        "offer": best.offer.title,
        "term_months": best.offer.term_months,
        "payment": best.offer.payment,
        "hourly_commitment": f"{level:f}",
        "coverage_percent": _percent(covered, Decimal(pool.usage.amounts.sum())),
        "utilisation_percent": _percent(used, committed),
        "break_even_percent": _percent(used, covered),
        "break_even_months": (best.offer.term_months * committed / covered).quantize(Decimal("0.1")),
        "look_back_days": pool.usage.days,
        "grain": "day" if pool.usage.hours > 1 else "hour",
        "weeks": worst.weeks,
        "losing_weeks": worst.losing,
        "share_of_best_level": f"{min(one.advice.risk.share for one in best.purchases):.4f}",
        "rates_from": best.rates.source,
        "purchases": [_tell(one) for one in best.purchases],
        "alternatives": [*_list_alternatives(best, paying), *_mix(pool, best, paying)],
        "later": _list_later(pool, best, Decimal(str(values["max_losing_share"]))),
    }


def _confidence(pool: Pool, losing: int, weeks: int) -> str:
    """By the weeks left out: all of eight whole weeks would have saved money; fewer weeks; some lose, or days only."""
    if pool.usage.hours > 1 or losing:
        return "low"
    return "high" if weeks >= WEEKS_FOR_HIGH else "medium"


def _tell(one: Purchase) -> dict[str, str]:
    told = {
        "hourly_commitment": f"{one.advice.level:f}",
        "saved_in_30_days": f"{_to_a_month([one], 'saved').quantize(Decimal('0.01')):f}",
        "utilisation_percent": f"{_percent(one.advice.used, one.advice.committed):f}",
    }
    if one.family:
        told["family"] = one.family
    if one.unit_price > 0:
        told["normalised_units"] = f"{(one.advice.level / one.unit_price).quantize(Decimal('0.01')):f}"
    return told


def _list_alternatives(best: Choice, paying: Sequence[Choice]) -> Iterator[dict[str, Any]]:
    for one in sorted(paying, key=_rank, reverse=True):
        if one is not best:
            yield {
                "offer": one.offer.title,
                "term_months": one.offer.term_months,
                "payment": one.offer.payment,
                "hourly_commitment": f"{one.total('level'):f}",
                "saved_in_30_days": f"{one.in_a_month().quantize(Decimal('0.01')):f}",
                "purchases": len(one.purchases),
                "losing_weeks": max(p.advice.risk.losing for p in one.purchases),
            }


def _mix(pool: Pool, best: Choice, paying: Sequence[Choice]) -> Iterator[dict[str, Any]]:
    """The best offer beside commitments of single families with the same term and payment, where that saves more."""
    offer = best.offer
    bound = [
        one
        for one in paying
        if not one.offer.flexible and (one.offer.term_months, one.offer.payment) == (offer.term_months, offer.payment)
    ]
    if not offer.flexible or not bound:
        return
    other = max(bound, key=_rank)
    mix = mix_levels(
        pool.usage.values,
        np.array(other.rates.ratios, dtype=np.float64),
        np.array(best.rates.ratios, dtype=np.float64),
    )
    if mix.flexible > 0 and mix.own.any() and mix.saved > float(best.saved):
        yield {
            "offer": f"{offer.title} with {other.offer.title} of single families",
            "term_months": offer.term_months,
            "payment": offer.payment,
            "hourly_commitment": f"{(mix.flexible + mix.own.sum()) / pool.usage.hours:.3f}",
            "saved_in_30_days": f"{mix.saved / pool.usage.days * DAYS_OF_A_MONTH:.2f}",
            "purchases": int((mix.own > 0).sum() + (mix.flexible > 0)),
        }


def _list_later(pool: Pool, best: Choice, most_losing: Decimal) -> list[dict[str, str]]:
    """What to add when existing commitments end within the term of a flexible one."""
    if not best.offer.flexible or not pool.returning:
        return []
    later = advise_later(pool.usage, pool.returning, best.rates.ratios, best.purchases[0].advice.level, most_losing)
    return [{"day": one.day.isoformat(), "hourly_commitment": f"{one.level:f}"} for one in later]


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return (part * 100 / whole).quantize(Decimal("0.1")) if whole else NOTHING
