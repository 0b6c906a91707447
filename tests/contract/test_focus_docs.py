"""docs/FOCUS.md says what the declaration says, and the recipes are configurations that load."""

import re

import pytest
import yaml

from orchestration.config import CloudcostConfig
from scripts.focus_doc import FILE, write_documentation

RECIPES = (FILE.parent / "RECIPES.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^## (.+?)\n(?:.*?\n)??```yaml\n(.*?)```", RECIPES, flags=re.MULTILINE | re.DOTALL)


def test_page_is_what_the_declaration_writes() -> None:
    assert FILE.read_text(encoding="utf-8") == write_documentation(), "run `python -m scripts.focus_doc`"


def test_every_vendor_has_a_recipe() -> None:
    assert [vendor for vendor, _ in SNIPPETS] == [
        "Google Cloud, exported to files", "Snowflake", "Databricks", "MongoDB Atlas", "IBM Cloud", "LiteLLM", "Kong",
    ]  # fmt: skip


@pytest.mark.parametrize("snippet", [text for _, text in SNIPPETS], ids=[vendor for vendor, _ in SNIPPETS])
def test_a_recipe_is_a_configuration(snippet: str) -> None:
    (source,) = CloudcostConfig.model_validate(yaml.safe_load(snippet)).sources
    assert (source.provider, source.format) == ("gcp" if source.name.startswith("gcp") else "auto", "auto")
