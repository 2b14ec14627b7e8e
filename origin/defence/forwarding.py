"""Who the client is, where a proxy may speak for it. Pure.

A proxy puts the address of whoever spoke to it at the end of a field, behind what that one claimed.
So the list is read from its end, and only where the connection itself comes from a proxy that is
trusted: the first address that is not a trusted proxy's is the client. What stands in front of it
anybody may have written.

There are two such fields, ``X-Forwarded-For`` and RFC 7239's ``Forwarded``, and only one of them is
read, whatever is in the other: a proxy that writes one passes the other on as its client wrote it,
so whoever reads both lets clients choose their addresses. Which one it is, only an operator can
know. Who writes both may be read by either. ``X-Forwarded-Host`` is read nowhere, and whether it
was asked for by https (``X-Forwarded-Proto``, or ``proto`` of ``Forwarded``) matters to the cookie
of a session alone.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from origin.defence.forwarded import nodes_from_end

_Address = IPv4Address | IPv6Address
LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
_REMEMBERED: Final = 4096
_READ_CHARACTERS_MAX: Final = 1024
_SITE_BITS: Final = 64
"""One customer has a whole /64 of IPv6 addresses at the least, and may use another each time."""


class AddressField(StrEnum):
    """The field in which proxies name their clients."""

    X_FORWARDED_FOR = "X-Forwarded-For"
    FORWARDED = "Forwarded"


class TrustedProxies:
    """The networks whose word on addresses counts, and in which ``field`` they give it.

    Raises ValueError for what is no network.
    """

    def __init__(
        self,
        networks: tuple[str, ...] = LOOPBACK,
        field: AddressField = AddressField.X_FORWARDED_FOR,
    ) -> None:
        self.field = field
        self._claimed = nodes_from_end if field is AddressField.FORWARDED else _addresses_from_end
        self._networks = tuple(ip_network(network) for network in networks)
        self._behind = lru_cache(_REMEMBERED)(self._named_behind)
        self._at_other_end = lru_cache(_REMEMBERED)(self._key_of_peer)

    def client_of_peer(self, peer: str) -> str | None:
        """Return the key of who is at the other end; None where that is a trusted proxy."""
        return self._at_other_end(peer)

    def client_behind(self, forwarded_for: str) -> str | None:
        """Return the key of the client that a trusted proxy names; None where it names none."""
        named = self._behind(forwarded_for)
        return None if named is None else named[1]

    def trusts(self, peer: str) -> bool:
        """Tell whether what is at the other end is a trusted proxy."""
        address = _read(peer)
        return address is not None and self._trusts(address)

    def address_of(self, peer: str, forwarded_for: str | None) -> str:
        """Return the address of the client, as far as that can be known: else the peer's."""
        if forwarded_for is None or self.client_of_peer(peer) is not None:
            return peer
        named = self._behind(forwarded_for)
        return peer if named is None else named[0]

    def _key_of_peer(self, peer: str) -> str | None:
        address = _read(peer)
        return None if address is None or self._trusts(address) else client_key(address)

    def _named_behind(self, forwarded_for: str) -> tuple[str, str] | None:
        """Return the address and the key of the client that a trusted proxy names, if any."""
        for claimed in self._claimed(forwarded_for[-_READ_CHARACTERS_MAX:]):
            address = None if claimed is None else _read(claimed)
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


def _addresses_from_end(forwarded_for: str) -> Iterator[str | None]:
    for claimed in reversed(forwarded_for.split(",")):
        yield _without_port(claimed.strip())


def _without_port(text: str) -> str:
    """``[address]:port`` and ``address:port`` are written by some (RFC 7239 §6)."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
