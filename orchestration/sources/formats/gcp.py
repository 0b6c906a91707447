"""Google Cloud billing exports of BigQuery, standard and detailed: nested Parquet, or flattened CSV.

A row's net cost is its cost and the sum of its credits; the invoice month, not the usage date, says which invoice it
is on. Credit kinds: Google's documentation of the export's ``credits.type``.
"""

from collections.abc import Callable

from orchestration.sources.contracts import MONEY_TYPE, Column, ExportFormat, NativeSchema
from orchestration.sources.sql import quote_literal
from orchestration.sources.tags import note_unreadable, read_tag_column

CREDIT_TYPES = {
    "credits_commitment": (
        "COMMITTED_USAGE_DISCOUNT", "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE", "FEE_UTILIZATION_OFFSET",
    ),
    "credits_negotiated": (
        "SUSTAINED_USAGE_DISCOUNT", "DISCOUNT", "SPENDING_BASED_DISCOUNT", "RESELLER_MARGIN", "SUBSCRIPTION_BENEFIT",
    ),
    "credits_free_tier": ("FREE_TIER",),
}  # fmt: skip

_TEXT = """
billing_account_id service_id service_description sku_id sku_description project_id project_number project_name
location_location location_country location_region location_zone resource_name resource_global_name price_unit
subscription_instance_id consumption_model_id consumption_model_description transaction_type seller_name currency
usage_unit usage_pricing_unit invoice_month invoice_publisher_type cost_type adjustment_info_id adjustment_info_mode
adjustment_info_type
""".split()
_REQUIRED = {"billing_account_id", "service_description", "sku_id", "currency", "invoice_month"}
#: Tax and rounding rows belong to no service or SKU.
_MAY_BE_EMPTY = {"service_description": "true", "sku_id": "true"}


def _credit_entries(native: NativeSchema) -> str | None:
    """The credits of a row as a list of structs with ``type`` and ``amount``, from a nested column or from text."""
    credits = native.find("credits")
    if credits is None:
        return None
    if credits.duckdb_type != "VARCHAR":
        return credits.sql
    return f"""case when trim(coalesce({credits.sql}, '')) = '' then null
        when json_valid({credits.sql}) then from_json({credits.sql}, '[{{"type": "VARCHAR", "amount": "VARCHAR"}}]')
        else {_python_entries(credits.sql)} end"""


def _python_entries(sql: str) -> str:
    """Credits that a re-export printed as Python text (`[{'type': 'DISCOUNT', 'amount': -0.5, 'id': None}]`)."""
    find_type = r"""['"]type['"]: *['"]([A-Za-z0-9_]*)['"]"""
    find_amount = r"""['"]amount['"]: *(?:Decimal[(])?['"]?([^'",)}]*)"""
    return f"""if(regexp_full_match({sql}, '\\s*\\[\\s*[{{].*[}}]\\s*\\]\\s*', 's'),
            list_transform(regexp_extract_all({sql}, '[{{][^{{}}]*[}}]'), lambda entry: {{
                'type': regexp_extract(entry, {quote_literal(find_type)}, 1),
                'amount': regexp_extract(entry, {quote_literal(find_amount)}, 1)}}),
            error('credits ' || {sql} || ' cannot be read'))"""


def _credit_amount(entries: str, native: NativeSchema) -> str:
    credits = native.find("credits")
    text = credits is not None and credits.duckdb_type == "VARCHAR"
    exact = credits is not None and "DECIMAL" in credits.duckdb_type
    money = "money_from_text(c.amount::varchar)" if text or exact else "money_from_double(cast(c.amount as double))"
    # an amount that cannot be read must not pass as nothing
    complaint = "error('credit amount ' || coalesce(c.amount::varchar, 'null') || ' is not a number')"
    return f"coalesce({money}, {complaint})"


def _sum_credits(types: tuple[str, ...] | None) -> Callable[[NativeSchema], str | None]:
    """The sum of a row's credits of these types; None: of all types that no other column takes."""

    def read(native: NativeSchema) -> str | None:
        entries = _credit_entries(native)
        if entries is None:
            return f"cast(0 as {MONEY_TYPE})"
        named = types or tuple(t for group in CREDIT_TYPES.values() for t in group)
        listed = ", ".join(quote_literal(t) for t in named)
        test = f"coalesce(c.type, '') {'in' if types else 'not in'} ({listed})"
        amounts = (
            f"list_transform(list_filter({entries}, lambda c: {test}), lambda c: {_credit_amount(entries, native)})"
        )
        return f"if({entries} is null or len({entries}) = 0, 0, coalesce(list_sum({amounts}), 0))"

    return read


def _read_credits(native: NativeSchema) -> str | None:
    credits = native.find("credits")
    if credits is None:
        return None
    if credits.duckdb_type == "VARCHAR":
        return credits.sql
    return f"if(len({credits.sql}) = 0, null, cast(to_json({credits.sql}) as varchar))"


_NET = "cost + credits_commitment + credits_negotiated + credits_free_tier"
_REGULAR = "coalesce(cost_type, 'regular') = 'regular'"

GCP_BILLING = ExportFormat(
    name="gcp_billing",
    provider="gcp",
    table="gcp_billing",
    description="Google Cloud billing export (standard or detailed)",
    signature=(
        frozenset({"billingaccountid", "servicedescription", "skuid", "usagestarttime"}),
        frozenset({"billingaccountid", "serviceid", "skudescription", "invoicemonth"}),
    ),
    columns=(
        *(Column(name, required=name in _REQUIRED, empty_where=_MAY_BE_EMPTY.get(name, "")) for name in _TEXT),
        Column("cost", "money", required=True),
        Column("cost_at_list", "money"),
        Column("credits_commitment", "money"),
        Column("credits_negotiated", "money"),
        Column("credits_free_tier", "money"),
        Column("credits_promotion", "money"),
        Column("usage_amount", "quantity"),
        Column("usage_amount_in_pricing_units", "quantity"),
        Column("price_effective_price", "quantity"),
        Column("price_list_price", "quantity"),
        Column("price_pricing_unit_quantity", "quantity"),
        Column("currency_conversion_rate", "quantity"),
        Column("usage_start_time", "timestamp", required=True, is_start=True),
        Column("usage_end_time", "timestamp"),
        Column("export_time", "timestamp"),
        Column("labels", "json"),
        Column("project_labels", "json"),
        Column("system_labels", "json"),
        Column("tags", "json"),
        Column("credits", "json"),
    ),
    period_sql="try_strptime(invoice_month || '01', '%Y%m%d')::date",
    currency_column="currency",
    account_column="billing_account_id",
    cost_column="cost",
    measures={
        "cost": {
            "billed_cost": f"{_NET} + credits_promotion",
            "effective_cost": f"{_NET} + credits_promotion",
            "list_cost": f"if({_REGULAR}, coalesce(cost_at_list, cost), {_NET}) + credits_promotion",
            "contracted_cost": f"if({_REGULAR}, cost + credits_negotiated, {_NET}) + credits_promotion",
        }
    },
    specials={
        **{column: _sum_credits(types) for column, types in CREDIT_TYPES.items()},
        "credits_promotion": _sum_credits(None),
        "credits": _read_credits,
        "labels": read_tag_column("labels"),
        "project_labels": read_tag_column("project_labels"),
        "system_labels": read_tag_column("system_labels"),
        "tags": read_tag_column("tags"),
    },
    notes=tuple(map(note_unreadable, ("labels", "project_labels", "system_labels", "tags"))),
)
