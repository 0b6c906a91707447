"""Writes the bundle from the design: what Superset imports, in its own format, with stable identifiers.

Starting the dashboards writes it for the installation; ``python -m dashboards.build FOLDER`` writes one to look at.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import yaml

from dashboards.asset_names import VERSION, identify, slug_of
from dashboards.asset_pages import charts_of, describe_chart, describe_page
from dashboards.design.models import columns_of, description_of
from dashboards.design.pages import DATASETS, PAGES
from dashboards.design.parts import COUNT, Dataset, Metric

DATABASE = "cloudcost warehouse"


def main() -> int:
    """Write the bundle to a folder; 2 where that has something in it."""
    parser = argparse.ArgumentParser(prog="python -m dashboards.build", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder that is empty or not there yet")
    folder = parser.parse_args().folder
    try:
        write_bundle(folder)
    except FileExistsError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def write_bundle(folder: Path) -> None:
    """Write every file of the bundle below a folder; FileExistsError where that has something in it."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    for name, body in build_bundle().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump(body))


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
            *(_describe_column(name, kind, text) for name, kind, text in columns),
            *(_describe_column(*column) for column in dataset.calculated),
        ],
        "version": VERSION,
        "database_uuid": identify("database", "warehouse"),
    }  # fmt: skip


def _describe_column(name: str, kind: str, text: str, expression: str | None = None) -> dict[str, Any]:
    is_time = kind.upper() in ("DATE", "TIMESTAMP")
    return {
        "column_name": name, "verbose_name": label_of(name), "is_dttm": is_time, "is_active": True,
        "type": kind.upper(),
        "advanced_data_type": None, "groupby": True, "filterable": True, "expression": expression, "description": text,
        "python_date_format": None, "extra": {},
    }  # fmt: skip


#: Columns whose own name explains less than people do.
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


if __name__ == "__main__":
    sys.exit(main())
