"""Google Cloud billing exports of BigQuery, standard and detailed: nested Parquet, or flattened CSV.

A row's net cost is its cost and the sum of its credits; the invoice month, not the usage date, states which invoice it
is on. Credit kinds: Google's documentation of the export's ``credits.type``.
"""

import re
from collections.abc import Callable

from ingestion.contracts import MONEY_TYPE, NOTHING, Column, ExportFormat, NativeColumn, NativeSchema, Note
from ingestion.expressions.json_numbers import quote_numbers
from ingestion.expressions.sql import null_if_nothing, quote_literal
from ingestion.expressions.tags import note_unreadable, read_tag_column

CREDIT_TYPES = {
    "credits_commitment": (
        "COMMITTED_USAGE_DISCOUNT", "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE", "FEE_UTILIZATION_OFFSET",
    ),
    "credits_negotiated": (
        "SUSTAINED_USAGE_DISCOUNT", "DISCOUNT", "SPENDING_BASED_DISCOUNT", "RESELLER_MARGIN", "SUBSCRIPTION_BENEFIT",
    ),
    "credits_free_tier": ("FREE_TIER",),
}  # fmt: skip

#: The nested columns of the export whose fields are landed.
RECORDS = {
    "service": ("id", "description"),
    "sku": ("id", "description"),
    "project": ("id", "number", "name", "labels"),
    "location": ("location", "country", "region", "zone"),
    "resource": ("name", "global_name"),
    "price": ("effective_price", "list_price", "pricing_unit_quantity", "unit"),
    "subscription": ("instance_id",),
    "consumption_model": ("id", "description"),
    "usage": ("amount", "unit", "amount_in_pricing_units", "pricing_unit"),
    "invoice": ("month", "publisher_type"),
    "adjustment_info": ("id", "mode", "type"),
}

_TEXT = """
billing_account_id service_id service_description sku_id sku_description project_id project_number project_name
location_location location_country location_region location_zone resource_name resource_global_name price_unit
subscription_instance_id consumption_model_id consumption_model_description transaction_type seller_name currency
usage_unit usage_pricing_unit invoice_month invoice_publisher_type cost_type adjustment_info_id adjustment_info_mode
adjustment_info_type
""".split()
_REQUIRED = {"billing_account_id", "service_description", "sku_id", "currency", "invoice_month"}
_TAGS = ("labels", "project_labels", "system_labels", "tags")
#: Tax and rounding rows belong to no service or SKU.
_MAY_BE_EMPTY = {"service_description": "true", "sku_id": "true"}
_ENTRIES = '[{"type": "VARCHAR", "amount": "VARCHAR"}]'
#: Also as numpy prints it.
_PYTHON_LIST = r"\s*(array[(])?\[\s*[{].*[}]\s*\](,\s*dtype=object[)])?\s*"
_NO_CREDITS = ("[]", *NOTHING)


def _credit_entries(native: NativeSchema) -> str | None:
    """The credits of a row as a list of structs with ``type`` and ``amount``, from a nested column or from text.

    NULL where there are none and where a text cannot be read.
    """
    credits = native.find("credits")
    if credits is None:
        return None
    if _is_typed(native):
        return credits.sql
    text = _credits_text(credits)
    return f"""case when {null_if_nothing(text, _NO_CREDITS)} is null then []
        when json_valid({text})
            then if({_names_amounts_once(text)}, from_json({quote_numbers(text)}, '{_ENTRIES}'), null)
        when regexp_full_match({text}, {quote_literal(_PYTHON_LIST)}, 's') then {_python_entries(text)} end"""


def _is_typed(native: NativeSchema) -> bool:
    """Whether the file types the fields of a credit, as Parquet and Avro do."""
    credits = native.find("credits")
    return credits is not None and all(
        re.search(rf'[(, ]"?{field}"? ', credits.duckdb_type) for field in ("type", "amount")
    )


def _credits_text(credits: NativeColumn) -> str:
    return credits.sql if credits.duckdb_type == "VARCHAR" else f"cast(to_json({credits.sql}) as varchar)"


def _names_amounts_once(text: str) -> str:
    """Whether JSON is a list in which no entry has two amounts: DuckDB would take the first."""
    amounts = f"""len(regexp_extract_all({text}, '"amount"\\s*:'))"""
    return f"json_type({text}) = 'ARRAY' and {amounts} <= json_array_length({text})"


def _python_entries(sql: str) -> str:
    """Credits that a re-export printed as Python text (`[{'type': 'DISCOUNT', 'amount': -0.5, 'id': None}]`)."""
    find_type = r"""['"]type['"]: *['"]([A-Za-z0-9_]*)['"]"""
    find_amount = r"""['"]amount['"]: *(?:Decimal[(])?['"]?([^'",)}]*)"""
    return f"""list_transform(regexp_extract_all({sql}, '[{{][^{{}}]*[}}]'), lambda entry: {{
                'type': regexp_extract(entry, {quote_literal(find_type)}, 1),
                'amount': regexp_extract(entry, {quote_literal(find_amount)}, 1)}})"""


def _credit_amount(native: NativeSchema) -> str:
    credits = native.find("credits")
    is_double = credits is not None and re.search(r'[(, ]"?amount"? (DOUBLE|FLOAT)', credits.duckdb_type)
    return "money_from_double(cast(c.amount as double))" if is_double else "money_from_text(c.amount::varchar)"


def _sum_credits(types: tuple[str, ...] | None) -> Callable[[NativeSchema], str | None]:
    """The sum of a row's credits of these types; None: of all types that no other column takes.

    NULL where an amount, or the credits as a whole, cannot be read: that must not pass as nothing.
    """

    def read(native: NativeSchema) -> str | None:
        entries = _credit_entries(native)
        if entries is None:
            return f"cast(0 as {MONEY_TYPE})"
        named = types or tuple(t for group in CREDIT_TYPES.values() for t in group)
        listed = ", ".join(quote_literal(t) for t in named)
        test = f"coalesce(c.type, '') {'in' if types else 'not in'} ({listed})"
        money = f"lambda c: {_credit_amount(native)}"
        add = "lambda found: if(list_count(found) = len(found), coalesce(list_sum(found), 0), null)"
        if _is_typed(native):
            amounts = f"list_transform(list_filter({entries}, lambda c: {test}), {money})"
            return f"if({entries} is null or len({entries}) = 0, 0, list_transform([{amounts}], {add})[1])"
        # worked out once: an expression is copied wherever it is used
        amounts = f"list_transform(list_filter(entries, lambda c: {test}), {money})"
        added = f"if(len(entries) = 0, 0, list_transform([{amounts}], {add})[1])"
        return f"list_transform([{entries}], lambda entries: {added})[1]"

    return read


def _read_credits(native: NativeSchema) -> str | None:
    credits = native.find("credits")
    if credits is None:
        return None
    if credits.duckdb_type == "VARCHAR":
        return null_if_nothing(credits.sql, _NO_CREDITS)
    return f"if(len({credits.sql}) = 0, null, cast(to_json({credits.sql}) as varchar))"


def _read_invoice_month(native: NativeSchema) -> str | None:
    """The month as Google writes it, 202609, also where a program took it for a number or a day."""
    month = native.find("invoice_month")
    if month is None:
        return None
    text = f"cast({month.sql} as varchar)"
    return (
        f"if(length({text}) = 6, {text}, regexp_replace({text}, '^(20[0-9]{{2}})-?([01][0-9])(-01|[.]0)?$', '\\1\\2'))"
    )


_NET = "cost + credits_commitment + credits_negotiated + credits_free_tier"
_REGULAR = "coalesce(cost_type, 'regular') = 'regular'"
_KNOWN_CREDITS = ", ".join(
    quote_literal(t)
    for t in (*(t for group in CREDIT_TYPES.values() for t in group), "PROMOTION", "CREDIT_TYPE_UNSPECIFIED")
)
#: The first type of a row's credits that is not known; only what no group takes can be of one.
_UNKNOWN_CREDIT = (
    "case when credits_promotion <> 0 and json_valid(credits) then list_filter("
    f"json_extract_string(credits, '$[*].type'), lambda t: t not in ({_KNOWN_CREDITS}))[1] end"
)


def _spell(landed: str) -> str:
    """A landed column as the export nests it: ``service.description``."""
    nested = {f"{record}_{field}": f"{record}.{field}" for record, fields in RECORDS.items() for field in fields}
    return nested.get(landed, landed)


GCP_BILLING = ExportFormat(
    name="gcp_billing",
    provider="gcp",
    table="gcp_billing",
    description="Google Cloud billing export (standard or detailed)",
    signature=(
        frozenset({"billingaccountid", "servicedescription", "skuid", "usagestarttime"}),
        frozenset({"billingaccountid", "serviceid", "skudescription", "invoicemonth"}),
        # the nested columns as cells of JSON
        frozenset({"billingaccountid", "service", "sku", "usagestarttime", "invoice"}),
    ),
    columns=(
        *(Column(name, required=name in _REQUIRED, empty_where=_MAY_BE_EMPTY.get(name, "")) for name in _TEXT),
        Column("cost", "money", required=True),
        Column("cost_at_list", "money"),
        Column("credits_commitment", "money", read_from="credits"),
        Column("credits_negotiated", "money", read_from="credits"),
        Column("credits_free_tier", "money", read_from="credits"),
        Column("credits_promotion", "money", read_from="credits"),
        Column("usage_amount", "quantity"),
        Column("usage_amount_in_pricing_units", "quantity"),
        Column("price_effective_price", "quantity"),
        Column("price_list_price", "quantity"),
        Column("price_pricing_unit_quantity", "quantity"),
        Column("currency_conversion_rate", "quantity"),
        Column("usage_start_time", "timestamp", required=True, is_start=True),
        Column("usage_end_time", "timestamp", not_before="usage_start_time"),
        Column("export_time", "timestamp"),
        *(Column(name, "json") for name in _TAGS),
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
        "invoice_month": _read_invoice_month,
        **{column: read_tag_column(column) for column in _TAGS},
    },
    records=RECORDS,
    spell=_spell,
    notes=(
        Note(
            name="unknown_credits",
            where=f"({_UNKNOWN_CREDIT}) is not null",
            sentence="{n} rows have credits of a type that is not known ({values}); they count as promotions",
            value=_UNKNOWN_CREDIT,
        ),
        Note(
            "no_service",
            f"{_REGULAR} and service_description is null",
            "{n} regular rows name no service; it is shown as Other",
        ),
        *map(note_unreadable, _TAGS),
    ),
)
