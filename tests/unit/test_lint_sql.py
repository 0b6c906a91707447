"""A SQL file that passed is linted again when what its verdict depends on changed, and one that failed is always."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlfluff.core import Linter
from sqlfluff.core.config import clear_config_caches

from scripts import lint_sql

CONFIGURATION = """
[tool.sqlfluff.core]
dialect = "duckdb"
processes = 1

[tool.sqlfluff.templater.jinja]
load_macros_from_path = "macros"
library_path = "names"
"""
MODELS = Path("models")


class Project:
    """Three models: `plain`, `direct`, which calls a macro, and `indirect`, which reaches it by another."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.linted: list[str] = []
        self.write("pyproject.toml", CONFIGURATION)
        self.write("names/target.py", 'database = "warehouse"\n')
        self.write("macros/inner.sql", "{% macro inner() %}1{% endmacro %}\n")
        self.write("macros/outer.sql", "{% macro outer() %}{{ inner() }}{% endmacro %}\n")
        self.write("models/plain.sql", "select 1 as a\n")
        self.write("models/direct.sql", "select {{ inner() }} as a\n")
        self.write("models/indirect.sql", "select {{ outer() }} as a\n")

    def write(self, name: str, text: str) -> None:
        """Write one file of it."""
        file = self.root / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def lint(self) -> tuple[list[str], list[str]]:
        """What a run finds, and the names of the models that it read."""
        self.linted.clear()
        clear_config_caches()  # a run is a process of its own
        findings = lint_sql.lint([MODELS])
        return findings, sorted(self.linted)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Every file of it passed once."""
    project = Project(tmp_path)
    monkeypatch.chdir(tmp_path)
    lint_paths = Linter.lint_paths

    def record(linter: Linter, paths: tuple[str, ...], **options: object) -> object:
        project.linted += [Path(path).stem for path in paths]
        return lint_paths(linter, paths, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Linter, "lint_paths", record)
    assert project.lint() == ([], ["direct", "indirect", "plain"])
    return project


def test_what_passed_is_not_read_again(project: Project) -> None:
    assert project.lint() == ([], [])


def test_a_run_over_one_file_forgets_no_other(project: Project) -> None:
    assert lint_sql.lint([MODELS / "plain.sql"]) == []
    assert project.lint() == ([], [])


@pytest.mark.parametrize(
    ("change", "read"),
    [
        (lambda of: of.write("models/plain.sql", "select 2 as a\n"), ["plain"]),
        (lambda of: of.write("macros/inner.sql", "{% macro inner() %}2{% endmacro %}\n"), ["direct", "indirect"]),
        (lambda of: of.write("macros/outer.sql", "{% macro outer() %}2{% endmacro %}\n"), ["indirect"]),
        (lambda of: of.write("names/target.py", 'database = "w"\n'), ["direct", "indirect", "plain"]),
        (
            lambda of: of.write(
                "pyproject.toml", CONFIGURATION + "\n[tool.sqlfluff.indentation]\ntab_space_size = 2\n"
            ),
            ["direct", "indirect", "plain"],
        ),
        (
            lambda of: of.write("models/.sqlfluff", "[sqlfluff]\nmax_line_length = 90\n"),
            ["direct", "indirect", "plain"],
        ),
        (lambda of: (of.root / lint_sql.PASSED).write_text("{"), ["direct", "indirect", "plain"]),
    ],
    ids=["its text", "a macro", "a macro in between", "a stand-in", "the configuration", "the folder's", "no cache"],
)
def test_what_depends_on_a_change_is_read_again(
    project: Project, change: Callable[[Project], object], read: list[str]
) -> None:
    change(project)
    assert project.lint() == ([], read)
    assert project.lint() == ([], [])


def test_another_version_reads_everything_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint_sql, "version", lambda name: "0")
    assert project.lint() == ([], ["direct", "indirect", "plain"])


@pytest.mark.parametrize(
    ("name", "text", "failed", "rule"),
    [
        ("models/plain.sql", "select 1 as a  \n", ["plain"], "LT01"),
        ("models/plain.sql", "select from from\n", ["plain"], "PRS"),
        ("models/plain.sql", "select {{ unknown.thing() }}\n", ["plain"], "TMP"),
        ("macros/inner.sql", "{% macro inner() %}(({% endmacro %}\n", ["direct", "indirect"], "PRS"),
    ],
)
def test_a_file_that_fails_fails_again_until_it_is_mended(
    project: Project, name: str, text: str, failed: list[str], rule: str
) -> None:
    before = (project.root / name).read_text()
    project.write(name, text)
    for _ in range(2):
        findings, read = project.lint()
        assert read == failed
        assert {Path(finding.split(":")[0]).stem for finding in findings} == set(failed)
        assert all(f": {rule} " in finding for finding in findings)
    project.write(name, before)
    assert project.lint() == ([], failed)


def test_a_failure_makes_the_command_fail(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["lint_sql", "models"])
    assert lint_sql.main() == 0
    project.write("models/plain.sql", "select 1 as a  \n")
    assert lint_sql.main() == 1
    assert capsys.readouterr().out.startswith("models/plain.sql:1:14: LT01 layout.spacing ")
