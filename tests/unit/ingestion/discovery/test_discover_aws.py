"""AWS exports: the shapes of native manifests, and what must never be counted twice."""

import datetime as dt
from typing import Any

import pytest

from core.errors import LocationError, SourceError
from ingestion.discovery import Discovery, discover
from tests.unit.ingestion.discovery.memory import MemoryLocation, Objects

MAY, JUNE = dt.date(2026, 5, 1), dt.date(2026, 6, 1)
ASSEMBLY = "882083b7-ea62-4aab-aa6a-f0d08d65ee2b"


def data_export(period: str, *files: str, execution: str = "3f0c1d52-0000-4000-8000-000000000001") -> dict[str, Any]:
    """The manifest of a Data Exports refresh, as AWS writes it for the export ``cur/daily``."""
    return {
        "executionId": execution,
        "dataFiles": [f"s3://example-bucket/cur/daily/data/{period}/{file}" for file in files],
        "columns": [{"name": "bill_bill_type", "type": "string"}],
        "additionalOutputFiles": [],
    }


def legacy(*keys: str, assembly: str = ASSEMBLY) -> dict[str, Any]:
    """The manifest of a legacy report of May 2026 named ``hourly``."""
    return {
        "assemblyId": assembly,
        "account": "111122223333",
        "charset": "UTF-8",
        "compression": "GZIP",
        "contentType": "text/csv",
        "reportName": "hourly",
        "billingPeriod": {"start": "20260501T000000.000Z", "end": "20260601T000000.000Z"},
        "bucket": "example-bucket",
        "reportKeys": list(keys),
        "additionalArtifactKeys": [],
    }


def found(objects: Objects) -> Discovery:
    return discover("aws-prod", "aws", MemoryLocation(objects))


def names(discovery: Discovery) -> list[list[str]]:
    return [[file.ref.name for file in delivery.files] for delivery in discovery.deliveries]


@pytest.mark.parametrize("root", ["", "daily/", "cur/daily/", "downloads/2026/cur/daily/"])
@pytest.mark.parametrize("period", ["BILLING_PERIOD=2026-05", "billing_period=2026-05"])
def test_data_export_is_found_wherever_the_location_starts(root: str, period: str) -> None:
    chunks = ["daily-00001.snappy.parquet", "daily-00002.snappy.parquet"]
    objects: Objects = {f"{root}data/{period}/{chunk}": b"PAR1" for chunk in chunks}
    objects[f"{root}metadata/{period}/daily-Manifest.json"] = data_export("BILLING_PERIOD=2026-05", *chunks)

    discovery = found(objects)

    (delivery,) = discovery.deliveries
    assert delivery.billing_period == MAY
    assert delivery.delivery_id == "3f0c1d52-0000-4000-8000-000000000001"
    assert delivery.dataset == "cost"
    assert delivery.export_name == "daily"
    assert names(discovery) == [[f"{root}data/{period}/{chunk}" for chunk in chunks]]
    assert not discovery.problems and not discovery.notices and not discovery.ignored


def test_create_new_takes_only_what_the_manifest_names() -> None:
    partition = "BILLING_PERIOD=2026-05"
    old = "2026-05-13T06:11:52.000Z-3f0c1d52-0000-4000-8000-000000000001/daily-00001.snappy.parquet"
    new = "2026-05-14T06:11:52.000Z-3f0c1d52-0000-4000-8000-000000000002/daily-00001.snappy.parquet"

    discovery = found(
        {
            f"daily/data/{partition}/{old}": b"old",
            f"daily/data/{partition}/{new}": b"new",
            f"daily/metadata/{partition}/daily-Manifest.json": data_export(partition, new, execution="second"),
        }
    )

    assert names(discovery) == [[f"daily/data/{partition}/{new}"]]
    assert discovery.notices == (f"1 data files of older refreshes are left out: daily/data/{partition}/{old}",)
    assert not discovery.problems


def test_bare_keys_are_accepted() -> None:
    manifest = {"executionId": "e", "dataFiles": ["cur/daily/data/BILLING_PERIOD=2026-05/a.csv.gz"]}
    discovery = found(
        {"data/BILLING_PERIOD=2026-05/a.csv.gz": b"", "metadata/BILLING_PERIOD=2026-05/daily-Manifest.json": manifest}
    )
    assert names(discovery) == [["data/BILLING_PERIOD=2026-05/a.csv.gz"]]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([f"cur/hourly/20260501-20260601/{ASSEMBLY}/hourly-00001.csv.gz"], "create new"),
        (["cur/hourly/20260501-20260601/hourly-00001.csv.gz"], "overwrite"),
        (["cur/hourly/hourly/year=2026/month=5/hourly-00001.snappy.parquet"], "athena"),
        (["/hourly/20260501-20260601/hourly-1.csv.zip"], "empty prefix with a leading slash"),
    ],
)
@pytest.mark.parametrize("above", ["", "cur/", "copy of bucket/cur/"])
def test_legacy_report_in_every_layout(keys: list[str], expected: str, above: str) -> None:
    """The keys are written from the bucket's root; the listing starts at, above or away from it."""
    files = [above + key.lstrip("/").removeprefix("cur/") for key in keys]
    objects: Objects = {name: b"x" for name in files}
    objects[f"{above}hourly/20260501-20260601/hourly-Manifest.json"] = legacy(*keys)
    objects[f"{above}hourly/20260501-20260601/{ASSEMBLY}/hourly-Manifest.json"] = legacy(*keys)

    discovery = found(objects)

    (delivery,) = discovery.deliveries
    assert (delivery.billing_period, delivery.delivery_id, delivery.export_name) == (MAY, ASSEMBLY, "hourly"), expected
    assert names(discovery) == [files]
    assert not discovery.problems


def test_assembly_manifest_counts_only_where_the_period_has_no_other() -> None:
    key = f"hourly/20260501-20260601/{ASSEMBLY}/hourly-1.csv.gz"
    discovery = found({key: b"x", f"hourly/20260501-20260601/{ASSEMBLY}/hourly-Manifest.json": legacy(f"cur/{key}")})
    assert names(discovery) == [[key]]


def test_one_broken_month_does_not_hide_the_others() -> None:
    may, june = "BILLING_PERIOD=2026-05", "BILLING_PERIOD=2026-06"
    discovery = found(
        {
            f"data/{may}/a.parquet": b"x",
            f"metadata/{may}/daily-Manifest.json": data_export(may, "a.parquet", "b.parquet"),
            f"data/{june}/a.parquet": b"x",
            f"data/{june}/b.parquet": b"x",
            f"metadata/{june}/daily-Manifest.json": data_export(june, "a.parquet"),
        }
    )
    assert [delivery.billing_period for delivery in discovery.deliveries] == [JUNE]
    (problem,) = discovery.problems
    assert problem.billing_period == MAY
    assert "lists 1 of 2 data files that are not there" in problem.message
    assert f"s3://example-bucket/cur/daily/data/{may}/b.parquet" in problem.message


def test_another_months_file_of_the_same_name_is_not_taken() -> None:
    key = "cur/hourly/hourly/year=2026/month=5/hourly-00001.snappy.parquet"
    discovery = found(
        {
            "hourly/hourly/year=2025/month=5/hourly-00001.snappy.parquet": b"last year",
            "hourly/20260501-20260601/hourly-00001.snappy.parquet": b"another layout",
            "hourly/20260501-20260601/hourly-Manifest.json": legacy(key),
        }
    )
    assert not discovery.deliveries
    assert {problem.billing_period for problem in discovery.problems} == {MAY, dt.date(2025, 5, 1)}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not valid JSON"),
        (b"[]", "not a JSON object"),
        (b'{"executionId": "e"}', "no list of data files"),
        (b'{"dataFiles": ["s3://b/daily/data/BILLING_PERIOD=2026-04/a.parquet"]}', "is of 2026-04"),
        (b'{"dataFiles": ["data/BILLING_PERIOD=2026-05/a.parquet", "data/BILLING_PERIOD=2026-05/a.parquet"]}', "twice"),
    ],
)
def test_a_manifest_that_is_none_is_named(content: bytes, message: str) -> None:
    discovery = found(
        {"metadata/BILLING_PERIOD=2026-05/daily-Manifest.json": content, "data/BILLING_PERIOD=2026-05/a.parquet": b"x"}
    )
    assert not discovery.deliveries
    (problem,) = discovery.problems
    assert problem.billing_period == MAY
    assert message in problem.message
    assert "metadata/BILLING_PERIOD=2026-05/daily-Manifest.json" in problem.message


def test_a_manifest_that_vanishes_is_a_problem_and_a_failing_location_is_an_error() -> None:
    manifest = "metadata/BILLING_PERIOD=2026-05/daily-Manifest.json"
    location = MemoryLocation({manifest: data_export("BILLING_PERIOD=2026-05")})
    location.vanished.add(manifest)
    assert "replaced or removed" in discover("a", "aws", location).problems[0].message

    class Throttled(MemoryLocation):
        def read_bytes(self, file: object) -> bytes:
            raise LocationError("slow down", "throttled")

    with pytest.raises(LocationError, match="slow down"):
        discover("a", "aws", Throttled({manifest: {}}))


def test_two_exports_of_one_month_are_refused_by_name() -> None:
    period = "BILLING_PERIOD=2026-05"
    objects = {
        f"cur/daily/metadata/{period}/daily-Manifest.json": data_export(period),
        f"cur/focus/metadata/{period}/focus-Manifest.json": data_export(period),
    }
    with pytest.raises(SourceError, match=r"2 exports of 2026-05 \(cur/daily, cur/focus\).*again"):
        found(objects)


def test_a_new_export_may_follow_an_old_one() -> None:
    discovery = found(
        {
            "cur/old/metadata/BILLING_PERIOD=2026-05/old-Manifest.json": data_export("BILLING_PERIOD=2026-05"),
            "cur/new/metadata/BILLING_PERIOD=2026-06/new-Manifest.json": data_export("BILLING_PERIOD=2026-06"),
        }
    )
    assert [(d.billing_period, d.export_name, d.files) for d in discovery.deliveries] == [
        (MAY, "old", ()),
        (JUNE, "new", ()),
    ]


def test_stray_files_are_told_and_not_loaded() -> None:
    period = "BILLING_PERIOD=2026-05"
    discovery = found(
        {
            f"data/{period}/daily-00001.csv.gz": b"x",
            f"data/{period}/daily-00002.csv.gz": b"stale chunk",
            f"metadata/{period}/daily-Manifest.json": data_export(period, "daily-00001.csv.gz"),
            "data/BILLING_PERIOD=2026-04/daily-00001.csv.gz": b"its manifest was deleted",
            "extra.csv": b"x",
            "README.txt": b"x",
        }
    )
    assert names(discovery) == [[f"data/{period}/daily-00001.csv.gz"]]
    assert "daily-00002.csv.gz" in discovery.notices[0]
    assert [problem.billing_period for problem in discovery.problems] == [dt.date(2026, 4, 1), None]
    assert "extra.csv" in discovery.problems[1].message
    assert discovery.ignored == ("README.txt",)


def test_refreshes_without_a_manifest_are_not_added_up() -> None:
    runs = [f"2026-05-1{n}T06:11:52.000Z-3f0c1d52-0000-4000-8000-00000000000{n}" for n in (1, 2)]
    discovery = found({f"data/BILLING_PERIOD=2026-05/{run}/a.parquet": b"x" for run in runs})
    assert not discovery.deliveries
    (problem,) = discovery.problems
    assert problem.billing_period == MAY
    assert "2 refreshes" in problem.message


def test_a_flat_copy_of_manifest_and_data_works() -> None:
    manifest = data_export("BILLING_PERIOD=2026-05", "daily-00001.csv.gz")
    discovery = found({"may/daily-00001.csv.gz": b"x", "may/daily-Manifest.json": manifest})
    assert names(discovery) == [["may/daily-00001.csv.gz"]]
    assert discovery.deliveries[0].billing_period == MAY


def test_two_flat_copies_of_one_month_are_refused() -> None:
    manifest = data_export("BILLING_PERIOD=2026-05", "a.csv.gz")
    objects: Objects = {f"{day}/a.csv.gz": b"x" for day in ("monday", "tuesday")}
    objects |= {f"{day}/daily-Manifest.json": manifest for day in ("monday", "tuesday")}
    with pytest.raises(SourceError, match=r"monday/daily-Manifest.json, tuesday/daily-Manifest.json"):
        found(objects)


def test_a_delivery_without_an_id_is_known_by_its_content() -> None:
    def identity(content: bytes) -> str:
        manifest = {"dataFiles": ["data/BILLING_PERIOD=2026-05/a.csv.gz"]}
        objects = {
            "data/BILLING_PERIOD=2026-05/a.csv.gz": content,
            "metadata/BILLING_PERIOD=2026-05/m-Manifest.json": manifest,
        }
        return found(objects).deliveries[0].delivery_id

    assert identity(b"one") == identity(b"one") != identity(b"two")


def hostile(**changes: object) -> dict[str, Any]:
    """A manifest of May whose data file is there, with something in it that no cloud writes."""
    return {**legacy("cur/hourly/20260501-20260601/hourly-1.csv.gz"), **changes}


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (hostile(billingPeriod={"start": "20261301T000000.000Z", "end": "20270101T000000.000Z"}), "'20261301T000000"),
        (hostile(billingPeriod={"start": "0000-01-01", "end": "0000-02-01"}), "'0000-01-01', which is no day"),
        (hostile(billingPeriod={"start": "-0044-03-15", "end": "-0044-04-15"}), "'-0044-03-15', which is no day"),
        (hostile(billingPeriod={"start": "100000101T000000.000Z"}), "'100000101T000000.000Z', which is no day"),
        (hostile(billingPeriod={"start": "00010101T000000.000Z"}), "lies in the folder of 2026-05 and is of 1-01"),
        (hostile(billingPeriod={"start": "99999999T000000.000Z"}), "'99999999T000000.000Z', which is no day"),
        (hostile(billingPeriod={"start": ["20260501"]}), "['20260501'], which is no day"),
        (hostile(billingPeriod={"start": "20260601", "end": "20260501"}), "ends on 2026-05-01 and begins on 2026-06"),
        (hostile(billingPeriod={"start": "20260501", "end": "soon"}), "'soon', which is no day"),
        (hostile(reportKeys=["hourly-1.csv.gz", 7]), "lists 7 as a data file"),
        (hostile(reportKeys=[{"key": "x" * 500}]), "lists {'key': 'xxx"),
        (hostile(reportKeys=["x/" * 5_000 + "hourly-1.csv.gz"]), "as a data file, which is no name of one"),
        (hostile(reportKeys=["a" * 5_000]), "(5,002 characters) as a data file"),
        (hostile(reportKeys=[""]), "lists '' as a data file"),
        (hostile(reportKeys="hourly-1.csv.gz"), "has no list of data files"),
        (hostile(reportKeys=[f"no/such-{n}.csv.gz" for n in range(20_000)]), "lists 20000 of 20000 data files"),
        (hostile(assemblyId={"a": 1}), "has {'a': 1} for its id, which is no text"),
        (hostile(assemblyId="\ud800"), "holds half a character"),
    ],
)  # fmt: skip
def test_a_hostile_manifest_is_a_problem_of_its_own(manifest: dict[str, Any], says: str) -> None:
    name = "cur/hourly/20260501-20260601/hourly-Manifest.json"
    june = "cur/hourly/20260601-20260701/hourly-1.csv.gz"
    discovery = found(
        {
            name: manifest,
            "cur/hourly/20260501-20260601/hourly-1.csv.gz": b"x",
            "cur/hourly/20260601-20260701/hourly-Manifest.json": {
                **legacy(june), "billingPeriod": {"start": "20260601T000000.000Z", "end": "20260701T000000.000Z"},
            },
            june: b"x",
        }
    )  # fmt: skip
    assert names(discovery) == [[june]]
    (problem,) = [p for p in discovery.problems if name in p.message]
    assert says in problem.message and len(problem.message) < 400


def test_an_archive_that_no_manifest_names_is_left_alone() -> None:
    objects: Objects = {
        "data/BILLING_PERIOD=2026-05/a.parquet": b"PAR1",
        "data/BILLING_PERIOD=2026-05/backup.zip": b"PK",
    }
    objects["metadata/BILLING_PERIOD=2026-05/daily-Manifest.json"] = data_export("BILLING_PERIOD=2026-05", "a.parquet")
    discovery = found(objects)
    assert (len(discovery.deliveries), discovery.problems) == (1, ())
    assert discovery.ignored == ("data/BILLING_PERIOD=2026-05/backup.zip",)
