"""Which addresses are somebody's public server, and not a part of a network. Pure."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address

_NEVER_4: Final = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # Azure answers virtual machines there, metadata among it
    )
)  # fmt: skip
"""RFC 6890 and what came after it. Python's own list differs from release to release."""
_GLOBAL_6: Final = ip_network("2000::/3")
"""All that is given to anybody so far (RFC 4291): all else is special."""
_NEVER_6: Final = tuple(
    ip_network(network)
    for network in (
        "2001::/23",  # Teredo, ORCHID and other protocols (RFC 2928)
        "2001:db8::/32", "3fff::/20",  # documentation
        "2002::/16",  # 6to4 holds an address of IPv4
    )
)  # fmt: skip


def is_public(address: Address) -> bool:
    """Tell whether an address may be connected to.

    What maps or translates IPv4 (``::ffff:0:0/96``, ``64:ff9b::/96``) never may: who has a public
    address can name it as it is.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NEVER_4)
    if address.scope_id is not None or address not in _GLOBAL_6:
        return False
    return not any(address in network for network in _NEVER_6)


def literal(host: str) -> Address | None:
    """Return the address that a URL's host is, None where it is a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
