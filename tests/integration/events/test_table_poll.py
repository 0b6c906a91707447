"""A BigQuery table is looked at for free until it changed; no change is lost when a run is not recorded."""

from pathlib import Path

from cloudcost.config.document import CloudcostConfig
from cloudcost.installation import Installation
from orchestration.defs.ingestion.sensors import collect_requests
from tests.integration.locations.test_bigquery_location import STANDARD, TABLE, URI, standard_rows
from tests.peers.bigquery import Server


def test_runs_are_asked_for_until_they_are_recorded(bigquery: Server, tmp_path: Path) -> None:
    bigquery.create_table(*TABLE, STANDARD)
    bigquery.insert_rows(*TABLE, standard_rows("202604", 5, "2026-04-30T10:00:00Z"), "2026-04-30")
    (tmp_path / "cloudcost.yaml").write_text(
        f"sources:\n  - {{name: gcp_main, provider: gcp, location: '{URI}', events: {{type: table_poll}}}}\n"
    )
    recorded: set[str] = set()

    def look() -> list[str]:
        installation = Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")
        requests, faults = collect_requests(installation, recorded.__contains__)
        assert faults == []
        return [request.run_key for request in requests]

    (first,) = look()
    assert first.startswith("gcp_main/2026-04/cost/")
    assert look() == [first], "the process was killed before the run was recorded"
    recorded.add(first)
    assert look() == []
    queried = len(bigquery.queries())
    for _ in range(5):
        assert look() == []
    assert len(bigquery.queries()) == queried, "nothing changed, so nothing is queried"
    bigquery.insert_rows(*TABLE, standard_rows("202605", 3, "2026-05-02T10:00:00Z"), "2026-05-02")
    (second,) = look()
    assert second.startswith("gcp_main/2026-05/cost/")


def test_only_a_table_can_be_polled() -> None:
    source = {"name": "aws", "location": "s3://exports/cur", "events": {"type": "table_poll"}}
    try:
        CloudcostConfig.model_validate({"sources": [source]})
    except ValueError as error:
        assert "events of type 'table_poll' tell nothing of the location 's3://exports/cur'" in str(error)
    else:
        raise AssertionError("accepted")
