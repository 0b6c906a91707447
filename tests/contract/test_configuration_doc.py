"""docs/CONFIGURATION.md says what the models say."""

from actions.settings import ActionSettings
from orchestration.config import CloudcostConfig
from scripts.configuration_doc import FILE, write_documentation


def test_page_is_what_the_models_write() -> None:
    told = "run `python -m scripts.configuration_doc`"
    assert FILE.read_text(encoding="utf-8") == write_documentation(), told


def test_every_key_of_the_models_has_its_row() -> None:
    page = FILE.read_text(encoding="utf-8")
    for key in (*CloudcostConfig.model_fields, *(f"actions.{name}" for name in ActionSettings.model_fields)):
        assert f"| `{key}` |" in page
