"""What AWS nests or spreads over columns lands alike from every kind of report."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingestion.expressions.sql import connect_scratch
from tests.unit.ingestion.exports import cur_row, write_csv, write_parquet
from tests.unit.ingestion.test_projection import land

MAP = pa.map_(pa.string(), pa.string())


@pytest.fixture(scope="module")
def scratch() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def land_legacy(scratch: duckdb.DuckDBPyConnection, folder: Path, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of a legacy report, with these columns besides its own."""
    return land(scratch, write_csv(folder / "report.csv", [{**cur_row(1, "1"), **columns} for columns in rows]))


def land_cur2(scratch: duckdb.DuckDBPyConnection, folder: Path, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of CUR 2.0, with these columns besides those that every row has: dicts are maps."""
    own = {
        "line_item_line_item_type": "Usage", "bill_payer_account_id": "1", "line_item_usage_account_id": "2",
        "line_item_product_code": "AmazonS3", "line_item_currency_code": "USD", "line_item_unblended_cost": 1.0,
        "bill_billing_period_start_date": "2026-09-01T00:00:00Z", "line_item_usage_start_date": "2026-09-02T00:00:00Z",
    }  # fmt: skip
    given = [{"product": {}, **row} for row in rows]
    fields = [(name, MAP if isinstance(value, dict) else pa.string()) for name, value in given[0].items()]
    schema = pa.schema([*pa.Table.from_pylist([own]).schema, *fields])
    values = [{k: list(v.items()) if isinstance(v, dict) else v for k, v in row.items()} for row in given]
    return land(scratch, write_parquet(folder / "cur2.parquet", [{**own, **row} for row in values], schema))


TAGS = {
    "resourceTags/team": "search", "resourceTags/user_id": "7", "resourceTags/user:env": "prod",
    "resourceTags/aws:eks:namespace": "shop", "accountTag/team": "ads", "costCategory/product": "shop",
    "iamPrincipal/owner": "ann", "userAttribute/department": "x",
}  # fmt: skip
LANDED_TAGS = {
    "team": "search", "user_id": "7", "env": "prod", "aws:eks:namespace": "shop", "accountTag/team": "ads",
    "costCategory/product": "shop", "iamPrincipal/owner": "ann", "userAttribute/department": "x",
}  # fmt: skip


@pytest.mark.parametrize("written", [dict, json.dumps, str])
def test_tags_of_all_kinds_come_from_one_map(
    scratch: duckdb.DuckDBPyConnection, tmp_path: Path, written: Callable[[Any], Any]
) -> None:
    (row,) = land_cur2(scratch, tmp_path, {"tags": written(TAGS)})
    assert json.loads(row["resource_tags"]) == LANDED_TAGS


def test_a_report_may_have_the_map_of_all_tags_and_that_of_resources(
    scratch: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    every, own, none = land_cur2(
        scratch, tmp_path,
        {"tags": TAGS, "resource_tags": {"user_team": "search", "user_only": "here"}},
        {"tags": {}, "resource_tags": {"user_a": "b"}},
        {"tags": {}, "resource_tags": {}},
    )  # fmt: skip
    assert json.loads(every["resource_tags"]) == {**LANDED_TAGS, "only": "here"}
    assert (own["resource_tags"], none["resource_tags"]) == ('{"a":"b"}', None)


@pytest.mark.parametrize("written", [dict, json.dumps, str])
def test_the_prefix_of_users_is_taken_off_their_keys_alone(
    scratch: duckdb.DuckDBPyConnection, tmp_path: Path, written: Callable[[Any], Any]
) -> None:
    tags = {"user_team": "user_search", "user_env": "p,", "user_user_x": '{"user_y"', "aws_created_by": "Root"}
    (row,) = land_cur2(scratch, tmp_path, {"resource_tags": written(tags)})
    assert json.loads(row["resource_tags"]) == {
        "team": "user_search", "env": "p,", "user_x": '{"user_y"', "aws_created_by": "Root",
    }  # fmt: skip


def test_tags_in_columns(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (row,) = land_legacy(
        scratch, tmp_path,
        {
            "resourceTags/user:team": "search", "resourceTags/user:Team": "ads", "resourceTags/user:TEAM": "",
            "resourceTags/aws:createdBy": "Root", "resource_tags_user_env": "prod", "accountTag/team": "pay",
            # its short name is taken: it keeps the long one
            "resource_tags_user_team": "other",
            "costCategory/Team": "ads", "cost_category_env": "", "discount/Edp": "-1",
        },
    )  # fmt: skip
    assert json.loads(row["resource_tags"]) == {
        "team": "search", "Team": "ads", "aws:createdBy": "Root", "env": "prod", "accountTag/team": "pay",
        "resource_tags_user_team": "other",
    }  # fmt: skip
    assert (row["cost_category"], row["discount"]) == ('{"Team":"ads"}', '{"Edp":"-1"}')


def test_the_region_is_found_wherever_a_report_has_it(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    def regions(rows: list[dict[str, Any]]) -> list[Any]:
        return [row["product_region_code"] for row in rows]

    # the legacy report calls it product/region, newer ones have product/regionCode too
    assert regions(land_legacy(scratch, tmp_path, {"product/region": "eu-west-1"})) == ["eu-west-1"]
    both = [{"product/region": "x", "product/regionCode": code} for code in ("y", "None", "")]
    assert regions(land_legacy(scratch, tmp_path, *both)) == ["y", "x", "x"]
    maps = [{"product": product, "product_region_code": code} for product, code in (
        ({"region": "x"}, None), ({"region": "x", "region_code": "y"}, "None"), ({"region": "x"}, "z"), ({}, None),
    )]  # fmt: skip
    assert regions(land_cur2(scratch, tmp_path, *maps)) == ["x", "y", "z", None]
    # a map that cannot be read costs the report nothing else
    texts = land_cur2(
        scratch, tmp_path, {"product": "{'region': 'x', 'sku': None}", "product_sku": "S1"},
        {"product": "see attachment", "product_sku": "S2"},
    )  # fmt: skip
    assert regions(texts) == ["x", None] and [row["product_sku"] for row in texts] == ["S1", "S2"]
