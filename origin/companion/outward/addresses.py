"""Which addresses are everybody's, so that strangers may let us go there. Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Network = IPv4Network | IPv6Network
_CARRIES_IPV4: Final = tuple(
    map(IPv6Network, ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16"))
)
"""Addresses of IPv6 that lead to one of IPv4 (RFC 4291 §2.5.5, RFC 6052, RFC 3056)."""

_PROTOCOLS: Final = IPv4Network("192.0.0.0/24")  # RFC 6890, which not every Python knows
_TUNNELS: Final = IPv6Network("2001::/32")  # Teredo, RFC 4380
_SITE_LOCAL: Final = IPv6Network("fec0::/10")


def is_public(text: str, allowed: Iterable[Network] = ()) -> bool:
    """Tell whether an address is everybody's, or in a network that the operator allows."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in allowed):
        return True
    if isinstance(address, IPv4Address):
        is_special = address.is_multicast or address in _PROTOCOLS
        return address.is_global and not is_special
    if address in _TUNNELS or address in _SITE_LOCAL:
        return False
    if any(address in network for network in _CARRIES_IPV4):
        return False
    return address.is_global and not address.is_multicast


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read networks such as ``10.0.0.0/8``; raises ValueError."""
    return tuple(ip_network(text, strict=True) for text in texts)
