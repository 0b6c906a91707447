"""The rules that keep the project simple, read off its own files."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.check_files import Finding, find_all, find_in_text, list_files
from scripts.house import MOST_FUNCTION_LINES, MOST_MODULES, MOST_ORCHESTRATION_LINES, House, measure

ROOT = Path(__file__).resolve().parents[2]
#: The only folders that know of Dagster; the first are its room.
DAGSTER = ("orchestration/", "tests/", "benchmarks/")
MAX_LINES = 400
#: What is beyond the bounds of `scripts/house.py` for now, and why. It leaves this list once it keeps them.
BEYOND: dict[str, str] = {}
MODULES = [name for name in list_files(ROOT) if name.endswith(".py")]


def read_imports(source: str) -> Iterator[str]:
    """The dotted names that a module imports anywhere, `from a import b` as `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def imports_dagster(source: str) -> bool:
    """Whether a module imports dagster or one of its libraries."""
    return any(name.startswith("dagster") for name in read_imports(source))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_modules_are_found() -> None:
    for package in ("orchestration/", "ingestion/", "cli/", "tests/"):
        assert any(name.startswith(package) for name in MODULES), package


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import dagster as dg", True),
        ("from dagster_dbt import DbtProject", True),
        ("def late():\n    from dagster import asset", True),
        ("from cloudcost.config.document import Config", False),
        ("text = 'import dagster'", False),
    ],
)
def test_a_dagster_import_is_recognised(source: str, expected: bool) -> None:
    assert imports_dagster(source) is expected


def test_dagster_is_imported_in_its_room_alone() -> None:
    offenders = [name for name in MODULES if not name.startswith(DAGSTER) and imports_dagster(read(name))]
    assert offenders == []


def test_orchestration_has_no_postponed_annotations() -> None:
    """Dagster reads the annotations of assets and configs when it decorates them."""
    offenders = [
        name
        for name in MODULES
        if name.startswith("orchestration/") and "__future__.annotations" in read_imports(read(name))
    ]
    assert offenders == []


def test_modules_are_short() -> None:
    lengths = {name: len(read(name).splitlines()) for name in MODULES}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def find_beyond(house: House) -> dict[str, int]:
    """Modules, functions and folders that are larger than they may be, with their lines or modules."""
    return house.long_modules | house.long_functions | house.full_folders


@pytest.fixture(scope="module")
def house() -> House:
    return measure()


def test_modules_functions_and_folders_keep_their_bounds(house: House) -> None:
    assert {name: size for name, size in find_beyond(house).items() if name not in BEYOND} == {}


def test_what_keeps_the_bounds_again_is_excused_no_more(house: House) -> None:
    assert [name for name in BEYOND if name not in find_beyond(house)] == [], "remove these from BEYOND"


def test_orchestration_is_thin(house: House) -> None:
    assert 0 < house.lines_of("orchestration") <= MOST_ORCHESTRATION_LINES


def test_what_is_too_large_is_found(tmp_path: Path) -> None:
    """Figures of a house that was built for it; of two functions of one name the longer counts."""
    long = "class Some:\n    def work(self):\n" + "        pass\n" * MOST_FUNCTION_LINES
    short = "class Other:\n    def work(self):\n        pass\n"
    (tmp_path / "rooms").mkdir()
    for number in range(MOST_MODULES + 1):
        (tmp_path / "rooms" / f"room_{number}.py").write_text("pass\n")
    (tmp_path / "rooms" / "room_0.py").write_text(long + short + "pass\n" * 300)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_rooms.py").write_text(long)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    lines = MOST_FUNCTION_LINES + 1
    assert find_beyond(measure(tmp_path)) == {
        "rooms/room_0.py": lines + 1 + 3 + 300,
        "rooms/room_0.py:work": lines,
        "rooms": MOST_MODULES + 1,
    }


def test_no_file_holds_a_machine_path_or_a_secret() -> None:
    assert [str(finding) for finding in find_all(ROOT)] == []


@pytest.mark.parametrize(
    "text",
    [
        "cd " + "/tmp/" + "build",
        'home = "' + "/home/" + 'ada/data"',
        "see " + "/Users/" + "ada",
        "key = AKIA" + "ABCDEFGHIJKLMNOP",
        "DefaultEndpointsProtocol=https;AccountKey=" + "a1" * 32,
        "-----BEGIN RSA " + "PRIVATE KEY-----\\nMIIEowIBAAKCAQEA1234567890",
        "https://hooks.slack.com/services/T" + "00000000/B00000000/" + "x" * 24,
    ],
)
def test_a_forbidden_text_is_found(text: str) -> None:
    assert [(finding.file, finding.line) for finding in find_in_text("a.md", "first\n" + text)] == [("a.md", 2)]


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/home/page and s3://bucket/tmp/x",
        "AWS documents AKIAIOSFODNN7EXAMPLE",
        "WORKDIR /home/cloudcost/app",
        "tmp_path / 'root' / 'work'",
        "${HOME}/work/x",
    ],
)
def test_an_innocent_text_is_not(text: str) -> None:
    assert list(find_in_text("a.md", text)) == []


def test_a_finding_reads_as_editors_expect() -> None:
    assert str(Finding("a.md", 2, "looks like a secret")) == "a.md:2: looks like a secret"
