"""Random native rows of every kind of charge and every case of a commitment, with totals added up beside them.

The totals follow the billing documentation of each provider, in Python's decimals, from the row alone: they know
nothing of FOCUS rows, of fees that are spread or of rows that are split.
"""

import random
from collections.abc import Callable
from decimal import Decimal

from tests.integration.dbt.charges import Row, aws_row, azure_row, gcp_row

D = Decimal
Totals = dict[str, Decimal]
MEASURES = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
_AWS_DISCOUNTS = ("EdpDiscount", "PrivateRateDiscount", "SppDiscount", "BundledDiscount", "RiVolumeDiscount")


def _amount(rng: random.Random, low: int = 0, high: int = 10**15) -> Decimal:
    """An amount with up to twelve decimals; 0 now and then."""
    if rng.random() < 0.1:
        return D(0)
    return D(rng.randint(low, high)).scaleb(-rng.choice((2, 6, 12)))


def _optional(rng: random.Random, value: Decimal) -> Decimal | None:
    return value if rng.random() < 0.7 else None


def _sum(totals: Totals, *values: Decimal) -> None:
    for measure, value in zip(MEASURES, values, strict=True):
        totals[measure] += value


def make_aws(rng: random.Random, count: int) -> tuple[list[Row], Totals]:
    """Line items of a Cost and Usage Report, with net columns on some."""
    rows: list[Row] = []
    totals: Totals = dict.fromkeys(MEASURES, D(0))

    def usage(kind: str) -> None:
        cost, public, net = _amount(rng), _optional(rng, _amount(rng)), _optional(rng, _amount(rng))
        charged = cost if net is None else net
        effective, net_effective = _amount(rng), _optional(rng, _amount(rng))
        # without a public price what it costs before discounts, and never less than what is charged
        listed = public or (max(cost, effective) if kind == "DiscountedUsage" else cost)
        if kind != "SavingsPlanCoveredUsage":
            listed = max(listed, charged)
        names = {"DiscountedUsage": "reservation", "SavingsPlanCoveredUsage": "savings_plan"}
        more: Row = {"line_item_net_unblended_cost": net, "pricing_public_on_demand_cost": public}
        amortised = charged
        if kind == "DiscountedUsage":
            more |= {"reservation_effective_cost": effective, "reservation_net_effective_cost": net_effective}
        if kind == "SavingsPlanCoveredUsage":
            more |= {"savings_plan_savings_plan_effective_cost": effective,
                     "savings_plan_net_savings_plan_effective_cost": net_effective}  # fmt: skip
        if kind in names:
            amortised = effective if net_effective is None else net_effective
            more[f"{names[kind]}_{'reservation_a_r_n' if kind == 'DiscountedUsage' else 'savings_plan_a_r_n'}"] = "c"
        rows.append(aws_row(kind, str(cost), line_item_usage_amount=_optional(rng, _amount(rng)), **more))
        _sum(totals, charged, amortised, listed, listed if kind == "DiscountedUsage" else charged)

    def negation(_: str) -> None:
        cost = -_amount(rng)
        rows.append(aws_row("SavingsPlanNegation", str(cost), savings_plan_savings_plan_a_r_n="c"))
        _sum(totals, cost, D(0), D(0), D(0))

    def reservation_fee(_: str) -> None:
        cost, upfront, recurring = _amount(rng), _amount(rng), _amount(rng)
        rows.append(
            aws_row("RIFee", str(cost), reservation_reservation_a_r_n=rng.choice(("c", None)),
                    reservation_unused_amortized_upfront_fee_for_billing_period=upfront,
                    reservation_unused_recurring_fee=recurring, reservation_unused_quantity=_amount(rng))
        )  # fmt: skip
        _sum(totals, cost, upfront + recurring, cost, cost)

    def plan_fee(_: str) -> None:
        cost, total = _amount(rng), _amount(rng)
        used = total * rng.choice((0, 1)) if rng.random() < 0.5 else _amount(rng)
        rows.append(
            aws_row("SavingsPlanRecurringFee", str(cost), savings_plan_savings_plan_a_r_n="c",
                    savings_plan_total_commitment_to_date=total, savings_plan_used_commitment=used)
        )  # fmt: skip
        _sum(totals, cost, total - used, cost, cost)

    def upfront(kind: str) -> None:
        cost, commitment = _amount(rng), rng.random() < 0.5 or kind == "SavingsPlanUpfrontFee"
        column = "savings_plan_savings_plan_a_r_n" if "Plan" in kind else "reservation_reservation_a_r_n"
        rows.append(aws_row(kind, str(cost), **({column: "c"} if commitment else {})))
        _sum(totals, cost, D(0) if commitment else cost, cost, cost)

    def other(kind: str) -> None:
        cost = _amount(rng) if kind in ("Tax", "FlatRateSubscription", "Unheard") else -_amount(rng)
        refund = kind == "Refund" and rng.random() < 0.5
        rows.append(aws_row(kind, str(cost), **({"reservation_reservation_a_r_n": "c"} if refund else {})))
        _sum(totals, cost, D(0) if refund else cost, D(0) if kind in _AWS_DISCOUNTS else cost, cost)

    kinds: list[tuple[str, Callable[[str], None]]] = [
        ("Usage", usage), ("DiscountedUsage", usage), ("SavingsPlanCoveredUsage", usage), ("", negation),
        ("", reservation_fee), ("", plan_fee), ("Fee", upfront), ("SavingsPlanUpfrontFee", upfront), ("Tax", other),
        ("Credit", other), ("Refund", other), ("FlatRateSubscription", other), ("Unheard", other),
        *((discount, other) for discount in _AWS_DISCOUNTS),
    ]  # fmt: skip
    for number in range(count):
        kind, make = kinds[number % len(kinds)]
        make(kind)
    return rows, totals


def make_azure(rng: random.Random, count: int) -> tuple[dict[str, list[Row]], Totals]:
    """An actual and an amortised export; list and contracted cost are no figures of theirs."""
    exports: dict[str, list[Row]] = {"actual": [], "amortised": []}
    totals = {"billed_cost": D(0), "effective_cost": D(0)}
    kinds = (("Usage", "OnDemand"), ("Usage", "Spot"), ("Usage", "Reservation"), ("Usage", "SavingsPlan"),
             ("Purchase", "Reservation"), ("Purchase", "OnDemand"), ("Refund", "Reservation"), ("Tax", ""),
             ("UnusedReservation", "Reservation"), ("UnusedSavingsPlan", "SavingsPlan"), ("Credit", ""),
             ("RoundingAdjustment", ""))  # fmt: skip
    for number in range(count):
        kind, model = kinds[number % len(kinds)]
        cost = _amount(rng) * rng.choice((1, 1, -1))
        row = azure_row(
            rng.randint(1, 3), kind, model, str(cost), quantity=_optional(rng, _amount(rng, high=10**8)),
            unit_price=_optional(rng, _amount(rng, high=10**8)), payg_price=_optional(rng, _amount(rng, high=10**8)),
            unit_of_measure=rng.choice(("1 Hour", "10K", "something", None)), term=rng.choice(("12", "1 Year", None)),
            frequency=rng.choice(("OneTime", "Recurring", "UsageBased", None)),
            subscription_id=rng.choice(("s1", "s2")),
        )  # fmt: skip
        if model in ("Reservation", "SavingsPlan"):
            row["benefit_id"] = rng.choice(("b1", "b2"))
        sides = ("actual", "amortised") if rng.random() < 0.6 else (rng.choice(("actual", "amortised")),)
        if kind in ("Purchase", "Refund") and model == "Reservation":
            sides = ("actual",)
        elif kind.startswith("Unused") or model in ("Reservation", "SavingsPlan"):
            sides = ("amortised",)
        for side in sides:
            exports[side].append(row)
            totals["billed_cost" if side == "actual" else "effective_cost"] += cost
    return exports, totals


def make_gcp(rng: random.Random, count: int) -> tuple[list[Row], Totals]:
    """Charges of both models of commitments, with credits of every kind."""
    rows: list[Row] = []
    totals: Totals = dict.fromkeys(MEASURES, D(0))
    for number in range(count):
        kind = ("usage", "credited", "covered", "priced", "fee", "offset fee", "tax", "adjustment", "spend")[number % 9]
        cost = _amount(rng, high=10**14) * (1 if rng.random() < 0.9 else -1)
        listed = _optional(rng, _amount(rng, high=10**14))
        negotiated, free = -_amount(rng, high=10**10), -_amount(rng, high=10**10)
        promotion = -_amount(rng, high=10**10)
        commitment = D(0)
        more: Row = {
            "usage_amount": _optional(rng, _amount(rng)),
            "usage_amount_in_pricing_units": _optional(rng, _amount(rng, high=10**13)),
            "usage_pricing_unit": rng.choice(("hour", "gibibyte hour")),
            "location_region": rng.choice(("us-central1", "europe-west1", None)),
        }
        sku, cost_type = "N2 Instance Core", "regular"
        if kind == "credited":
            commitment = -(cost * D(rng.randint(1, 99)) / 100).quantize(D("1e-12"))
        elif kind in ("covered", "spend"):
            commitment = -cost
        elif kind == "priced":
            more |= {"subscription_instance_id": "cud", "consumption_model_description": "Flexible CUD"}
        elif kind == "fee":
            sku = rng.choice(("Commitment v1: N2 Cpu in Iowa", "Commitment - dollar based v1: Cloud SQL"))
        elif kind == "offset fee":
            sku, more["subscription_instance_id"] = "Commitment - dollar based v1: Flexible CUD", "cud"
            commitment = -_amount(rng, high=10**13)
        elif kind in ("tax", "adjustment"):
            cost_type = kind
            more["adjustment_info_type"] = (
                rng.choice(("GOODWILL", "PRICE_CORRECTION")) if kind == "adjustment" else None
            )
        if kind == "spend":
            more["credits"] = '[{"type": "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE"}]'
        rows.append(
            gcp_row(sku, str(cost), cost_type=cost_type, cost_at_list=listed, credits_commitment=commitment,
                    credits_negotiated=negotiated, credits_free_tier=free, credits_promotion=promotion, **more)
        )  # fmt: skip
        net = cost + commitment + negotiated + free + promotion
        regular = cost_type == "regular"
        _sum(
            totals, net, net, (cost if listed is None else listed) + promotion if regular else net,
            cost + negotiated + promotion if regular else net,
        )  # fmt: skip
    return rows, totals
