"""What the client libraries raise, as one sentence with a reason (errors that no stand-in makes)."""

import pytest
from azure.core.exceptions import ClientAuthenticationError
from botocore import exceptions as aws
from google.api_core import exceptions as google
from google.auth import exceptions as google_auth

from clouds.aws import errors as s3_errors
from clouds.azure import errors as azure_errors
from clouds.google import errors as google_errors


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (aws.SSOTokenLoadError(error_msg="hunter2"), "expired_credential"),
        (aws.UnauthorizedSSOTokenError(), "expired_credential"),
        (aws.TokenRetrievalError(provider="sso", error_msg="hunter2"), "expired_credential"),
        (aws.PartialCredentialsError(provider="env", cred_var="hunter2"), "no_credential"),
        (aws.CredentialRetrievalError(provider="process", error_msg="hunter2"), "no_credential"),
        (aws.ReadTimeoutError(endpoint_url="https://hunter2"), "unreachable"),
        (aws.ParamValidationError(report="hunter2"), "invalid"),
    ],
)
def test_aws(error: Exception, reason: str) -> None:
    explained = s3_errors.explain_error(error, "s3://bucket/cur", "bucket", "s3:ListBucket")
    assert explained is not None
    assert (explained.reason, "hunter2" in str(explained)) == (reason, False)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("DefaultAzureCredential failed to retrieve a token from the included credentials: hunter2", "no_credential"),
        ("AADSTS7000215: Invalid client secret provided. hunter2", "no_credential"),
        ("AADSTS7000222: The provided client secret keys are expired. hunter2", "expired_credential"),
        ("AADSTS700082: The refresh token has expired due to inactivity. hunter2", "expired_credential"),
    ],
)
def test_azure(message: str, reason: str) -> None:
    explained = azure_errors.explain_error(ClientAuthenticationError(message), "az://a/c", "a", "c")
    assert explained is not None
    assert (explained.reason, "hunter2" in str(explained)) == (reason, False)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (google_auth.RefreshError("invalid_grant: hunter2"), "expired_credential"),
        (google_auth.TransportError("hunter2"), "unreachable"),
        (google.Unauthorized("hunter2"), "expired_credential"),
        (google.Forbidden("hunter2"), "no_permission"),
        (google.RetryError("hunter2", cause=google.ServiceUnavailable("hunter2")), "unreachable"),
        (google.RetryError("hunter2", cause=google.TooManyRequests("hunter2")), "throttled"),
    ],
)
def test_google(error: Exception, reason: str) -> None:
    explained = google_errors.explain_error(error, "gs://bucket", "storage.objects.list")
    assert explained is not None
    assert (explained.reason, "hunter2" in str(explained)) == (reason, False)


def test_a_bug_stays_itself() -> None:
    bug = AttributeError("no such thing")
    assert s3_errors.explain_error(bug, "a", "b", "c") is None
    assert azure_errors.explain_error(bug, "a", "b", "c") is None
    assert google_errors.explain_error(bug, "a", "b") is None
