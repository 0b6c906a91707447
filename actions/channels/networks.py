"""Which addresses a channel may connect to: none of this machine or its network, unless the configuration lists it."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

#: Where clouds answer a machine about itself, credentials among it. No mail server and no proxy is ever there.
METADATA: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "169.254.0.0/16",  # link-local: AWS, Azure, Google and most others
        "fe80::/10",
        "fd00:ec2::/32",  # AWS, for IPv6
        "168.63.129.16/32",  # Azure's agent, at a public address
        "100.100.100.200/32",  # Alibaba
        "192.0.0.192/32",  # Oracle
    )
)
#: Addresses that hold an IPv4 address in their last 32 bits: whoever routes them connects to that one.
NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


def explain_refusal(text: str, allowed: Sequence[Network], is_named_by_operator: bool) -> str | None:
    """Why a channel must not connect to this address; None where it may.

    A mail relay or proxy `is_named_by_operator` as a machine: it may be private, but not where metadata are.
    """
    address = unwrap(ip_address(text))
    if any(address in network for network in allowed):
        return None
    if any(address in network for network in METADATA):
        kind = "a link-local or metadata address"
    elif is_named_by_operator:
        return None
    elif address.is_loopback or address.is_unspecified:
        kind = "a loopback address"
    elif address.is_multicast or not address.is_global:
        kind = "a private or reserved address"
    else:
        return None
    return f"{kind}, which alerts.allowed_networks does not list"


def unwrap(address: Address) -> Address:
    """The IPv4 address within an IPv6 address that only carries one (mapped, 6to4, NAT64); else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    carried = address.ipv4_mapped or address.sixtofour
    if carried is None and any(address in network for network in NAT64):
        carried = IPv4Address(int(address) & 0xFFFFFFFF)
    return carried or address
