"""Who the client is, where a proxy may speak for it. Pure.

A proxy puts the address of whoever spoke to it at the end of ``X-Forwarded-For``, behind what that
one claimed. So the list is read from its end, and only where the connection itself comes from a
proxy that is trusted: the first address that is not a trusted proxy's is the client. What stands in
front of it anybody may have written.

RFC 7239's ``Forwarded`` is not read: a proxy that writes one of the two passes the other on as its
client wrote it, so whoever reads both lets clients choose their addresses. ``X-Forwarded-Host`` and
``X-Forwarded-Proto`` are read nowhere: no answer depends on how it was asked for.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

_Address = IPv4Address | IPv6Address
LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
_REMEMBERED: Final = 4096
_READ_CHARACTERS_MAX: Final = 1024
_SITE_BITS: Final = 64
"""One customer has a whole /64 of IPv6 addresses at the least, and may use another each time."""


class TrustedProxies:
    """The networks whose word on addresses counts.

    Raises ValueError for what is no network.
    """

    def __init__(self, networks: tuple[str, ...] = LOOPBACK) -> None:
        self._networks = tuple(ip_network(network) for network in networks)
        self._behind = lru_cache(_REMEMBERED)(self._named_behind)

    def client_of_peer(self, peer: str) -> str | None:
        """Return the key of who is at the other end; None where that is a trusted proxy."""
        address = _read(peer)
        return None if address is None or self._trusts(address) else client_key(address)

    def client_behind(self, forwarded_for: str) -> str | None:
        """Return the key of the client that a trusted proxy names; None where it names none."""
        named = self._behind(forwarded_for)
        return None if named is None else named[1]

    def address_of(self, peer: str, forwarded_for: str | None) -> str:
        """Return the address of the client, as far as that can be known: else the peer's."""
        if forwarded_for is None or self.client_of_peer(peer) is not None:
            return peer
        named = self._behind(forwarded_for)
        return peer if named is None else named[0]

    def _named_behind(self, forwarded_for: str) -> tuple[str, str] | None:
        """Return the address and the key of the client that a trusted proxy names, if any."""
        for claimed in reversed(forwarded_for[-_READ_CHARACTERS_MAX:].split(",")):
            address = _read(_without_port(claimed.strip()))
            if address is None:
                return None
            if not self._trusts(address):
                return _written(address), client_key(address)
        return None

    def _trusts(self, address: _Address) -> bool:
        return any(address in network for network in self._networks)


def client_key(address: _Address) -> str:
    """Return what one client keeps: an IPv4 address, or the /64 of an IPv6 address."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), _SITE_BITS), strict=False))


def _written(address: _Address) -> str:
    """Return an address without its zone (``%eth0``), which is any text."""
    return str(type(address)(int(address)))


def _read(text: str) -> _Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped  # how IPv4 looks to a socket that takes both
    return address


def _without_port(text: str) -> str:
    """``[address]:port`` and ``address:port`` are written by some (RFC 7239 §6)."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
