"""How much one request may bring, and how much memory its answer may take.

A limit of time holds for the warehouse alone. Python that takes a statement of a hundred thousand values apart, or a
table that is made as wide as it is long, would keep a whole process from everybody else for minutes.
"""

import functools
import math
import re
from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request

from cloudcost_superset.audit import VIEWS, requested_chart

#: Bytes that a request brings: one that readers send, and any other, such as a bundle of dashboards.
SMALL, LARGE = 256 * 1024, 64 * 2**20
#: What readers send: queries, and what Superset stores for them, such as the state of a page.
_READING = re.compile(r"/(filter_state|permalink|form_data|explore_json|log|login)\b|^/api/v1/chart/data")
#: Values that one chart request names, in all its queries, and characters of each.
VALUES, LONGEST = 5_000, 4_000
#: Cells of a pivoted table.
CELLS = 5_000_000
#: Widths of a number's format: it is filled up to them.
_WIDE = re.compile(r"\d{3,}")


class HeavyQueryError(ValueError):
    """A query that names more than it may; the message is meant for whoever asks."""


def limit_burden(app: Any) -> None:
    """Refuse what is too large before it is looked at, and pivots that would fill the memory before they are made."""
    from superset.charts import client_processing
    from superset.utils import pandas_postprocessing

    app.config["MAX_CONTENT_LENGTH"] = LARGE

    @app.before_request
    def refuse_burden() -> tuple[Response, int] | None:
        rule = request.url_rule.rule if request.url_rule else ""
        if _READING.search(rule):
            size = request.content_length
            if size is None:  # it comes in pieces; what is read is kept for whoever reads it next
                size = len(request.get_data())
            if size > SMALL:
                discard_rest()
                return jsonify({"message": f"A request has at most {SMALL // 1024} KiB."}), 413
        if request.endpoint in VIEWS:
            try:
                judge_size(requested_chart())
            except HeavyQueryError as error:
                return jsonify({"message": str(error)}), 400
        return None

    pandas_postprocessing.pivot = _bounded(pandas_postprocessing.pivot, cells_of_pivot)
    client_processing.pivot_df = _bounded(client_processing.pivot_df, cells_of_export)


def discard_rest() -> None:
    """Read over what is left of the present request: who is still sending hears no answer otherwise."""
    for _ in range(LARGE // SMALL):
        if not request.environ["wsgi.input"].read(SMALL):
            return


def judge_size(requested: dict[str, Any]) -> None:
    """How much a query names, before Superset reads it."""
    count = 0
    waiting: list[Any] = [requested.get("queries")]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
        else:
            count += 1
            if isinstance(part, str) and len(part) > LONGEST:
                raise HeavyQueryError(f"A text of a question has at most {LONGEST} characters.")
        if count > VALUES:
            raise HeavyQueryError(f"A question names at most {VALUES} values.")
    form = requested.get("form_data")
    formats = form.get("column_config") if isinstance(form, dict) else None
    for column in formats.values() if isinstance(formats, dict) else ():
        if isinstance(column, dict) and _WIDE.search(str(column.get("d3NumberFormat"))):
            raise HeavyQueryError("A number is shown with at most 99 digits.")


def cells_of_pivot(df: Any, **options: Any) -> int:
    """Cells of the table that a step of a query pivots; pandas makes every combination that is not to be dropped."""
    index, columns = options.get("index") or [], options.get("columns") or []
    count = _combinations if options.get("drop_missing_columns", True) else _all_combinations
    return count(df, index) * count(df, columns) * max(len(options.get("aggregates") or {}), 1)


def cells_of_export(df: Any, rows: list[str], columns: list[str], metrics: list[str], *_: Any, **__: Any) -> int:
    """Cells of the table that is pivoted as a pivot table shows it."""
    return _combinations(df, rows) * _combinations(df, columns) * max(len(metrics), 1)


def _combinations(df: Any, names: Any) -> int:
    known = [name for name in _listed(names) if name in df.columns]
    return len(df[known].drop_duplicates()) if known else 1


def _all_combinations(df: Any, names: Any) -> int:
    return math.prod(int(df[name].nunique(dropna=False)) or 1 for name in _listed(names) if name in df.columns)


def _listed(names: Any) -> list[Any]:
    return [names] if isinstance(names, str) else list(names)


def _bounded(pivot: Callable[..., Any], cells_of: Callable[..., int]) -> Callable[..., Any]:
    @functools.wraps(pivot)
    def bounded(df: Any, *args: Any, **options: Any) -> Any:
        from superset.exceptions import QueryObjectValidationError

        if cells_of(df, *args, **options) > CELLS:
            raise QueryObjectValidationError(f"A pivoted table has at most {CELLS} cells.")
        return pivot(df, *args, **options)

    return bounded
