"""The dbt project as dbt read it, kept beside the installed code: reading takes fifteen seconds, at any size of bill.

One file per state of the project. Its name says what it was read from: every project file, the versions of dbt, the
engine, and the environment that models read while they are parsed. It begins with its own digest, so that a file that
was cut or changed is not there. What is read of it is data, never code.
"""

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgpack

from core.errors import CloudcostError

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

#: States that are kept in a folder: both engines' of a release, with and without what tests set, and those before.
KEPT = 8

_READERS = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-duckdb", "dbt-redshift", "dbt-postgres", "mashumaro")
_FOLDERS = ("models", "macros", "seeds", "tests", "snapshots")
_VARIABLE = re.compile(rb"env_var\(\s*['\"](\w+)")
#: Read while a statement is made, by `told_periods`, so that dbt need not parse anew for every run.
_READ_LATER = "CLOUDCOST_CHANGED_PERIODS"
_DIGEST_LENGTH = 64

_LOADED: dict[str, "Manifest"] = {}
_LOADING = threading.Lock()


class DbtError(CloudcostError):
    """dbt failed; the message is dbt's own."""


@dataclass(frozen=True)
class ParsedProject:
    """What dbt made of the project: for those who read it (``manifest``, JSON) and for dbt itself (``state``)."""

    key: str
    manifest: bytes
    state: bytes


def find_parsed(project: Path, home: Path) -> ParsedProject:
    """The dbt project of this folder as it is now: read from its own ``target``, else from ``home``, else parsed.

    What is parsed is left in the first of them that can be written: the code may belong to somebody else. The
    environment has to be that of the installation. Raises `DbtError` when the project cannot be parsed.
    """
    key = project_key(project)
    folders = (project / "target" / "parsed", home / "parsed")
    for folder in folders:
        found = _read(folder / key, key)
        if found is not None:
            return found
    parsed = _parse(project, key)
    any(_keep(parsed, folder) for folder in folders)
    return parsed


def load_manifest(project: Path, home: Path) -> "Manifest":
    """dbt's own manifest for all invocations of this process; dbt compiles each node anew whenever it runs it."""
    key = project_key(project)
    with _LOADING:
        if key not in _LOADED:
            _LOADED.clear()  # of another state of the project
            _LOADED[key] = _unpack(find_parsed(project, home).state)
        return _LOADED[key]


def project_key(project: Path) -> str:
    """What the parsed project follows from, as one digest."""
    files = [(path, path.read_bytes()) for path in sorted(project_files(project))]
    digest = hashlib.sha256(repr((str(project), _versions(), _surroundings(files))).encode())
    for path, content in files:
        name = path.relative_to(project).as_posix()
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def project_files(project: Path) -> Iterator[Path]:
    """Every file of the project that dbt reads."""
    for folder in _FOLDERS:
        yield from (path for path in (project / folder).rglob("*") if path.is_file())
    yield from (project / name for name in ("dbt_project.yml", "profiles.yml"))


def _surroundings(files: list[tuple[Path, bytes]]) -> list[tuple[str, str | None]]:
    """What names in the manifest follow from: the engine, the database, and what models read of the environment.

    Of the profile nothing else gets into it: where a warehouse is and who reads it is asked when dbt connects.
    """
    names = {n.decode() for path, content in files if path.name != "profiles.yml" for n in _VARIABLE.findall(content)}
    names |= {"CLOUDCOST_DBT_TARGET", "CLOUDCOST_REDSHIFT_DATABASE"}
    read: list[tuple[str, str | None]] = [(name, os.environ.get(name)) for name in sorted(names - {_READ_LATER})]
    # DuckDB names a database after its file
    return [*read, ("file", Path(os.environ.get("CLOUDCOST_WAREHOUSE", "")).name)]


@cache
def _versions() -> list[str]:
    found = []
    for name in _READERS:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(name)
    return found


def _parse(project: Path, key: str) -> ParsedProject:
    from dbt.cli.main import dbtRunner
    from dbt.parser.manifest import extended_mashumaro_encoder

    with tempfile.TemporaryDirectory() as target:  # a parse cache of dbt's own is of no use beside this one
        outcome = dbtRunner().invoke(["--quiet", "parse", *project_places(project, Path(target))])
        if not outcome.success:
            raise DbtError(f"the dbt project cannot be parsed: {outcome.exception}")
        parsed: Any = outcome.result
        written = Path(target, "manifest-whole.json")
        parsed.writable_manifest().write(str(written))
        manifest = written.read_bytes()
    parsed.files = {}  # what only another parse reads
    encode: Callable[[Any], bytes] = extended_mashumaro_encoder
    return ParsedProject(key, manifest, parsed.to_msgpack(encode))


def project_places(project: Path, target: Path) -> list[str]:
    """Arguments of every dbt command: where the project is and where to write; of its artifacts nothing is read."""
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    return [*places, "--target-path", str(target), "--no-write-json"]


def _unpack(state: bytes) -> "Manifest":
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest = Manifest.from_msgpack(state, decoder=extended_mashumuro_decoder)
    # as dbt does where it reads its own cache
    manifest.build_parent_and_child_maps()  # type: ignore[no-untyped-call]
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


def _read(path: Path, key: str) -> ParsedProject | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, body = content[:_DIGEST_LENGTH], content[_DIGEST_LENGTH:]
    if digest != _sign(key, body):
        return None
    packed = msgpack.unpackb(body)
    return ParsedProject(key, packed["manifest"], packed["state"])


def _keep(parsed: ParsedProject, folder: Path) -> bool:
    """Whether the folder could be written; in one step, as others read and write it too."""
    body = msgpack.packb({"manifest": parsed.manifest, "state": parsed.state})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
            file.write(_sign(parsed.key, body) + body)
        whole = Path(file.name)
        whole.chmod(folder.stat().st_mode & 0o666)  # for whoever may look into the folder
        whole.replace(folder / parsed.key)
        oldest_last = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in oldest_last[KEPT:]:
            path.unlink(missing_ok=True)
    except OSError:
        return (folder / parsed.key).exists()
    return True


def _sign(key: str, body: bytes) -> bytes:
    return hashlib.sha256(key.encode() + body).hexdigest().encode()
