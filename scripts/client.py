"""A Python client of the API, generated from docs/openapi.json by openapi-python-client.

Run: `python -m scripts.client FOLDER`; the package is written there, with one function for each operation.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts.openapi import FILE


def generate_client(folder: Path) -> None:
    """Write the package ``folder``; `CalledProcessError` where the document cannot be understood."""
    program = Path(sys.executable).with_name("openapi-python-client")
    config = folder.with_name(f"{folder.name}.yaml")
    config.write_text("post_hooks: []\n", encoding="utf-8")
    command = [program, "generate", "--path", FILE, "--output-path", folder, "--meta", "none", "--config", config,
               "--overwrite", "--fail-on-warning"]  # fmt: skip
    try:
        subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
    finally:
        config.unlink()


def main() -> int:
    """Generate, and say where."""
    if len(sys.argv) != 2:
        print("python -m scripts.client FOLDER", file=sys.stderr)
        return 2
    generate_client(Path(sys.argv[1]).absolute())
    print(f"{sys.argv[1]}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
