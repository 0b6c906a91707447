"""How the house stands: lines by package, long modules, long functions, full folders. ``python -m scripts.house``.

Figures that a reader can hold against the rules of docs/ARCHITECTURE.md; `tests/unit/test_architecture.py` holds the
bounds.
"""

import ast
import statistics
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from scripts.check_files import list_files

ROOT = Path(__file__).resolve().parents[1]
#: Folders that tests and measurements are in: no rule of size holds there.
ASIDE = ("tests/", "benchmarks/")
#: Folders that are a registry, one file for each entry, may hold any number.
REGISTRIES = (
    "actions/remediations", "alerts/channels", "dashboards/design", "ingestion/formats", "ingestion/locations",
    "savings/checks", "savings/inventory/", "simulator",
)  # fmt: skip
MOST_MODULE_LINES, MOST_FUNCTION_LINES, MOST_MODULES, MOST_ORCHESTRATION_LINES = 300, 60, 15, 3000


@dataclass(frozen=True)
class House:
    """What was measured: lines of each module, lines of each function (`module:name`; of several that share a name, of
    the longest), modules of each folder.
    """

    modules: dict[str, int]
    functions: dict[str, int]
    folders: dict[str, int]

    @property
    def long_modules(self) -> dict[str, int]:
        """Modules of more than `MOST_MODULE_LINES` lines."""
        return {name: lines for name, lines in self.modules.items() if lines > MOST_MODULE_LINES}

    @property
    def long_functions(self) -> dict[str, int]:
        """Functions of more than `MOST_FUNCTION_LINES` lines, their decorators left out."""
        return {name: lines for name, lines in self.functions.items() if lines > MOST_FUNCTION_LINES}

    @property
    def full_folders(self) -> dict[str, int]:
        """Folders with more than `MOST_MODULES` modules directly in them, registries left out."""
        return {
            name: count
            for name, count in self.folders.items()
            if count > MOST_MODULES and not name.startswith(REGISTRIES)
        }

    def lines_of(self, package: str) -> int:
        """Lines of all modules of a package."""
        return sum(lines for name, lines in self.modules.items() if name.startswith(f"{package}/"))


def measure(root: Path = ROOT) -> House:
    """Read every module that git knows, but those of tests and benchmarks."""
    names = [name for name in list_files(root) if name.endswith(".py") and not name.startswith(ASIDE)]
    modules: dict[str, int] = {}
    functions: dict[str, int] = {}
    for name in names:
        source = (root / name).read_text(encoding="utf-8")
        modules[name] = len(source.splitlines())
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                function, lines = f"{name}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1
                functions[function] = max(lines, functions.get(function, 0))
    folders = Counter(str(Path(name).parent) for name in names if not name.endswith("__init__.py"))
    return House(modules, functions, dict(folders))


def main() -> int:
    """Print the figures; 1 where one is beyond its bound."""
    house = measure()
    packages = Counter({name.split("/")[0]: 0 for name in house.modules if "/" in name})
    for name, lines in house.modules.items():
        packages[name.split("/")[0]] += lines
    for package, lines in packages.most_common():
        print(f"{package:<16}{lines:>8,} lines")
    sizes = sorted(house.modules.values())
    print(f"{len(sizes)} modules: median {statistics.median(sizes):.0f} lines, p90 {sizes[int(len(sizes) * 0.9)]}")
    beyond = {
        f"modules over {MOST_MODULE_LINES} lines": house.long_modules,
        f"functions over {MOST_FUNCTION_LINES} lines": house.long_functions,
        f"folders over {MOST_MODULES} modules": house.full_folders,
    }
    orchestration = house.lines_of("orchestration")
    if orchestration > MOST_ORCHESTRATION_LINES:
        beyond[f"orchestration over {MOST_ORCHESTRATION_LINES} lines"] = {"orchestration": orchestration}
    for what, found in beyond.items():
        print(f"{what}: {len(found)}")
        for name, count in sorted(found.items(), key=lambda item: -item[1]):
            print(f"  {count:>5}  {name}")
    return 1 if any(beyond.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
