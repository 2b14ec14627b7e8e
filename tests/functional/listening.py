"""Players that ask a server for all that assets have, and hold every answer against the store's."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from aiohttp import ClientSession, ClientTimeout, TCPConnector

from manifests import layout
from origin.delivery.documents import read_multivariant
from tests.servers.soundbridge import TIMEOUT_S
from tests.sources.published import PublishedAsset

IMMUTABLE: Final = "public, max-age=31536000, immutable"
ENTRY: Final = "max-age=60, stale-while-revalidate=60, stale-if-error=86400"


@dataclass(frozen=True)
class Heard:
    """One answer, which was the right one: how long it took, and where it came from."""

    path: str
    wait_s: float
    cache_status: str


def all_of(asset: PublishedAsset) -> dict[str, bytes]:
    """What plays of an asset, by path: its entry's playlist, and what its revision has."""
    played = (layout.PLAYLIST, layout.INIT, ".m4s")
    found = {
        f"{asset.path}/{name}": content
        for name, content in asset.contents.items()
        if name.endswith(played)
    }
    playlist = read_multivariant(asset.contents[layout.MULTIVARIANT])
    from_the_root = playlist.with_uri_prefix(f"{asset.entry.where.prefix}/").render().encode()
    return {f"/{asset.entry.playback_id}.m3u8": from_the_root, **found}


def segments_of(assets: Iterable[PublishedAsset]) -> dict[str, bytes]:
    """The segments of several assets, by path."""
    paths = {path: content for asset in assets for path, content in all_of(asset).items()}
    return {path: content for path, content in paths.items() if path.endswith(".m4s")}


async def hear(url: str, paths: Mapping[str, bytes], *, players: int = 1) -> list[Heard]:
    """Ask for each of these at once, and hold what comes against what should; so many players do.

    Every answer is a 200, all of its bytes are the object's, and only they may be stored for long.
    """
    timeout, connector = ClientTimeout(TIMEOUT_S), TCPConnector(limit=0)
    async with ClientSession(url, timeout=timeout, connector=connector) as session:
        asking = [_heard(session, *each) for each in paths.items() for _ in range(players)]
        return list(await asyncio.gather(*asking))


async def _heard(session: ClientSession, path: str, content: bytes) -> Heard:
    begun_s = time.monotonic()
    async with session.get(path) as response:
        body = await response.read()
    told = response.headers
    assert response.status == HTTPStatus.OK, (path, response.status, body)
    assert sha256(body).digest() == sha256(content).digest(), (path, len(body), len(content))
    assert told["Cache-Control"] == (IMMUTABLE if path.startswith("/media/") else ENTRY), path
    return Heard(path, time.monotonic() - begun_s, told["Cache-Status"])


def shared(heard: Sequence[Heard]) -> int:
    """Count what came from the cache that processes share."""
    return sum(each.cache_status.startswith("soundbridge-shared; hit") for each in heard)
