"""What each cost of a row is, also where an export states no more than the billed one.

A cost that is not stated is never 0: list and contracted cost would fall below what was paid, and the effective cost
of a month would vanish. FOCUS states of charges without a unit price that ContractedCost and ListCost equal BilledCost;
of usage that a commitment covers, which bills nothing, the effective cost stands in. So whatever is unknown shows no
saving, and none is invented.

Staging has the same four expressions (macro `focus_costs`; a test compares the two), as the control totals of the
door are what the reconciliation holds the models to.
"""

EFFECTIVE = "coalesce(effective_cost, billed_cost)"
CONTRACTED = "coalesce(contracted_cost, nullif(billed_cost, 0), effective_cost, billed_cost)"
LIST = f"coalesce(list_cost, greatest({CONTRACTED}, billed_cost))"

COSTS = {
    "billed_cost": "billed_cost",
    "effective_cost": EFFECTIVE,
    "list_cost": LIST,
    "contracted_cost": CONTRACTED,
}
