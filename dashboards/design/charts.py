"""The charts a page is written with, one function for each form."""

from typing import Any

from dashboards.design.parts import EXACT, PERCENT, Chart, Dataset

#: The format of a column, by the end of its name.
FORMATS = {
    "_cost": EXACT,
    "_saving": EXACT,
    "_amount": EXACT,
    "_difference": EXACT,
    "_percent": EXACT,
    "_rate": PERCENT,
}


def big_number(
    title: str, dataset: Dataset, metric: str, description: str, *, where: str = "", width: int = 3,
    subtitle: str = "",
) -> Chart:  # fmt: skip
    """One figure."""
    params = {"metric": metric, "header_font_size": 0.35, "subheader_font_size": 0.125, "subtitle": subtitle,
              "y_axis_format": _format_of(dataset, metric), **_where(where)}  # fmt: skip
    return Chart(title, dataset, "big_number_total", params, description, width, 22)


def bars_over_time(
    title: str, dataset: Dataset, metrics: list[str], by: list[str], description: str, *, grain: str = "P1D",
    where: str = "", width: int = 12, limit: int = 10, x: str = "",
) -> Chart:  # fmt: skip
    """Stacked bars over time; the smaller members of ``by`` are drawn together as Others."""
    return _over_time("echarts_timeseries_bar", title, dataset, metrics, by, description, grain, where, width, limit, x,
                      {"stack": "Stack"})  # fmt: skip


def lines_over_time(
    title: str, dataset: Dataset, metrics: list[str], by: list[str], description: str, *, grain: str = "P1D",
    where: str = "", width: int = 12, limit: int = 10, x: str = "",
) -> Chart:  # fmt: skip
    """Lines over time."""
    return _over_time("echarts_timeseries_line", title, dataset, metrics, by, description, grain, where, width, limit,
                      x, {"markerEnabled": False, "showTooltipTotal": False})  # fmt: skip


def bars(
    title: str, dataset: Dataset, metrics: list[str], x: str, by: list[str], description: str, *, where: str = "",
    width: int = 6, limit: int = 15, is_stacked: bool = True,
) -> Chart:  # fmt: skip
    """Horizontal bars of the largest members of a column."""
    params = {
        "x_axis": x, "metrics": metrics, "groupby": by, "row_limit": limit * (8 if by else 1),
        "orientation": "horizontal",
        "stack": "Stack" if by and is_stacked else None, "y_axis_format": _format_of(dataset, metrics[0]),
        "show_legend": bool(by) or len(metrics) > 1, "legendOrientation": "bottom", "legendType": "scroll",
        "x_axis_sort": metrics[0], "x_axis_sort_asc": True, "timeseries_limit_metric": metrics[0], "order_desc": True,
        "truncate_metric": True, "rich_tooltip": True, "color_scheme": "cloudcost", "show_value": not by,
        "xAxisForceCategorical": True, **_where(where),
    }  # fmt: skip
    return Chart(title, dataset, "echarts_timeseries_bar", params, description, width, 50)


def table(
    title: str, dataset: Dataset, by: list[str], metrics: list[str], description: str, *, where: str = "",
    width: int = 12, limit: int = 200, sort: str = "", height: int = 50, has_bars: bool = True,
) -> Chart:  # fmt: skip
    """A sortable, searchable table, one row per combination of ``by``."""
    params = {
        "query_mode": "aggregate", "groupby": by, "metrics": metrics, "row_limit": limit, "order_desc": True,
        "timeseries_limit_metric": sort or (metrics[0] if metrics else None), "include_search": True,
        "show_cell_bars": has_bars, "color_pn": False, "table_timestamp_format": "%Y-%m-%d", "percent_metrics": [],
        "all_columns": [], "page_length": 15, "column_config": {}, **_where(where),
    }  # fmt: skip
    return Chart(title, dataset, "table", params, description, width, height)


def rows(
    title: str, dataset: Dataset, columns: list[str], description: str, *, where: str = "", order: str = "",
    is_descending: bool = True, limit: int = 200, width: int = 12, height: int = 50,
) -> Chart:  # fmt: skip
    """A table of rows as they are in the warehouse.

    ``order`` names a column that no metric is called like: Superset would sort by the metric, and to have one it
    would add up all rows that are equal.
    """
    if order in {metric.name for metric in dataset.metrics}:
        raise ValueError(f"{title}: {dataset.key} has a metric {order}; rows are sorted by a column")
    params = {
        "query_mode": "raw", "all_columns": columns, "groupby": [], "metrics": [], "percent_metrics": [],
        "row_limit": limit, "include_search": True, "order_by_cols": [f'["{order}", {str(not is_descending).lower()}]']
        if order else [], "server_pagination": False, "table_timestamp_format": "%Y-%m-%d", "page_length": 15,
        "column_config": {
            c: {"d3NumberFormat": shape} for c in columns for end, shape in FORMATS.items() if c.endswith(end)
        },
        "show_cell_bars": False, **_where(where),
    }  # fmt: skip
    return Chart(title, dataset, "table", params, description, width, height)


def pivot(
    title: str, dataset: Dataset, index: list[str], columns: list[str], metrics: list[str], description: str, *,
    where: str = "", width: int = 12, height: int = 55, limit: int = 5000, grain: str = "P1M",
) -> Chart:  # fmt: skip
    """A pivot table with totals."""
    params = {
        "groupbyRows": index, "groupbyColumns": columns, "metrics": metrics, "metricsLayout": "COLUMNS",
        "aggregateFunction": "Sum", "rowTotals": False, "colTotals": True, "row_limit": limit, "order_desc": True,
        "valueFormat": _format_of(dataset, metrics[0]), "date_format": "%Y-%m", "rowOrder": "value_z_to_a",
        "time_grain_sqla": grain, "temporal_columns_lookup": {dataset.time: True} if dataset.time else {},
        "series_limit_metric": metrics[0], **_where(where),
    }  # fmt: skip
    return Chart(title, dataset, "pivot_table_v2", params, description, width, height)


def _over_time(
    viz_type: str, title: str, dataset: Dataset, metrics: list[str], by: list[str], description: str, grain: str,
    where: str, width: int, limit: int, x: str, extra: dict[str, Any],
) -> Chart:  # fmt: skip
    params = {
        "x_axis": x or dataset.time, "time_grain_sqla": grain, "metrics": metrics, "groupby": by, "row_limit": 10_000,
        "limit": limit if by and limit else None, "group_others_when_limit_reached": bool(by and limit),
        "series_limit_metric": metrics[0],
        "order_desc": True, "y_axis_format": _format_of(dataset, metrics[0]), "show_legend": True,
        "legendOrientation": "top", "legendType": "scroll", "rich_tooltip": True, "truncate_metric": True,
        "show_empty_columns": True, "x_axis_time_format": "smart_date", "color_scheme": "cloudcost", **extra,
        **_where(where),
    }  # fmt: skip
    return Chart(title, dataset, viz_type, params, description, width, 50)


def _format_of(dataset: Dataset, metric: str) -> str:
    return next(m.format for m in dataset.metrics if m.name == metric)


def _where(sql: str) -> dict[str, Any]:
    if not sql:
        return {}
    return {"fixed_condition": sql}
