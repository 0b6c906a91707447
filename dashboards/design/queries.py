"""The query behind a chart, as Superset's charts ask it: for CSV reports, and for whoever asks without a browser."""

from typing import Any

from dashboards.design.parts import Chart


def describe_query(chart: Chart) -> dict[str, Any]:
    """The query context of a chart; the identifier of its dataset is filled in at import."""
    params = dict(chart.params)
    query: dict[str, Any] = {
        "filters": [],
        "extras": {"where": f"({params['fixed_condition']})" if "fixed_condition" in params else "", "having": ""},
        "applied_time_extras": {},
        "row_limit": params.get("row_limit", 10_000),
        "order_desc": True,
        "annotation_layers": [],
        "url_params": {},
        "custom_params": {},
        "custom_form_data": {},
        **_select(chart, params),
    }
    return {
        "datasource": {"id": 1, "type": "table"},
        "force": False,
        "queries": [query],
        "form_data": {},
        "result_format": "json",
        "result_type": "full",
    }


def _select(chart: Chart, params: dict[str, Any]) -> dict[str, Any]:
    if chart.viz_type == "big_number_total":
        return {"columns": [], "metrics": [params["metric"]]}
    if chart.viz_type == "pivot_table_v2":
        columns = [*params["groupbyRows"], *params["groupbyColumns"]]
        return {"columns": columns, "metrics": params["metrics"], "orderby": [[params["metrics"][0], False]]}
    if chart.viz_type == "table" and params["query_mode"] == "raw":
        order = [_parse_order(o) for o in params["order_by_cols"]]
        # without metrics, not with none of them: those would make one row of two that are equal
        return {"columns": params["all_columns"], "metrics": None, "orderby": order}
    if chart.viz_type == "table":
        return {
            "columns": params["groupby"],
            "metrics": params["metrics"],
            "orderby": [[params["timeseries_limit_metric"], False]],
        }
    axis: Any = params["x_axis"]
    if "time_grain_sqla" in params:
        axis = {"columnType": "BASE_AXIS", "sqlExpression": axis, "label": axis, "expressionType": "SQL",
                "timeGrain": params["time_grain_sqla"]}  # fmt: skip
    return {
        "columns": [axis, *params["groupby"]],
        "metrics": params["metrics"],
        "series_columns": params["groupby"],
        "series_limit": params.get("limit") or 0,
        "series_limit_metric": params["metrics"][0],
        "orderby": [[params["metrics"][0], False]],
    }


def _parse_order(text: str) -> list[Any]:
    """``["column", true]`` as Superset writes the order of a table."""
    column, _, ascending = text.strip("[]").partition(", ")
    return [column.strip('"'), ascending == "true"]
