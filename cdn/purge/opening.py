"""Opening CDNs by their addresses, with clients that are closed again."""

import re
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiohttp import ClientSession, DummyCookieJar, TCPConnector

from cdn.errors import UnusablePurger
from cdn.purge.address import Address
from cdn.purge.cloudflare import ENDPOINT as CLOUDFLARE_ENDPOINT
from cdn.purge.cloudflare import Cloudflare
from cdn.purge.credentials import Credentials
from cdn.purge.fastly import ENDPOINT as FASTLY_ENDPOINT
from cdn.purge.fastly import Fastly
from cdn.purge.nginx import Nginx
from cdn.purge.purger import Purger
from cdn.purge.varnish import Varnish

_VISIBLE = re.compile(r"[\x21-\x7e]+")
_CONNECTIONS_OF_ONE = 16
_TIMEOUT_S = 30


def check(address: Address, credentials: Credentials) -> None:
    """Raise UnusablePurger where an address has no secret that it needs, or one that is none."""
    edge = (credentials.edge, "SOUNDBRIDGE_PURGE_SECRET")
    secret, name = {
        "fastly": (credentials.fastly, "FASTLY_API_TOKEN"),
        "cloudflare": (credentials.cloudflare, "CLOUDFLARE_API_TOKEN"),
        "varnish": edge,
        "nginx": edge,
    }.get(address.scheme, (None, ""))
    if address.scheme in {"fastly", "cloudflare"} and not secret:
        raise UnusablePurger(f"{address.name} needs a token: set {name} in the environment.")
    if secret and not _VISIBLE.fullmatch(secret):
        raise UnusablePurger(f"{name} has more than visible ASCII in it: no header can hold it.")


@asynccontextmanager
async def open_purgers(
    addresses: Sequence[Address], credentials: Credentials, public_url: str | None = None
) -> AsyncIterator[Mapping[str, Purger]]:
    """Give the caller's block the CDNs, by name; raises UnusablePurger.

    ``public_url`` is where listeners find what has a path, for those that purge whole URLs.
    """
    for address in addresses:
        check(address, credentials)
    async with AsyncExitStack() as opened:
        client = await opened.enter_async_context(
            ClientSession(
                connector=TCPConnector(limit_per_host=_CONNECTIONS_OF_ONE),
                cookie_jar=DummyCookieJar(),
                # Whatever is coded, Cloudflare's JSON by gzip, would have to be decoded to be read.
                headers={"User-Agent": "soundbridge", "Accept-Encoding": "identity"},
                auto_decompress=False,
            )
        )
        yield {
            address.name: await _opened(address, credentials, client, public_url, opened)
            for address in addresses
        }


async def _opened(
    address: Address,
    credentials: Credentials,
    client: ClientSession,
    public_url: str | None,
    opened: AsyncExitStack,
) -> Purger:
    endpoint, host = address.options.get("endpoint"), address.options.get("host")
    match address.scheme:
        case "cloudfront":
            return await _cloudfront(address, endpoint, opened)
        case "fastly":
            where = endpoint or FASTLY_ENDPOINT
            return Fastly(client, address.place, credentials.fastly or "", public_url, where)
        case "cloudflare":
            where = endpoint or CLOUDFLARE_ENDPOINT
            token = credentials.cloudflare or ""
            return Cloudflare(client, address.place, token, address.limits, public_url, where)
        case "varnish":
            return Varnish(client, address.place, credentials.edge, host)
        case _:
            return Nginx(client, address.place, credentials.edge, host)


async def _cloudfront(address: Address, endpoint: str | None, opened: AsyncExitStack) -> Purger:
    # They are long to load, and seldom needed; no stubs exist for them.
    from aiobotocore.config import AioConfig  # type: ignore[import-untyped] # noqa: PLC0415
    from aiobotocore.session import get_session  # type: ignore[import-untyped] # noqa: PLC0415

    from cdn.purge.cloudfront import CloudFront  # noqa: PLC0415

    config = AioConfig(
        connect_timeout=5,
        read_timeout=_TIMEOUT_S,
        retries={"total_max_attempts": 1},  # whoever sends decides that
    )
    # It is one service for the whole world, whose requests are signed for this region.
    client: Any = await opened.enter_async_context(
        get_session().create_client(
            "cloudfront", region_name="us-east-1", endpoint_url=endpoint, config=config
        )
    )
    return CloudFront(client, address.place, lambda: str(uuid.uuid4()), address.limits)
