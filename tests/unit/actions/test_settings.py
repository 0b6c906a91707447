"""The configuration sections refuse what cannot work and default to what is safe."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from actions.settings import ActionSettings
from alerts.channels.smtp import SmtpOptions
from alerts.channels.webhook import WebhookOptions
from alerts.settings import AlertSettings
from clouds.aws.accounts import AccountSettings

MAIL: dict[str, Any] = {"name": "mail", "type": "smtp", "host": "mx", "from": "a@example.com", "to": ["b@example.com"]}
HOOK: dict[str, Any] = {"name": "hook", "type": "webhook", "url": "https://example.com/hook"}


def test_channels_get_the_options_of_their_type() -> None:
    settings = AlertSettings.model_validate({"channels": [MAIL, {**HOOK, "min_severity": "critical"}]})
    assert [type(channel) for channel in settings.channels] == [SmtpOptions, WebhookOptions]
    assert settings.model_dump(mode="json")["channels"][0]["host"] == "mx"


@pytest.mark.parametrize(
    ("channels", "reason"),
    [
        ([{**MAIL, "type": "pigeon"}], "unknown channel type 'pigeon'; known: smtp, webhook"),
        ([{"name": "x"}], "unknown channel type None"),
        ([MAIL, MAIL], "channel names used more than once: mail"),
        ([{**MAIL, "password": "secret"}], "Extra inputs"),
        ([{**MAIL, "name": "My Mail"}], "name"),
        ([{**MAIL, "to": []}], "to"),
        ([{**MAIL, "to": ["b@example.com, c@example.com"]}], "not one e-mail address"),
        ([{**MAIL, "from": "a@example.com\r\nBcc: x@example.com"}], "not one e-mail address"),
        ([{**MAIL, "username_env": "U"}], "go together"),
        ([{**MAIL, "username_env": "U", "password_env": "P", "security": "none"}], "clear text"),
        ([{**HOOK, "url_env": "HOOK_URL"}], "exactly one of url and url_env"),
        ([{"name": "hook", "type": "webhook"}], "exactly one of url and url_env"),
        ([{**HOOK, "url": "file:///etc/passwd"}], "url"),
    ],
)
def test_channels_that_cannot_work_are_refused(channels: list[dict[str, Any]], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        AlertSettings.model_validate({"channels": channels})


def test_nothing_can_happen_by_default() -> None:
    settings = ActionSettings()
    assert settings.mode == "dry_run"
    assert settings.approvers == settings.allowed_accounts == settings.allowed_regions == ()


def test_approvers_have_one_spelling() -> None:
    assert ActionSettings(approvers=("Ana@Example.com ", "ana@example.com")).approvers == ("ana@example.com",)
    with pytest.raises(ValidationError, match="empty"):
        ActionSettings(approvers=(" ",))


@pytest.mark.parametrize(
    "change", [{"mode": "force"}, {"two_person_limit": -1}, {"max_actions_per_run": -1}, {"unknown": 1}]
)
def test_unsafe_or_unknown_settings_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ActionSettings.model_validate(change)


@pytest.mark.parametrize("model", [AlertSettings, ActionSettings, AccountSettings, SmtpOptions, WebhookOptions])
def test_every_field_says_why(model: type[BaseModel]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description and name != "type"] == []
    assert model.model_config.get("extra") == "forbid"
