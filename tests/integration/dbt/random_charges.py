"""Random line items of every kind of charge of every provider, with what they add up to worked out in Python."""

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.integration.dbt.charges import PLAN, RESERVATION, Row, aws_row, azure_row, gcp_row

CURRENCIES = ("USD", "EUR")
TEAMS = ("payments", "Search", "PLATFORM", "o'brien", "")
ZERO = Decimal(0)


@dataclass
class Delivery:
    """The rows of one snapshot and what is known of their totals, by (currency, measure)."""

    table: str
    dataset: str
    rows: list[Row] = field(default_factory=list)
    totals: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, row: Row, currency: str, costs: Mapping[str, Decimal]) -> None:
        """A row with the costs that it stands for."""
        self.rows.append(row)
        for measure, cost in costs.items():
            self.totals[currency, measure] += cost


def draw_deliveries(chance: random.Random, source: str, period: str, size: int = 12) -> list[Delivery]:
    """The exports of a source and month; a source's name begins with the export that it writes."""
    draw = {"aws": draw_aws, "azure": draw_azure, "gcp": draw_gcp, "focus": draw_focus}[source.split("_")[0]]
    return draw(chance, period, size)


def draw_amount(chance: random.Random) -> Decimal:
    """An amount of some size with up to twelve decimals, now and then nothing or the least there is."""
    digits = chance.choice([0, 1, 2, 6, 9, 12])
    amount = Decimal(chance.randrange(1, 10 ** chance.randrange(1, 6 + digits))).scaleb(-digits)
    return chance.choice([ZERO, Decimal("1e-12"), *[amount] * 8])


def draw_tags(chance: random.Random, prefix: str = "") -> str | None:
    """Tags as JSON, in several spellings; or none."""
    team = chance.choice(TEAMS)
    return chance.choice([
        None, "{}", f'{{"{prefix}team": "{team}"}}', f'{{"{prefix}Owner": "{team}", "{prefix}env": "Prod"}}',
        f'{{"{prefix}cost-center": "CC-{len(team)}", "{prefix}product": "shop", "x": {{"team": "nested"}}}}',
    ])  # fmt: skip


def draw_day(chance: random.Random, period: str) -> str:
    """A day of the month."""
    return f"{period[:8]}{chance.randrange(1, 29):02d}"


def draw_aws(chance: random.Random, period: str, size: int) -> list[Delivery]:
    """Every line item type; covered usage is negated exactly or not quite."""
    delivery = Delivery("aws_cur" if chance.random() < 0.5 else "aws_cur2", "cost")
    kinds = [
        "Usage", "DiscountedUsage", "RIFee", "Fee", "UpfrontFee", "SavingsPlanCoveredUsage", "SavingsPlanRecurringFee",
        "SavingsPlanUpfrontFee", "Tax", "Credit", "Refund", "EdpDiscount", "PrivateRateDiscount", "BundledDiscount",
    ]  # fmt: skip
    for number, kind in enumerate(kinds + chance.choices(kinds, k=size)):
        currency, cost, other = chance.choice(CURRENCIES), draw_amount(chance), draw_amount(chance)
        more: Row = {
            "identity_line_item_id": f"li-{number}", "line_item_currency_code": currency,
            "line_item_usage_start_date": f"{draw_day(chance, period)} 00:00:00",
            "bill_billing_period_start_date": f"{period} 00:00:00",
            "line_item_usage_account_id": chance.choice(["111111111111", "222222222222", "o'neill"]),
            "line_item_product_code": chance.choice(["AmazonEC2", "AmazonS3", "AWSSupportBusiness", "Unheard"]),
            "resource_tags": draw_tags(chance, chance.choice(["", "user_", "user:"])),
        }  # fmt: skip
        billed = effective = cost
        if kind in ("Credit", "Refund") or kind.endswith("Discount"):
            billed = effective = cost = -cost
        elif kind == "DiscountedUsage":
            billed = cost = ZERO
            effective = other
            more |= {"reservation_effective_cost": str(other), "reservation_reservation_a_r_n": RESERVATION}
        elif kind == "RIFee":
            effective = other + cost
            more |= {
                "reservation_unused_recurring_fee": str(other), "reservation_reservation_a_r_n": RESERVATION,
                "reservation_unused_amortized_upfront_fee_for_billing_period": str(cost),
                "reservation_unused_quantity": "1",
            }  # fmt: skip
        elif kind == "UpfrontFee":
            kind, effective = "Fee", ZERO
            more["reservation_reservation_a_r_n"] = RESERVATION
        elif kind == "SavingsPlanCoveredUsage":
            rest = chance.choice([ZERO, ZERO, Decimal("1e-12"), -other])
            negation = rest - cost
            negated = aws_row("SavingsPlanNegation", str(negation), **more | {"savings_plan_savings_plan_a_r_n": PLAN})
            delivery.add(negated, currency, {"billed_cost": negation})
            effective = other
            more |= {
                "savings_plan_savings_plan_effective_cost": str(other), "savings_plan_savings_plan_a_r_n": PLAN,
            }  # fmt: skip
        elif kind == "SavingsPlanRecurringFee":
            effective = max(cost - other, ZERO)
            more |= {
                "savings_plan_total_commitment_to_date": str(cost), "savings_plan_savings_plan_a_r_n": PLAN,
                "savings_plan_used_commitment": str(cost - effective),
            }  # fmt: skip
        elif kind == "SavingsPlanUpfrontFee":
            effective = ZERO
            more["savings_plan_savings_plan_a_r_n"] = PLAN
        if kind == "Usage" and chance.random() < 0.7:
            more["pricing_public_on_demand_cost"] = str(cost + other)
        delivery.add(aws_row(kind, str(cost), **more), currency, {"billed_cost": billed, "effective_cost": effective})
    return [delivery]


def draw_azure(chance: random.Random, period: str, size: int) -> list[Delivery]:
    """Actual and amortised exports; on the last days of the month they differ in what no commitment covers."""
    actual, amortised = Delivery("azure_cost_details", "actual"), Delivery("azure_cost_details", "amortised")
    kinds = ["Usage", "Purchase", "Reserved", "UnusedReservation", "Tax", "Refund", "Credit"]
    currency = chance.choice(CURRENCIES)
    for number, kind in enumerate(kinds + chance.choices(kinds, k=size)):
        cost, day = draw_amount(chance), chance.randrange(1, 26)
        more: Row = {
            "billing_currency": currency, "tags": draw_tags(chance), "date": f"{period[:8]}{day:02d}",
            "meter_name": f"meter {number % 5}", "subscription_id": chance.choice(["s1", "s2"]),
            "pricing_currency": ("XTS", None, currency)[number % 3], "unit_price": f"{1 / (number + 3):.12f}",
            "exchange_rate_pricing_to_billing": f"{150 / (number + 7):.12f}" if number % 4 else None,
            "payg_price": f"{1 / (number + 2):.12f}", "quantity": f"{number * 31 / 7:.12f}",
            "billing_period_start_date": f"{period[:8]}14" if number % 2 else None,
        }  # fmt: skip
        if kind in ("Purchase", "Refund"):
            more["subscription_id"] = None
        if kind == "Purchase":
            row = azure_row(1, kind, "Reservation", str(cost), reservation_id="r1", frequency="OneTime", **more)
            actual.add(row, currency, {"billed_cost": cost})
        elif kind in ("Reserved", "UnusedReservation"):
            name = "Usage" if kind == "Reserved" else kind
            row = azure_row(1, name, "Reservation", str(cost), reservation_id="r1", **more)
            amortised.add(row, currency, {"effective_cost": cost})
        else:
            cost = -cost if kind in ("Refund", "Credit") else cost
            row = azure_row(1, kind, "OnDemand" if kind == "Usage" else "", str(cost), **more)
            actual.add(row, currency, {"billed_cost": cost})
            amortised.add(row, currency, {"effective_cost": cost})
    for delivery, measure in ((actual, "billed_cost"), (amortised, "effective_cost")):
        cost, more = draw_amount(chance), {"billing_currency": currency, "date": f"{period[:8]}27"}
        delivery.add(azure_row(1, "Usage", "OnDemand", str(cost), **more), currency, {measure: cost})
    return [actual, amortised]


def draw_gcp(chance: random.Random, period: str, size: int) -> list[Delivery]:
    """Usage with every kind of credit, taxes, adjustments and rounding errors."""
    delivery = Delivery("gcp_billing", "cost")
    for number in range(5 + size):
        currency, cost, day = chance.choice(CURRENCIES), draw_amount(chance), draw_day(chance, period)
        kind = ["regular", "tax", "adjustment", "rounding_error"][number % 4]
        names = ("credits_commitment", "credits_negotiated", "credits_free_tier", "credits_promotion")
        credits = {name: -draw_amount(chance) if kind == "regular" else ZERO for name in names}
        row = gcp_row(
            chance.choice(["N2 core", "Commitment v1: N2 Cpu"]), str(cost), currency=currency, cost_type=kind,
            labels=draw_tags(chance), project_labels=draw_tags(chance), project_id=chance.choice(["p1", "p2", None]),
            usage_start_time=f"{day} 10:00:00", usage_end_time=f"{day} 11:00:00",
            **{name: str(credit) for name, credit in credits.items()},
        )  # fmt: skip
        total = cost + sum(credits.values(), ZERO)
        delivery.add(row, currency, {"billed_cost": total, "effective_cost": total})
    return [delivery]


def draw_focus(chance: random.Random, period: str, size: int) -> list[Delivery]:
    """Every charge category, each measure of its own."""
    delivery = Delivery("focus", "cost")
    for number in range(5 + size):
        currency, day = chance.choice(CURRENCIES), draw_day(chance, period)
        category = ["Usage", "Purchase", "Tax", "Credit", "Adjustment"][number % 5]
        sign = -1 if category == "Credit" else 1
        measures = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
        costs = {measure: sign * draw_amount(chance) for measure in measures}
        row: Row = {
            "provider_name": "Oracle", "billing_account_id": "O-1", "billing_currency": currency,
            "charge_category": category, "service_name": chance.choice(["Block Storage", "Support"]),
            "charge_frequency": "One-Time" if category == "Purchase" else "Usage-Based",
            "charge_period_start": f"{day} 00:00:00", "tags": draw_tags(chance),
            "sub_account_id": chance.choice(["o'neill", "p1", None]),
            **{measure: str(cost) for measure, cost in costs.items()},
        }  # fmt: skip
        delivery.add(row, currency, costs)
    return [delivery]


def draw_allocation(chance: random.Random) -> dict[str, Any]:
    """Random rules: aliases, virtual tags, accounts, precedence, and splits of every method along every dimension."""
    values = ["payments", "search", "platform", "o'brien", "shop", "prod", "unallocated"]
    scopes: list[dict[str, Any]] = [
        {"team": "platform"}, {"charge_category": {"in": ["Tax", "Credit"]}}, {"service": {"contains": "support"}},
        {"provider": "AWS", "usage_type": {"prefix": "box"}}, {"account": "o'neill"}, {"charge_category": "Usage"},
        {"environment": "prod"}, {"cost_center": {"prefix": "cc-"}, "team": {"in": ["payments", "unallocated"]}},
        {"product": "shop"}, {"region": "nowhere"}, {"any": [{"team": "pl*"}, {"service": "*compute*"}]},
        {"charge_category": ["usage", "t*"], "not": {"account": "o'*"}},
    ]  # fmt: skip
    allocation: dict[str, Any] = {"splits": []}
    for dimension in ("team", "environment", "product", "cost_center"):
        bases = ["tag", "rule", "account"]
        allocation[dimension] = {
            "precedence": chance.sample(bases, chance.randrange(1, 4)),
            "aliases": {"payments": ["search"], "search": ["o'brien"]} if chance.random() < 0.5 else {},
            "accounts": {a: chance.choice(values) for a in chance.sample(["222222222222", "s1", "p1", "o'neill"], 2)},
            "rules": [
                {"name": f"rule_{n}", "value": chance.choice(values), "when": scope}
                for n, scope in enumerate(chance.sample(scopes, 3))
            ],
        }  # fmt: skip
    for number in range(6):
        split: dict[str, Any] = {
            "name": f"split_{number}", "scope": chance.choice(scopes),
            "dimension": chance.choice(["team", "team", "environment", "product", "cost_center"]),
            "method": chance.choice(["even", "proportional", "fixed"]),
            "by": chance.choice(["billed_cost", "effective_cost", "list_cost", "contracted_cost"]),
        }  # fmt: skip
        if split["method"] == "fixed":
            first = Decimal(chance.randrange(1, 99 * 10**10)).scaleb(-10)
            split["shares"] = dict(zip(chance.sample(values, 2), [first, 100 - first], strict=True))
        else:
            split["targets"] = chance.choice(["all", chance.sample(values, chance.randrange(1, 5))])
        allocation["splits"].append(split)
    return allocation
