"""Redshift's SQL as PostgreSQL's: what only a cluster understands is taken out, what Redshift lacks is refused."""

import re
from collections.abc import Callable

#: What PostgreSQL would run and Redshift would not.
REFUSED = {
    r"\bfilter\s*\(\s*where\b": "FILTER (WHERE ...) of an aggregate",
    r"\bdistinct\s+on\b": "DISTINCT ON",
    r"\bis\s+(?:not\s+)?distinct\s+from\b": "IS DISTINCT FROM",
    r"\blateral\b": "LATERAL",
    r"\bstring_agg\s*\(": "STRING_AGG (LISTAGG is)",
    r"\barray_agg\s*\(": "ARRAY_AGG",
    r"\barray\s*\[": "ARRAY[...]",
    r"\bunnest\s*\(": "UNNEST",
    r"\bgenerate_series\s*\(": "GENERATE_SERIES on compute nodes",
    r"::\s*jsonb?\b|\bjsonb_\w+\s*\(": "JSON types",
    r"\bjson_(?!extract_path_text|extract_array_element_text|array_length)\w+\s*\(": "that JSON function",
    r"\bon\s+conflict\b": "ON CONFLICT",
    r"\breturning\b": "RETURNING",
    r"\bcreate\s+(?:unique\s+)?index\b": "indexes",
    r"\bstarts_with\s*\(": "STARTS_WITH",
    r"\bfrom\s*\(\s*values\b": "VALUES as a table",
    r"\bconcat\s*\([^(),]*,[^(),]*,": "CONCAT of more than two values",
    r"\bcount\s*\(\s*distinct\s*\(": "COUNT(DISTINCT (a, b))",
    r"\bfetch\s+first\b": "FETCH FIRST",
}

_REWRITTEN: list[tuple[str, str]] = [
    (r"\bdiststyle\s+(?:all|even|auto|key)\b", ""),
    (r"\bdistkey\s*\(\s*[\w\"]+\s*\)", ""),
    (r"\b(?:compound\s+|interleaved\s+)?sortkey\s*\([^)]*\)", ""),
    (r"\bsortkey\s+auto\b", ""),
    (r"\bbackup\s+(?:no|yes)\b", ""),
    (r"\bencode\s+(?:az64|zstd|raw|lzo|bytedict|delta|runlength|auto|mostly\d+|text\d+k?)\b", ""),
    (r"\bwith\s+no\s+schema\s+binding\b", ""),
    # bare types are short on Redshift, so that what relies on them fails here too
    (r"\b(?:varchar|character\s+varying|text)\b(?!\s*[(.])", "varchar(256)"),
    (r"\b(?:numeric|decimal)\b(?!\s*\()", "numeric(18, 0)"),
    (r"\bvarchar\s*\(\s*max\s*\)", "varchar(65535)"),
    (r"\bnvl\s*\(", "coalesce("),
    (r"\b(dateadd|datediff)\s*\(\s*(\w+)\s*,", r"\1('\2',"),
    # GRANT ... TO ROLE x
    (r"\b(to|from)\s+role\s+", r"\1 "),
    (r"\bset\s+query_group\s+to\b", "set application_name to"),
]
_SPECIAL = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|/\*.*?\*/|--[^\n]*|\$\$.*?\$\$", re.DOTALL)
#: Catalogue queries of the drivers are PostgreSQL's own on both.
_CATALOGUE = re.compile(r"\b(?:pg_\w+|information_schema|svv_\w+)\b", re.IGNORECASE)


def find_refusal(sql: str) -> str | None:
    """What in the statement Redshift does not know, or None."""
    if _CATALOGUE.search(sql):
        return None
    plain = _SPECIAL.sub(lambda m: "''" if m[0].startswith("'") else " ", sql)
    for pattern, name in REFUSED.items():
        if re.search(pattern, plain, re.IGNORECASE):
            return f"Redshift has no {name}"
    return None


def translate(sql: str) -> str:
    """The statement as PostgreSQL runs it."""
    if _CATALOGUE.search(sql):
        return sql
    return _fold_listagg(_outside_literals(sql, _rewrite))


def _rewrite(text: str) -> str:
    for pattern, replacement in _REWRITTEN:
        text = re.sub(pattern, replacement, text, flags=re.IGNORECASE)
    return text


def _outside_literals(sql: str, change: Callable[[str], str]) -> str:
    """Change everything but literals, quoted names and comments."""
    parts, position = [], 0
    for match in _SPECIAL.finditer(sql):
        parts += [change(sql[position : match.start()]), match[0]]
        position = match.end()
    return "".join([*parts, change(sql[position:])])


def _fold_listagg(sql: str) -> str:
    """``listagg(x, s) within group (order by y)`` as ``string_agg(cast(x as text), s order by y)``."""
    while found := re.search(r"\blistagg\s*\(", sql, re.IGNORECASE):
        arguments, end = _read_brackets(sql, found.end())
        value, separator = _split_last(arguments)
        order = ""
        group = re.compile(r"\s*within\s+group\s*\(", re.IGNORECASE).match(sql, end)
        if group:
            order, end = _read_brackets(sql, group.end())
        sql = f"{sql[: found.start()]}string_agg(cast({value} as text), {separator} {order}){sql[end:]}"
    return sql


def _read_brackets(sql: str, start: int) -> tuple[str, int]:
    """What stands before the bracket that closes the one opened just before ``start``, and where that ends."""
    depth, position = 1, start
    while depth:
        special = _SPECIAL.match(sql, position)
        if special:
            position = special.end()
            continue
        depth += {"(": 1, ")": -1}.get(sql[position], 0)
        position += 1
    return sql[start : position - 1], position


def _split_last(arguments: str) -> tuple[str, str]:
    depth, position, comma = 0, 0, None
    while position < len(arguments):
        special = _SPECIAL.match(arguments, position)
        if special:
            position = special.end()
            continue
        depth += {"(": 1, ")": -1}.get(arguments[position], 0)
        if arguments[position] == "," and depth == 0:
            comma = position
        position += 1
    return (arguments, "''") if comma is None else (arguments[:comma], arguments[comma + 1 :])
