"""Clients of boto3 as a source's `access:` wants them, which call AWS only as often as it allows."""

import os
from collections.abc import Mapping
from typing import Any

from clouds.access import AwsAccess, read_env
from clouds.politeness import Politeness, Refusal, judge_answer, read_retry_after
from core.errors import LocationError

SESSION_NAME = "cloudcost"

#: Error codes that mean "too fast", whatever their status; S3 states SlowDown, the query protocol Throttling.
THROTTLING_CODES = frozenset(
    "Throttling ThrottlingException ThrottledException RequestThrottledException TooManyRequestsException "
    "TooManyRequests ProvisionedThroughputExceededException TransactionInProgressException RequestLimitExceeded "
    "BandwidthLimitExceeded LimitExceededException RequestThrottled SlowDown PriorRequestNotComplete "
    "EC2ThrottledException RequestTimeout RequestTimeoutException".split()
)


def open_client(
    service: str,
    access: AwsAccess | None = None,
    politeness: Politeness | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Any:
    """A client of ``service``: endpoint and credential from boto3's own chain, changed by ``access``.

    An assumed role is assumed again before it expires, also in the middle of a long download.
    """
    from boto3.session import Session

    access, politeness = access or AwsAccess(), politeness or Politeness()
    # A session of its own: the shared one would keep the credential that the process began with.
    session = Session(profile_name=access.profile, region_name=access.region)
    if access.role_arn is not None:
        session = _assume_role(session, access, politeness, environ)
    return make_polite(session.client(service, config=client_config()), politeness)  # type: ignore[call-overload]


def client_config() -> Any:
    """boto3's configuration for a client that `make_polite` is asked to wait for."""
    from botocore.config import Config

    # The library's own retries ignore how long AWS asks to wait; ours take their place.
    return Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=10, read_timeout=60)


def _assume_role(session: Any, access: AwsAccess, politeness: Politeness, environ: Mapping[str, str]) -> Any:
    """A session with the credential of the role, which is renewed by itself."""
    from boto3.session import Session
    from botocore.credentials import (
        AssumeRoleCredentialFetcher,
        CredentialProvider,
        CredentialResolver,
        DeferredRefreshableCredentials,
    )
    from botocore.session import get_session

    arguments = {"RoleSessionName": SESSION_NAME}
    if access.external_id_env is not None:
        arguments["ExternalId"] = read_env(environ, access.external_id_env)
    source = session.get_credentials()
    if source is None:
        raise LocationError(f"no AWS credential was found to assume {access.role_arn} with", "no_credential")

    def create_client(service: str, **options: Any) -> Any:
        options = {"region_name": session.region_name or "us-east-1", "config": client_config(), **options}
        return make_polite(session.client(service, **options), politeness)

    fetcher = AssumeRoleCredentialFetcher(create_client, source, str(access.role_arn), extra_args=arguments)

    class AssumedRole(CredentialProvider):
        """The one provider of the new session's credential."""

        METHOD = CANONICAL_NAME = "assume-role"

        def load(self) -> Any:
            return DeferredRefreshableCredentials(method=self.METHOD, refresh_using=fetcher.fetch_credentials)

    assumed = get_session()
    assumed.register_component("credential_provider", CredentialResolver([AssumedRole()]))
    return Session(botocore_session=assumed, region_name=session.region_name)


def make_polite(client: Any, politeness: Politeness) -> Any:
    """Hook the waits into the client: before every request that is sent, and after every answer."""
    service = client.meta.service_model.service_id.hyphenize()

    def before_send(**_: Any) -> None:
        politeness.take_turn()

    def needs_retry(attempts: int, response: Any, caught_exception: Exception | None, **_: Any) -> int | None:
        refusal = judge_response(response, caught_exception)
        return 0 if refusal is not None and politeness.pause(refusal, attempts) else None

    client.meta.events.register_first(f"before-send.{service}", before_send, unique_id="cloudcost-turn")
    client.meta.events.register_last(f"needs-retry.{service}", needs_retry, unique_id="cloudcost-retry")
    return client


def judge_response(response: Any, error: Exception | None) -> Refusal | None:
    """The refusal in what botocore got for one request; None for an answer, or an error that stays one."""
    from botocore import exceptions as aws

    if error is not None:
        # A closed connection or a time-out may pass; a proxy or a certificate that is wrong does not mend itself.
        passing = (aws.ConnectionError, aws.ConnectionClosedError, aws.HTTPClientError)
        lasting = (aws.SSLError, aws.ProxyConnectionError, aws.InvalidProxiesConfigError)
        return Refusal() if isinstance(error, passing) and not isinstance(error, lasting) else None
    http, parsed = response
    if parsed.get("Error", {}).get("Code") in THROTTLING_CODES:
        return Refusal(read_retry_after(http.headers))
    return judge_answer(http.status_code, http.headers)
