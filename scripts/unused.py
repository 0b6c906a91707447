"""Functions, methods, properties and classes that no product code names: connect them, delete them, or state why not.

`python -m scripts.unused` lists them and ends with 1; `make lint` runs it. Tests and benchmarks are no callers. What a
library calls by name is in `unused_allowed.yaml`, with the reason. A line there that excuses nothing is listed too.

vulture goes by names: what is called like something that is used counts as used, so little is listed wrongly, and not
everything is listed.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml
from vulture import Vulture

from scripts.check_files import list_files

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = Path(__file__).with_name("unused_allowed.yaml")
NO_CALLERS = ("tests/", "benchmarks/")
KINDS = ("class", "function", "method", "property")
#: What these decorate is called by typer, Dagster or pydantic.
REGISTERED = (
    "@app.*",
    "@router.*",
    "@*_app.command",
    "@*_app.callback",
    "@dg.*",
    "@field_validator",
    "@model_validator",
)


@dataclass(frozen=True)
class Unused:
    """Something that nothing names; `place` is `file: name`, as the list of the allowed writes it."""

    file: str
    line: int
    kind: str
    name: str

    @property
    def place(self) -> str:
        """How the list of the allowed names it."""
        return f"{self.file}: {self.name}"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: nothing uses the {self.kind} {self.name!r}"


def find_unused(root: Path, files: Sequence[str]) -> list[Unused]:
    """What none of these Python files (relative to ``root``) uses of what they define."""
    vulture = Vulture(ignore_decorators=list(REGISTERED))
    vulture.scavenge([root / file for file in files])
    return [
        Unused(item.filename.relative_to(root).as_posix(), item.first_lineno, item.typ, item.name)
        for item in vulture.get_unused_code()
        if item.typ in KINDS
    ]


def judge(found: Sequence[Unused], allowed: Mapping[str, str]) -> Iterator[str]:
    """A sentence for everything that is not allowed, and for everything allowed that is not there or has no reason."""
    for item in found:
        if not any(fnmatchcase(item.place, pattern) for pattern in allowed):
            yield str(item)
    for pattern, reason in allowed.items():
        if not any(fnmatchcase(item.place, pattern) for item in found):
            yield f"{ALLOWED.name}: {pattern!r} excuses nothing"
        if not reason:
            yield f"{ALLOWED.name}: {pattern!r} has no reason"


def main() -> int:
    """Print what is unused; 1 when there is anything."""
    files = [name for name in list_files(ROOT) if name.endswith(".py") and not name.startswith(NO_CALLERS)]
    problems = list(judge(find_unused(ROOT, files), yaml.safe_load(ALLOWED.read_text(encoding="utf-8"))))
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
