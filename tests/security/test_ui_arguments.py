"""What every account of the machine sees of the UI's processes, and what its pages show of `dagster.yaml`."""

import gzip
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from orchestration.launch import DAGSTER_YAML
from tests.security.ui_process import list_command_lines, list_processes, start_ui
from tests.ui_session import wait_until

PASSWORD = "of-the-database-and-nobody-else"
#: A literal in a section that is passed on as it is; a database that is not there would end the start.
SETTINGS = f"""{DAGSTER_YAML}
compute_logs:
  module: dagster
  class: NoOpComputeLogManager
python_logs:
  managed_python_loggers: [{PASSWORD}]
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_what_dagster_yaml_says_is_shown_to_nobody(tmp_path: Path) -> None:
    """Succeeded: a password was among the arguments of the daemon and the code servers, and on a page."""
    home = tmp_path / "home" / "dagster"
    home.mkdir(parents=True, mode=0o700)
    (home / "dagster.yaml").write_text(SETTINGS)
    with start_ui(tmp_path) as started:
        group = started.process.pid
        ui = started.sign_in()
        wait_until(lambda: list_processes(group, "daemon run"), 60, started.log.read_text)
        wait_until(lambda: list_processes(group, "api grpc"), 60, started.log.read_text)
        lines = [line for _, line in list_command_lines(group)]
        assert len(lines) >= 4
        assert [line[:80] for line in lines if PASSWORD in line or "instance-ref" in line] == []
        launched = started.launch(ui, "freshness_job")
        assert launched["__typename"] == "LaunchRunSuccess"
        assert ui.ask("{ instance { hasInfo info } }")["instance"] == {"hasInfo": False, "info": None}
        with pytest.raises(urllib.error.HTTPError, match="404"):
            request = urllib.request.Request(
                f"{ui.url}/download_debug/{launched['run']['id']}", headers={"Cookie": ui.cookie}
            )
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert PASSWORD.encode() not in gzip.decompress(answer.read())
