"""docs/CONFIGURATION.md says what the models say."""

import re
from pathlib import Path

import yaml

from actions.settings import ActionSettings
from cloudcost.config.document import CloudcostConfig, load_config
from core.scope import Scope
from scripts.configuration_doc import FILE, write_documentation


def test_page_is_what_the_models_write() -> None:
    remedy = "run `python -m scripts.configuration_doc`"
    assert FILE.read_text(encoding="utf-8") == write_documentation(), remedy


def test_every_key_of_the_models_has_its_row() -> None:
    page = FILE.read_text(encoding="utf-8")
    for key in (*CloudcostConfig.model_fields, *(f"actions.{name}" for name in ActionSettings.model_fields)):
        assert f"| `{key}` |" in page


def test_the_example_of_how_keys_are_written_loads(tmp_path: Path) -> None:
    snippet, scope = re.findall(r"```yaml\n(.*?)```", FILE.read_text(encoding="utf-8"), flags=re.DOTALL)
    (tmp_path / "c.yaml").write_text(snippet, encoding="utf-8")
    config = load_config(tmp_path / "c.yaml")
    assert [s.name for s in config.sources] == ["aws_prod", "other"]
    assert [split.name for split in config.allocation.splits] == ["platform"]
    assert list(config.actions.accounts) == ["111122223333"]
    written = yaml.safe_load(scope)["scope"]
    assert set(Scope.model_validate(written).model_dump(exclude_none=True, by_alias=True)) == set(written)


def test_a_key_is_written_as_the_kind_of_its_value_asks() -> None:
    """Lists as `key[]`, mappings as `key.<id>`, a section as `key`; those inside others too."""
    page = FILE.read_text(encoding="utf-8")
    for key in ("sources", "budgets", "allocation.splits", "anomalies.scopes", "dashboards.people", "forecasts.events"):
        assert f"| `{key}[]." in page and f"| `{key}.<id>." not in page
    assert "| `actions.accounts.<id>.role_arn`" in page
    assert "| `sources[].access.azure.query_scope`" in page and "| `sources[].events.queue_url`" in page
    assert "| `secrets.values[].env`" in page
    assert "| `dashboards.oidc.discovery_url`" in page and "| `dashboards.mail.host`" in page
    assert "|  | " not in page, "a default is not named"
