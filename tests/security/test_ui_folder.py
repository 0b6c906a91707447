"""The folder that the UI is started in: whoever put files there is not whose code it runs."""

import sys
from pathlib import Path

import pytest

from tests.security.ui_process import start_ui

#: What the processes of the UI import, each early or late: Dagster, our own, libraries, and modules of Python's.
PLANTED = (
    "dagster", "orchestration", "actions", "core", "cloudcost", "state", "duckdb", "dbt", "yaml", "pydantic", "grpc",
    "multiprocessing", "json", "signal",
)  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_nothing_of_the_folder_it_is_started_in_is_imported(tmp_path: Path) -> None:
    """Succeeded for `dagster`, by which every child begins: its code ran as whoever started the UI."""
    cwd, folder = tmp_path / "cwd", tmp_path / "installation"
    cwd.mkdir()
    folder.mkdir()
    marks = tmp_path / "marks"
    marks.mkdir()
    for name in PLANTED:
        (cwd / f"{name}.py").write_text(
            f"import builtins, os, sys\nbuiltins.open({str(marks / name)!r}, 'a').write(' '.join(sys.argv) + '\\n')\n"
            f"raise SystemExit('planted {name}')\n"
        )
    try:
        with start_ui(folder, cwd=cwd) as started:
            ui = started.sign_in()
            launched = started.launch(ui, "freshness_job")
            assert launched["__typename"] == "LaunchRunSuccess", launched
            assert started.wait_for_run(ui, launched["run"]["id"], 240) == "SUCCESS"
    finally:
        found = sorted(mark.name for mark in marks.iterdir())
        print("imported:", found, file=sys.stderr)
    assert found == []
