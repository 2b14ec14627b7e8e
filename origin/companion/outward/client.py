"""A client that connects to public addresses alone, follows nobody, and believes no environment."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, hdrs

from origin.companion.outward.addresses import Network, is_public
from origin.companion.outward.resolver import CheckedResolver, Lookup, NotPublic, look_up


def public_client(
    allowed: Sequence[Network],
    *,
    total_s: float,
    connect_s: float,
    read_s: float | None = None,
    at_once: int = 16,
    lookup: Lookup = look_up,
) -> ClientSession:
    """Return a client, which is the caller's to close; raise no redirect with it yourself.

    Whatever name or number a URL has, it is the address of the socket that is looked at, and of
    each that is tried: numbers such as ``127.1`` are asked of no resolver. ``allowed`` are networks
    that may be reached although they are private; ``read_s`` bounds each wait for more.
    """

    def make(info: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
        family, kind, protocol, _, address = info
        if not is_public(str(address[0]), allowed):
            raise NotPublic(f"{address[0]} is no public address.")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    return ClientSession(
        connector=TCPConnector(
            resolver=CheckedResolver(allowed, lookup),
            socket_factory=make,
            limit=at_once,
            use_dns_cache=False,
            force_close=True,
        ),
        timeout=ClientTimeout(total=total_s, sock_connect=connect_s, sock_read=read_s),
        cookie_jar=DummyCookieJar(loop=asyncio.get_running_loop()),
        headers={hdrs.ACCEPT_ENCODING: "identity"},
        auto_decompress=False,
        trust_env=False,
    )
