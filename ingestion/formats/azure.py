"""Azure Cost Management exports of cost details: actual and amortised, of every kind of agreement.

The *actual* export states what is billed, the *amortised* one what it effectively cost; each states one measure. The
cost is the one in the billing currency: `CostInUsd` and `CostInPricingCurrency` beside it are other amounts, never it.

Column spellings: Microsoft's dictionary of cost details (Enterprise Agreement, Microsoft Customer and Partner
Agreement, pay-as-you-go), the schemas of its FinOps toolkit, the usage details of the retired enterprise API
(`Consumed Quantity`, `ExtendedCost`), and Partner Center's daily rated usage (`BillingPreTaxTotal`).
"""

from ingestion.contracts import Column, ExportFormat, NativeSchema, Note
from ingestion.expressions.tags import note_unreadable, read_tag_column

_TEXT = """
billing_account_name billing_profile_id billing_profile_name charge_type consumed_service
cost_center frequency invoice_section_id meter_id meter_category meter_sub_category meter_name
meter_region offer_id part_number pricing_model product_id product_order_id product_order_name
plan_name publisher_name publisher_type reservation_id reservation_name benefit_id benefit_name
resource_name resource_type service_family service_name service_info2 account_name
availability_zone term is_azure_credit_eligible cost_allocation_rule_name additional_info
""".split()

#: Who is billed for a row: the billing profile of an agreement, the billing account or enrolment, or the subscription.
#: The staging model and the reconciliation work it out once more, in the same words.
_ACCOUNT = "coalesce(billing_profile_id, billing_account_id, subscription_id)"

_COLUMNS = (
    *(Column(name) for name in _TEXT),
    Column("billing_account_id", aliases=("partnerid",)),
    Column("service_info1", aliases=("serviceinfo",)),
    Column("billing_currency", aliases=("billingcurrencycode", "currency"), required=True),
    Column("pricing_currency", aliases=("pricingcurrencycode",)),
    Column("invoice_id", aliases=("invoicenumber",)),
    Column("invoice_section_name", aliases=("invoicesection", "departmentname")),
    Column("product_name", aliases=("product",)),
    Column("resource_group", aliases=("resourcegroupname",)),
    Column("resource_id", aliases=("instanceid", "instancename", "resourceuri")),
    Column("resource_location", aliases=("resourcelocationnormalized", "location")),
    # purchases, refunds, rounding, taxes and unused commitments are charges of the billing profile or account alone
    Column(
        "subscription_id",
        aliases=("subscriptionguid", "entitlementid"),
        required=True,
        empty_where="coalesce(billing_profile_id, billing_account_id) is not null",
    ),
    Column("subscription_name", aliases=("entitlementdescription",)),
    Column("unit_of_measure", aliases=("unit",)),
    Column(
        "cost",
        "money",
        aliases=("costinbillingcurrency", "pretaxcost", "extendedcost", "billingpretaxtotal"),
        required=True,
    ),
    Column("payg_cost_in_billing_currency", "money"),
    Column("quantity", "quantity", aliases=("usagequantity", "consumedquantity")),
    Column("effective_price", "quantity", aliases=("resourcerate", "rate", "effectiveunitprice")),
    Column("unit_price", "quantity"),
    Column("payg_price", "quantity"),
    Column("exchange_rate_pricing_to_billing", "quantity", aliases=("exchangerate", "pctobcexchangerate")),
    Column(
        "date",
        "date",
        aliases=("usagedatetime", "usagedate"),
        required=True,
        empty_where="billing_period_start_date is not null",
        is_start=True,
    ),
    Column("billing_period_start_date", "date", is_start=True),
    Column("billing_period_end_date", "date", not_before="billing_period_start_date"),
    Column("tags", "json"),
)

_KIND = "lower(replace(coalesce(charge_type, ''), ' ', ''))"
#: Rows whose list and contracted cost come from prices: those of purchases are what is paid, unused ones have none.
_IS_PRICED = f"{_KIND} not in ('purchase', 'refund', 'unusedreservation', 'unusedsavingsplan')"
_HAS_RETAIL_COST = "coalesce(payg_cost_in_billing_currency, 0) <> 0"
_HAS_RETAIL_PRICE = "(coalesce(payg_price, 0) <> 0 and coalesce(quantity, 0) <> 0)"
_HAS_AGREED_PRICE = "(coalesce(unit_price, 0) <> 0 and coalesce(quantity, 0) <> 0)"
#: Prices in another currency than the cost, which nothing converts.
_IS_UNCONVERTED = (
    "coalesce(upper(pricing_currency) <> upper(billing_currency), false) "
    "and coalesce(exchange_rate_pricing_to_billing, 0) <= 0"
)

_NOTES = (
    note_unreadable("tags"),
    Note(
        "price_without_rate",
        where=f"{_IS_PRICED} and {_IS_UNCONVERTED} "
        f"and ({_HAS_AGREED_PRICE} or ({_HAS_RETAIL_PRICE} and not {_HAS_RETAIL_COST}))",
        sentence="{n} rows have prices in {values} and no exchange rate to their billing currency: where only such a "
        "price would tell the list or contracted cost, it is what the row cost",
        value="pricing_currency",
    ),
    Note(
        "no_retail_price",
        where=f"{_KIND} in ('usage', '') and cost <> 0 and not {_HAS_RETAIL_COST} and not {_HAS_RETAIL_PRICE}",
        sentence="{n} rows of usage state no retail price: their list cost is at the agreed price, or what they cost",
    ),
    Note(
        "amortised_costs_of_actual_export",
        where=f"dataset = 'actual' and cost <> 0 and ({_KIND} like 'unused%' or ({_KIND} in ('usage', '') and "
        "lower(replace(coalesce(pricing_model, ''), ' ', '')) in ('reservation', 'savingsplan')))",
        sentence="{n} rows of used or unused commitments cost something, as only an amortised export has it: they are "
        "taken as billed; if this is an amortised export, its path has to say `amortized`",
    ),
    Note(
        "purchases_of_amortised_export",
        where=f"dataset = 'amortised' and cost <> 0 and {_KIND} in ('purchase', 'refund') "
        "and coalesce(benefit_id, reservation_id) is not null",
        sentence="{n} rows are purchases of commitments, which an amortised export does not have: they are adjustments "
        "of the effective cost",
    ),
    Note(
        "no_billing_account",
        where="billing_profile_id is null and billing_account_id is null",
        sentence="{n} rows name no billing account: their subscription stands for it",
    ),
    Note(
        "no_date",
        where="date is null",
        sentence="{n} rows name no day: they are charged on the first day of their billing period",
    ),
    Note(
        "billing_months_within_months",
        where="extract(day from billing_period_start_date) <> 1",
        sentence="{n} rows are of billing periods that begin within a month ({values}): each row shows its own, and is "
        "kept with the period of its delivery or, without a manifest, with the month of its day",
        value="billing_period_start_date",
    ),
)


def _read_subscription(native: NativeSchema) -> str | None:
    """The subscription's own id in a file with two: the retired enterprise API wrote its number of it beside the GUID,
    Partner Center writes its product's id beside the entitlement, which is the subscription.
    """
    own, other = native.find("subscriptionguid", "entitlementid"), native.find("subscriptionid")
    if own is None or other is None:
        return None
    return "coalesce({}, {})".format(*(f"nullif(trim(cast({c.sql} as varchar)), '')" for c in (own, other)))


def _spell(landed: str) -> str:
    return "".join(part.capitalize() for part in landed.split("_"))


AZURE_COST_DETAILS = ExportFormat(
    name="azure_cost_details",
    provider="azure",
    table="azure_cost_details",
    description="Azure cost details (actual or amortised cost)",
    signature=tuple(
        frozenset({account, cost, "metercategory"})
        for account in ("subscriptionid", "subscriptionguid")
        for cost in ("costinbillingcurrency", "pretaxcost", "cost", "date", "usagedatetime", "usagedate")
    ),
    columns=_COLUMNS,
    # an export holds calendar months, whatever day billing months begin on: such a row belongs to the month of its day,
    # or a file of the next calendar month would take the place of this one's rows
    period_sql="date_trunc('month', case when extract(day from billing_period_start_date) = 1 or date is null "
    "then billing_period_start_date else date end)::date",
    bill_period_sql="date_trunc('month', billing_period_start_date)::date",
    currency_column="billing_currency",
    account_column=_ACCOUNT,
    fits_sql="date between billing_period_start_date and billing_period_end_date"
    " and date_diff('day', billing_period_start_date, billing_period_end_date) between 26 and 32",
    cost_column="cost",
    measures={"actual": {"billed_cost": "cost"}, "amortised": {"effective_cost": "cost"}},
    specials={"subscription_id": _read_subscription, "tags": read_tag_column("tags")},
    delivery_decides_period=True,
    notes=_NOTES,
    spell=_spell,
)
