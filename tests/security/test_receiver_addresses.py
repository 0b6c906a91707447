"""Where alerts may go is the public internet, and nothing that is this machine or is reached through it."""

import subprocess
import sys
from ipaddress import ip_network

import pytest

from alerts.channels.networks import explain_refusal


@pytest.mark.parametrize(
    "address",
    [
        "::127.0.0.1", "::10.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b:1:7f00:0:100:808:808", "64:ff9b:1:a9fe:a9:fe00:808:808", "64:ff9b:1::808:808",
        "2002:808:808::1", "2001:0:4136:e378:8000:63bf:f7f7:f7f7",  # 6to4 and Teredo, whatever they carry
        "fec0::1", "fc00::1", "fd20:ce::254", "::", "::1", "fe80::1%1", "ff0e::1",
        "100::1", "100:0:0:1::1", "200::1", "400::1", "1fff::1", "4000::1", "5f00::1", "e000::1", "3fff::1", "3ffe::1",
        "2001:db8::1", "2001:2::1", "2001:20::1", "2001:1ff:ffff::1", "2620:4f:8000::1",
        "192.88.99.1", "192.0.0.9", "192.0.0.170", "192.31.196.1", "192.52.193.1", "192.175.48.1", "198.18.0.1",
        "198.51.100.1", "203.0.113.1", "192.0.2.1", "0.1.2.3", "172.31.255.255", "239.1.1.1", "240.0.0.1",
        "255.255.255.255",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_public_internet(address: str) -> None:
    """Judged by what the registries of IANA say of its block, and not by what it carries or is known for."""
    refusal = explain_refusal(address, (), is_named_by_operator=False)
    assert refusal is not None and refusal.endswith("which alerts.allowed_networks does not list")


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "192.0.1.1", "192.88.98.1", "223.255.255.255",
     "2001:4860:4860::8888", "2001:200::1", "2003::1", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8",
     "64:ff9b::808:808"],
)  # fmt: skip
def test_an_address_of_the_public_internet(address: str) -> None:
    assert explain_refusal(address, (), is_named_by_operator=False) is None
    assert explain_refusal(address, (), is_named_by_operator=True) is None


@pytest.mark.parametrize(
    "address",
    ["fd20:ce::254", "fd00:ec2::254", "fd00:c1::a9fe:a9fe", "fd00:42::42", "fe80::a9fe:a9fe", "169.254.170.2",
     "168.63.129.16", "100.100.100.200", "192.0.0.192", "64:ff9b::a9fe:a9fe", "64:ff9b:1:a9fe:a9:fe00:808:808",
     "::169.254.169.254", "::ffff:0:169.254.169.254", "2002:a9fe:a9fe::1", "224.0.0.1", "ff02::1"],
)  # fmt: skip
def test_a_mail_relay_or_proxy_where_metadata_are(address: str) -> None:
    assert explain_refusal(address, (), is_named_by_operator=True) is not None


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.25", "192.168.1.25", "100.64.0.25", "::1", "fd12:3456::25"])
def test_a_mail_relay_or_proxy_that_is_private(address: str) -> None:
    assert explain_refusal(address, (), is_named_by_operator=True) is None


@pytest.mark.parametrize(
    ("address", "network"),
    [("64:ff9b:1::808:808", "64:ff9b:1::/48"), ("fd20:ce::254", "fd20:ce::254/128"), ("::ffff:10.0.0.8", "10.0.0.0/8")],
)
def test_what_is_listed_is_allowed(address: str, network: str) -> None:
    assert explain_refusal(address, [ip_network(network)], is_named_by_operator=False) is None


OWN_ADDRESS = """
import http.server, socket, subprocess, sys, threading
from alerts.channels import Message, open_channel
from alerts.channels.webhook import WebhookOptions

for address in ("198.40.0.1/32", "2a00:1::1/128"):
    subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True)
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
server = socket.create_server(("::", 8123), family=socket.AF_INET6, dualstack_ipv6=True)
for host in ("198.40.0.1", "[2a00:1::1]", "[::ffff:198.40.0.1]"):
    options = WebhookOptions(name="w", type="webhook", url=f"http://{host}:8123/", secret_env="S", timeout_seconds=0.5)
    try:
        open_channel(options, {"S": "x" * 32}).send(Message("id-1", "subject", "text", "", {}))
    except Exception as error:
        print(error)
server.setblocking(False)
try:
    server.accept()
    print("connected")
except BlockingIOError:
    print("nobody came")
"""


def test_a_webhook_to_a_public_address_of_this_machine() -> None:
    """What listens there may be closed to the outside by the firewall, which lets the machine itself through."""
    apart = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*apart, "ip", "link", "set", "lo", "up"], capture_output=True, check=False).returncode:
        pytest.skip("no network of its own may be made here")
    command = [*apart, sys.executable, "-c", OWN_ADDRESS]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(printed) == 4 and printed[-1] == "nobody came"
    assert all("an address of this machine, which alerts.allowed_networks" in line for line in printed[:3])
