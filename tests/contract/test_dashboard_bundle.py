"""The dashboards' bundle is what the design says, and the design keeps the promises that every page makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dashboards.build import BUNDLE, build_bundle, charts_of, dump
from dashboards.design.models import columns_of
from dashboards.design.pages import DATASETS, PAGES
from dashboards.design.parts import Dataset, Page

ROOT = Path(__file__).resolve().parents[2]


def names_of(dataset: Dataset) -> set[str]:
    columns = dataset.columns or columns_of(dataset.table)
    return {c[0] for c in columns} | {c[0] for c in dataset.calculated}


def test_the_committed_bundle_is_what_the_design_says() -> None:
    wanted = {name: dump(body) for name, body in build_bundle().items()}
    found = {p.relative_to(BUNDLE).as_posix(): p.read_text() for p in BUNDLE.rglob("*.yaml")}
    assert sorted(wanted) == sorted(found)
    assert [name for name in wanted if wanted[name] != found[name]] == []


def test_identifiers_are_stable_and_unique() -> None:
    files = build_bundle()
    uids = [body["uuid"] for body in files.values() if isinstance(body, dict) and "uuid" in body]
    assert len(uids) == len(set(uids))
    overview = files["dashboards/overview.yaml"]["uuid"]
    assert overview == "6370451c-828d-5e1d-a3ba-265e89a8b137"


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
        width = sum(item if isinstance(item, int) else getattr(item, "width", 12 // len(row)) for item in row)
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
    assert {column for _, column in dataset.scope} <= known
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


def test_the_command_reports_a_bundle_that_is_out_of_date(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dashboards.build", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


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
