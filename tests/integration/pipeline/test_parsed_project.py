"""The parsed dbt project: read once per installed code, and never from a file that is of another state or damaged."""

import json
import os
from pathlib import Path

import pytest

from cloudcost.dbt import parsed_project
from cloudcost.dbt.parsed_project import (
    KEPT,
    DbtError,
    ParsedProject,
    find_parsed,
    load_manifest,
    project_key,
)
from cloudcost.dbt.project import PROJECT_DIRECTORY, prepare_manifest, set_dbt_environment
from cloudcost.installation import Installation

PROFILE = """\
small:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: "{{ env_var('CLOUDCOST_WAREHOUSE', 'x.duckdb') }}", schema: main}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small dbt project, which is read in a second, and the environment that dbt needs."""
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("{name: small, version: 1.0.0, config-version: 2, profile: small}")
    (folder / "profiles.yml").write_text(PROFILE)
    (folder / "models" / "one.sql").write_text("select {{ env_var('CLOUDCOST_NUMBER', '1') }} as one")
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    monkeypatch.setenv("CLOUDCOST_WAREHOUSE", str(tmp_path / "warehouse.duckdb"))
    monkeypatch.delenv("CLOUDCOST_NUMBER", raising=False)
    return folder


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that were parsed."""
    keys: list[str] = []
    parse = parsed_project._parse

    def count(project: Path, key: str) -> ParsedProject:
        keys.append(key)
        return parse(project, key)

    monkeypatch.setattr(parsed_project, "_parse", count)
    monkeypatch.setattr(parsed_project, "_LOADED", {})
    return keys


def sql_of(found: ParsedProject) -> str:
    nodes = json.loads(found.manifest)["nodes"]
    return str(nodes["model.small.one"]["raw_code"])


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "target" / "parsed").iterdir())


def test_every_home_takes_it_from_the_code(
    project: Path, tmp_path: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = find_parsed(project, tmp_path / "first")
    monkeypatch.setenv("CLOUDCOST_WAREHOUSE", str(tmp_path / "elsewhere" / "warehouse.duckdb"))
    monkeypatch.setenv("CLOUDCOST_CHANGED_PERIODS", "[]")
    assert find_parsed(project, tmp_path / "second") == first
    assert len(parsed) == 1 and [path.name for path in kept(project)] == parsed
    assert not (tmp_path / "first").exists() and not (tmp_path / "second").exists()
    manifest = load_manifest(project, tmp_path / "second")
    assert load_manifest(project, tmp_path / "third") is manifest and len(parsed) == 1
    assert list(manifest.nodes) == ["model.small.one"] and manifest.flat_graph["nodes"]


def test_another_state_of_the_project_is_parsed_anew(project: Path, tmp_path: Path, parsed: list[str]) -> None:
    model = project / "models" / "one.sql"
    find_parsed(project, tmp_path)
    before, state = load_manifest(project, tmp_path), model.stat()
    model.write_text(model.read_text().replace("'1'", "'2'"))
    os.utime(model, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert model.stat().st_size == state.st_size, "a change that neither the size nor the time tells"
    assert "'2'" in sql_of(find_parsed(project, tmp_path))
    assert load_manifest(project, tmp_path) is not before
    model.rename(model.with_name("two.sql"))
    assert "model.small.two" in load_manifest(project, tmp_path).nodes
    assert len(parsed) == len(set(parsed)) == 3


def test_another_environment_or_version_is_parsed_anew(
    project: Path, tmp_path: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find_parsed(project, tmp_path)
    monkeypatch.setenv("CLOUDCOST_NUMBER", "3")
    find_parsed(project, tmp_path)
    monkeypatch.setenv("CLOUDCOST_WAREHOUSE", str(tmp_path / "other.duckdb"))
    assert b'"database":"other"' in find_parsed(project, tmp_path).manifest.replace(b'": "', b'":"')
    monkeypatch.setattr(parsed_project, "_versions", lambda: ["dbt-core 0"])
    find_parsed(project, tmp_path)
    keys = set(parsed)
    monkeypatch.setenv("CLOUDCOST_DBT_TARGET", "redshift")
    keys.add(project_key(project))
    assert len(parsed) == 4 and len(keys) == 5


@pytest.mark.parametrize("damage", ["cut", "emptied", "changed", "of another state"])
def test_a_damaged_file_is_not_used(project: Path, tmp_path: Path, parsed: list[str], damage: str) -> None:
    whole = find_parsed(project, tmp_path)
    (file,) = kept(project)
    content = file.read_bytes()
    if damage == "of another state":
        (project / "models" / "one.sql").write_text("select 5 as one")
        file.rename(file.with_name(project_key(project)))
    else:
        damaged = {"cut": content[:-7], "emptied": b"", "changed": content.replace(b"as one", b"as two")}[damage]
        assert damaged != content
        file.write_bytes(damaged)
    again = find_parsed(project, tmp_path)
    assert len(parsed) == 2
    assert sql_of(again) == ("select 5 as one" if damage == "of another state" else sql_of(whole))
    find_parsed(project, tmp_path)
    assert len(parsed) == 2, "and it is whole again"


def test_code_that_cannot_be_written_leaves_it_at_home(project: Path, tmp_path: Path, parsed: list[str]) -> None:
    (project / "target").write_text("no folder, for root either")
    homes = [tmp_path / "first", tmp_path / "second"]
    for home in (*homes, *homes):
        find_parsed(project, home)
    assert len(parsed) == 2
    assert [path.name for home in homes for path in (home / "parsed").iterdir()] == parsed


def test_old_states_go(project: Path, tmp_path: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_parsed(project, tmp_path)
    monkeypatch.setattr(parsed_project, "_parse", lambda _, key: ParsedProject(key, found.manifest, found.state))
    for number in range(KEPT + 2):
        monkeypatch.setenv("CLOUDCOST_NUMBER", str(number))
        find_parsed(project, tmp_path)
    assert len(kept(project)) == KEPT and project_key(project) in {path.name for path in kept(project)}


def test_a_project_that_cannot_be_parsed_leaves_nothing(project: Path, tmp_path: Path) -> None:
    (project / "models" / "one.sql").write_text("select {{ ref('nowhere') }}")
    with pytest.raises(DbtError, match=r"(?s)cannot be parsed: .*nowhere"):
        find_parsed(project, tmp_path)
    assert not (project / "target").exists()


def test_the_manifest_of_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real project's, which names nothing of the installation that it was parsed for."""
    for name in ("CLOUDCOST_WAREHOUSE", "CLOUDCOST_MEMORY_LIMIT", "CLOUDCOST_DBT_TARGET", "DBT_LOG_PATH"):
        monkeypatch.setenv(name, "1GB" if name == "CLOUDCOST_MEMORY_LIMIT" else "duckdb")  # taken back after the test
    (tmp_path / "cloudcost.yaml").write_text("sources:\n  - {name: payer, provider: aws, location: exports}\n")
    installation = Installation(tmp_path / "cloudcost.yaml", tmp_path / "a-home-of-its-own")
    path = prepare_manifest(installation)
    whole = path.read_bytes()
    assert b"a-home-of-its-own" not in whole and str(tmp_path).encode() not in whole
    path.write_bytes(whole[:-100])
    assert prepare_manifest(installation).read_bytes() == whole, "a manifest that was cut is written again"
    path.with_name("manifest.key").unlink()
    assert prepare_manifest(installation).read_bytes() == whole
    set_dbt_environment(installation)
    key = project_key(PROJECT_DIRECTORY)
    for name in load_manifest(PROJECT_DIRECTORY, installation.dbt_target).env_vars:
        monkeypatch.setenv(name, "another value")
        assert project_key(PROJECT_DIRECTORY) != key, f"{name} is read while models are parsed"
        monkeypatch.delenv(name)
