"""As whom a source asks its provider: an assumed role, a profile, secrets that stay in memory."""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import boto3
import pytest
from mypy_boto3_s3 import S3Client

from clouds.access import AwsAccess
from clouds.secrets import Environment, SecretsSettings, add_secrets
from core.errors import LocationError
from ingestion.locations.s3 import S3Location
from tests.peers.faults import Answer, Call, FaultProxy
from tests.peers.patience import HandClock, quick_politeness

ROLE = "arn:aws:iam::999988887777:role/billing-reader"
PASSWORD = "hunter2 of the mail server"


@pytest.fixture
def aws(s3: S3Client, moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    s3.put_object(Bucket="exports", Key="cur/a.csv", Body=b"1")
    with FaultProxy(moto_url) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        yield proxy


def sts_calls(aws: FaultProxy) -> list[dict[str, list[str]]]:
    return [parse_qs(call.content.decode()) for call in aws.calls if b"AssumeRole" in call.content]


def access_key(call: Call) -> str:
    return call.headers["Authorization"].partition("Credential=")[2].partition("/")[0]


def test_the_payer_accounts_role_is_assumed_once_and_used_for_everything(aws: FaultProxy) -> None:
    access = AwsAccess(role_arn=ROLE, external_id_env="PAYER_EXTERNAL_ID", region="eu-central-1")
    location = S3Location("s3://exports/cur", access=access, environ={"PAYER_EXTERNAL_ID": "hunter2"})
    (file,) = location.list_files()
    assert location.read_bytes(file) == b"1"
    (request,) = sts_calls(aws)
    assert (request["RoleArn"], request["ExternalId"], request["RoleSessionName"]) == (
        [ROLE],
        ["hunter2"],
        ["cloudcost"],
    )
    keys = {access_key(call) for call in aws.calls if b"AssumeRole" not in call.content}
    assert len(keys) == 1 and keys.isdisjoint({"testing"})
    assert "hunter2" not in repr(access) + repr(location.access.model_dump())


def test_a_role_that_may_not_be_assumed(aws: FaultProxy) -> None:
    aws.faults.append(
        Answer(
            403,
            {},
            b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>hunter2</Message></Error></ErrorResponse>",
        )
    )
    with pytest.raises(LocationError) as caught:
        S3Location("s3://exports/cur", access=AwsAccess(role_arn=ROLE)).list_files()
    assert caught.value.reason == "no_permission"
    assert str(caught.value) == (
        "the credential in use may not assume the role that is configured to read s3://exports/cur (STS: AccessDenied)"
    )


def test_the_role_service_is_waited_for_too(aws: FaultProxy) -> None:
    clock = HandClock()
    throttled = b"<ErrorResponse><Error><Code>Throttling</Code><Message>slow</Message></Error></ErrorResponse>"
    aws.faults.append(Answer(400, {"retry-after": "6"}, throttled))
    access = AwsAccess(role_arn=ROLE)
    assert len(S3Location("s3://exports/cur", access=access, politeness=quick_politeness(clock)).list_files()) == 1
    assert clock.slept == [6.5]


def test_what_is_missing_is_named(aws: FaultProxy) -> None:
    access = AwsAccess(role_arn=ROLE, external_id_env="PAYER_EXTERNAL_ID")
    with pytest.raises(LocationError, match="PAYER_EXTERNAL_ID, which `access:` names, is not set") as caught:
        S3Location("s3://exports/cur", access=access, environ={}).list_files()
    assert caught.value.reason == "no_credential"
    with pytest.raises(LocationError) as caught:
        S3Location("s3://exports/cur", access=AwsAccess(profile="nowhere")).list_files()
    assert caught.value.reason == "no_credential"


def test_a_named_profile(aws: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "credentials").write_text("[payer]\naws_access_key_id = payerkey\naws_secret_access_key = hunter2\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    S3Location("s3://exports/cur", access=AwsAccess(profile="payer")).list_files()
    assert {access_key(call) for call in aws.calls} == {"payerkey"}


@pytest.fixture
def settings(aws: FaultProxy) -> SecretsSettings:
    boto3.client("secretsmanager").create_secret(
        Name="cloudcost/prod", SecretString=json.dumps({"smtp_password": PASSWORD, "user": "ada"})
    )
    boto3.client("secretsmanager").create_secret(Name="external-id", SecretString="whole")
    aws.calls.clear()
    values = [
        {"env": "SMTP_PASSWORD", "secret": "cloudcost/prod", "key": "smtp_password"},
        {"env": "SMTP_USER", "secret": "cloudcost/prod", "key": "user"},
        {"env": "PAYER_EXTERNAL_ID", "secret": "external-id"},
        {"env": "MISSING", "secret": "nowhere"},
        {"env": "NO_KEY", "secret": "cloudcost/prod", "key": "other"},
        {"env": "NO_JSON", "secret": "external-id", "key": "other"},
    ]
    return SecretsSettings.model_validate({"provider": "aws_secrets_manager", "values": values})


def test_secrets_complete_the_environment_in_memory(
    aws: FaultProxy, settings: SecretsSettings, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    environ = add_secrets(settings, {**os.environ, "SMTP_USER": "bob"})
    assert aws.calls == [], "nothing is asked before it is needed"
    assert (environ["SMTP_PASSWORD"], environ["SMTP_USER"]) == (PASSWORD, "bob"), "a variable that is set wins"
    assert environ["PAYER_EXTERNAL_ID"] == "whole"
    assert environ.get("SMTP_PASSWORD") == PASSWORD and "SMTP_PASSWORD" in environ and "OTHER" not in environ
    assert len(aws.calls) == 2, "each secret is asked for once"
    assert "SMTP_PASSWORD" not in os.environ
    shown = repr(environ) + caplog.text + "".join(capfd.readouterr())
    assert "SMTP_PASSWORD" in shown and PASSWORD not in shown
    assert environ.get("OTHER") is None


@pytest.mark.parametrize(
    ("variable", "reason", "message"),
    [
        ("MISSING", "not_found", "the secret 'nowhere' does not exist (any more) "
         "(Secrets Manager: ResourceNotFoundException)"),
        ("NO_KEY", "invalid", "the secret 'cloudcost/prod' is no JSON object with the key 'other'"),
        ("NO_JSON", "invalid", "the secret 'external-id' is no JSON object with the key 'other'"),
    ],
)  # fmt: skip
def test_a_secret_that_is_not_there(settings: SecretsSettings, variable: str, reason: str, message: str) -> None:
    with pytest.raises(LocationError) as caught:
        Environment(settings, os.environ)[variable]
    assert (caught.value.reason, str(caught.value)) == (reason, message)
    assert caught.value.__suppress_context__ or PASSWORD not in str(caught.value.__context__)
