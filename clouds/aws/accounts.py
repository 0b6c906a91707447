"""Cloud clients for the account and region that a resource is in."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import Field

from clouds.politeness import Politeness
from core.errors import CloudcostError
from core.section import Section

if TYPE_CHECKING:
    import boto3

ClientFactory = Callable[[str, str, str], Any]
"""(service, account id, region) -> a client of the provider's SDK."""

SESSION_NAME = "cloudcost"


class AccountSettings(Section):
    """How to act in one cloud account."""

    role_arn: str | None = Field(
        default=None,
        pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/.+$",
        description="Role to assume. Default none: the process's own identity, which must then be of this account.",
    )
    external_id_env: str | None = Field(
        default=None,
        description="Environment variable with the role's external id. Default none: the role asks for none.",
    )


class NotThisMachineError(CloudcostError):
    """A demo wanted to act on something that is not on this machine."""


class WrongAccountError(CloudcostError):
    """The credentials at hand belong to another account than the resource."""


def make_aws_factory(
    accounts: Mapping[str, AccountSettings],
    environ: Mapping[str, str],
    is_confined: bool = False,
    is_polite: bool = False,
) -> ClientFactory:
    """A factory of boto3 clients that assumes the account's role, or makes sure of the process's own identity.

    Endpoints come from AWS_ENDPOINT_URL as everywhere in boto3. Clients are kept; one factory serves one run, which is
    shorter than a role's session. One that `is_confined` asks this machine alone, without a proxy and with credentials
    that are worth nothing; `NotThisMachineError` comes before anything is sent elsewhere. One that `is_polite` waits as
    long as AWS asks (`clouds.politeness`), each client for itself. Threads may share a factory.
    """
    # neither making a session nor making a client of it may be done by several threads at once
    lock = Lock()
    sessions: dict[str, boto3.Session] = {}
    clients: dict[tuple[str, str, str], Any] = {}
    begin_session = _begin_confined_session if is_confined else _begin_session

    def open_client(service: str, account_id: str, region: str) -> Any:
        key = (service, account_id, region)
        with lock:
            if key not in clients:
                if account_id not in sessions:
                    sessions[account_id] = _open_session(
                        account_id, region, accounts.get(account_id, AccountSettings()), environ, begin_session
                    )
                client = _make_client(sessions[account_id], service, region, is_polite)
                if is_confined:  # known now, and better reported now than at the first request
                    check_this_machine(client.meta.endpoint_url)
                clients[key] = client
            return clients[key]

    return open_client


def _make_client(session: "boto3.Session", service: str, region: str, is_polite: bool) -> Any:
    from clouds.aws.session import client_config, make_polite

    config = client_config() if is_polite else None
    client: Any = session.client(service, region_name=region, config=config)  # type: ignore[call-overload]
    return make_polite(client, Politeness()) if is_polite else client


def _begin_session(**options: Any) -> "boto3.Session":
    import boto3  # every command reads the settings above; few act in an account

    return boto3.Session(**options)


def _begin_confined_session(**options: Any) -> "boto3.Session":
    """A session whose every request is judged when its address is final.

    Credentials are made up unless they are given: looking for real ones may ask the metadata service of the machine or
    a company's sign-in, and whatever listens here has no business with them.
    """
    import boto3
    import botocore.session
    from botocore.config import Config

    core = botocore.session.Session()
    core.set_default_client_config(Config(proxies={}))
    core.register("before-send", _check_request)
    made_up = {"aws_access_key_id": SESSION_NAME, "aws_secret_access_key": SESSION_NAME}
    return boto3.Session(botocore_session=core, **{**made_up, **options})


def _check_request(**event: Any) -> None:
    check_this_machine(event["request"].url)


def check_this_machine(url: str) -> None:
    """Raises `NotThisMachineError` where an address is not on this machine."""
    host = urlsplit(url).hostname or ""
    if host != "localhost" and not _is_loopback(host):
        raise NotThisMachineError(f"this is a demo's home: it acts on this machine alone, and {host} is not on it")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _open_session(
    account_id: str,
    region: str,
    settings: AccountSettings,
    environ: Mapping[str, str],
    begin_session: "Callable[..., boto3.Session]",
) -> "boto3.Session":
    session = begin_session(region_name=region)
    if settings.role_arn is not None:
        wanted: dict[str, str] = {"RoleArn": settings.role_arn, "RoleSessionName": SESSION_NAME}
        if settings.external_id_env is not None:
            wanted["ExternalId"] = environ[settings.external_id_env]
        answer: Any = session.client("sts").assume_role(**wanted)
        given = answer["Credentials"]
        session = begin_session(
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
            region_name=region,
        )
    found = session.client("sts").get_caller_identity()["Account"]
    if found != account_id:
        raise WrongAccountError(f"the credentials are of account {found}, the resource is in {account_id}")
    return session
