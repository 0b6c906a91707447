"""Pages and charts as Superset imports them."""

import json
from typing import Any

from dashboards.asset_names import VERSION, identify, slug_of
from dashboards.design.parts import Chart, Filter, Page
from dashboards.design.queries import describe_query


def charts_of(page: Page) -> list[Chart]:
    """The charts of a page, in its order."""
    return [item for row in page.rows for item in row if isinstance(item, Chart)]


def describe_chart(page: Page, chart: Chart) -> dict[str, Any]:
    """A chart; its own fixed condition and the page's time column stand among its filters."""
    params = dict(chart.params)
    filters = []
    if chart.dataset.time:
        filters.append({"clause": "WHERE", "comparator": "No filter", "expressionType": "SIMPLE",
                        "operator": "TEMPORAL_RANGE", "subject": chart.dataset.time})  # fmt: skip
    condition = params.pop("fixed_condition", None)
    if condition:
        filters.append({"clause": "WHERE", "expressionType": "SQL", "sqlExpression": condition})
    return {
        "slice_name": chart.title,
        "description": chart.description,
        "certified_by": None,
        "certification_details": None,
        "viz_type": chart.viz_type,
        "params": {**params, "adhoc_filters": filters, "viz_type": chart.viz_type, "datasource": "1__table"},
        "query_context": json.dumps(describe_query(chart)),
        "cache_timeout": None,
        "uuid": identify("chart", f"{page.slug}/{chart.title}"),
        "version": VERSION,
        "dataset_uuid": identify("dataset", chart.dataset.key),
    }


def describe_page(page: Page) -> dict[str, Any]:
    """A dashboard: its grid, its filters, its colours, and that it looks for new figures every minute."""
    return {
        "dashboard_title": page.title,
        "description": page.description,
        "css": CSS,
        "slug": page.slug,
        "certified_by": "cloudcost",
        "certification_details": "Every total is reconciled with the bill; see the page Trust",
        "published": True,
        "uuid": identify("dashboard", page.slug),
        "position": lay_out(page),
        "metadata": {
            "show_native_filters": True,
            "native_filter_configuration": [describe_filter(f) for f in page.filters],
            "color_scheme": "cloudcost",
            "cross_filters_enabled": True,
            "refresh_frequency": 60,
            "timed_refresh_immune_slices": [],
            "expanded_slices": {},
            "label_colors": {},
            "shared_label_colors": [],
            "map_label_colors": {},
            "default_filters": "{}",
            "chart_configuration": {},
            "global_chart_configuration": {"scope": {"rootPath": ["ROOT_ID"], "excluded": []}, "chartsInScope": []},
            "filter_bar_orientation": "HORIZONTAL",
        },
        "version": VERSION,
    }


#: Printed, a page is its charts, without the bars around them.
CSS = """\
@media print {
  header, .dashboard-header-wrapper button, .filter-bar, [data-test="filter-bar"], .header-controls { display: none; }
  .grid-row, .dashboard-component-chart-holder { break-inside: avoid; }
}
"""


def lay_out(page: Page) -> dict[str, Any]:
    """The grid, of twelve columns a row."""
    grid: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": page.title}},
    }
    names = []
    for number, row in enumerate(page.rows):
        name = f"ROW-{number}"
        names.append(name)
        children = []
        for place, item in enumerate(row):
            parents = ["ROOT_ID", "GRID_ID", name]
            if isinstance(item, Chart):
                child = f"CHART-{slug_of(item.title)}"
                uid = identify("chart", f"{page.slug}/{item.title}")
                meta = {"chartId": 1, "height": item.height, "width": item.width, "sliceName": item.title, "uuid": uid}
                grid[child] = {"id": child, "type": "CHART", "children": [], "parents": parents, "meta": meta}
            else:
                child = f"MARKDOWN-{number}-{place}"
                meta = {"code": item, "height": 12, "width": 12 // len(row)}
                grid[child] = {"id": child, "type": "MARKDOWN", "children": [], "parents": parents, "meta": meta}
            children.append(child)
        grid[name] = {"id": name, "type": "ROW", "children": children, "parents": ["ROOT_ID", "GRID_ID"],
                      "meta": {"background": "BACKGROUND_TRANSPARENT"}}  # fmt: skip
    grid["GRID_ID"] = {"id": "GRID_ID", "type": "GRID", "children": names, "parents": ["ROOT_ID"]}
    return grid


def describe_filter(wanted: Filter) -> dict[str, Any]:
    """A native filter over the whole page."""
    described: dict[str, Any] = {
        "id": f"NATIVE_FILTER-{slug_of(wanted.name)}",
        "name": wanted.name,
        "type": "NATIVE_FILTER",
        "cascadeParentIds": [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "description": "",
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
    }
    if wanted.dataset is None:
        if wanted.default:
            described["defaultDataMask"] = {
                "extraFormData": {"time_range": wanted.default},
                "filterState": {"value": wanted.default},
                "ownState": {},
            }
        return {
            **described,
            "filterType": "filter_time",
            "targets": [{}],
            "controlValues": {"enableEmptyFilter": False},
        }
    target = {"column": {"name": wanted.column}, "datasetUuid": identify("dataset", wanted.dataset.key)}
    values = {"enableEmptyFilter": wanted.is_single, "defaultToFirstItem": False, "multiSelect": not wanted.is_single,
              "searchAllOptions": False, "inverseSelection": False}  # fmt: skip
    return {**described, "filterType": "filter_select", "targets": [target], "controlValues": values}
