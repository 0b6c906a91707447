"""The README leads nobody astray: its configuration loads; its tables, files and commands are there."""

import re
from pathlib import Path

import pytest
import yaml

from cli.app import app
from cloudcost.config.document import CloudcostConfig
from dashboards.design.models import MODELS
from warehouse.written_tables import read_declaration

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_configuration_is_one() -> None:
    (snippet,) = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    assert len(CloudcostConfig.model_validate(yaml.safe_load(snippet)).sources) == 4


def test_its_tables_are_there() -> None:
    known = {path.stem for path in MODELS.rglob("*.sql")} | {name for _, name in read_declaration()}
    rows = re.findall(r"^\| (`(?:marts|ml|focus|ops)\..*?) \|", TEXT, flags=re.MULTILINE)
    named = [name.rpartition(".")[2] for row in rows for name in re.findall(r"`(.+?)`", row)]
    assert len(named) > 12 and [name for name in named if name not in known] == []


def test_its_commands_are_there() -> None:
    groups = {group.name for group in app.registered_groups}
    known = groups | {c.name or (c.callback.__name__ if c.callback else "") for c in app.registered_commands}
    named = set(re.findall(r"(?:bin|demo)/cloudcost (\w+)", TEXT))
    assert {"init", "check", "run", "totals", "statement", "query"} <= named <= known
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", TEXT)) <= targets


def test_its_links_lead_somewhere() -> None:
    files = {link.partition("#")[0] for link in re.findall(r"\]\((?!http)(.+?)\)", TEXT)}
    assert [name for name in files if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", ["README.md", "docs/ARCHITECTURE.md", "docs/SECURITY.md"])
def test_every_place_that_is_named_is_there(document: str) -> None:
    packages = "|".join(path.name for path in ROOT.iterdir() if (path / "__init__.py").is_file())
    text = (ROOT / document).read_text(encoding="utf-8")
    places = set(re.findall(rf"`((?:{packages}|dbt_project)/(?:[\w/.]*[/.]\w*)?)`", text))
    assert places
    assert sorted(place for place in places if not (ROOT / place).exists()) == []
