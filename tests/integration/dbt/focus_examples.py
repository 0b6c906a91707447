"""The worked examples of commitments in the FOCUS specification, as the native rows that each provider exports.

Source: FOCUS_Spec, specification/appendix/commitment_discounts (one file for each scenario) and the appendix
commitment_discounts.md with its plan of a dollar an hour. Figures of the expectations are the specification's own.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.integration.dbt.charges import Row, aws_row, azure_row, gcp_row

HOURS = 24
TERM = {"reservation_start_time": "2025-01-01T00:00:00Z", "reservation_end_time": "2026-01-01T00:00:00Z"}
PLAN_TERM = {"savings_plan_start_time": "2025-01-01T00:00:00Z", "savings_plan_end_time": "2026-01-01T00:00:00Z"}


@dataclass(frozen=True)
class Example:
    """Native rows of a scenario, and the specification's row summary: kind -> (rows, billed, effective).

    ``quantities`` are commitment quantities of single rows: kind -> quantity of each row of that kind.
    """

    name: str
    table: str
    rows: list[Row]
    summary: dict[str, tuple[int, str, str]]
    quantities: dict[str, str] = field(default_factory=dict)
    dataset_rows: dict[str, list[Row]] = field(default_factory=dict)


def _reserved(count: int, effective: str, listed: str, identity: str) -> list[Row]:
    return [
        aws_row("DiscountedUsage", "0", reservation_reservation_a_r_n=identity, reservation_effective_cost=effective,
                pricing_public_on_demand_cost=listed, line_item_usage_amount="1", pricing_unit="Hrs")
        for _ in range(count)
    ]  # fmt: skip


def _planned(count: int, effective: str, listed: str, identity: str) -> list[Row]:
    rows = []
    for _ in range(count):
        common: dict[str, Any] = {"savings_plan_savings_plan_a_r_n": identity, "line_item_usage_amount": "1"}
        rows.append(
            aws_row("SavingsPlanCoveredUsage", listed, pricing_public_on_demand_cost=listed, pricing_unit="Hrs",
                    savings_plan_savings_plan_effective_cost=effective, **common)
        )  # fmt: skip
        rows.append(aws_row("SavingsPlanNegation", f"-{listed}", **common))
    return rows


def _plan_hours(count: int, fee: str, committed: str, used: str, identity: str) -> list[Row]:
    return [
        aws_row("SavingsPlanRecurringFee", fee, savings_plan_savings_plan_a_r_n=identity,
                savings_plan_total_commitment_to_date=committed, savings_plan_used_commitment=used, **PLAN_TERM)
        for _ in range(count)
    ]  # fmt: skip


def _standard(cost: str) -> Row:
    return aws_row("Usage", cost, pricing_public_on_demand_cost=cost)


EXAMPLES = [
    Example(
        "aws_reserved_instance_all_upfront_100pct",
        "aws_cur2",
        [
            aws_row("Fee", "403000", reservation_reservation_a_r_n="ri", line_item_usage_amount="1", **TERM),
            aws_row("RIFee", "0", reservation_reservation_a_r_n="ri", line_item_usage_amount="744", pricing_unit="Hrs"),
            *_reserved(HOURS, "46", "69", "ri"),
            _standard("25.98"),
        ],
        # the recurring fee of 0 is a row of the report, so two purchases instead of one
        {"Purchase": (2, "403000", "0"), "Used": (24, "0", "1104"), "Standard": (1, "25.98", "25.98")},
        {"Used": "1", "Purchase One-Time": "8760"},
    ),
    Example(
        "aws_reserved_instance_partial_upfront_100pct",
        "aws_cur",
        [
            aws_row("Fee", "220000", reservation_reservation_a_r_n="ri", line_item_usage_amount="1", **TERM),
            aws_row("RIFee", "18333.33", reservation_reservation_a_r_n="ri", line_item_usage_amount="744"),
            *_reserved(HOURS, "50.23", "75.35", "ri"),
            _standard("19.82"),
        ],
        {"Purchase": (2, "238333.33", "0"), "Used": (24, "0", "1205.52"), "Standard": (1, "19.82", "19.82")},
        {"Used": "1", "Purchase Recurring": "744"},
    ),
    Example(
        "aws_savings_plan_all_upfront_75pct",
        "aws_cur2",
        [
            aws_row("SavingsPlanUpfrontFee", "459000", savings_plan_savings_plan_a_r_n="sp"),
            *_planned(18, "52.40", "78.60", "sp"),
            *_plan_hours(18, "0", "52.40", "52.40", "sp"),
            *_plan_hours(6, "0", "52.40", "0", "sp"),
            _standard("10.15"),
        ],
        {
            "Purchase": (25, "459000", "0"),
            "Used": (18, "0", "943.20"),
            "Unused": (6, "0", "314.40"),
            "Standard": (1, "10.15", "10.15"),
        },
        {"Used": "52.40", "Unused": "52.40", "Purchase One-Time": "459000"},
    ),
    Example(
        "aws_savings_plan_partial_upfront_100pct",
        "aws_cur2",
        [
            aws_row("SavingsPlanUpfrontFee", "223993.20", savings_plan_savings_plan_a_r_n="sp"),
            aws_row("SavingsPlanRecurringFee", "17183.04", savings_plan_savings_plan_a_r_n="sp",
                    savings_plan_total_commitment_to_date="34366.08", savings_plan_used_commitment="34366.08"),
            *_planned(HOURS, "51.14", "76.71", "sp"),
        ],
        {"Purchase": (2, "241176.24", "0"), "Used": (24, "0", "1227.36")},
        {"Used": "51.14", "Purchase Recurring": "34366.08"},
    ),
    Example(
        "azure_reservation_no_upfront_100pct",
        "azure_cost_details",
        [],
        {"Purchase": (1, "55333.33", "0"), "Used": (24, "0", "1819.20"), "Standard": (1, "39.35", "39.35")},
        {"Used": "1", "Purchase Recurring": "744"},
        {
            "actual": [
                azure_row(1, "Purchase", "Reservation", "55333.33", reservation_id="r", frequency="Recurring",
                          quantity="1", unit_of_measure="1 Hour"),
                *(azure_row(1, "Usage", "Reservation", "0", reservation_id="r", quantity="1") for _ in range(HOURS)),
                azure_row(1, "Usage", "OnDemand", "39.35"),
            ],
            "amortised": [
                *(azure_row(1, "Usage", "Reservation", "75.80", reservation_id="r", quantity="1", unit_price="113.70",
                            unit_of_measure="1 Hour")
                  for _ in range(HOURS)),
                azure_row(1, "Usage", "OnDemand", "39.35"),
            ],
        },
    ),
    # of the 672 hours of February that the fee pays for, the specification shows the 24 of one day
    Example(
        "gcp_resource_cud_no_upfront_100pct",
        "gcp_billing",
        [
            gcp_row("Commitment v1: N2 Cpu in Iowa for 1 Year", "19790.40", usage_amount_in_pricing_units="672",
                    usage_pricing_unit="hour", location_region="us-central1"),
            *(gcp_row("N2 Instance Core running in Iowa", "44.18", cost_at_list="44.18", credits_commitment="-44.18",
                      usage_amount_in_pricing_units="1", usage_pricing_unit="hour", location_region="us-central1")
              for _ in range(HOURS)),
        ],
        {"Purchase": (1, "19790.40", "0"), "Used": (24, "0", "706.80"), "Unused": (1, "0", "19083.60")},
        {"Used": "1", "Purchase Recurring": "672", "Unused": "648"},
    ),
    Example(
        "gcp_flex_cud_no_upfront_100pct",
        "gcp_billing",
        [
            gcp_row("Commitment - dollar based v1: Flexible CUD 1 Year", "42423.36", credits_commitment="-1515.12",
                    subscription_instance_id="flexible"),
            *(gcp_row("N2 Instance Core running in Iowa", "63.13", cost_at_list="94.70",
                      subscription_instance_id="flexible", consumption_model_description="Flexible CUD 1 Year")
              for _ in range(HOURS)),
        ],
        {"Purchase": (1, "42423.36", "0"), "Used": (24, "0", "1515.12"), "Unused": (1, "0", "40908.24")},
        {"Used": "63.13", "Purchase Recurring": "42423.36"},
    ),
    # the plan of a dollar an hour: paid upfront, by the hour, and half of each
    Example(
        "dollar_plan_upfront",
        "aws_cur2",
        [
            aws_row("SavingsPlanUpfrontFee", "8760", savings_plan_savings_plan_a_r_n="sp"),
            *_plan_hours(1, "0", "1", "1", "sp"),
            *_planned(1, "1", "1.5", "sp"),
        ],
        {"Purchase": (2, "8760", "0"), "Used": (1, "0", "1")},
        {"Used": "1", "Purchase One-Time": "8760"},
    ),
    Example(
        "dollar_plan_recurring_unused",
        "aws_cur2",
        _plan_hours(1, "1", "1", "0", "sp"),
        {"Purchase": (1, "1", "0"), "Unused": (1, "0", "1")},
        {"Unused": "1", "Purchase Recurring": "1"},
    ),
    Example(
        "dollar_plan_hybrid_75pct",
        "aws_cur2",
        [
            aws_row("SavingsPlanUpfrontFee", "4380", savings_plan_savings_plan_a_r_n="sp"),
            *_plan_hours(1, "0.5", "1", "0.75", "sp"),
            *_planned(1, "0.75", "1", "sp"),
        ],
        {"Purchase": (2, "4380.5", "0"), "Used": (1, "0", "0.75"), "Unused": (1, "0", "0.25")},
        {"Used": "0.75", "Unused": "0.25"},
    ),
    Example(
        "dollar_plan_overage",
        "aws_cur2",
        [*_plan_hours(1, "1", "1", "1", "sp"), *_planned(1, "1", "1.5", "sp"), _standard("0.5")],
        {"Purchase": (1, "1", "0"), "Used": (1, "0", "1"), "Standard": (1, "0.5", "0.5")},
        {"Used": "1"},
    ),
]  # fmt: skip
