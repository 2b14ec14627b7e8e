"""Names resolved once, to addresses that may be connected to."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

from origin.companion.uploads.fetching.addresses import Address, is_public
from packager.errors import SourceNotFound

_FLAGS: Final = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV

Lookup = Callable[[str], Awaitable[Sequence[str]]]
"""Returns the addresses of a name; raises OSError."""
Allowed = Callable[[Address], bool]


class AddressRefused(SourceNotFound):
    """The URL leads into a network that is nobody's to ask in our name."""

    code = "address_refused"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} has no public address, so nothing is fetched from it. Upload the file instead."
        )


async def look_up(name: str) -> Sequence[str]:
    """Ask the system."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


class CheckedResolver(AbstractResolver):
    """A resolver of aiohttp's, whose connector connects to what this returns and nothing else.

    A name of which one address may not be asked is refused as a whole: it was made to deceive.
    """

    def __init__(self, lookup: Lookup = look_up, is_allowed: Allowed = is_public) -> None:
        self._lookup = lookup
        self._is_allowed = is_allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name; raises AddressRefused, or OSError where it has none."""
        del family
        addresses = [ip_address(text) for text in dict.fromkeys(await self._lookup(host))]
        if not all(self._is_allowed(address) for address in addresses):
            raise AddressRefused(host)
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if address.version == 4 else socket.AF_INET6,  # noqa: PLR2004 of IP
                proto=0,
                flags=_FLAGS,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Do nothing: there is nothing open."""
