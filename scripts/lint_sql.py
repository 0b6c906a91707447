"""sqlfluff over the SQL files that changed, or depend on what changed, since they passed.

A file's verdict depends on its text, the macros that it can reach, what stands in for dbt while sqlfluff renders,
sqlfluff's configuration there, and the versions of what judges. A digest of all that is kept for each file that passed.
One that failed is never remembered, so it fails until it is mended.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlfluff.core import FluffConfig, Linter

PASSED = Path(".sqlfluff_cache/passed.json")
JUDGES = ("sqlfluff", "sqlfluffrs", "jinja2")
WORD = re.compile(r"\w+")
SECTIONS = ("core", "indentation", "layout", "templater", "rules")
MACRO = re.compile(r"{%[-+]?\s*macro\s+(\w+)")


class Macros:
    """The files that macros are read from, and which of them a text can reach.

    A macro is reached by its name, wherever that stands: too much rather than too little.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self._texts = {file: file.read_text() for file in files}
        self._homes = {name: file for file, text in self._texts.items() for name in MACRO.findall(text)}

    def reach(self, text: str) -> list[str]:
        """The texts of the files whose macros `text` names, and of those that they name in turn."""
        reached: set[Path] = set()
        ahead = [text]
        while ahead:
            found = {self._homes[word] for word in WORD.findall(ahead.pop()) if word in self._homes} - reached
            reached |= found
            ahead += [self._texts[file] for file in found]
        return [self._texts[file] for file in sorted(reached)]


def find_files(places: Iterable[Path], pattern: str) -> list[Path]:
    """The files that `places` are, or that they hold by names like `pattern`."""
    return sorted({file for place in places for file in ([place] if place.is_file() else place.rglob(pattern))})


def digest_files(files: Iterable[Path]) -> dict[str, str]:
    """Of each file, by its path, what its verdict depends on."""
    judges = [sys.version, *map(version, JUDGES)]
    contexts = {folder: _Context(folder) for folder in {file.parent for file in files}}
    digests = {}
    for file in files:
        context, text = contexts[file.parent], file.read_text()
        parts = [text, *context.macros.reach(text), *context.stand_ins, context.settings, *judges]
        digests[str(file)] = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return digests


class _Context:
    """What sqlfluff takes for the files of a folder, beside their text."""

    def __init__(self, folder: Path) -> None:
        configuration = FluffConfig.from_path(str(folder))
        sections = {name: configuration.get_section(name) for name in SECTIONS}
        # What sqlfluff made of the names of a dialect and a templater is an object, other in every process.
        self.settings = json.dumps(sections, sort_keys=True, default=lambda made: type(made).__name__)
        jinja = sections["templater"].get("jinja", {})
        self.macros = Macros(find_files(_list_paths(jinja.get("load_macros_from_path")), "*.sql"))
        self.stand_ins = [file.read_text() for file in find_files(_list_paths(jinja.get("library_path")), "*.py")]


def _list_paths(value: str | None) -> list[Path]:
    return [Path(part.strip()) for part in value.split(",")] if value else []


def load_passed() -> dict[str, str]:
    """The digests of the files that passed; none where nothing can be read."""
    try:
        passed = json.loads(PASSED.read_text())
    except (OSError, ValueError):
        return {}
    return passed if isinstance(passed, dict) else {}


def save_passed(passed: dict[str, str]) -> None:
    """Keep the digests of the files that passed, all of them or none."""
    PASSED.parent.mkdir(exist_ok=True)
    written = PASSED.with_suffix(".new")
    written.write_text(json.dumps(passed, indent=0, sort_keys=True))
    written.replace(PASSED)


def lint(places: Sequence[Path]) -> list[str]:
    """What sqlfluff finds in the SQL files of `places`, `file:line:column: rule what` each."""
    digests = digest_files(find_files(places, "*.sql"))
    passed = load_passed()
    stale = [file for file, digest in digests.items() if passed.get(file) != digest]
    # Those of other places are kept as they are.
    passed = {file: digest for file, digest in passed.items() if file not in stale and Path(file).exists()}
    findings: list[str] = []
    unread = set(stale)
    if stale:
        records = Linter(config=FluffConfig.from_root()).lint_paths(tuple(stale), retain_files=False).as_records()
        for record in records:
            unread.discard(record["filepath"])
            findings += [_show(record["filepath"], violation) for violation in record["violations"]]
            if not record["violations"]:
                passed[record["filepath"]] = digests[record["filepath"]]
    # sqlfluff goes on after a file that it fails over
    findings += [f"{file}: was not linted" for file in sorted(unread)]
    save_passed(passed)
    return findings


def _show(file: str, violation: dict[str, Any]) -> str:
    place = f"{file}:{violation['start_line_no']}:{violation['start_line_pos']}"
    return f"{place}: {violation['code']} {violation['name']} {violation['description']}"


def main() -> int:
    """Print the findings in the files and folders that the command line names; 1 when there are any."""
    findings = lint([Path(place) for place in sys.argv[1:]])
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
