"""A run whose alerts go nowhere must not look like one that was quiet."""

import datetime as dt
from pathlib import Path

import pytest

from cli.commands.run import run_pipeline
from cloudcost.installation import Installation
from core.errors import INCOMPLETE
from tests.peers.webhook_sink import WebhookSink
from tests.security.test_receivers import WORDS, put_in
from tests.unit.ingestion.exports import write_csv

CONFIGURATION = """\
sources: [{{name: own, location: exports}}]
alerts:
  channels: [{{type: webhook, name: hook, url: "{url}"}}]
"""


def test_a_run_that_reached_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDCOST_WEBHOOK_SECRET", "s3cret")
    monkeypatch.setenv("NO_PROXY", "*")
    write_csv(tmp_path / "exports/first.csv", [])
    config = tmp_path / "cloudcost.yaml"
    with WebhookSink("s3cret") as sink:
        config.write_text(CONFIGURATION.format(url=sink.url))
        installation = Installation(config, tmp_path / "home")
        put_in(installation.store, "a", "hook", WORDS, dt.datetime.now(dt.UTC))
        assert run_pipeline(installation, None, False, False, False) == INCOMPLETE
        assert sink.deliveries == []
    printed = capsys.readouterr().err
    assert "problem: 1 message(s) not delivered; first: channel 'hook', a/hook/opened: hook: it leads to" in printed
