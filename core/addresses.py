"""Addresses of the Internet Protocol, one spelling each."""

import ipaddress


def plain_address(text: str) -> str:
    """One spelling of an address: that of IPv4 for one that came in through IPv6."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
