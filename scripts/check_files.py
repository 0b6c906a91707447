"""What no file of the project may hold: paths of one person's machine, and secrets."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# uv.lock is written by a tool and full of hashes.
GENERATED = {"uv.lock"}
MACHINE_PATH = re.compile(
    r"(?<![\w.}$-])(?:/(?:tmp|root|work)/[\w.]|/(?:home|Users)/(?!cloudcost\b)[\w.]|[A-Z]:\\Users\\)"
)
SECRETS = {
    # AWS's own documentation keys end in EXAMPLE.
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)(?![A-Z0-9]{9}EXAMPLE\b)[A-Z0-9]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*(?:\\n)?[A-Za-z0-9+/]{20}"),
    # Eby8… is the key that every Azurite has.
    "an Azure account key": re.compile(r"AccountKey=(?!Eby8vdM0)[A-Za-z0-9+/=]{40,}"),
    "a Google API key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,})\b"),
    "a Slack token": re.compile(r"\bxox[abprs]-\d{6,}-[A-Za-z0-9-]{10,}"),
    "a Slack webhook": re.compile(r"hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{20,}"),
}


@dataclass(frozen=True)
class Finding:
    """One forbidden text in one line of a file."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        """`file:line: what`, as editors read it."""
        return f"{self.file}:{self.line}: {self.what}"


def list_files(root: Path) -> list[str]:
    """The project's files, relative to `root`: what git tracks or would track, and is there."""
    # A clone made by another user is no reason to look at nothing.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return sorted({name for name in listed.split("\0") if name and (root / name).is_file()})


def find_in_text(file: str, text: str) -> Iterator[Finding]:
    """Every machine path and every secret in `text`, which is the content of `file`."""
    for number, line in enumerate(text.splitlines(), start=1):
        path = MACHINE_PATH.search(line)
        if path:
            yield Finding(file, number, f"names a machine's path ({line[path.start() :].split()[0]})")
        for what, pattern in SECRETS.items():
            if pattern.search(line):
                yield Finding(file, number, f"looks like {what}")


def find_all(root: Path) -> list[Finding]:
    """The findings in all text files under `root`."""
    findings: list[Finding] = []
    for name in list_files(root):
        data = (root / name).read_bytes()
        if name in GENERATED or b"\0" in data:
            continue
        findings += find_in_text(name, data.decode("utf-8", errors="replace"))
    return findings


def main() -> int:
    """Print the findings; 1 when there are any."""
    findings = find_all(Path(__file__).resolve().parent.parent)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
