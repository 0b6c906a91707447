"""Which addresses a channel may connect to: public ones that are not this machine's, and what the configuration lists.

What is public is listed, by the registries of IANA as of 2026, and everything else is not: Python's `is_global` says so
of ranges that were never given out, of those that carry an IPv4 address, and differs between patch releases.
"""

import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def _list_networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


#: Where clouds answer a machine about itself, credentials among it. No mail server and no proxy is ever there.
METADATA = _list_networks(
    "169.254.0.0/16",  # link-local: AWS, Azure, Google and most others
    "fe80::/10",
    "fd00:ec2::/32",  # AWS, for IPv6
    "fd20:ce::/32",  # Google, for IPv6
    "fd00:c1::/32",  # Oracle, for IPv6
    "fd00:42::/32",  # Scaleway, for IPv6
    "168.63.129.16/32",  # Azure's agent, at a public address
    "100.100.100.200/32",  # Alibaba
    "192.0.0.192/32",  # Oracle
)
#: Everything that was ever given out for hosts of the internet: the other seven eighths of IPv6 are not in use.
UNICAST = _list_networks("0.0.0.0/0", "2000::/3")
#: What is not the public internet in there: the registries of special-purpose and of multicast addresses. Those that
#: IANA calls reachable are here too, since a service is there and no receiver (AS112, AMT, PCP and TURN by anycast).
SPECIAL = _list_networks(
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",  # relays of 6to4
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "2001::/23",  # protocols, Teredo among them
    "2001:db8::/32",
    "2002::/16",  # 6to4
    "2620:4f:8000::/48",
    "3ffe::/16",  # the 6bone, given back
    "3fff::/20",
)
LOOPBACK = _list_networks("127.0.0.0/8", "::1/128", "0.0.0.0/32", "::/128")
#: Where an operator's own relay or proxy may be although the internet is not: any IPv4 address that one host can have,
#: and IPv6's private ones. Not the forms of IPv6 that carry another address, to wherever a gateway takes it.
OWN_NETWORK = (*_list_networks("0.0.0.0/0", "fc00::/7"), *LOOPBACK)
MULTICAST = _list_networks("224.0.0.0/4", "ff00::/8")
#: The one prefix of NAT64 whose addresses state what they lead to; how long a local one is (RFC 8215), only its gateway
#: knows.
NAT64 = IPv6Network("64:ff9b::/96")


def explain_refusal(text: str, allowed: Sequence[Network], is_named_by_operator: bool) -> str | None:
    """Why a channel must not connect to this address; None where it may.

    A mail relay or proxy `is_named_by_operator` as a machine: it may be private, but not where metadata are.
    """
    address = unwrap(ip_address(text))
    kind = _name_kind(address, is_named_by_operator)
    if kind is None or _is_in(address, allowed):
        return None
    return f"{kind}, which alerts.allowed_networks does not list"


def unwrap(address: Address) -> Address:
    """The IPv4 address within an IPv6 address that stands for it (mapped, NAT64); else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    carried = address.ipv4_mapped
    if carried is None and address in NAT64:
        carried = IPv4Address(int(address) & 0xFFFFFFFF)
    return carried or address


def _name_kind(address: Address, is_named_by_operator: bool) -> str | None:
    """What is wrong with an address; None where nothing is."""
    if _is_in(address, METADATA):
        return "a link-local or metadata address"
    is_public = _is_in(address, UNICAST) and not _is_in(address, SPECIAL)
    if is_named_by_operator:
        is_own = _is_in(address, OWN_NETWORK) and not _is_in(address, MULTICAST)
        return None if is_public or is_own else "a reserved address"
    if _is_in(address, LOOPBACK):
        return "a loopback address"
    if not is_public:
        return "a private or reserved address"
    if _is_of_this_machine(address):
        return "an address of this machine"
    return None


def _is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _is_of_this_machine(address: Address) -> bool:
    """Whether one of this machine's interfaces has the address: then the system would reach it from itself.

    Nothing is sent: connecting a datagram socket only asks the system for the way. Where there is none, there is no
    address of this machine either.
    """
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return ip_address(probe.getsockname()[0]) == address
    except OSError:
        return False
