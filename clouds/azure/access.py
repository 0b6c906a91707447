"""The credential of an Azure source as its `access:` wants it, and pipelines that call Azure as often as it allows."""

import logging
import os
from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import ServiceRequestError, ServiceResponseError
from azure.core.pipeline.policies import RetryPolicy
from azure.storage.blob import ExponentialRetry

from clouds.access import AzureAccess, read_env
from clouds.politeness import Politeness, Refusal, judge_answer


def open_credential(access: AzureAccess | None = None, environ: Mapping[str, str] = os.environ) -> Any:
    """The service principal that ``access`` names, else `DefaultAzureCredential` with its managed identity."""
    from azure.identity import ClientSecretCredential, DefaultAzureCredential

    access = access or AzureAccess()
    # An authority of one's own (a private cloud) is unknown to the public list that is queried otherwise.
    options: dict[str, Any] = {"disable_instance_discovery": True} if "AZURE_AUTHORITY_HOST" in environ else {}
    # It warns once per kind of credential that is not there, before the one error that is shown.
    logging.getLogger("azure.identity").setLevel(logging.ERROR)
    if access.tenant_id_env and access.client_id_env and access.client_secret_env:
        return ClientSecretCredential(
            read_env(environ, access.tenant_id_env),
            read_env(environ, access.client_id_env),
            read_env(environ, access.client_secret_env),
            **options,
        )
    if access.managed_identity_client_id:
        options["managed_identity_client_id"] = access.managed_identity_client_id
    return DefaultAzureCredential(**options)


def judge_outcome(outcome: Any) -> Refusal | None:
    """The refusal in a pipeline's response or error; None for an answer, or an error that stays one."""
    if isinstance(outcome, Exception):
        return Refusal() if isinstance(outcome, ServiceRequestError | ServiceResponseError) else None
    return judge_answer(outcome.http_response.status_code, outcome.http_response.headers)


class PoliteStorageRetry(ExponentialRetry):
    """The retry policy of the storage clients: blobs and queues."""

    def __init__(self, politeness: Politeness) -> None:
        super().__init__(retry_total=0)
        self._politeness = politeness

    def send(self, request: Any) -> Any:
        settings = self.configure_retries(request)
        response: Any = self._politeness.call(lambda: self.next.send(request), judge_outcome)
        response.http_response.location_mode = settings["mode"]
        return response


class PoliteRetry(RetryPolicy[Any, Any]):
    """The retry policy of the management clients. Their POST requests (queries, runs of an export) may be repeated."""

    def __init__(self, politeness: Politeness) -> None:
        super().__init__(retry_total=0)
        self._politeness = politeness

    def send(self, request: Any) -> Any:
        self.configure_retries(request.context.options)
        return self._politeness.call(lambda: self.next.send(request), judge_outcome)
