"""Which addresses are everybody's, so that strangers may let us go there. Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Network = IPv4Network | IPv6Network

_NEVER_4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # Azure answers virtual machines there, metadata among it
    )
)  # fmt: skip
"""RFC 6890 and what came after it. Python's own list differs from release to release."""
_GLOBAL_6: Final = IPv6Network("2000::/3")
"""All that is given to anybody so far (RFC 4291): all else is special."""
_NEVER_6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, ORCHID and other protocols (RFC 2928)
        "2001:db8::/32", "3fff::/20",  # documentation
        "2002::/16",  # 6to4 holds an address of IPv4
    )
)  # fmt: skip


def is_public(text: str, allowed: Iterable[Network] = ()) -> bool:
    """Tell whether an address is everybody's, or in a network that the operator allows.

    What maps or translates IPv4 (``::ffff:0:0/96``, ``64:ff9b::/96``) never is everybody's: who has
    a public address can name it as it is.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if any((mapped or address) in network for network in allowed):
        return True
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NEVER_4)
    return address in _GLOBAL_6 and not any(address in network for network in _NEVER_6)


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read networks such as ``10.0.0.0/8``; raises ValueError."""
    return tuple(ip_network(text, strict=True) for text in texts)
