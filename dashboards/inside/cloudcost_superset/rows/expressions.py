"""What a reader may write into a chart as SQL: one expression over the columns of its dataset, and nothing else.

Superset looks for subqueries and can be led past that: ``string_agg(x, ',') from t union all select ''``. Here nothing
is looked for. An expression is taken apart, each part has to be on a list, and what is queried of the warehouse is
written anew from the parts, so that no text of a reader's reaches it. Pure functions; no Superset.
"""

from collections.abc import Collection
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

#: No expression of a chart is longer; more is a burden on whoever parses it.
LONGEST = 4000
DEEPEST = 60

#: Parts that stand for themselves or join others.
_PARTS = """
    Identifier Literal Null Boolean Paren Neg Not And Or Xor
    Add Sub Mul Div IntDiv Mod DPipe EQ NEQ GT GTE LT LTE NullSafeEQ NullSafeNEQ Is In Between Like ILike Escape Case If
    Cast TryCast DataType DataTypeParam Interval Var Distinct Filter Where Window WindowSpec Order Ordered Tuple
"""
#: Functions, as sqlglot calls them: figures, texts, days, conditions. None reads a file, a setting or the catalog,
#: makes rows or fills the memory (which is why texts can be neither repeated, padded nor replaced in).
_FUNCTIONS = """
    Sum Count CountIf Avg Min Max Median Quantile PercentileCont PercentileDisc ApproxDistinct AnyValue
    ApproxQuantile ArgMax ArgMin
    First Last Stddev StddevPop StddevSamp Variance VariancePop Corr CovarPop CovarSamp LogicalAnd LogicalOr GroupConcat
    WithinGroup RowNumber Rank DenseRank Lag Lead FirstValue LastValue
    Abs Round Floor Ceil Sign Sqrt Ln Log Exp Pow Greatest Least Trunc
    Coalesce Nullif Lower Upper Trim Length Substring Left Right Concat ConcatWs StrPosition StartsWith EndsWith
    Contains SplitPart RegexpLike RegexpFullMatch Initcap Reverse
    CurrentDate CurrentTimestamp DateTrunc TimestampTrunc Extract TimeToStr Year Month Quarter Week Day DayOfWeek
    DayOfMonth DayOfYear DateDiff TimestampDiff DateAdd DateSub TimestampAdd TimestampSub LastDay TsOrDsToDate Date
    MonthName DayName Dayname Monthname
"""
#: Functions that sqlglot knows only by their names.
_NAMES = frozenset(
    {"date_part", "datepart", "dayname", "monthname", "isodow", "weekofyear", "nvl", "len", "epoch", "now", "today"}
)
_TYPES = frozenset(
    """
    BOOLEAN TINYINT SMALLINT INT BIGINT INT128 FLOAT DOUBLE DECIMAL VARCHAR CHAR TEXT DATE TIMESTAMP
    TIMESTAMPNTZ TIMESTAMPTZ INTERVAL TIME
    """.split()
)
_ALLOWED = frozenset((_PARTS + _FUNCTIONS).split()) | {"Column", "Star", "Anonymous"}
_TEMPLATES = ("{{", "{%", "{#")


class RefusedExpressionError(ValueError):
    """An expression that a reader may not use; the message states which part and is meant for them."""


def rewrite_expression(text: str, columns: Collection[str], dialect: str) -> str:
    """The expression, written anew from its parts; `RefusedExpressionError` where one of them is not allowed.

    ``columns`` are the names of the dataset's columns, ``dialect`` is sqlglot's name of the warehouse's SQL. A reader's
    comments are lost, and names are quoted.
    """
    select = _parse(f"SELECT {_admit_text(text)}", dialect)
    _demand(len(select.expressions) == 1, "it must be one expression")
    _demand({name for name, value in select.args.items() if value} == {"expressions"}, "it must be an expression alone")
    return _write(select.expressions[0], columns, dialect)


def rewrite_order(text: str, columns: Collection[str], dialect: str) -> str:
    """What stands behind ORDER BY, written anew; like `rewrite_expression`."""
    select = _parse(f"SELECT 1 ORDER BY {_admit_text(text)}", dialect)
    given = {name for name, value in select.args.items() if value}
    _demand(given == {"expressions", "order"} and len(select.expressions) == 1, "it must be an order alone")
    order = select.args["order"]
    _demand({name for name, value in order.args.items() if value} == {"expressions"}, "it must be an order alone")
    return ", ".join(_write(part, columns, dialect) for part in order.expressions)


def _admit_text(text: str) -> str:
    _demand(len(text) <= LONGEST, f"it is longer than {LONGEST} characters")
    _demand(not any(mark in text for mark in _TEMPLATES), "templates are not allowed")
    _demand("\x00" not in text, "it holds a NUL")
    return text


def _parse(sql: str, dialect: str) -> exp.Select:
    try:
        found = sqlglot.parse(sql, dialect=dialect)
    except (SqlglotError, RecursionError) as error:
        raise RefusedExpressionError("This SQL cannot be used: it is not an expression.") from error
    _demand(len(found) == 1, "it must be one expression")
    select = found[0]
    if not isinstance(select, exp.Select):
        raise RefusedExpressionError("This SQL cannot be used: it must be an expression alone.")
    return select


def _write(tree: Any, columns: Collection[str], dialect: str) -> str:
    known = {name.lower() for name in columns}
    _demand(_depth_of(tree) <= DEEPEST, "it is nested too deeply")
    for part in tree.walk():
        _admit(part, known)
    text: str = tree.sql(dialect=dialect, identify=True, comments=False)
    return text


def _depth_of(tree: exp.Expression) -> int:
    """Levels of the tree, without recursion."""
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [child for part in level for child in part.iter_expressions()]
    return deepest


def _admit(part: exp.Expression, columns: set[str]) -> None:
    kind = type(part).__name__
    _demand(kind in _ALLOWED, f"{_call(part)} is not allowed here")
    if isinstance(part, exp.Column):
        _demand(len(part.parts) == 1 and isinstance(part.this, exp.Identifier), f"{part.sql()} is not a column")
        _demand(part.name.lower() in columns, f"the dataset has no column {part.name!r}")
    elif isinstance(part, exp.Star):
        _demand(isinstance(part.parent, exp.Count) and not any(part.args.values()), "* is for count(*) alone")
    elif isinstance(part, exp.Anonymous):
        _demand(part.name.lower() in _NAMES, f"the function {part.name} is not allowed here")
    elif isinstance(part, exp.DataType):
        _demand(part.this.name in _TYPES and not part.args.get("nested"), f"the type {part.sql()} is not allowed here")
    elif isinstance(part, exp.Window):
        _demand(not part.args.get("alias"), "a window has to be written out")
    elif isinstance(part, exp.Var):
        _demand(part.name.isidentifier() and part.name.isascii(), f"{part.name} is not allowed here")
    elif isinstance(part, exp.In):
        _demand(not part.args.get("query") and not part.args.get("unnest"), "IN takes a list of values")


def _call(part: exp.Expression) -> str:
    return f"the function {part.sql_name()}" if isinstance(part, exp.Func) else type(part).__name__


def _demand(holds: bool, why: str) -> None:
    if not holds:
        raise RefusedExpressionError(f"This SQL cannot be used: {why}.")
