"""Tags as one JSON object, whatever an export writes them as.

The landed text is what FOCUS calls Tags: an object of keys and values, without any tag NULL. Keys keep the case and the
spelling of the file. A key without a value (null, or a generator's word for it) is no tag and is left out; an empty
value is one, but for where the same key has a value in another case (`Team` and `team`). Of keys that are there twice
both are kept, and readers take the first; what a Google resource inherits comes after its own.

What cannot be read stays, as one JSON string: no cost is lost by a broken tag, and `note_unreadable` counts it.
"""

import json
import re
from collections.abc import Sequence

from ingestion.contracts import NativeColumn, NativeSchema, Note, SpecialColumn
from ingestion.expressions.sql import quote_literal

#: How Parquet lists look whose writer did not call them lists.
_WRAPPED_LIST = re.compile(r'STRUCT\("?(list|bag)"? STRUCT\("?(element|item|array_element)"? (.+)\)\[\]\)')
_KEY_AND_VALUE = re.compile(r'STRUCT\("?key"? VARCHAR, "?value"? VARCHAR[,)]')


def read_tags(column: NativeColumn) -> str:
    """SQL giving the tags of a column of text, a map, a struct or a list."""
    sql, kind = _unwrap(column)
    if kind == "VARCHAR":
        return f"read_tags({sql})"
    written = write_list(column)
    if written:
        # what `write_tags` does, without a list per row that the text is worked out in
        text, kept = column.text_sql or written, f"join_tags(keep_tags({_list_tags(sql, kind)}))"
        return f"case when is_doubtful({text}) then nullif({kept}, '{{}}') when {text} <> '{{}}' then {text} end"
    if kind.startswith("STRUCT") and not kind.endswith("[]"):
        # a member that this row does not have is null in it
        return f"check_object(cast(json_merge_patch('{{}}', to_json({sql})) as varchar))"
    text = f"cast(to_json({sql}) as varchar)"
    if kind.startswith("MAP"):
        # what `check_object` does, without a list per row that it is worked out in
        return f"case when is_doubtful({text}) then check_object({text}) when {text} <> '{{}}' then {text} end"
    return f"read_tags({text})"


def write_list(column: NativeColumn) -> str | None:
    """SQL giving the tags of a list of keys and values as text that may still hold some without a value.

    `read_tags` needs it three times. None for any other column.
    """
    sql, kind = _unwrap(column)
    is_list = kind.endswith("[]") and _KEY_AND_VALUE.match(kind) is not None
    return f"join_tags({_list_tags(sql, kind)})" if is_list else None


def _unwrap(column: NativeColumn) -> tuple[str, str]:
    """SQL and type of a column; of a list whose writer did not call it one, those of the list in it."""
    wrapped = _WRAPPED_LIST.fullmatch(column.duckdb_type)
    if not wrapped:
        return column.sql, column.duckdb_type
    outer, inner, kind = wrapped[1], wrapped[2], f"{wrapped[3]}[]"
    return f"list_transform({column.sql}[{quote_literal(outer)}], lambda item: item[{quote_literal(inner)}])", kind


def _list_tags(sql: str, kind: str) -> str:
    listed = f"own_first({sql})" if "inherited" in kind else sql
    return f"list_transform({listed}, lambda e: {{'k': e['key'], 'v': to_json(e['value'])}})"


def read_tag_column(name: str) -> SpecialColumn:
    """A landed JSON column that is read from the native column of the same name."""

    def read(native: NativeSchema) -> str | None:
        found = native.find(name)
        return None if found is None else read_tags(found)

    return read


def join_columns(columns: Sequence[tuple[str, str]]) -> str:
    """SQL giving the tags that stand in columns of their own: (key, SQL of the value); an empty one is none."""
    keys = [quote_literal(f",{json.dumps(key, ensure_ascii=False)}:") for key, _ in columns]
    values = [f"to_json(tag_value(cast({sql} as varchar)))" for _, sql in columns]
    members = ", ".join(f"{key} || {value}" for key, value in zip(keys, values, strict=True))
    return f"nullif('{{' || substr(concat({members}), 2) || '}}', '{{}}')"


def note_unreadable(column: str) -> Note:
    """What is noted about rows whose tags are in no spelling that is known."""
    return Note(
        name=f"unreadable_{column}",
        where=f"{column} is not null and not starts_with({column}, '{{')",
        sentence="{n} rows have " + column.replace("_", " ") + " that cannot be read, kept as text: {values}",
        value=column,
    )
