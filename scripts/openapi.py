"""docs/openapi.json, written from the code of the API: what clients are generated from.

Run: `python -m scripts.openapi` after a change of a route; a test holds the file to it. The document is of a fresh
installation, and the same on every machine.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from api.app import make_app
from api.callers import Caller, CredentialError
from cloudcost.installation import Installation

FILE = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


class _Nobody:
    """Lets nobody in: the document is written, and nothing is asked."""

    def identify(self, credential: str) -> Caller:
        raise CredentialError("nobody is known here")


def write_document() -> str:
    """The document as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "cloudcost.yaml"
        config.write_text("sources: [{name: aws, provider: aws, location: exports}]\n", encoding="utf-8")
        app = make_app(Installation(config, Path(folder) / "home", "api"), _Nobody())
        return f"{json.dumps(app.openapi(), indent=1, ensure_ascii=False)}\n"


if __name__ == "__main__":
    FILE.write_text(write_document(), encoding="utf-8")
    print(f"{FILE.name}: written")
