"""`cloudcost deliveries` on an installation whose newest delivery was kept out."""

import json
import os
import pwd
from pathlib import Path

import pytest

from tests.integration.ingest.conftest import SEPTEMBER, Desk
from tests.integration.pipeline.conftest import Home
from tests.unit.ingestion.exports import cur_rows, write_csv

pytestmark = pytest.mark.e2e


def test_list_show_and_accept(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.configure(
        "sources:\n  - {name: test_source, provider: aws, location: home/exports}\n"
        f"people: [{{name: Alice@example.com, account: {pwd.getpwuid(os.getuid()).pw_name}}}]\n"
    )
    home.state.mkdir()
    desk = Desk(home.state)
    for rows in (200, 80):
        write_csv(desk.exports / "september.csv", cur_rows(["2.5"] * rows, SEPTEMBER))
        desk.ingest()

    listed = json.loads(home.call("deliveries", "list", "--format", "json").stdout)
    by_status = {row["status"]: row for row in listed}
    assert (by_status["promoted"]["current"], by_status["promoted"]["rows"]) == ("yes", 200)
    kept_out = by_status["quarantined"]
    assert kept_out["current"] == "no" and "80 rows where delivery" in kept_out["reasons"]
    only = home.call("deliveries", "list", "--status", "quarantined", "--source", "test_source", "--format", "csv")
    assert len(only.stdout.splitlines()) == 2 and kept_out["delivery"] in only.stdout
    assert json.loads(home.call("deliveries", "list", "--source", "other", "--format", "json").stdout) == []

    missing = home.call("deliveries", "accept", "nothing")
    assert missing.returncode == 1 and missing.stderr.startswith("error: there is no delivery 'nothing'")
    posing = home.call("deliveries", "accept", kept_out["delivery"], "--as", "alice", "--reason", "mine")
    assert posing.returncode == 1 and posing.stderr.startswith("error: --as 'alice': names are chosen in the demo only")
    done = home.call("deliveries", "accept", kept_out["delivery"], "--reason", "an account was closed")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("accepted by alice@example.com; `cloudcost run` promotes it\n")
    desk.ingest()
    shown = home.call("deliveries", "show", kept_out["delivery"]).stdout
    assert '"status": "promoted"' in shown and "this delivery became current" in shown
    assert "alice@example.com delivery.accepted" in shown
    assert desk.totals()["2026-09"][1] == 80
