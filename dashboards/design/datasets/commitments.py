"""Reservations, savings plans and committed use."""

from dashboards.design.datasets.figures import cost, of_one_currency
from dashboards.design.parts import COUNT, PERCENT, Dataset, Metric

COMMITMENT_COVERAGE = Dataset(
    "marts", "fct_commitment_coverage",
    (
        Metric("coverage", "Coverage", of_one_currency("SUM(covered_list_cost) / NULLIF(SUM(eligible_list_cost), 0)"),
               "Share of the eligible list cost that commitments cover.", PERCENT),
        Metric("commitment_savings_rate", "Effective savings rate",
               of_one_currency("1 - SUM(covered_effective_cost + on_demand_effective_cost + unused_effective_cost) "
                               "/ NULLIF(SUM(eligible_list_cost), 0)"),
               "Share of the eligible list cost that is saved, unused commitments counted.", PERCENT),
        cost("eligible_list_cost", "Eligible list cost", "List cost of usage that a commitment could cover."),
        cost("on_demand_list_cost", "Not covered", "Eligible list cost without a commitment."),
    ),
    time="billing_period", scope=(("account", "sub_account_id"),),
)  # fmt: skip

UTILIZATION = Dataset(
    "marts", "fct_commitment_utilization",
    (
        Metric("utilization", "Utilisation",
               of_one_currency("SUM(used_cost) / NULLIF(SUM(used_cost + unused_cost), 0)"),
               "Share of the commitments that was used, by cost.", PERCENT),
        cost("used_cost", "Used", "Effective cost of what commitments covered."),
        cost("unused_cost", "Unused", "Effective cost of commitments that covered nothing."),
        cost("savings", "Savings", "List cost of what was covered minus all that the commitments cost."),
    ),
    time="billing_period", roles=("viewer", "finance"),
)  # fmt: skip

COMMITMENTS = Dataset(
    "marts",
    "dim_commitment",
    (Metric("commitments", "Commitments", "COUNT(*)", "Reservations, plans and committed use.", COUNT),),
    time="end_date",
    roles=("viewer", "finance"),
)

CONTRACT_COMMITMENTS = Dataset(
    "marts",
    "dim_contract_commitment",
    (Metric("contract_commitments", "Commitments of contracts", "COUNT(*)", "As exports state them.", COUNT),),
    time="contract_commitment_period_end",
    roles=("viewer", "finance"),
)
