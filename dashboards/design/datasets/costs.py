"""Costs: daily, by line, in the reporting currency, what changed, and what was of no use."""

from dashboards.design.datasets.figures import COSTS, DAY, SAVINGS, TEXT, cost, of_one_currency
from dashboards.design.parts import COUNT, MONEY, Dataset, Metric

DAILY = Dataset(
    "marts",
    "fct_cost_daily",
    (*COSTS, SAVINGS, Metric("line_items", "Line items", "SUM(line_item_count)", "Lines of the bills.", COUNT)),
    time="charge_date",
    scope=(("team", "x_team"), ("account", "sub_account_id")),
)

LINES = Dataset(
    "marts",
    "fct_charges",
    (*COSTS, Metric("line_items", "Line items", "COUNT(*)", "Lines of the bill.", COUNT)),
    time="charge_period_start",
    scope=(("team", "x_team"), ("account", "sub_account_id")),
    roles=("team", "finance"),
    calculated=(("line_cost", "DECIMAL(38,12)", "Billed cost of the line, to sort by.", "billed_cost"),),
)

REPORTING = Dataset(
    "marts", "fct_cost_reporting_daily",
    (
        Metric("reporting_billed", "Billed cost, reporting currency", "SUM(reporting_billed_cost)",
               "All currencies that have a rate, converted with it.", MONEY),
        Metric("reporting_effective", "Effective cost, reporting currency", "SUM(reporting_effective_cost)",
               "All currencies that have a rate, converted with it.", MONEY),
        Metric("bill_billed", "Billed cost, as billed", of_one_currency("SUM(billed_cost)", "bill_currency"),
               "What the invoices charge, in the currency of the bill.", MONEY),
        Metric("bill_effective", "Effective cost, as billed", of_one_currency("SUM(effective_cost)", "bill_currency"),
               "Cost with purchases spread over what they cover, in the currency of the bill.", MONEY),
    ),
    time="charge_date", scope=(("team", "x_team"), ("account", "sub_account_id")),
    # the currency of the bill has another name here, so that the pages' filter on it does not make one currency of all
    columns=(
        ("charge_date", DAY, "Day."), ("service_provider_name", TEXT, "Provider."),
        ("sub_account_id", TEXT, "Account."), ("x_team", TEXT, "Team."), ("x_environment", TEXT, "Environment."),
        ("reporting_currency", TEXT, "The currency that totals are converted into."),
        ("bill_currency", TEXT, "The currency of the bill."),
        ("in_totals", TEXT, "Whether a rate is known, with which the cost is in the totals of all currencies."),
        ("billed_cost", "DECIMAL(38,12)", "Billed cost, in the currency of the bill."),
        ("effective_cost", "DECIMAL(38,12)", "Effective cost, in the currency of the bill."),
        ("reporting_billed_cost", "DECIMAL(38,12)", "Billed cost, converted."),
        ("reporting_effective_cost", "DECIMAL(38,12)", "Effective cost, converted."),
    ),
    sql="""\
select charge_date, service_provider_name, sub_account_id, x_team, x_environment, reporting_currency,
    billing_currency as bill_currency,
    case when exchange_rate is null then 'no: no exchange rate is known' else 'yes' end as in_totals,
    billed_cost, effective_cost, reporting_billed_cost, reporting_effective_cost
from marts.fct_cost_reporting_daily""",
)  # fmt: skip

CHANGES = Dataset(
    "marts",
    "fct_cost_change_monthly",
    tuple(
        cost(name, label, f"{meaning} The effects add up to the change.")
        for name, label, meaning in (
            ("cost_change", "Change", "Effective cost minus that of the month before."),
            ("usage_effect", "Usage", "More or less was used."),
            ("price_effect", "Price", "A unit cost more or less."),
            ("mix_effect", "Mix", "Usage moved between dearer and cheaper."),
            ("commitment_effect", "Commitments", "Commitments covered more or less."),
            ("new_effect", "New", "Was not there before."),
            ("ended_effect", "Ended", "Is there no more."),
            ("fee_effect", "Fees", "Purchases and fees."),
            ("credit_effect", "Credits", "Credits."),
            ("tax_effect", "Tax", "Tax."),
        )
    ),
    time="billing_period",
    scope=(("account", "sub_account_id"),),
)

WASTE = Dataset(
    "marts",
    "fct_waste_monthly",
    (cost("wasted_cost", "Waste", "Cost that nobody had any use of."),),
    time="billing_period",
    scope=(("account", "sub_account_id"),),
)
