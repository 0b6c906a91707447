"""Azure cost exports: the newest run per dataset and month, in every folder layout."""

import datetime as dt
from typing import Any

import pytest

from core.errors import SourceError
from ingestion.discovery import Discovery, discover
from tests.unit.ingestion.discovery.memory import MemoryLocation, Objects

MAY = dt.date(2026, 5, 1)
RUNS = [f"af754a8e-0000-4000-8000-00000000000{n}" for n in range(5)]
SCOPE = "/providers/Microsoft.Billing/billingAccounts/1234567"


def manifest(
    folder: str,
    parts: dict[str, bytes],
    run: str = RUNS[1],
    kind: str = "ActualCost",
    export: str = "daily",
    submitted: str = "2026-05-14T06:10:59.1032074Z",
    dates: tuple[str, str] = ("2026-05-01", "2026-05-31"),
    scope: str = SCOPE,
    frame: str = "MonthToDate",
) -> dict[str, Any]:
    """A manifest as current exports write it; every blob has two rows."""
    blobs = [
        {"blobName": f"exports/{folder}/{name}", "byteCount": len(content), "dataRowCount": 2}
        for name, content in parts.items()
    ]
    return {
        "manifestVersion": "2024-04-01",
        "byteCount": sum(map(len, parts.values())),
        "blobCount": len(parts),
        "dataRowCount": 2 * len(parts),
        "exportConfig": {
            "exportName": export,
            "resourceId": f"{scope}/providers/Microsoft.CostManagement/exports/{export}",
            "type": kind,
            "timeFrame": frame,
        },
        "runInfo": {
            "submittedTime": submitted,
            "runId": run,
            "startDate": f"{dates[0]}T00:00:00",
            "endDate": f"{dates[1]}T00:00:00",
        },
        "blobs": blobs,
    }


def run_of(folder: str, parts: dict[str, bytes] | None = None, **options: Any) -> Objects:
    """The objects of one run: its parts and its manifest."""
    parts = {"part_0_0001.csv": b"12345"} if parts is None else parts
    objects: Objects = {f"{folder}/{name}": content for name, content in parts.items()}
    return objects | {f"{folder}/manifest.json": manifest(folder, parts, **options)}


def found(objects: Objects) -> Discovery:
    return discover("azure-prod", "azure", MemoryLocation(objects, "az://account/exports"))


def test_overwriting_export_with_promises_per_file() -> None:
    folder = f"daily/20260501-20260531/{RUNS[1]}"
    discovery = found(run_of(folder, {"part_0_0001.csv.gz": b"123", "part_1_0001.csv.gz": b"4567"}))

    (delivery,) = discovery.deliveries
    assert (delivery.billing_period, delivery.dataset, delivery.delivery_id) == (MAY, "actual", RUNS[1])
    assert delivery.expected_rows == 4
    assert [(file.ref.name, file.expected_bytes, file.expected_rows) for file in delivery.files] == [
        (f"{folder}/part_0_0001.csv.gz", 3, 2),
        (f"{folder}/part_1_0001.csv.gz", 4, 2),
    ]
    assert not discovery.problems and not discovery.notices


@pytest.mark.parametrize(
    ("kind", "dataset"), [("ActualCost", "actual"), ("AmortizedCost", "amortised"), ("FocusCost", "cost")]
)
def test_type_tells_the_dataset(kind: str, dataset: str) -> None:
    discovery = found(run_of(f"daily/20260501-20260531/{RUNS[1]}", kind=kind))
    assert [delivery.dataset for delivery in discovery.deliveries] == [dataset]


def test_an_export_without_costs_is_left_out() -> None:
    objects = run_of(f"daily/20260501-20260531/{RUNS[1]}")
    objects |= run_of(f"prices/20260501-20260531/{RUNS[2]}", kind="PriceSheet", export="prices")
    discovery = found(objects)
    assert [delivery.delivery_id for delivery in discovery.deliveries] == [RUNS[1]]
    assert "holds no costs" in discovery.notices[0]


def test_newest_time_folder_wins_and_older_manifests_are_not_read() -> None:
    objects: Objects = {}
    for day, run in ((12, RUNS[1]), (14, RUNS[3]), (13, RUNS[2])):
        folder = f"daily/20260501-20260531/202605{day}0610/{run}"
        objects |= run_of(folder, run=run, submitted=f"2026-05-{day}T06:10:59Z")
    location = MemoryLocation(objects)
    discovery = discover("a", "azure", location)
    assert [delivery.delivery_id for delivery in discovery.deliveries] == [RUNS[3]]
    assert location.read == [f"daily/20260501-20260531/202605140610/{RUNS[3]}/manifest.json"]
    assert discovery.notices[0].startswith("2 data files of older or unfinished runs")
    assert not discovery.problems


def test_newest_submitted_time_wins_without_a_time_folder() -> None:
    objects: Objects = {}
    for day, run in ((14, RUNS[2]), (13, RUNS[1])):
        objects |= run_of(f"daily/20260501-20260531/{run}", run=run, submitted=f"2026-05-{day}T06:10:59.1Z")
    assert [delivery.delivery_id for delivery in found(objects).deliveries] == [RUNS[2]]


def test_last_month_export_replaces_the_running_one_of_the_same_scope() -> None:
    objects = run_of(f"mtd/20260501-20260531/{RUNS[1]}", export="mtd", submitted="2026-05-31T06:00:00Z")
    objects |= run_of(
        f"final/20260501-20260531/{RUNS[2]}",
        run=RUNS[2],
        export="final",
        submitted="2026-06-05T06:00:00Z",
        frame="TheLastMonth",
    )
    discovery = found(objects)
    assert [delivery.delivery_id for delivery in discovery.deliveries] == [RUNS[2]]
    assert not discovery.problems


def test_exports_of_two_scopes_are_two_sources() -> None:
    objects = run_of(f"one/20260501-20260531/{RUNS[1]}", export="one", scope="/subscriptions/1")
    objects |= run_of(f"two/20260501-20260531/{RUNS[2]}", run=RUNS[2], export="two", scope="/subscriptions/2")
    with pytest.raises(SourceError, match=r"several exports of 2026-05 with the dataset actual \(one, two\)"):
        found(objects)


def test_actual_and_amortised_lie_side_by_side_and_focus_does_not() -> None:
    objects = run_of(f"actual/20260501-20260531/{RUNS[1]}", export="actual")
    objects |= run_of(f"amortized/20260501-20260531/{RUNS[2]}", run=RUNS[2], export="am", kind="AmortizedCost")
    assert [delivery.dataset for delivery in found(objects).deliveries] == ["actual", "amortised"]

    objects |= run_of(f"focus/20260501-20260531/{RUNS[3]}", run=RUNS[3], export="focus", kind="FocusCost")
    with pytest.raises(SourceError, match="FOCUS export"):
        found(objects)


def test_a_run_without_data_is_an_empty_delivery() -> None:
    discovery = found(run_of(f"daily/20260501-20260531/{RUNS[1]}", {}))
    (delivery,) = discovery.deliveries
    assert (delivery.files, delivery.expected_rows, delivery.billing_period) == ((), 0, MAY)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("blobCount", 3, "says blobCount 3 and lists 1"),
        ("byteCount", 9, "says byteCount 9 and its blobs add up to 5"),
        ("dataRowCount", 9, "says dataRowCount 9 and its blobs add up to 2"),
        ("byteCount", "many", "'many', which is not a count"),
        ("blobCount", "²", "says blobCount '\\xb2', which is not a count"),
        ("dataRowCount", -1, "says dataRowCount -1, which is not a count"),
        ("byteCount", "9" * 5000, "which is not a count"),
        ("blobs", [{}], "no list of blobs"),
        ("blobs", [{"blobName": "exports/daily/20260501-20260531/gone.csv"}], "1 of 1 data files that are not there"),
    ],
)
def test_a_manifest_that_contradicts_itself_is_a_problem_of_its_month(key: str, value: object, message: str) -> None:
    folder = f"daily/20260501-20260531/{RUNS[1]}"
    objects = run_of(folder)
    objects[f"{folder}/manifest.json"][key] = value
    discovery = found(objects)
    assert not discovery.deliveries
    (problem,) = discovery.problems
    assert problem.billing_period == MAY
    assert message in problem.message


def test_counts_are_not_required() -> None:
    folder = f"daily/20260501-20260531/{RUNS[1]}"
    objects = run_of(folder)
    for key in ("blobCount", "byteCount", "dataRowCount"):
        del objects[f"{folder}/manifest.json"][key]
        objects[f"{folder}/manifest.json"]["blobs"][0].pop(key, None)
    (delivery,) = found(objects).deliveries
    assert (delivery.expected_rows, delivery.files[0].expected_bytes) == (None, None)


def test_old_partitioned_export() -> None:
    """The shape of 2021: `_manifest.json`, no names, no dates; path and time folder tell."""
    folder = f"partitioned/20230101-20230131/202301041442/{RUNS[1]}"
    objects = {
        f"{folder}/000001.csv": b"1234567",
        f"{folder}/_manifest.json": {
            "manifestVersion": "2021-01-01",
            "dataFormat": "csv",
            "blobCount": 1,
            "byteCount": 7,
            "dataRowCount": 490,
            "blobs": [
                {
                    "blobName": f"cost/{folder}/000001.csv",
                    "byteCount": 7,
                    "dataRowCount": 490,
                    "headerRowCount": 1,
                }
            ],
        },
    }
    (delivery,) = found(objects).deliveries
    assert (delivery.billing_period, delivery.dataset, delivery.expected_rows) == (dt.date(2023, 1, 1), "actual", 490)
    assert delivery.export_name == "partitioned"


@pytest.mark.parametrize("dates", [("2026-05-10", "2026-05-20"), ("2026-05-01", "2026-05-20")])
def test_a_part_of_a_month_never_replaces_the_month(dates: tuple[str, str]) -> None:
    objects = run_of(f"daily/20260501-20260531/{RUNS[1]}")
    objects |= run_of(
        f"daily/20260510-20260520/{RUNS[2]}",
        run=RUNS[2],
        dates=dates,
        frame="OneTime",
        submitted="2026-06-01T00:00:00Z",
    )
    discovery = found(objects)
    assert [delivery.delivery_id for delivery in discovery.deliveries] == [RUNS[1]]
    assert "not whole months" in discovery.problems[0].message


def test_a_run_of_several_months_leaves_the_periods_to_the_rows() -> None:
    folder = f"backfill/20260101-20260331/{RUNS[1]}"
    objects = run_of(folder, export="backfill", dates=("2026-01-01", "2026-03-31"), frame="OneTime")
    assert [delivery.billing_period for delivery in found(objects).deliveries] == [None]

    objects |= run_of(f"daily/20260301-20260331/{RUNS[2]}", run=RUNS[2], dates=("2026-03-01", "2026-03-31"))
    discovery = found(objects)
    assert [delivery.delivery_id for delivery in discovery.deliveries] == [RUNS[2]]
    assert "2026-01-01 to 2026-03-31" in discovery.problems[0].message


def test_unpartitioned_export_without_manifest_takes_the_newest_file() -> None:
    folder = "daily/20260501-20260531"
    old, new = f"{folder}/daily_{RUNS[1]}.csv", f"{folder}/daily_{RUNS[0]}.csv"
    discovery = found({old: b"1", new: b"12"})  # the later one in the dict is the younger one
    assert [[file.ref.name for file in delivery.files] for delivery in discovery.deliveries] == [[new]]
    assert discovery.deliveries[0].billing_period == MAY
    assert discovery.notices == (f"{old} is left out: {new} is newer",)


def test_run_folders_without_manifest_keep_their_parts_together() -> None:
    folder = "amortized-daily/20260501-20260531"
    objects = {f"{folder}/202605140610/{RUNS[1]}/part_{n}_0001.csv": b"new" for n in (0, 1)}
    objects |= {f"{folder}/202605130610/{RUNS[2]}/part_0_0001.csv": b"old, though listed later"}
    (delivery,) = found(objects).deliveries
    assert delivery.dataset == "amortised"
    assert len(delivery.files) == 2


def test_files_without_a_manifest_beside_runs_that_have_one_are_not_loaded() -> None:
    objects = run_of(f"daily/20260501-20260531/{RUNS[1]}")
    objects |= {f"daily/20260501-20260531/{RUNS[2]}/part_0_0001.csv": b"still being written"}
    objects |= {f"daily/20260601-20260630/{RUNS[3]}/part_0_0001.csv": b"first run of june"}
    discovery = found(objects)
    assert [delivery.delivery_id for delivery in discovery.deliveries] == [RUNS[1]]
    assert "1 data files of older or unfinished runs" in discovery.notices[0]
    assert [problem.billing_period for problem in discovery.problems] == [dt.date(2026, 6, 1)]


def test_focus_source_reads_azure_manifests_too() -> None:
    location = MemoryLocation(run_of(f"focus/20260501-20260531/{RUNS[1]}", kind="FocusCost"))
    (delivery,) = discover("focus", "focus", location).deliveries
    assert (delivery.provider, delivery.dataset) == ("focus", "cost")


def billing_month(first: str, last: str, run: str, frame: str = "Custom", **options: Any) -> Objects:
    """A run of the days from ``first`` to ``last``, in the folder that names them."""
    folder = f"payg/{first.replace('-', '')}-{last.replace('-', '')}/{run}"
    return run_of(folder, run=run, export="payg", dates=(first, last), frame=frame, **options)


def periods_of(discovery: Discovery) -> dict[str, str]:
    """Billing period -> the run that is taken for it."""
    return {f"{d.billing_period:%Y-%m}" if d.billing_period else "rows": d.delivery_id for d in discovery.deliveries}


def test_billing_months_that_begin_within_a_month_are_two_periods() -> None:
    objects = billing_month("2026-08-14", "2026-09-13", RUNS[1])
    objects |= billing_month("2026-09-14", "2026-10-13", RUNS[2])
    discovery = found(objects)
    assert periods_of(discovery) == {"2026-08": RUNS[1], "2026-09": RUNS[2]}
    assert not discovery.problems

    # the first is stated again, the third is still running
    objects |= billing_month("2026-08-14", "2026-09-13", RUNS[3], submitted="2026-10-20T06:00:00Z")
    objects |= billing_month("2026-10-14", "2026-10-20", RUNS[4], frame="BillingMonthToDate")
    again = found(objects)
    assert periods_of(again) == {"2026-08": RUNS[3], "2026-09": RUNS[2], "2026-10": RUNS[4]}
    assert not again.problems
    assert again.notices[0] == (
        f"payg/20260814-20260913/{RUNS[1]}/manifest.json is left out: "
        f"payg/20260814-20260913/{RUNS[3]}/manifest.json is newer"
    )


def test_billing_months_without_manifest_are_told_by_their_folders() -> None:
    discovery = found({"payg/20260814-20260913/a.csv": b"1", "payg/20260914-20261013/a.csv": b"2"})
    assert [d.billing_period for d in discovery.deliveries] == [dt.date(2026, 8, 1), dt.date(2026, 9, 1)]


def test_a_week_of_a_billing_month_does_not_replace_it() -> None:
    objects = billing_month("2026-08-14", "2026-09-13", RUNS[1])
    objects |= billing_month("2026-08-14", "2026-08-20", RUNS[2], submitted="2026-10-01T00:00:00Z")
    discovery = found(objects)
    assert periods_of(discovery) == {"2026-08": RUNS[1]}
    assert [p.message for p in discovery.problems] == [
        f"payg/20260814-20260820/{RUNS[2]}/manifest.json covers 2026-08-14 to 2026-08-20, not whole months: "
        "it is not loaded"
    ]


def test_a_billing_month_that_calendar_months_cover_is_left_out() -> None:
    objects = run_of(f"daily/20260801-20260831/{RUNS[1]}", dates=("2026-08-01", "2026-08-31"))
    objects |= run_of(f"daily/20260901-20260930/{RUNS[2]}", run=RUNS[2], dates=("2026-09-01", "2026-09-10"))
    objects |= billing_month("2026-08-14", "2026-09-13", RUNS[3], submitted="2026-10-01T00:00:00Z")
    discovery = found(objects)
    assert periods_of(discovery) == {"2026-08": RUNS[1], "2026-09": RUNS[2]}
    assert not discovery.problems
    assert "cover its days by calendar months" in discovery.notices[0]


def test_months_that_share_days_are_not_loaded_and_others_are() -> None:
    """Nobody knows which of the two was loaded before: whatever is taken now, the days in both could count twice."""
    objects = billing_month("2026-08-14", "2026-09-13", RUNS[1]) | billing_month("2026-07-14", "2026-08-13", RUNS[3])
    objects |= run_of(f"daily/20260901-20260930/{RUNS[2]}", run=RUNS[2], dates=("2026-09-01", "2026-09-30"))
    discovery = found(objects)
    assert periods_of(discovery) == {"2026-07": RUNS[3]}
    assert [p.billing_period for p in discovery.problems] == [dt.date(2026, 8, 1), dt.date(2026, 9, 1)]
    assert all("some days are in both and would count twice" in p.message for p in discovery.problems)


def test_a_run_of_several_billing_months_leaves_the_periods_to_the_rows() -> None:
    objects = billing_month("2026-06-14", "2026-09-13", RUNS[1])
    assert periods_of(found(objects)) == {"rows": RUNS[1]}

    # its rows of September have no billing period but their date: they could meet the rows of the next run
    discovery = found(objects | billing_month("2026-09-14", "2026-10-13", RUNS[2]))
    assert periods_of(discovery) == {"2026-09": RUNS[2]}
    assert "covers 2026-06-14 to 2026-09-13, of which" in discovery.problems[0].message

    covering = {f"2026-{m:02d}-14": f"2026-{m + 1:02d}-13" for m in (6, 7, 8)}
    for (first, last), run in zip(covering.items(), (RUNS[2], RUNS[3], RUNS[4]), strict=True):
        objects |= billing_month(first, last, run)
    discovery = found(objects)
    assert list(periods_of(discovery)) == ["2026-06", "2026-07", "2026-08"]
    assert not discovery.problems and "of which" in discovery.notices[0]


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        ("runInfo", "startDate", "2026-13-01T00:00:00", "has a date that is none: startDate is '2026-13-01T00:00:00'"),
        ("runInfo", "endDate", "2026-04-30T00:00:00", "covers 2026-05-01 to 2026-04-30: it ends before it begins"),
        ("runInfo", "startDate", "0001-01-01T00:00:00", "covers 0001-01-01 to 2026-05-31, and no bill is from before"),
        ("runInfo", "endDate", "9999-12-31T00:00:00", "covers 2026-05-01 to 9999-12-31, and no bill is from before"),
        ("runInfo", "endDate", "10000-01-31T00:00:00", "has a date that is none: endDate is '10000-01-31T00:00:00'"),
        ("runInfo", "submittedTime", "\ud800", "holds half a character"),
        ("runInfo", "submittedTime", "9" * 5000, "has a submittedTime that cannot be one: '999"),
        ("exportConfig", "exportName", "a\nb", "has a exportName that cannot be one: 'a\\nb'"),
        ("blobs", "blobName", "a/" * 2_000_000, "has a blobName that cannot be one: 'a/a/"),
        ("blobs", "blobName", None, "has no list of blobs with a blobName each"),
    ],
)
def test_a_manifest_without_sense_is_a_problem_of_its_own_run(
    section: str, key: str, value: object, message: str
) -> None:
    hostile = f"daily/20260501-20260531/{RUNS[1]}"
    objects = run_of(hostile) | run_of(
        f"daily/20260601-20260630/{RUNS[2]}", run=RUNS[2], dates=("2026-06-01", "2026-06-30")
    )
    manifest_of_it = objects[f"{hostile}/manifest.json"]
    (manifest_of_it["blobs"][0] if section == "blobs" else manifest_of_it[section])[key] = value
    discovery = found(objects)
    assert periods_of(discovery) == {"2026-06": RUNS[2]}
    (problem,) = discovery.problems
    assert problem.billing_period == MAY
    assert message in problem.message and len(problem.message) < 300 and problem.message.isprintable()


@pytest.mark.parametrize("has_manifest", [True, False])
@pytest.mark.parametrize("dates", ["99991201-99991231", "00010101-99991231", "20261301-20261331", "00000000-00000000"])
def test_a_folder_without_sense_is_a_problem_of_its_own_run(dates: str, has_manifest: bool) -> None:
    objects = run_of(f"daily/20260501-20260531/{RUNS[1]}") | run_of(f"daily/{dates}/{RUNS[2]}", run=RUNS[2])
    for key in ("startDate", "endDate"):
        del objects[f"daily/{dates}/{RUNS[2]}/manifest.json"]["runInfo"][key]
    if not has_manifest:
        objects = {name: content for name, content in objects.items() if name.endswith(".csv")}
    discovery = found(objects)
    assert [d.billing_period for d in discovery.deliveries] == [MAY]
    assert any(f"the folder {dates}" in p.message for p in discovery.problems)
    assert all(p.billing_period is None for p in discovery.problems)
