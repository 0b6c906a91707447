"""The `secrets:` section: environment variables whose values lie in AWS Secrets Manager.

A value is held in memory by the process that requested it. It is never written: not to the environment of other
programs, nor to a log, a run's configuration or an asset's metadata.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field, field_validator

from clouds.access import AwsAccess
from clouds.politeness import Politeness
from core.errors import LocationError, explaining
from core.section import ENV_NAME, Section, list_repeated


class SecretValue(Section):
    """One environment variable and where its value lies."""

    env: str = Field(pattern=ENV_NAME, description="The variable that other sections name.")
    secret: str = Field(min_length=1, description="Name or ARN of the secret.")
    key: str | None = Field(
        None, min_length=1, description="Key within a secret that is a JSON object. Default none: the whole secret."
    )


class SecretsSettings(Section):
    """Where the values of environment variables come from that are not set themselves."""

    provider: Literal["aws_secrets_manager"] = Field(description="The one secret store that is known so far.")
    access: AwsAccess = Field(
        default_factory=AwsAccess, description="As whom it is called. Default: boto3's own chain."
    )
    values: tuple[SecretValue, ...] = Field(min_length=1, description="Variable by variable, where its value lies.")

    @field_validator("values")
    @classmethod
    def _variables_are_unique(cls, values: tuple[SecretValue, ...]) -> tuple[SecretValue, ...]:
        repeated = list_repeated(value.env for value in values)
        if repeated:
            raise ValueError(f"the variable {repeated[0]} is filled twice")
        return values


class Environment(Mapping[str, str]):
    """The process's environment with secrets beside it, each fetched when it is first needed.

    A variable that is set wins, so a value can be given for one run without touching the store. Printing it shows
    names only.
    """

    def __init__(
        self, settings: SecretsSettings, environ: Mapping[str, str], politeness: Politeness | None = None
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._politeness = politeness or Politeness()
        self._places = {value.env: value for value in settings.values}
        self._secrets: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name in self._environ or name not in self._places:
            return self._environ[name]
        return self._read(self._places[name])

    def __contains__(self, name: object) -> bool:
        return name in self._environ or name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._environ), **dict.fromkeys(self._places)})

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __repr__(self) -> str:
        return f"Environment({len(self)} variables, from Secrets Manager: {', '.join(sorted(self._places))})"

    def _read(self, value: SecretValue) -> str:
        text = self._secrets.get(value.secret)
        if text is None:
            text = self._secrets[value.secret] = self._fetch(value)
        if value.key is None:
            return text
        try:
            return str(json.loads(text)[value.key])
        except (ValueError, TypeError, KeyError):
            # the original error quotes the secret
            raise LocationError(
                f"the secret {value.secret!r} is no JSON object with the key {value.key!r}", "invalid"
            ) from None

    def _fetch(self, value: SecretValue) -> str:
        from clouds.aws.errors import explain_error
        from clouds.aws.session import open_client

        address = f"the secret {value.secret!r}"
        permission, service = "secretsmanager:GetSecretValue", "Secrets Manager"
        with explaining(
            lambda error: explain_error(error, address=address, bucket="", permission=permission, service=service)
        ):
            client = open_client("secretsmanager", self._settings.access, self._politeness, self._environ)
            answer = client.get_secret_value(SecretId=value.secret)
        if "SecretString" not in answer:
            raise LocationError(f"{address} holds bytes where text is expected", "invalid")
        return str(answer["SecretString"])


def add_secrets(settings: SecretsSettings | None, environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment as the configuration completes it."""
    return environ if settings is None else Environment(settings, environ)
