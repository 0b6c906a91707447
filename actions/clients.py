"""Cloud clients for the account and region that a resource is in."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import boto3

from actions.settings import AccountSettings

ClientFactory = Callable[[str, str, str], Any]
"""(service, account id, region) -> a client of the provider's SDK."""

SESSION_NAME = "cloudcost"


class NotThisMachineError(Exception):
    """A demo wanted to act on something that is not on this machine."""


class WrongAccountError(Exception):
    """The credentials at hand belong to another account than the resource."""


def make_aws_factory(accounts: Mapping[str, AccountSettings], environ: Mapping[str, str]) -> ClientFactory:
    """A factory of boto3 clients that assumes the account's role, or makes sure of the process's own identity.

    Endpoints come from AWS_ENDPOINT_URL as everywhere in boto3. Clients are kept; one factory serves one run, which is
    shorter than a role's session.
    """
    sessions: dict[str, boto3.Session] = {}
    clients: dict[tuple[str, str, str], Any] = {}

    def open_client(service: str, account_id: str, region: str) -> Any:
        key = (service, account_id, region)
        if key not in clients:
            if account_id not in sessions:
                sessions[account_id] = _open_session(
                    account_id, region, accounts.get(account_id, AccountSettings()), environ
                )
            clients[key] = sessions[account_id].client(service, region_name=region)  # type: ignore[call-overload]
        return clients[key]

    return open_client


def confine_to_this_machine(factory: ClientFactory) -> ClientFactory:
    """Clients of what runs on this machine, and of nothing else."""

    def open_client(service: str, account_id: str, region: str) -> Any:
        client = factory(service, account_id, region)
        host = urlsplit(client.meta.endpoint_url).hostname or ""
        if host != "localhost" and not _is_loopback(host):
            raise NotThisMachineError(f"this is a demo's home: it acts on this machine alone, and {host} is not on it")
        return client

    return open_client


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _open_session(account_id: str, region: str, settings: AccountSettings, environ: Mapping[str, str]) -> boto3.Session:
    session = boto3.Session(region_name=region)
    if settings.role_arn is not None:
        wanted: dict[str, str] = {"RoleArn": settings.role_arn, "RoleSessionName": SESSION_NAME}
        if settings.external_id_env is not None:
            wanted["ExternalId"] = environ[settings.external_id_env]
        answer: Any = session.client("sts").assume_role(**wanted)
        given = answer["Credentials"]
        session = boto3.Session(
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
            region_name=region,
        )
    found = session.client("sts").get_caller_identity()["Account"]
    if found != account_id:
        raise WrongAccountError(f"the credentials are of account {found}, the resource is in {account_id}")
    return session
