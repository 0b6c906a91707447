"""The `access:` section of a source: as whom its provider is called, beyond what the environment gives.

Never a secret: what must not be read by everybody is named by the environment variable that holds it.
"""

from collections.abc import Mapping

from pydantic import Field, model_validator

from core.errors import LocationError
from core.section import ENV_NAME, Section


class AwsAccess(Section):
    """As whom AWS is called; by default by boto3's own chain."""

    role_arn: str | None = Field(
        None,
        pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/.+$",
        description="Role to assume, usually one of the payer account. Default none: the process's own identity.",
    )
    external_id_env: str | None = Field(
        None,
        pattern=ENV_NAME,
        description="Environment variable with the role's external id. Default none: the role asks for none.",
    )
    region: str | None = Field(
        None,
        pattern=r"^[a-z]{2}(-[a-z]+)+-\d$",
        description="Region of the bucket. Default none: AWS_REGION, or the profile's.",
    )
    profile: str | None = Field(
        None, min_length=1, description="Named profile. Default none: AWS_PROFILE or no profile."
    )

    @model_validator(mode="after")
    def _external_id_needs_a_role(self) -> "AwsAccess":
        if self.external_id_env and not self.role_arn:
            raise ValueError("external_id_env is of use only together with role_arn")
        return self


class AzureAccess(Section):
    """As whom Azure is called; by default by `DefaultAzureCredential`'s own chain."""

    tenant_id_env: str | None = Field(
        None, pattern=ENV_NAME, description="Environment variable with the service principal's tenant id."
    )
    client_id_env: str | None = Field(
        None, pattern=ENV_NAME, description="Environment variable with the service principal's application id."
    )
    client_secret_env: str | None = Field(
        None, pattern=ENV_NAME, description="Environment variable with the service principal's secret."
    )
    managed_identity_client_id: str | None = Field(
        None,
        min_length=1,
        description="Client id of a user-assigned managed identity. Default none: the machine's own.",
    )

    management_url: str = Field(
        "https://management.azure.com",
        pattern=r"^https://[^\s/@]+$",
        description="Azure's management service; another one in the clouds of governments and of China.",
    )
    query_scope: str | None = Field(
        None,
        pattern=r"^/?(subscriptions|providers)/.+$",
        description="Scope of the cost query that the totals are compared with, such as subscriptions/<id>.",
    )
    query_months: int = Field(
        2,
        ge=1,
        le=13,
        description="Months that an azure-query:// source asks for. Default the current and the previous one, which "
        "still change; 13, the most that Azure keeps, fills a new installation.",
    )

    @model_validator(mode="after")
    def _service_principal_is_whole(self) -> "AzureAccess":
        parts = (self.tenant_id_env, self.client_id_env, self.client_secret_env)
        if any(parts) and not all(parts):
            raise ValueError("a service principal takes tenant_id_env, client_id_env and client_secret_env together")
        return self


class GcpAccess(Section):
    """Whose Google project pays for the questions, and how much they may read."""

    billing_project: str | None = Field(
        None,
        min_length=1,
        description="Project that query jobs are billed to. Default none: GOOGLE_CLOUD_PROJECT, else the table's own.",
    )
    quota_project: str | None = Field(
        None,
        min_length=1,
        description="Project whose quota API calls count against. Default none: what the credential states.",
    )
    byte_limit: int | None = Field(
        None,
        ge=1,
        le=2**60,
        description="What one query may read, in bytes; Google bills by bytes read. Default 1 TiB, or "
        "CLOUDCOST_BIGQUERY_BYTE_LIMIT.",
    )


class SourceAccess(Section):
    """The `access:` section of a source; the part of another cloud than the location's is refused."""

    aws: AwsAccess = Field(default_factory=AwsAccess, description="For s3:// and bcm-data-exports:// locations.")
    azure: AzureAccess = Field(default_factory=AzureAccess, description="For az://, https:// and azure-query://.")
    gcp: GcpAccess = Field(default_factory=GcpAccess, description="For bigquery:// and gs:// locations.")


def read_env(environ: Mapping[str, str], name: str) -> str:
    """The value of an environment variable that `access:` names; raises `LocationError` where it is not set."""
    value = environ.get(name)
    if not value:
        raise LocationError(f"the environment variable {name}, which `access:` names, is not set", "no_credential")
    return value
