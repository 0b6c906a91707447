"""What a running Superset needs on disk: secrets made once, the installation's decisions as `settings.json`, and who
may sign in as `people.json`.
"""

import contextlib
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cloudcost.config.dashboards import DashboardSettings
from dashboards.build import describe_access, write_bundle
from dashboards.people import Readers
from dashboards.publish import published_file
from dashboards.scopes import list_copies, write_row_rules

FOLDER = Path(__file__).resolve().parent
PYTHON = FOLDER / ".venv" / "bin" / "python"
#: Where Superset's processes find the package that runs inside them, and none of ours.
INSIDE = FOLDER / "inside"
#: Who may sign in. A file of its own, because it changes while Superset runs.
PEOPLE_FILE = "people.json"
#: Nothing of the machine can be read through the file, and nobody can switch that on again.
DUCKDB_OPTIONS = "access_mode=READ_ONLY&enable_external_access=false&lock_configuration=true"


@dataclass(frozen=True)
class DashboardHome:
    """The folder of one Superset, and the environment of its processes."""

    folder: Path
    serving: Path
    settings: DashboardSettings
    reporting_currency: str
    readers: Readers

    @property
    def bundle(self) -> Path:
        """What Superset imports when it is brought up to date."""
        return self.folder / "bundle"

    def prepare(self) -> None:
        """Make the folder, its secrets (once, readable by nobody else), its settings and its bundle (anew).

        Raises ValueError where a scope has a value that Superset would read as a template.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.folder / "logs").mkdir(exist_ok=True, mode=0o700)
        for name in ("secret_key", "guest_secret"):
            path = self.folder / name
            if not path.exists():
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                    file.write(secrets.token_urlsafe(48))
        (self.folder / "settings.json").write_text(json.dumps(self.describe(), indent=1))
        self.write_people(self.readers)
        shutil.rmtree(self.bundle, ignore_errors=True)
        write_bundle(self.bundle)

    def describe(self) -> dict[str, Any]:
        """The settings as Superset's side reads them; no secret is among them."""
        described = self.settings.model_dump(mode="json", exclude={"people"})
        return {
            **described,
            "address": self.settings.address,
            "reporting_currency": self.reporting_currency,
            "is_proxied": self.settings.url is not None,
            "row_rules": write_row_rules(described["scopes"], describe_access()),
            "chromium": _find("chromium", "chromium-browser", "google-chrome"),
            "chromedriver": _find("chromedriver"),
        }

    def write_people(self, readers: Readers) -> bool:
        """Say who may sign in, and which combinations of scopes have a copy; whether that is news.

        Written as a whole, and readable by nobody else. Superset looks at the file again within a second.
        """
        people = [asdict(reader) for reader in readers.people]
        copies = list_copies(readers.people) if self.settings.separation == "copies" else []
        text = json.dumps({"people": people, "refused": readers.refused, "copies": copies}, indent=1)
        path = self.folder / PEOPLE_FILE
        with contextlib.suppress(OSError, ValueError):
            if path.read_text() == text:
                return False
        unfinished = path.with_name(f".{PEOPLE_FILE}.{os.getpid()}")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        unfinished.replace(path)
        return True

    def environment(self, warehouse_uri: str) -> dict[str, str]:
        """The environment variables of every process of this Superset."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))},
            "PYTHONPATH": str(INSIDE),
            "SUPERSET_CONFIG_PATH": str(INSIDE / "cloudcost_superset" / "config.py"),
            "CLOUDCOST_DASHBOARDS_HOME": str(self.folder),
            "CLOUDCOST_SERVING": str(self.serving),
            "CLOUDCOST_SERVING_URI": warehouse_uri,
            "SUPERSET_HOME": str(self.folder),
            "FLASK_APP": "superset.app:create_app()",
        }


def duckdb_uri(serving: Path, warehouse_name: str) -> str:
    """The address of the published copy."""
    return f"duckdb:///{quote(str(published_file(serving, warehouse_name)))}?{DUCKDB_OPTIONS}"


def _find(*programs: str) -> str | None:
    return next(filter(None, map(shutil.which, programs)), None)
