"""What every test stands on: no telemetry, no real cloud account, and a visible list of what could not run.

A test that needs something from outside says so and is *left out* where it is missing:

- `@pytest.mark.requires_system("chromium")`: a program of the system; the fixture `chromium_path` gives its path.
- the fixture `realdata`: `realdata("aws_cur_2018_10/readme.txt")` is a path in the folder CLOUDCOST_REALDATA
  (default `../shared/data` beside the project); the test gets the marker `realdata` by using it.

Under CI=true a missing program is a failure, and so is a missing file of a real-data folder that is there.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["pytester", "tests.dashboards_site"]

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI") == "true"
LEFT_OUT = "left out: "
# A need's name and the programs that meet it, best first; any other name is the program itself.
PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    # Debian keeps the server's own programs out of PATH, and this one beside them
    "postgresql": ("initdb", "pg_ctlcluster"),
}

os.environ.update(
    DAGSTER_DISABLE_TELEMETRY="1",
    DO_NOT_TRACK="1",
    GX_ANALYTICS_ENABLED="False",
    DBT_SEND_ANONYMOUS_USAGE_STATS="False",
    # a row that our mapping does not fit fails the tests; in a run it is shown
    CLOUDCOST_FOCUS_RULES="error",
    # Whoever runs the tests may be signed in to a real account: nothing of that reaches a client.
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
)
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AZURE_CLIENT_SECRET", "GOOGLE_APPLICATION_CREDENTIALS"):
    os.environ.pop(name, None)

# A busy machine is no finding, and CI must say the same thing twice.
settings.register_profile("cloudcost", deadline=None, derandomize=IN_CI)
settings.load_profile("cloudcost")


def find_program(need: str) -> str | None:
    """The path of the program that meets `need`, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS.get(need, (need,)))), None)


def leave_out(suite: str, reason: str, *, fail: bool) -> None:
    """End this test as skipped, and name its suite in the closing list; as failed when `fail`."""
    if fail:
        pytest.fail(f"CI=true, and {reason}", pytrace=False)
    pytest.skip(f"{LEFT_OUT}{suite}: {reason}")


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers that this file gives a meaning known."""
    config.addinivalue_line("markers", "requires_system(*programs): needs these programs of the system")
    config.addinivalue_line("markers", "realdata: reads real exports that are no part of the project")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses `realdata` or `chromium_path`, before `-m` selects.

    What a browser does is tried twice and then listed: it misses a click on a busy machine. Nothing else is, since a
    race that loses money once in a hundred runs would be forgiven too.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "realdata" in fixtures:
            item.add_marker(pytest.mark.realdata)
        if "page" in fixtures or "signed_in" in fixtures:
            item.add_marker(pytest.mark.flaky(reruns=1, reruns_delay=2))
        if "chromium_path" in fixtures:
            item.add_marker(pytest.mark.requires_system("chromium"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a test out, before its fixtures, when a program that it requires is missing."""
    os.umask(0o022)  # cloudcost sets another one in the process that it runs in, which may have been this one
    for marker in item.iter_markers("requires_system"):
        for need in marker.args:
            if find_program(need) is None:
                leave_out(f"requires {need}", f"{need} is not installed", fail=IN_CI)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the suites that were left out, why, and how many tests that is."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
        if LEFT_OUT in reason:
            counts[reason.partition(LEFT_OUT)[2]] += 1
    if counts:
        terminalreporter.section("suites left out")
        for reason, count in sorted(counts.items()):
            terminalreporter.line(f"{reason} ({count} tests)")


@pytest.fixture
def chromium_path() -> str:
    """The Chromium to hand to playwright as `executable_path`."""
    path = find_program("chromium")
    assert path is not None
    return path


@pytest.fixture(scope="session")
def realdata() -> Callable[[str], Path]:
    """Gives the path of a real-data file or folder by its name; leaves the test out where it is missing."""
    folder = Path(os.environ.get("CLOUDCOST_REALDATA") or ROOT.parent / "shared" / "data")

    def find_realdata(relative: str) -> Path:
        path = folder / relative
        if not folder.is_dir():
            leave_out("realdata", "no real-data folder (CLOUDCOST_REALDATA)", fail=False)
        if not path.exists():
            leave_out("realdata", f"the real-data folder has no {relative}", fail=IN_CI)
        return path

    return find_realdata
