"""Places where providers advise, through their own client libraries and protocol peers."""

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client

from clouds.access import AzureAccess, SourceAccess
from core.errors import LocationError, SourceError
from savings.advice.advice import Reading
from savings.advice.aws_hub import read_hub
from savings.advice.azure_advisor import read_advisor
from savings.advice.check import Asking
from savings.advice.gcp_recommender import read_recommender
from savings.advice.settings import AdviceSettings
from tests.advice_exports import HUB_COLUMNS, advisor_row, hub_files, hub_row, recommender_row
from tests.integration.locations.peers import FixedAnswer, serving
from tests.peers.arm import Arm, Fault
from tests.peers.bigquery import Fault as BigQueryFault
from tests.peers.bigquery import Server as BigQueryServer
from tests.peers.patience import HandClock, quick_politeness

NOW = dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC)
FIRST, SECOND = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2))
ENVIRON = {"TENANT": "11111111-0000-4000-8000-000000000000", "APPLICATION": "app", "SECRET": "right"}


def asking(folder: Path, **more: Any) -> Asking:
    return Asking(folder, politeness=quick_politeness(), now=lambda: NOW, **more)


class TestHubOnS3:
    """Data Exports' table in a bucket."""

    def read(self, folder: Path, location: str = "s3://exports/coh/") -> Reading:
        return read_hub(AdviceSettings(name="hub", provider="aws", location=location), asking(folder))

    def put(self, s3: S3Client, files: dict[str, bytes]) -> None:
        for key, content in files.items():
            s3.put_object(Bucket="exports", Key=key, Body=content)

    def test_only_the_newest_refresh_counts_and_other_exports_beside_it_do_not(
        self, s3: S3Client, tmp_path: Path
    ) -> None:
        self.put(s3, hub_files(hub_row(recommendation_id="done", account_id="old"), day="2026-11-01"))
        self.put(s3, hub_files(hub_row(), day="2026-11-02"))
        # the bill lies in the same bucket, newer than the advice
        columns = [{"name": "line_item_unblended_cost", "type": "double"}]
        manifest = {"executionId": "e", "dataFiles": [], "columns": columns}
        self.put(s3, {"cur/metadata/BILLING_PERIOD=2026-11/cur-Manifest.json": json.dumps(manifest).encode()})
        found = self.read(tmp_path, "s3://exports/")
        assert [(one.account_id, one.native_id) for one in found.advice] == [("account-1", "MTExMV9pLXdlYg==")]
        assert found.left == []

    def test_each_refresh_may_have_a_folder_of_its_own_within_the_day(self, s3: S3Client, tmp_path: Path) -> None:
        for hour, account in (("01", "early"), ("07", "late")):
            folder = f"date=2026-11-02/2026-11-02T{hour}:00:00.000Z-execution"
            written = hub_files(hub_row(account_id=account), day="2026-11-02")
            moved = {key.replace("date=2026-11-02", folder): content for key, content in written.items()}
            (manifest,) = (key for key in moved if key.endswith(".json"))
            moved[manifest] = moved[manifest].replace(b"data/date=2026-11-02", f"data/{folder}".encode())
            self.put(s3, moved)
        assert [one.account_id for one in self.read(tmp_path).advice] == ["late"]

    def test_a_refresh_that_is_not_there_whole_is_not_read(self, s3: S3Client, tmp_path: Path) -> None:
        self.put(s3, hub_files(hub_row(), day="2026-11-01"))
        files = hub_files(hub_row(), day="2026-11-02")
        self.put(s3, {key: content for key, content in files.items() if key.endswith(".json")})
        with pytest.raises(SourceError, match=r"lists 1 of 1 data files that are not there: .*date=2026-11-02"):
            self.read(tmp_path)

    def test_a_bucket_without_the_table_is_said_to_have_none(self, s3: S3Client, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="holds no data file yet"):
            self.read(tmp_path)
        manifest = {"executionId": "e", "dataFiles": [], "columns": [{"name": "cost", "type": "double"}]}
        self.put(s3, {"coh/metadata/x/cur-Manifest.json": json.dumps(manifest).encode()})
        with pytest.raises(SourceError, match="holds no export with a column recommendation_id"):
            self.read(tmp_path)

    def test_an_export_that_stopped_is_not_gone_by(self, s3: S3Client, tmp_path: Path) -> None:
        self.put(s3, hub_files(hub_row(last_refresh_timestamp="Sun Oct 18 00:00:00 UTC 2026"), day="2026-10-18"))
        with pytest.raises(SourceError, match="the newest advice is of 2026-10-18, more than 14 days ago"):
            self.read(tmp_path)

    def test_a_bucket_that_may_not_be_read_is_said_to_be_so(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        refusal = b"<Error><Code>AccessDenied</Code><Message>hunter2</Message></Error>"
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with serving(FixedAnswer(403, {"content-type": "application/xml"}, refusal)) as server:
            monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
            with pytest.raises(LocationError, match=r"may not s3:ListBucket on s3://exports/coh/") as raised:
                self.read(tmp_path)
        assert raised.value.reason == "no_permission" and "hunter2" not in str(raised.value)

    def test_parquet_is_read_as_csv_is(self, s3: S3Client, tmp_path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        row = hub_row(
            estimated_monthly_cost_after_discount=80.1, estimated_monthly_savings_after_discount=40.05,
            restart_needed=True, recommendation_lookback_period_in_days=14, last_refresh_timestamp=NOW, tags=None,
        )  # fmt: skip
        pq.write_table(pa.Table.from_pylist([row]), tmp_path / "x.parquet")
        self.put(s3, {"coh/data/date=2026-11-03/coh-00001.snappy.parquet": (tmp_path / "x.parquet").read_bytes()})
        (one,) = self.read(tmp_path).advice
        assert (one.saving, one.cost, one.share) == (Decimal("40.05"), Decimal("80.1"), Decimal("0.5"))
        assert (one.needs_restart, one.look_back_days, one.refreshed_at) == (True, 14, NOW)
        assert set(HUB_COLUMNS) == set(row)


class TestRecommenderOnBigQuery:
    """Google's export in a table with a partition a day."""

    TABLE = ("advice", "recommendations_export")

    def read(self, folder: Path, **more: Any) -> Reading:
        location = f"bigquery://my-project.{'.'.join(self.TABLE)}"
        return read_recommender(AdviceSettings(name="rec", provider="gcp", location=location, **more), asking(folder))

    @pytest.fixture
    def table(self, bigquery: BigQueryServer) -> BigQueryServer:
        from tests.advice_exports import RECOMMENDER_FIELDS

        bigquery.create_table(*self.TABLE, RECOMMENDER_FIELDS)
        return bigquery

    def test_only_the_newest_day_is_read_and_only_open_advice_to_save_cost(
        self, table: BigQueryServer, tmp_path: Path
    ) -> None:
        table.insert_rows(*self.TABLE, [recommender_row(name="gone")], "2026-11-01T00:00:00Z")
        security = recommender_row(name="s")
        security["primary_impact"] |= {"category": "SECURITY", "cost_projection": None}
        dearer = recommender_row(name="d", recommender_subtype="INCREASE_PERFORMANCE")
        dearer["primary_impact"]["cost_projection"]["cost"] |= {"units": 12, "nanos": 500_000_000}
        rows = [recommender_row(), recommender_row(name="x", state="DISMISSED"), security, dearer]
        table.insert_rows(*self.TABLE, rows, "2026-11-02T00:00:00Z")
        found = self.read(tmp_path)
        (one,) = found.advice
        assert one.saving == Decimal("73.268972762") and one.period.days == 30 and one.currency == "USD"
        assert (one.account_id, one.region, one.basis) == ("my-project", "us-east1", "list")
        assert [one.reason for one in found.left] == [
            "recommendations_export, row 4: INCREASE_PERFORMANCE saves nothing: it costs 12.500000000 more"
        ]
        # two partitions are there, and the old one is not read
        newest, rows_asked = table.queries()
        assert "max(_PARTITIONTIME)" in newest and "_PARTITIONTIME = @newest" in rows_asked

    def test_an_export_that_stopped_is_not_gone_by(self, table: BigQueryServer, tmp_path: Path) -> None:
        table.insert_rows(*self.TABLE, [recommender_row()], "2026-10-18T00:00:00Z")
        with pytest.raises(SourceError, match="has no rows of the last 14 days"):
            self.read(tmp_path)

    def test_a_table_that_may_not_be_read_or_is_not_there_is_said_to_be_so(
        self, table: BigQueryServer, tmp_path: Path
    ) -> None:
        table.faults.append(BigQueryFault(403, "accessDenied", "hunter2"))
        with pytest.raises(LocationError, match=r"lacks bigquery.tables.getData") as raised:
            self.read(tmp_path)
        assert raised.value.reason == "no_permission" and "hunter2" not in str(raised.value)
        table.tables.clear()
        with pytest.raises(LocationError, match="does not exist"):
            self.read(tmp_path)

    def test_no_query_reads_more_than_is_allowed(self, table: BigQueryServer, tmp_path: Path) -> None:
        table.bytes_processed = 10**6
        access = SourceAccess.model_validate({"gcp": {"byte_limit": 10**5}})
        with pytest.raises(LocationError, match="more than the limit of 100000"):
            self.read(tmp_path, access=access)

    def test_an_answer_comes_in_pages(self, table: BigQueryServer, tmp_path: Path) -> None:
        table.page_rows = 2
        rows = [recommender_row(name=f"n{number}") for number in range(5)]
        table.insert_rows(*self.TABLE, rows, "2026-11-02T00:00:00Z")
        assert [one.native_id for one in self.read(tmp_path).advice] == ["n0", "n1", "n2", "n3", "n4"]


class TestAdvisorOfAzure:
    """Advisor's API of the management service."""

    @pytest.fixture
    def arm(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Arm]:
        with Arm(tmp_path) as server:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
            monkeypatch.setenv("AZURE_AUTHORITY_HOST", server.url)
            server.recommendations[FIRST] = [advisor_row(FIRST, f"vm-{number}") for number in range(5)]
            server.recommendations[SECOND] = [advisor_row(SECOND, "vm-other")]
            yield server

    def read(self, arm: Arm, *subscriptions: str, asked: Asking | None = None) -> Reading:
        names = {"tenant_id_env": "TENANT", "client_id_env": "APPLICATION", "client_secret_env": "SECRET"}
        access = SourceAccess(azure=AzureAccess(management_url=arm.url, **names))
        settings = AdviceSettings(name="adv", provider="azure", subscriptions=subscriptions, access=access)
        environ = {**ENVIRON, "AZURE_AUTHORITY_HOST": arm.url}
        return read_advisor(settings, asked or asking(Path(), environ=environ))

    def test_every_page_of_every_subscription_is_read(self, arm: Arm) -> None:
        arm.recommendations[FIRST].append(advisor_row(FIRST, "vm-0", category="Security"))
        found = self.read(arm, FIRST, SECOND)
        names = [one.resource_id.rpartition("/")[2] for one in found.advice]
        assert names == ["vm-0", "vm-1", "vm-2", "vm-3", "vm-4", "vm-other"] and found.left == []
        assert len([call for call in arm.calls if call[1].endswith("/recommendations")]) == 4

    def test_a_subscription_that_cannot_be_read_costs_the_others_nothing(self, arm: Arm) -> None:
        del arm.recommendations[FIRST]
        found = self.read(arm, FIRST, SECOND)
        assert [one.account_id for one in found.advice] == [SECOND]
        (left,) = found.left
        assert (left.account_id, left.resource_id, left.is_all) == (FIRST, "", True)
        assert left.reason == (
            f"subscriptions/{FIRST} does not exist, or the credential in use does not see it (Azure: 404)"
        )

    def test_the_right_that_is_lacking_is_named(self, arm: Arm) -> None:
        arm.faults.append(Fault(403, "AuthorizationFailed"))
        (left,) = self.read(arm, FIRST).left
        assert "may not Microsoft.Advisor/recommendations/read on subscriptions/" in left.reason
        assert "hunter2" not in left.reason

    @pytest.mark.parametrize(
        "change", [lambda page: page[: len(page) // 2], lambda page: "[]", lambda page: "", lambda page: '{"value": 7}']
    )
    def test_half_a_page_is_no_page(self, arm: Arm, change: Any) -> None:
        arm.change_page = change
        found = self.read(arm, FIRST)
        assert found.advice == [] and found.left[0].is_all
        assert found.left[0].reason.endswith("is cut off or no list of recommendations")

    def test_a_later_page_that_fails_leaves_nothing_half_read(self, arm: Arm) -> None:
        calls = iter(["", "cut"])

        def change(page: str) -> str:
            return page if next(calls) == "" else page[:9]

        arm.change_page = change
        found = self.read(arm, FIRST)
        assert found.advice == [] and [one.is_all for one in found.left] == [True]

    def test_the_token_is_taken_to_no_other_host(self, arm: Arm) -> None:
        arm.change_page = lambda page: page.replace(arm.url, "https://elsewhere.example")
        (left,) = self.read(arm, FIRST).left
        assert "names another host for its next page" in left.reason

    def test_a_redirect_takes_the_token_nowhere(self, arm: Arm) -> None:
        """Client libraries sign what they are redirected to as well."""
        elsewhere = f"{arm.url}/elsewhere"
        arm.faults.append(Fault(307, "Moved", {"Location": elsewhere}))
        (left,) = self.read(arm, FIRST).left
        assert left.is_all and "/elsewhere" not in {path for _, path, _ in arm.calls}

    def test_text_that_no_table_holds_costs_its_row_alone(self, arm: Arm) -> None:
        half = advisor_row(FIRST, "vm-half")
        half["properties"]["shortDescription"]["solution"] = "\ud800 resize"
        arm.recommendations[FIRST] = [half, advisor_row(FIRST, "vm-good")]
        found = self.read(arm, FIRST)
        assert [one.resource_id.rpartition("/")[2] for one in found.advice] == ["vm-good"]
        assert "which is no text" in found.left[0].reason and found.left[0].reason.encode()

    def test_a_service_that_asks_to_wait_is_waited_for(self, arm: Arm) -> None:
        arm.faults.append(Fault(429, "TooManyRequests", {"retry-after": "17"}))
        clock = HandClock()
        asked = Asking(Path(), {**ENVIRON, "AZURE_AUTHORITY_HOST": arm.url}, quick_politeness(clock), lambda: NOW)
        assert len(self.read(arm, FIRST, asked=asked).advice) == 5
        assert max(clock.slept) >= 17
