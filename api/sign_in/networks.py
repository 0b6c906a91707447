"""Where a request comes from, as one network: what limits on strangers are counted by."""

import ipaddress
from collections.abc import Collection

from starlette.requests import Request

from core.addresses import plain_address

UNKNOWN = "unknown"


def find_network(request: Request, proxies: Collection[str]) -> str:
    """The address of whoever sent it; of version 6 the /64 network, of which everybody has 2**64 addresses.

    Behind one of our proxies, the last address that is none of theirs: what stands before it the client may have made
    up.
    """
    peer = plain_address(request.client.host) if request.client else UNKNOWN
    if peer in proxies:
        passed = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        hops = [plain_address(_without_port(hop.strip())) for hop in reversed(passed) if hop.strip()]
        peer = next((hop for hop in hops if hop not in proxies), peer)
    return name_network(peer)


def name_network(address: str) -> str:
    """The network of an address; what is no address is nobody's in particular."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _without_port(hop: str) -> str:
    """The address alone: some gateways write a port behind it."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
