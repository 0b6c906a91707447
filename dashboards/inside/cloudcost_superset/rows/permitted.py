"""What somebody may ask of a dataset, by what they are.

Whoever sees a part of the costs, or summaries, uses the certified metrics and the columns of a dataset and writes no
SQL: text of their own could lead past the row rules, and error messages would reveal rows outside them. Viewers and
guests moreover ask what the charts of their pages ask, and nothing finer: a query by every column would be the bill
line by line.
"""

import functools
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from cloudcost_superset.rows.statements import RefusedStatementError, conjuncts_of_text

#: Rows of a query that does not limit them; ROW_LIMIT of `config`.
USUAL_ROWS = 10_000
#: How pages call the time column.
TIME = "__timestamp"
#: Results that are rows of the dataset, whatever the query states.
_ROWS = {"samples", "drill_detail"}
#: Results that hold no row at all.
_FORMS = {"timegrains", "columns"}
#: Spans that time is cut into, the finer first; what is not here counts as fine.
GRAINS = {grain: number for number, grain in enumerate(("", "P1D", "P1W", "P1M", "P3M", "P1Y"))}
#: What is done with rows after they were read, and cannot make many of few.
_STEPS = {
    "aggregate",
    "compare",
    "contribution",
    "cum",
    "diff",
    "flatten",
    "pivot",
    "rename",
    "rolling",
    "select",
    "sort",
}
_OFFSETS, _QUERIES, _DONE = 5, 10, 30


class RefusedQueryError(ValueError):
    """A query that this person may not run; the message is meant for them."""


@dataclass(frozen=True)
class ChartQuery:
    """What a chart of a page asks: by which columns, which metrics, under which conditions, at most how many rows.

    ``grains`` has with each column how finely it is grouped (`_grain`); ``orders`` is what rows may be sorted by.
    ``is_raw`` is a table of rows as they are. ``filters`` are the chart's own, as (column, operator, value as JSON).
    """

    columns: frozenset[str]
    metrics: frozenset[str]
    conditions: frozenset[str]
    filters: frozenset[tuple[str, str, str]]
    rows: int
    is_raw: bool
    grains: frozenset[tuple[str, int]]
    orders: frozenset[str]


@dataclass
class Pages:
    """What the pages of somebody ask of one dataset, and the columns by which these pages can be filtered."""

    charts: list[ChartQuery] = field(default_factory=list)
    filters: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Known:
    """A dataset as far as a query may name it: columns, metrics, and the conditions of charts on it.

    ``times`` are its columns of time, ``time`` the one that Superset takes where a query names none of them.
    """

    columns: frozenset[str]
    metrics: frozenset[str]
    conditions: frozenset[frozenset[str]]
    times: frozenset[str] = frozenset()
    time: str | None = None


def describe_chart(params: dict[str, Any], query_context: dict[str, Any], dialect: str) -> ChartQuery:
    """The query of a chart, from what it is drawn by and from the query it was saved with."""
    columns: set[str] = set()
    metrics: set[str] = set()
    for name in ("groupby", "all_columns", "groupbyRows", "groupbyColumns", "columns", "series_columns"):
        columns |= set(filter(None, map(_text_of, params.get(name) or [])))
    columns |= set(filter(None, [_text_of(params.get("x_axis"))]))
    for name in ("metrics", "percent_metrics"):
        metrics |= {m for m in params.get(name) or [] if isinstance(m, str)}
    for name in ("metric", "timeseries_limit_metric", "series_limit_metric"):
        metrics |= {m for m in [params.get(name)] if isinstance(m, str)}
    grains: set[tuple[str, int]] = set()
    for query in query_context.get("queries") or []:
        grouped = [(_text_of(column), _grain(column)) for column in query.get("columns") or []]
        columns |= {name for name, _ in grouped if name}
        grains |= {(name, grain) for name, grain in grouped if name}
        metrics |= {m for m in query.get("metrics") or [] if isinstance(m, str)}
    axis = _text_of(params.get("x_axis"))
    if axis:
        grains.add((axis, GRAINS.get(params.get("time_grain_sqla") or "", 0)))
    grains |= {(name, 0) for name in columns - {name for name, _ in grains}}
    sorted_by = {json.loads(order)[0] for order in params.get("order_by_cols") or []}
    own = [f for f in params.get("adhoc_filters") or [] if f.get("clause", "WHERE") == "WHERE"]
    texts = [f["sqlExpression"] for f in own if f.get("expressionType") == "SQL"]
    simple = [f for f in own if f.get("expressionType") == "SIMPLE" and f.get("operator") != "TEMPORAL_RANGE"]
    return ChartQuery(
        frozenset(columns),
        frozenset(metrics),
        conditions_of(" AND ".join(f"({t})" for t in texts), dialect),
        frozenset((f["subject"], f["operator"], _value(f.get("comparator"))) for f in simple),
        int(params.get("row_limit") or USUAL_ROWS),
        params.get("query_mode") == "raw",
        frozenset(grains),
        frozenset(columns | metrics | sorted_by),
    )


@functools.lru_cache(1000)
def conditions_of(text: str, dialect: str) -> frozenset[str]:
    """The conditions that a text of SQL joins by AND; none of an empty one."""
    try:
        return conjuncts_of_text(text, dialect) if text.strip() else frozenset()
    except RefusedStatementError as error:
        raise RefusedQueryError("This condition cannot be used.") from error


def judge_burden(queries: Collection[Any]) -> None:
    """What anybody but an administrator may make the server do with one request."""
    _demand(len(queries) <= _QUERIES, f"One question has at most {_QUERIES} queries.")
    for query in queries:
        _demand(len(query.time_offsets or []) <= _OFFSETS, f"At most {_OFFSETS} times are compared.")
        _demand(len(query.post_processing) <= _DONE, f"At most {_DONE} things are done with an answer.")
        for step in query.post_processing:
            name = str(step.get("operation"))
            _demand(name in _STEPS, f"{name[:50]} is not available to you.")


def judge_query(query: Any, known: Known, dialect: str) -> None:
    """A query of somebody who writes no SQL: certified metrics, columns of the dataset, conditions of its charts."""
    _demand(not query.annotation_layers, "Annotations are not available to you.")
    for metric in _metrics_of(query):
        _demand(
            isinstance(metric, str) and metric in known.metrics,
            "You can use the dataset's own metrics; custom ones are not available to you.",
        )
    names = known.columns | {TIME}
    for column in _columns_of(query):
        _demand(_name_of(column, names) is not None, "You can use the dataset's own columns, not SQL of your own.")
    _demand(query.granularity in {None, ""} | names, "You can filter by the dataset's own columns.")
    for condition in query.filter:
        # a word that is no column counts for nothing: a page's filter is sent to all of its datasets
        is_word = isinstance(condition.get("col"), str)
        _demand(
            is_word or _name_of(condition.get("col"), names) is not None, "You can filter by the dataset's own columns."
        )
    labels = {c["label"] for c in query.columns if isinstance(c, dict) and isinstance(c.get("label"), str)}
    for order in query.orderby:
        _demand(
            isinstance(order[0], str) and order[0] in names | known.metrics | labels,
            "You can sort by the dataset's own columns and metrics.",
        )
    _demand(not (query.extras.get("having") or "").strip(), "Conditions of your own are not available to you.")
    conditions = conditions_of(query.extras.get("where") or "", dialect)
    _demand(not conditions or conditions in known.conditions, "Conditions of your own are not available to you.")


def judge_summary(query: Any, result_type: str, pages: Pages, known: Known, dialect: str) -> None:
    """A query of somebody who sees summaries: it asks no more than a chart or a filter of their pages does."""
    if result_type in _FORMS:
        return
    _demand(result_type not in _ROWS, "Your pages show summaries; rows of the dataset are not available to you.")
    names = known.columns | {TIME}
    grouped_by = [(_name_of(column, names), _grain(column)) for column in _columns_of(query)]
    named = [(name, grain) for name, grain in grouped_by if name and name != TIME] + _time_of(query, known)
    columns = {name for name, _ in named}
    metrics = {metric for metric in _metrics_of(query) if isinstance(metric, str)}
    filters = {
        _name_of(condition.get("col"), names) for condition in query.filter if not _is_period(condition, known)
    } - {
        TIME,
        None,
    }
    charts = set[str]().union(*(chart.columns for chart in pages.charts))
    allowed = pages.filters | charts | {name for chart in pages.charts for name, _, _ in chart.filters}
    _demand(filters <= allowed, "Your pages cannot be filtered by this column.")
    orders = {order[0] for order in query.orderby if isinstance(order[0], str)}
    orders = {order for order in orders if order in known.columns | known.metrics}
    is_filter = query.metrics == [] and not metrics and not query.extras.get("where")
    if is_filter and len(columns) == 1 and columns <= pages.filters and orders <= columns:
        return
    rows = 1 if query.is_rowcount or not columns else (query.row_limit or USUAL_ROWS) + query.row_offset
    given = {(_name_of(f.get("col"), names), f.get("op"), _value(f.get("val"))) for f in query.filter}
    conditions = conditions_of(query.extras.get("where") or "", dialect)
    for chart in pages.charts:
        is_alike = not metrics and query.metrics is None if chart.is_raw else bool(metrics)
        if (
            is_alike
            and columns <= chart.columns
            and metrics <= chart.metrics
            and conditions == chart.conditions
            and chart.filters <= given
            and orders <= chart.orders
            and all(any(own == name and grain >= least for own, least in chart.grains) for name, grain in named)
            and rows <= max(chart.rows, 1)
        ):
            return
    raise RefusedQueryError("Your pages show summaries, and none of their charts asks this.")


def _metrics_of(query: Any) -> Iterable[Any]:
    return [*(query.metrics or []), *([query.series_limit_metric] if query.series_limit_metric else [])]


def _columns_of(query: Any) -> Iterable[Any]:
    return [*query.columns, *query.series_columns]


def _time_of(query: Any, known: Known) -> list[tuple[str, int]]:
    """The time that rows are grouped by beside the columns: Superset takes its own where it is given no time."""
    if not query.is_timeseries and TIME not in query.columns:
        return []
    column = query.granularity if query.granularity in known.times else known.time
    return [(column or TIME, GRAINS.get(query.extras.get("time_grain_sqla") or "", 0))]


def _is_period(condition: Any, known: Known) -> bool:
    """Whether a filter is the page's period, on the time that a chart is about."""
    return condition.get("op") == "TEMPORAL_RANGE" and condition.get("col") in known.times


def _grain(column: Any) -> int:
    """How finely a column of time is cut; 0, not at all, for every other one: Superset cuts what is an axis alone."""
    is_cut = isinstance(column, dict) and column.get("columnType") == "BASE_AXIS"
    return GRAINS.get(column.get("timeGrain") or "", 0) if is_cut else 0


def _text_of(column: Any) -> str | None:
    """The column that a chart names, as a word or as the axis it is drawn along."""
    found = column.get("sqlExpression") if isinstance(column, dict) else column
    return found if isinstance(found, str) else None


def _name_of(column: Any, names: Collection[str]) -> str | None:
    """The column's name; none where it is anything but one of these names."""
    found = _text_of(column)
    return found if found in names else None


def _value(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _demand(holds: bool, why: str) -> None:
    if not holds:
        raise RefusedQueryError(why)
