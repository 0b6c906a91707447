"""What an AWS report nests, or spreads over many columns: product attributes, tags, cost categories, discounts.

CUR 2.0 has maps; the legacy report has a column per attribute and per tag, whose names Athena writes in snake case. The
map ``tags`` names the kind of a tag in front of its key (``resourceTags/``, ``accountTag/``, ``costCategory/``,
``iamPrincipal/``, ``userAttribute/``). Of a resource's own tags the users' landed keys are bare, as FOCUS wants them;
``aws:`` marks those that AWS made, and every other kind keeps its prefix.
"""

from collections.abc import Callable, Mapping

from ingestion.contracts import NOTHING, NativeColumn, NativeSchema, SpecialColumn, squeeze_name
from ingestion.expressions.sql import null_if_nothing, quote_literal
from ingestion.expressions.tags import join_columns, read_tags

#: Product attributes by the column that they land in, and the names that a report gives them.
_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "product_product_name": ("product_name", "servicename"),
    "product_product_family": ("product_family",),
    "product_region_code": ("region_code", "region"),
    "product_location": ("location",),
    "product_servicecode": ("servicecode",),
    "product_sku": ("sku",),
    "product_instance_type": ("instance_type",),
    "product_instance_family": ("instance_family",),
}
#: What stands before the key of a tag that a user gave a resource: in the maps, in CSV and in Athena's columns.
_USER_PREFIXES = ("user:", "user_")
_TAG_COLUMNS = ("resourceTags/", "resource_tags_")
#: Kinds of tags that keep their prefix.
_OTHER_KINDS = ("accountTag/", "iamPrincipal/", "userAttribute/")


def read_attribute(names: tuple[str, ...]) -> SpecialColumn:
    """A product attribute: the first of its columns, or of its entries of the map ``product``, that has a value.

    A column that has the attribute's name alone is all there is of it, and is read as every other column is: None.
    """

    def read(native: NativeSchema) -> str | None:
        columns = [column for name in names if (column := native.find(f"product_{name}")) is not None]
        product = native.find("product")
        if len(columns) == len(names) == 1 or (product is None and len(columns) < 2):
            return None
        found = [f"cast({column.sql} as varchar)" for column in columns]
        found += [_read_member(product, name) for name in names] if product is not None else []
        return f"coalesce({', '.join(null_if_nothing(sql, NOTHING) for sql in found)})"

    return read


def _read_member(product: NativeColumn, name: str) -> str:
    if product.duckdb_type.startswith("MAP"):
        return f"{product.sql}[{quote_literal(name)}]"
    as_object = product.sql if product.duckdb_type != "VARCHAR" else f"read_tags({product.sql})"
    return f"json_extract_string({as_object}, {quote_literal('$.' + name)})"


def read_named_values(column: str, *prefixes: str) -> SpecialColumn:
    """A map column of CUR 2.0, or the columns of the legacy report that share a prefix, as one JSON object."""

    def read(native: NativeSchema) -> str | None:
        whole = native.find(column)
        return read_tags(whole) if whole is not None else _join_prefixed(native, prefixes, _strip(prefixes))

    return read


def read_resource_tags(native: NativeSchema) -> str | None:
    """All tags of a line: of its resource, and the other kinds where the report has them."""
    everything, own = native.find("tags"), native.find("resource_tags")
    parts = [_join_prefixed(native, (*_TAG_COLUMNS, *_OTHER_KINDS), _name_tag)] if own is None else []
    if own is not None:
        parts.append(_read_without(own, *_USER_PREFIXES))
    if everything is not None:
        parts.append(_read_without(everything, "resourceTags/user:", "resourceTags/"))
    read = [part for part in parts if part is not None]
    return f"merge_tags({read[0]}, {read[1]})" if len(read) == 2 else next(iter(read), None)


def _join_prefixed(native: NativeSchema, prefixes: tuple[str, ...], name: Callable[[str], str]) -> str | None:
    """The columns with one of these prefixes as one object. A short key that is taken already stays as it was."""
    named: dict[str, str] = {}
    for prefix in sorted({squeeze_name(prefix) for prefix in prefixes}):
        for column in native.starting_with(prefix):
            key = name(column.name)
            named[column.name if key in named else key] = column.sql
    return join_columns(list(named.items())) if named else None


def _strip(prefixes: tuple[str, ...]) -> Callable[[str], str]:
    def strip(name: str) -> str:
        found = next((p for p in prefixes if name.lower().startswith(p.lower())), "")
        return name[len(found) :].lstrip("/_:") or name

    return strip


def _name_tag(column: str) -> str:
    """``resourceTags/user:Team`` -> ``Team``, ``resource_tags_user_team`` -> ``team``; AWS's own keep their ``aws``."""
    key = _strip(_TAG_COLUMNS)(column)
    if key == column:
        return column
    found = next((p for p in _USER_PREFIXES if key.lower().startswith(p)), "")
    return key[len(found) :] or column


def _read_without(column: NativeColumn, *prefixes: str) -> str:
    """The tags of a column, their keys without any of these prefixes; what cannot be read stays as it is."""

    def strip(sql: str) -> str:
        members = f"members_of({sql})"
        for prefix in prefixes:
            members = f"strip_prefix({members}, {quote_literal(prefix)})"
        return f"object_of({members})"

    if column.duckdb_type.startswith("MAP"):
        return strip(read_tags(column))
    return f"list_transform([{read_tags(column)}], lambda v: if(starts_with(v, '{{'), {strip('v')}, v))[1]"


SPECIALS: Mapping[str, SpecialColumn] = {
    **{column: read_attribute(names) for column, names in _ATTRIBUTES.items()},
    "resource_tags": read_resource_tags,
    "discount": read_named_values("discount", "discount/", "discount_"),
    "cost_category": read_named_values("cost_category", "costCategory/", "cost_category_"),
}
