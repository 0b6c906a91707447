"""Nothing is unreachable: every module is imported, near or far, by something that a person or another program starts.

Tests and benchmarks are no callers: what they alone import does nothing for anybody.
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pytest

from actions.remediations import REMEDIATIONS
from alerts.channels import CHANNELS
from savings.inventory.contract import InventoryTable, Metric
from savings.registry import CHECKS
from scripts.check_files import list_files
from simulator.opportunities.estate.kind import find_estate_kinds
from simulator.opportunities.kind import find_kinds

ROOT = Path(__file__).resolve().parents[2]
NO_CALLERS = ("tests/", "benchmarks/")

#: What is started by its name, not by an import: the file that names it, and how.
ROOTS: Mapping[str, tuple[str, str]] = {
    "cli": ("pyproject.toml", 'cloudcost = "cli:main"'),
    "orchestration.definitions": ("workspace.yaml", "orchestration.definitions"),
    "orchestration.event_storage": ("orchestration/launch.py", "module: orchestration.event_storage"),
    "orchestration.ui.daemon": ("orchestration/ui/serve.py", '"-m", "orchestration.ui.daemon"'),
    "simulator.demo": ("Makefile", "python -m simulator.demo"),
    "dashboards.serve": ("Makefile", "python -m dashboards.serve"),
    "dashboards.build": ("docs/DASHBOARDS.md", "python -m dashboards.build"),
    # these three run in Superset's own environment
    "cloudcost_superset.bootstrap": ("dashboards/serve.py", '"cloudcost_superset.bootstrap"'),
    "cloudcost_superset.config": ("dashboards/home.py", '"cloudcost_superset" / "config.py"'),
    "cloudcost_superset.answers.warm": ("dashboards/serve.py", '"cloudcost_superset.answers.warm"'),
    "ml.evaluate.__main__": ("docs/ACCURACY.md", "python -m ml.evaluate"),
    "ml.evaluate.forecast": ("ml/evaluate/__main__.py", '"ml.evaluate.forecast"'),
    "ml.evaluate.anomaly": ("ml/evaluate/__main__.py", '"ml.evaluate.anomaly"'),
    "ml.evaluate.simulated": ("ml/evaluate/__main__.py", '"ml.evaluate.simulated"'),
    "simulator.__main__": ("docs/ACCURACY.md", "python -m simulator "),
    "simulator.opportunities.__main__": ("docs/ACCURACY.md", "python -m simulator.opportunities"),
    "cloudcost.dbt.parse_project": ("scripts/make_env.sh", "python -m cloudcost.dbt.parse_project"),
    "cloudcost.dbt.shared_catalog": ("dbt_project/profiles.yml", "module: cloudcost.dbt.shared_catalog"),
    "scripts.azure_seeds": ("dbt_project/seeds/regions.yml", "python -m scripts.azure_seeds"),
    "scripts.picture_dashboards": ("docs/DASHBOARDS.md", "python -m scripts.picture_dashboards"),
    "scripts.conformance": ("Makefile", "python -m scripts.conformance"),
    "scripts.lint_sql": ("Makefile", "python -m scripts.lint_sql"),
    "scripts.check_files": ("Makefile", "python -m scripts.check_files"),
    "scripts.house": ("docs/ARCHITECTURE.md", "python -m scripts.house"),
    "scripts.unused": ("Makefile", "python -m scripts.unused"),
    "scripts.configuration_doc": ("docs/CONFIGURATION.md", "python -m scripts.configuration_doc"),
    "scripts.focus_doc": ("docs/FOCUS.md", "python -m scripts.focus_doc"),
    "scripts.openapi": ("docs/API.md", "python -m scripts.openapi"),
    "scripts.client": ("docs/API.md", "python -m scripts.client"),
    "scripts.sqlfluff_names.api": ("pyproject.toml", 'library_path = "scripts/sqlfluff_names"'),
    "scripts.sqlfluff_names.target": ("pyproject.toml", 'library_path = "scripts/sqlfluff_names"'),
    "scripts.sqlfluff_names.dbt": ("pyproject.toml", 'library_path = "scripts/sqlfluff_names"'),
}
#: Registries import what stands in their folder; of it, the modules that hold an entry.
ENTRIES = {
    *(type(remediation).__module__ for remediation in REMEDIATIONS.values()),
    *(channel.__module__ for channel in CHANNELS.values()),
    *(
        f"savings.checks.{file.parent.name}.{name}"
        for name in CHECKS
        for file in ROOT.glob(f"savings/checks/*/{name}.py")
    ),
    *(
        name
        for name in (
            ".".join(file.relative_to(ROOT).with_suffix("").parts)
            for file in ROOT.glob("savings/inventory/*/**/[a-z]*.py")
        )
        if any(isinstance(entry, InventoryTable | Metric) for entry in vars(import_module(name)).values())
    ),
    *(kind.plant.__module__ for kind in find_kinds().values()),
    *(getattr(kind.plant, "func", kind.plant).__module__ for kind in find_estate_kinds().values()),
    *(
        f"orchestration.defs.{file.parent.name}.definitions"
        for file in ROOT.glob("orchestration/defs/*/definitions.py")
    ),
    *(".".join(file.relative_to(ROOT).with_suffix("").parts) for file in ROOT.glob("api/routes/**/[a-z]*.py")),
}


def name_module(file: str) -> str:
    """`a/b.py` as `a.b`, `a/__init__.py` as `a`; what runs inside Superset is imported from its own folder."""
    return file.removeprefix("dashboards/inside/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def read_modules() -> dict[str, str]:
    """The source of every module that is neither test nor benchmark."""
    files = [name for name in list_files(ROOT) if name.endswith(".py") and not name.startswith(NO_CALLERS)]
    return {name_module(name): (ROOT / name).read_text(encoding="utf-8") for name in files}


def list_imports(module: str, source: str, known: Collection[str]) -> Iterator[str]:
    """The known modules that a module imports, in functions too, and the packages that they stand in.

    A name that is none of ours may be a neighbour: sqlfluff runs inside a folder.
    """
    folder = module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            wanted = {".".join(parts[:end]) for end in range(1, len(parts) + 1)} | {f"{folder}.{name}"}
            yield from wanted & set(known)


def find_unreachable(sources: Mapping[str, str], roots: Collection[str]) -> list[str]:
    """The modules that no root imports, near or far."""
    parents = {root: [".".join(root.split(".")[:end]) for end in range(1, root.count(".") + 1)] for root in roots}
    waiting = [*roots, *(parent for names in parents.values() for parent in names)]
    seen: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module not in seen and module in sources:
            seen.add(module)
            waiting += list_imports(module, sources[module], sources.keys())
    return sorted(set(sources) - seen)


def test_every_module_is_reached() -> None:
    sources = read_modules()
    assert set(ROOTS) | ENTRIES <= set(sources)
    assert find_unreachable(sources, {*ROOTS, *ENTRIES}) == []


@pytest.mark.parametrize("module", sorted(ROOTS))
def test_a_root_is_named_where_it_is_said_to_be(module: str) -> None:
    file, words = ROOTS[module]
    assert words in (ROOT / file).read_text(encoding="utf-8")


def test_what_nobody_imports_is_found() -> None:
    sources = {
        "app": "import shelf.near",
        "shelf": "",
        "shelf.near": "def late():\n    from shelf import far\n    import beside",
        "shelf.far": "",
        "shelf.beside": "",
        "shelf.alone": "import app",
        "text": "'import text'",
    }
    assert find_unreachable(sources, ["app"]) == ["shelf.alone", "text"]
    assert find_unreachable(sources, ["app", "text", "shelf.alone"]) == []
