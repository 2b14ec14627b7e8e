"""Names resolved once for a connection, to addresses that may be connected to."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

from origin.companion.outward.addresses import Network, is_public

_FLAGS: Final = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""Returns the addresses of a name; raises OSError."""


class NotPublic(OSError):
    """An address leads to where strangers have no business."""


async def look_up(name: str) -> Sequence[str]:
    """Ask the system."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


class CheckedResolver(AbstractResolver):
    """A resolver of aiohttp's, whose connector connects to what this returns and nothing else.

    A name of which one address may not be asked is refused as a whole: it was made to deceive.
    """

    def __init__(self, allowed: Sequence[Network], lookup: Lookup = look_up) -> None:
        self._allowed = allowed
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name; raises NotPublic, or OSError where it has none."""
        del family
        addresses = list(dict.fromkeys(await self._lookup(host)))
        if not all(is_public(address, self._allowed) for address in addresses):
            raise NotPublic(f"{host} has an address that is not public.")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET if ip_address(address).version == 4 else socket.AF_INET6,  # noqa: PLR2004 of IP
                proto=0,
                flags=_FLAGS,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Do nothing: there is nothing open."""
