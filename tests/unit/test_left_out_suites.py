"""What the root conftest promises: a test that cannot run is named, and under CI=true it fails where it should."""

from __future__ import annotations

from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
TESTS = """
    import pytest

    @pytest.mark.requires_system("no-such-program")
    def test_program(): pass

    @pytest.mark.requires_system("sh")
    def test_shell(): pass

    def test_data(realdata):
        assert realdata("there.csv").read_text() == "1"
        realdata("missing.csv")
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("CLOUDCOST_REALDATA", str(pytester.path / "real"))
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    pytester.makepyfile(TESTS)
    return pytester


def make_folder(suite: pytest.Pytester) -> None:
    folder = suite.mkdir("real")
    (folder / "there.csv").write_text("1", encoding="utf-8")


def run(suite: pytest.Pytester, *args: str) -> pytest.RunResult:
    return suite.runpytest_subprocess("-p", "no:cacheprovider", *args)


def test_what_is_missing_is_left_out_and_listed(suite: pytest.Pytester) -> None:
    result = run(suite)
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(
        [
            "*suites left out*",
            "realdata: no real-data folder (CLOUDCOST_REALDATA) (1 tests)",
            "requires no-such-program: no-such-program is not installed (1 tests)",
        ]
    )


def test_the_list_is_the_same_from_several_workers(suite: pytest.Pytester) -> None:
    result = run(suite, "-n", "2")
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(["*suites left out*", "realdata: no real-data folder*", "requires no-such-program:*"])


def test_a_missing_file_is_left_out(suite: pytest.Pytester) -> None:
    make_folder(suite)
    run(suite).stdout.fnmatch_lines(["realdata: the real-data folder has no missing.csv (1 tests)"])


def test_in_ci_missing_programs_and_files_fail(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    make_folder(suite)
    result = run(suite)
    result.assert_outcomes(passed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*CI=true, and *no-such-program is not installed*"])
    result.stdout.fnmatch_lines(["*CI=true, and the real-data folder has no missing.csv*"])


def test_in_ci_an_absent_folder_is_left_out(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the fixture brought its marker along, or `-m` would have selected nothing."""
    monkeypatch.setenv("CI", "true")
    run(suite, "-m", "realdata").assert_outcomes(skipped=1, deselected=2)
