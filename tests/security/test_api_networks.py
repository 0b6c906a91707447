"""From where a request comes: what somebody says of themselves counts for nothing."""

import pytest
from starlette.requests import Request

from api.sign_in.networks import find_network

PROXIES = ("10.0.0.5", "10.0.0.6")


@pytest.mark.parametrize(
    ("peer", "passed", "network"),
    [
        ("192.0.2.7", [], "192.0.2.7"),
        ("192.0.2.7", ["203.0.113.9"], "192.0.2.7"),
        ("::ffff:192.0.2.7", [], "192.0.2.7"),
        ("2001:db8:1:2:3::4", [], "2001:db8:1:2::/64"),
        ("10.0.0.5", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.5", ["198.51.100.1, 203.0.113.9, 10.0.0.6"], "203.0.113.9"),
        ("10.0.0.5", ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.5", ["10.0.0.6"], "10.0.0.5"),
        ("10.0.0.5", [], "10.0.0.5"),
        # as gateways of Azure write it
        ("10.0.0.5", ["203.0.113.9:51234"], "203.0.113.9"),
        ("10.0.0.5", ["203.0.113.9, 10.0.0.6:443"], "203.0.113.9"),
        ("10.0.0.5", ["[2001:db8:1:2::3]:51234"], "2001:db8:1:2::/64"),
        ("10.0.0.5", ["[2001:db8:1:2::3]"], "2001:db8:1:2::/64"),
        ("10.0.0.5", ["nobody\x1b[2J"], "unknown"),
        ("10.0.0.5", ["203.0.113.9:x:y"], "unknown"),
    ],
)
def test_a_network_is_what_the_last_of_our_proxies_saw(peer: str, passed: list[str], network: str) -> None:
    headers = [(b"x-forwarded-for", one.encode()) for one in passed]
    assert find_network(Request({"type": "http", "client": (peer, 1), "headers": headers}), PROXIES) == network
