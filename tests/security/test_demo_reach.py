"""A demo's people are not authenticated, so nothing that a demo does may leave this machine."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from clouds.aws.accounts import NotThisMachineError, make_aws_factory
from tests.peers.moto_server import MotoServer
from tests.security.raw_server import RawServer
from tests.unit.actions.examples import ACCOUNT, REGION

ELSEWHERE = "cloud.example.com"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that stands for another machine, and an environment without settings for AWS and proxies."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL_EC2", "AWS_ENDPOINT_URL_STS", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    real = socket.getaddrinfo

    def answer(host: Any, *rest: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == ELSEWHERE else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.fixture
def other_machine() -> Iterator[RawServer]:
    with RawServer(lambda connection: None) as server:
        yield server


def open_confined() -> Any:
    return make_aws_factory({}, {}, is_confined=True)


def test_nobody_elsewhere_is_asked_before_the_refusal(
    other_machine: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even by the question whose credentials these are, which has the signature with it."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{ELSEWHERE}:{other_machine.port}")
    with pytest.raises(NotThisMachineError, match=f"{ELSEWHERE} is not on it"):
        open_confined()("ec2", ACCOUNT, REGION)
    assert other_machine.connections == 0


@pytest.mark.parametrize(
    "address", [None, "http://127.0.0.1.example.com", "http://10.0.0.1:5000", "http://0x7f.1.example.com"]
)
def test_addresses_that_are_not_of_this_machine(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    if address is not None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    with pytest.raises(NotThisMachineError, match="this is a demo's home: it acts on this machine alone"):
        open_confined()("ec2", ACCOUNT, REGION)


def test_one_service_elsewhere(other_machine: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with MotoServer() as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", f"http://{ELSEWHERE}:{other_machine.port}")
        with pytest.raises(NotThisMachineError, match=f"{ELSEWHERE} is not on it"):
            open_confined()("ec2", ACCOUNT, REGION)
    assert other_machine.connections == 0


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_this_machine_by_way_of_a_proxy_elsewhere(
    other_machine: RawServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The address is this machine's, but whom a proxy asks for it is the proxy's to say."""
    with MotoServer() as aws:
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        monkeypatch.setenv(name, f"http://{ELSEWHERE}:{other_machine.port}")
        open_confined()("ec2", ACCOUNT, REGION).describe_volumes()
        assert other_machine.connections == 0
        assert [call.action for call in aws.calls] == ["GetCallerIdentity", "DescribeVolumes"]


def test_a_request_that_is_led_elsewhere_by_the_client(
    other_machine: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Libraries choose an address per request too (regions of buckets, endpoints by account)."""
    with MotoServer() as aws:
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        client = open_confined()("ec2", ACCOUNT, REGION)

        def lead_away(request: Any, **_: Any) -> None:
            request.url = f"http://{ELSEWHERE}:{other_machine.port}/"

        client.meta.events.register("before-sign.ec2", lead_away)
        with pytest.raises(NotThisMachineError):
            client.describe_volumes()
    assert other_machine.connections == 0


def test_credentials_of_somebody_real_are_not_looked_for(
    other_machine: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any in the environment, AWS's library asks the metadata service of the machine it runs on."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"http://{ELSEWHERE}:{other_machine.port}/")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
    with MotoServer() as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        open_confined()("ec2", ACCOUNT, REGION)
    assert other_machine.connections == 0
