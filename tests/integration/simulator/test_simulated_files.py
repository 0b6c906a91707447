"""The written trees: the same bytes for the same seed, manifests that fit, and everything that was planted."""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator import generate
from simulator.__main__ import main
from simulator.azure_lines import HEADER
from tests.integration.simulator.conftest import SMALL, Simulation, Size
from tests.integration.simulator.native_totals import aws_files, azure_files, exact, gcp_files, read_csv


def hash_tree(root: Path) -> dict[str, str]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_writes_the_same_bytes(simulation: Simulation, tmp_path: Path) -> None:
    generate(tmp_path, **SMALL)
    assert hash_tree(tmp_path) == hash_tree(simulation.root)


def test_another_seed_writes_other_amounts(simulation: Simulation, tmp_path: Path) -> None:
    other: Size = {**SMALL, "seed": 12}
    truth = generate(tmp_path, **other).describe()
    for source, content in truth["sources"].items():
        for label, totals in content["periods"].items():
            assert totals["billed"] != simulation.truth["sources"][source]["periods"][label]["billed"]


def test_row_count_is_what_was_asked(simulation: Simulation) -> None:
    requested = SMALL["months"] * SMALL["rows_per_month"]
    counted = sum(
        duckdb.execute(f"SELECT count(*) FROM {relation}", {"files": files}).fetchall()[0][0]
        for relation, files in (
            ("read_parquet($files)", aws_files(simulation.root / "aws", "*")),
            (read_csv("files"), azure_files(simulation.root / "azure", "*", "actual")),
            (read_csv("files"), azure_files(simulation.root / "azure", "*", "amortized")),
            ("read_parquet($files)", gcp_files(simulation.root / "gcp", "*")),
        )
    )
    assert counted == simulation.truth["rows"]
    assert abs(counted - requested) <= 0.02 * requested


def test_aws_manifests_name_the_files(simulation: Simulation) -> None:
    manifests = sorted(simulation.root.glob("aws/**/*-Manifest.json"))
    assert len(manifests) == SMALL["months"]
    executions = set()
    for path in manifests:
        manifest = json.loads(path.read_text())
        executions.add(manifest["executionId"])
        keys = [uri.removeprefix("s3://").partition("/")[2] for uri in manifest["dataFiles"]]
        files = [simulation.root / "aws" / key for key in keys]
        assert sorted(files) == sorted(files[0].parent.iterdir())
        assert [column["name"] for column in manifest["columns"]] == pq.read_schema(files[0]).names
    earlier = json.loads(next(simulation.root.glob("history/1/aws/**/*-Manifest.json")).read_text())
    assert earlier["executionId"] not in executions
    assert len(executions) == len(manifests)


def test_azure_manifests_count_bytes_and_rows(simulation: Simulation) -> None:
    manifests = sorted(simulation.root.glob("**/azure/**/manifest.json"))
    assert len(manifests) == 2 * SMALL["months"] + 2
    runs = set()
    for path in manifests:
        manifest = json.loads(path.read_text())
        container = next(parent for parent in path.parents if parent.name == "azure")
        assert manifest["blobCount"] == len(manifest["blobs"])
        assert manifest["byteCount"] == sum(blob["byteCount"] for blob in manifest["blobs"])
        assert manifest["runInfo"]["runId"] == path.parent.name
        runs.add(manifest["runInfo"]["runId"])
        for blob in manifest["blobs"]:
            file = container / blob["blobName"]
            assert file.stat().st_size == blob["byteCount"]
            head = file.read_bytes().partition(b"\r\n")[0]
            assert head.decode("utf-8-sig").split(",") == HEADER and head.startswith(b"\xef\xbb\xbf")
            (rows,) = duckdb.execute(f"SELECT count(*) FROM {read_csv('files')}", {"files": [str(file)]}).fetchall()[0]
            assert rows == blob["dataRowCount"]
    assert len(runs) == len(manifests)


def test_azure_tags_become_json_when_wrapped(simulation: Simulation) -> None:
    rows = duckdb.execute(
        f"SELECT DISTINCT Tags, Date FROM {read_csv('files')} WHERE Tags IS NOT NULL",
        {"files": azure_files(simulation.root / "azure", "2026-10", "actual")},
    ).fetchall()
    assert rows
    for tags, date in rows:
        assert {key.lower() for key in json.loads("{" + tags + "}")} & {"team"}
        assert date[:3] == "10/" and date[6:] == "2026"


def test_nested_types_are_those_of_the_clouds(simulation: Simulation) -> None:
    aws = pq.read_schema(aws_files(simulation.root / "aws", "2026-10")[0])
    for name, value in {
        "product": "string",
        "resource_tags": "string",
        "cost_category": "string",
        "discount": "double",
    }.items():
        assert isinstance(aws.field(name).type, pa.MapType)
        assert str(aws.field(name).type.item_type) == value
    assert aws.field("line_item_unblended_cost").type == pa.float64()
    assert aws.field("line_item_usage_start_date").type == pa.timestamp("ms")
    gcp = pq.read_schema(gcp_files(simulation.root / "gcp", "2026-10")[0])
    assert pa.types.is_list(gcp.field("credits").type) and pa.types.is_struct(gcp.field("project").type)
    assert gcp.field("price").type.field("effective_price").type == pa.decimal128(38, 9)
    assert gcp.field("project").type.field("ancestors").type.value_type.field("resource_name").type == pa.string()


def test_aws_line_ids_are_unique_with_their_interval(simulation: Simulation) -> None:
    twice = duckdb.execute(
        """SELECT count(*) - count(DISTINCT (identity_line_item_id, identity_time_interval))
           FROM read_parquet($files)""",
        {"files": aws_files(simulation.root / "aws", "2026-10")},
    ).fetchall()
    assert twice == [(0,)]


DAILY: dict[str, tuple[str, Callable[[Path], list[str]]]] = {
    "aws": (
        f"""SELECT sum({exact("line_item_unblended_cost")}) / count(DISTINCT line_item_usage_start_date)
            FROM read_parquet($files) WHERE line_item_line_item_type = 'Usage'
              AND line_item_usage_account_id = $account AND line_item_product_code = $service
              AND line_item_usage_start_date BETWEEN $start::DATE AND $end::DATE""",
        lambda root: aws_files(root, "*"),
    ),
    "azure": (
        f"""SELECT sum(CAST(CostInBillingCurrency AS DECIMAL(38,12))) / count(DISTINCT Date)
            FROM {read_csv("files")} WHERE ChargeType = 'Usage' AND SubscriptionId = $account
              AND MeterCategory = $service AND strptime(Date, '%m/%d/%Y') BETWEEN $start::DATE AND $end::DATE""",
        lambda root: azure_files(root, "*", "actual"),
    ),
    "gcp": (
        f"""SELECT sum({exact("cost")}) / count(DISTINCT usage_start_time::DATE)
            FROM read_parquet($files) WHERE cost_type = 'regular' AND project.id = $account
              AND service.description = $service AND usage_start_time::DATE BETWEEN $start::DATE AND $end::DATE""",
        lambda root: gcp_files(root, "*"),
    ),
}


def test_anomalies_are_in_the_files(simulation: Simulation) -> None:
    assert len(simulation.truth["anomalies"]) >= 5
    for anomaly in simulation.truth["anomalies"]:
        query, files = DAILY[anomaly["source"]]
        parameters = {
            "files": files(simulation.root / anomaly["source"]), "account": anomaly["account"],
            "service": anomaly["native_service"], "start": anomaly["start"], "end": anomaly["end"],
        }  # fmt: skip
        (mean,) = duckdb.execute(query, parameters).fetchall()[0]
        expected = float(anomaly["expected_daily"]) + float(anomaly["extra_daily"])
        assert float(mean) == pytest.approx(expected, abs=0.02), anomaly["id"]


WASTED = {
    "aws": (
        f"""SELECT sum({exact("line_item_unblended_cost")}), count(*) FROM read_parquet($files)
            WHERE line_item_resource_id = $resource AND line_item_usage_account_id = $account""",
        aws_files,
    ),
    "azure": (
        f"""SELECT sum(CAST(CostInBillingCurrency AS DECIMAL(38,12))), count(*) FROM {read_csv("files")}
            WHERE ResourceId = $resource AND SubscriptionId = $account""",
        lambda root, label: azure_files(root, label, "actual"),
    ),
    "gcp": (
        f"""SELECT sum({exact("cost")}), count(*) FROM read_parquet($files)
            WHERE resource.global_name = $resource AND project.id = $account""",
        gcp_files,
    ),
}


def test_waste_is_billed_every_day_and_costs_what_is_told(simulation: Simulation) -> None:
    kinds = {waste["kind"] for waste in simulation.truth["waste"]}
    assert kinds == {
        "unattached_volume", "old_snapshot", "idle_load_balancer", "idle_vm", "unattached_disk", "idle_address",
    }  # fmt: skip
    for waste in simulation.truth["waste"]:
        query, files = WASTED[waste["source"]]
        total, days = duckdb.execute(
            query,
            {
                "files": files(simulation.root / waste["source"], "2026-10"),
                "resource": waste["resource_id"], "account": waste["account"],
            },
        ).fetchall()[0]  # fmt: skip
        assert days >= 30, waste["id"]
        assert float(total) / days * 30 == pytest.approx(float(Decimal(waste["monthly_cost"])), rel=0.03), waste["id"]


def test_a_folder_is_not_written_twice(simulation: Simulation, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(simulation.root)]) == 1
    assert "holds a simulation already" in capsys.readouterr().err


def test_too_few_rows_are_refused_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path), "--rows-per-month", "500", "--months", "1"]) == 1
    assert "too few rows per month" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
