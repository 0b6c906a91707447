"""Writes `dashboards/bundle/` from the design: what Superset imports, in its own format, with stable identifiers.

``python -m dashboards.build`` writes it, ``--check`` fails where it is not what the design says.
"""

import argparse
import json
import sys
import uuid
from pathlib import Path
from typing import Any

import yaml

from dashboards.design.models import columns_of, description_of
from dashboards.design.pages import DATASETS, PAGES
from dashboards.design.parts import COUNT, Chart, Dataset, Filter, Metric, Page
from dashboards.design.queries import describe_query

BUNDLE = Path(__file__).resolve().parent / "bundle"
#: All identifiers follow from this one and a name, so the same asset is the same everywhere and for ever.
NAMESPACE = uuid.UUID("0f3a6d3e-5d0c-4b38-9a55-2f1d6d7a8c11")
VERSION = "1.0.0"
DATABASE = "cloudcost warehouse"


def main() -> int:
    """Write or check the bundle."""
    parser = argparse.ArgumentParser(prog="python -m dashboards.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the bundle is out of date")
    options = parser.parse_args()
    wanted = {name: dump(body) for name, body in build_bundle().items()}
    found = {p.relative_to(BUNDLE).as_posix(): p.read_text() for p in BUNDLE.rglob("*.yaml")}
    if options.check:
        differing = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
        for name in differing:
            print(f"{name}: not as the design says; run python -m dashboards.build", file=sys.stderr)
        return 1 if differing else 0
    for name in found.keys() - wanted.keys():
        (BUNDLE / name).unlink()
    for name, text in wanted.items():
        (BUNDLE / name).parent.mkdir(parents=True, exist_ok=True)
        (BUNDLE / name).write_text(text)
    return 0


def build_bundle() -> dict[str, Any]:
    """Every file of the bundle by its path."""
    files: dict[str, Any] = {
        "metadata.yaml": {"version": VERSION, "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"},
        "databases/warehouse.yaml": describe_database(),
        "access.yaml": describe_access(),
    }
    for dataset in DATASETS:
        files[f"datasets/warehouse/{dataset.schema}_{dataset.table}.yaml"] = describe_dataset(dataset)
    for page in PAGES:
        files[f"dashboards/{page.slug}.yaml"] = describe_page(page)
        for chart in charts_of(page):
            files[f"charts/{page.slug}/{slug_of(chart.title)}.yaml"] = describe_chart(page, chart)
    return files


def dump(body: Any) -> str:
    """YAML as Superset writes it."""
    return yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=120)


def identify(kind: str, name: str) -> str:
    """The identifier of an asset."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{name}"))


def slug_of(title: str) -> str:
    """A title as part of a file name."""
    return "_".join("".join(c.lower() if c.isalnum() else " " for c in title).split())


def charts_of(page: Page) -> list[Chart]:
    """The charts of a page, in its order."""
    return [item for row in page.rows for item in row if isinstance(item, Chart)]


def describe_database() -> dict[str, Any]:
    """The warehouse. Its address is the installation's own and comes in at import."""
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": "duckdb:///:memory:",
        "cache_timeout": None,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"allows_virtual_table_explore": False, "engine_params": {}, "metadata_params": {}},
        "uuid": identify("database", "warehouse"),
        "version": VERSION,
    }


def describe_access() -> dict[str, Any]:
    """Which role sees which dashboards and datasets, and which columns hold the scope of a row; not Superset's."""
    roles = ("viewer", "team", "finance")
    return {
        "dashboards": {page.slug: list(page.roles) for page in PAGES},
        "datasets": {role: sorted(d.table for d in DATASETS if role in d.roles) for role in roles},
        "scope_columns": {d.table: dict(d.scope) for d in DATASETS if d.scope},
    }


#: Every dataset can be counted: people who write no SQL need a metric for it.
ROWS = Metric("number_of_rows", "Rows", "COUNT(*)", "How many rows the dataset has.", COUNT)


def describe_dataset(dataset: Dataset) -> dict[str, Any]:
    """A dataset with the columns and descriptions of its dbt model, and its certified metrics."""
    columns = dataset.columns or columns_of(dataset.table)
    certified = json.dumps({"certification": {"certified_by": "cloudcost", "details": "checked by the pipeline"}})
    return {
        "table_name": dataset.table,
        "main_dttm_col": dataset.time,
        "description": description_of(dataset.table),
        "default_endpoint": None,
        "offset": 0,
        "cache_timeout": None,
        "catalog": None,
        "schema": dataset.schema,
        "sql": dataset.sql,
        "params": None,
        "template_params": None,
        "filter_select_enabled": True,
        "fetch_values_predicate": None,
        "extra": {"certification": {"certified_by": "cloudcost", "details": "Built, tested and reconciled by dbt"}},
        "normalize_columns": False,
        "always_filter_main_dttm": False,
        "folders": None,
        "uuid": identify("dataset", dataset.key),
        "metrics": [
            {
                "metric_name": m.name, "verbose_name": m.label, "metric_type": None, "expression": m.sql,
                "description": m.description, "d3format": m.format, "currency": None, "extra": json.loads(certified),
                "warning_text": None,
            }
            for m in (*dataset.metrics, ROWS)
        ],
        "columns": [
            *(_describe_column(name, kind, text, dataset.time) for name, kind, text in columns),
            *(
                _describe_column(name, kind, text, dataset.time, expression)
                for name, kind, text, expression in dataset.calculated
            ),
        ],
        "version": VERSION,
        "database_uuid": identify("database", "warehouse"),
    }  # fmt: skip


def _describe_column(
    name: str, kind: str, text: str, time: str | None, expression: str | None = None
) -> dict[str, Any]:
    is_time = kind.upper() in ("DATE", "TIMESTAMP")
    return {
        "column_name": name, "verbose_name": label_of(name), "is_dttm": is_time, "is_active": True,
        "type": kind.upper(),
        "advanced_data_type": None, "groupby": True, "filterable": True, "expression": expression, "description": text,
        "python_date_format": None, "extra": {},
    }  # fmt: skip


#: Columns whose own name says less than people do.
LABELS = {
    "service_provider_name": "Provider", "sub_account_id": "Account id", "sub_account_name": "Account",
    "billing_currency": "Currency", "x_team": "Team", "x_environment": "Environment", "x_usage_type": "Usage type",
    "region_id": "Region", "service_name": "Service", "resource_id": "Resource", "charge_date": "Day",
    "billing_period": "Month", "source_name": "Source", "is_current": "Current", "is_open": "Open",
    "is_reconciled": "Reconciled",
}  # fmt: skip


def label_of(column: str) -> str:
    """What people call a column."""
    return LABELS.get(column) or column.removeprefix("x_").replace("_", " ").capitalize()


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
            "native_filter_configuration": [describe_filter(page, f) for f in page.filters],
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


def describe_filter(page: Page, wanted: Filter) -> dict[str, Any]:
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
                "extraFormData": {"time_range": wanted.default}, "filterState": {"value": wanted.default},
                "ownState": {},
            }  # fmt: skip
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


if __name__ == "__main__":
    sys.exit(main())
