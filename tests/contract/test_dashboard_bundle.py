"""The bundle that Superset imports, written anew, and the promises that every page of the design makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.asset_pages import charts_of
from dashboards.build import write_bundle
from dashboards.design.models import columns_of
from dashboards.design.pages import DATASETS, PAGES
from dashboards.design.parts import Chart, Dataset, Page

ROOT = Path(__file__).resolve().parents[2]


def names_of(dataset: Dataset) -> set[str]:
    columns = dataset.columns or columns_of(dataset.table)
    return {c[0] for c in columns} | {c[0] for c in dataset.calculated}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every file of a bundle that was just written, by its path."""
    folder = tmp_path_factory.mktemp("bundle")
    write_bundle(folder)
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): yaml.safe_load(path.read_text()) for path in paths}


def test_identifiers_are_stable_and_unique(bundle: dict[str, Any]) -> None:
    uids = [body["uuid"] for body in bundle.values() if isinstance(body, dict) and "uuid" in body]
    assert len(uids) == len(set(uids))
    overview = bundle["dashboards/overview.yaml"]["uuid"]
    assert overview == "6370451c-828d-5e1d-a3ba-265e89a8b137"


def test_what_files_of_the_bundle_name_is_in_it(bundle: dict[str, Any]) -> None:
    """Superset imports a chart without its dataset, or a page without its chart, as a broken one."""
    known = {kind: {body["uuid"] for name, body in bundle.items() if name.startswith(f"{kind}/")}
             for kind in ("databases", "datasets", "charts", "dashboards")}  # fmt: skip
    assert {kind: len(uids) for kind, uids in known.items()} == {
        "databases": 1, "datasets": len(DATASETS), "charts": sum(len(charts_of(page)) for page in PAGES),
        "dashboards": len(PAGES),
    }  # fmt: skip
    for name, body in bundle.items():
        if name.startswith("datasets/"):
            assert body["database_uuid"] in known["databases"], name
        elif name.startswith("charts/"):
            assert body["dataset_uuid"] in known["datasets"], name
        elif name.startswith("dashboards/"):
            items = [item for item in body["position"].values() if isinstance(item, dict)]
            shown = {item["meta"]["uuid"] for item in items if "uuid" in item.get("meta", {})}
            assert shown and shown <= known["charts"], name


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.slug)
def test_a_page_shows_its_people_only_datasets_that_they_may_read(page: Page) -> None:
    for chart in charts_of(page):
        missing = set(page.roles) - set(chart.dataset.roles)
        assert not missing, f"{chart.title}: {sorted(missing)} may open the page and not read {chart.dataset.key}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.slug)
def test_rows_fill_the_width_and_titles_are_unique(page: Page) -> None:
    titles = [chart.title for chart in charts_of(page)]
    assert len(titles) == len(set(titles))
    for row in page.rows:
        width = sum(item.width if isinstance(item, Chart) else 12 // len(row) for item in row)
        assert width == 12, f"{page.slug}: a row of {width} columns"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.slug)
def test_charts_and_filters_name_columns_and_metrics_that_there_are(page: Page) -> None:
    for chart in charts_of(page):
        known = names_of(chart.dataset)
        metrics = {m.name for m in chart.dataset.metrics}
        params = chart.params
        wanted = [params.get("x_axis"), *params.get("groupby", []), *params.get("all_columns", []),
                  *params.get("groupbyRows", []), *params.get("groupbyColumns", [])]  # fmt: skip
        assert {c for c in wanted if c} <= known, f"{chart.title}: {sorted({c for c in wanted if c} - known)}"
        used = {params.get("metric"), params.get("timeseries_limit_metric"), *params.get("metrics", [])} - {None}
        assert used <= metrics, f"{chart.title}: {sorted(used - metrics)}"
    for wanted_filter in page.filters:
        if wanted_filter.dataset:
            assert wanted_filter.column in names_of(wanted_filter.dataset)


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda d: d.key)
def test_every_figure_is_explained_and_row_level_security_has_its_columns(dataset: Dataset) -> None:
    known = names_of(dataset)
    assert all(m.description and m.format for m in dataset.metrics)
    # a condition on rows is SQL on the table itself, whether charts show the column or not
    of_table = set() if dataset.sql else {name for name, *_ in columns_of(dataset.table)}
    assert {column for _, column in dataset.scope} <= known | of_table
    if "team" in dataset.roles:
        assert dataset.scope, f"{dataset.key}: people who see a part of the costs would see nothing of it, or all"
    if dataset.time:
        assert dataset.time in known


def test_every_page_is_an_exposure_of_dbt() -> None:
    path = ROOT / "dbt_project" / "models" / "exposures.yml"
    exposures = {e["name"]: e for e in yaml.safe_load(path.read_text())["exposures"]}
    for page in PAGES:
        depends = {text.split("'")[1] for text in exposures[page.exposure]["depends_on"] if "ref(" in text}
        models = {c.dataset.table for c in charts_of(page) if c.dataset.schema == "marts"}
        assert models <= depends, f"{page.exposure} lacks {sorted(models - depends)}"


def test_the_command_writes_a_bundle_and_touches_nothing_that_is_there(bundle: dict[str, Any], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dashboards.build", str(tmp_path / "new")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    written = {p.relative_to(tmp_path / "new").as_posix() for p in (tmp_path / "new").rglob("*.yaml")}
    assert written == bundle.keys()
    (tmp_path / "new" / "metadata.yaml").write_text("mine")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "is not empty" in done.stderr
    assert (tmp_path / "new" / "metadata.yaml").read_text() == "mine"


def test_what_the_overview_leads_with_is_of_all_currencies_and_says_what_is_not_in_it() -> None:
    """46 thousand dollars are no headline where three thousand euros more were billed."""
    overview = next(page for page in PAGES if page.slug == "overview")
    billed, effective, *_ = (chart for chart in overview.rows[0] if not isinstance(chart, str))
    for chart, metric in ((billed, "reporting_billed"), (effective, "reporting_effective")):
        assert chart.title.endswith("all currencies") and chart.params["metric"] == metric
        # the page's filter by currency does not reach it
        assert "billing_currency" not in names_of(chart.dataset)
    (currencies,) = (chart for chart in overview.rows[1] if not isinstance(chart, str))
    assert currencies.dataset is billed.dataset
    assert {"bill_currency", "in_totals"} <= set(currencies.params["groupby"])


def test_every_table_that_shows_what_is_spent_so_far_says_to_which_day() -> None:
    tables = [chart for page in PAGES for chart in charts_of(page) if "so_far" in chart.params.get("metrics", [])]
    assert len(tables) == 2
    assert all("known_until" in chart.params["groupby"] and "known until" in chart.description for chart in tables)
