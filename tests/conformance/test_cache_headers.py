"""What caches are told of each class of object, on the wire: lifetimes and the labels of purges."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from obstore.store import MemoryStore

from cdn.tags import artist_tag
from manifests import layout
from origin.app import create_app
from tests.conformance.both_paths import both_paths
from tests.conformance.wire import Origin
from tests.sources.growing_asset import GrowingAsset
from tests.sources.published import publish

FOREVER = ("public, max-age=31536000, immutable", "max-age=31536000, immutable", "max-age=31536000")
ENTRY = ("max-age=60, stale-while-revalidate=60, stale-if-error=86400",) * 3
PROVISIONAL = ("max-age=2, stale-if-error=30",) * 3
GROWS = ("max-age=3, stale-if-error=30",) * 3
PURGED = (
    "max-age=60, s-maxage=86400, stale-while-revalidate=60, stale-if-error=86400",
    *("max-age=86400, stale-while-revalidate=60, stale-if-error=86400",) * 2,
)
LIST = (
    "public, max-age=0, s-maxage=30, stale-while-revalidate=60",
    *("max-age=30, stale-while-revalidate=60",) * 2,
)
PAGE = ("public, max-age=0, must-revalidate", "max-age=0", "max-age=0")
MEDIA, GROWING = "/media/first-light-asset/r1", "/growing/first-light-asset/r1"
OF_ASSET = {"asset-first-light-asset", artist_tag("The Synths")}
OF_ENTRY = {*OF_ASSET, "playback-first-light"}

Said = tuple[str, str, str]

PUBLISHED: list[tuple[str, Said, set[str]]] = [
    (f"{MEDIA}/128k/00001.m4s", FOREVER, {"class-segment", *OF_ASSET}),
    (f"{MEDIA}/128k/init.mp4", FOREVER, {"class-init", *OF_ASSET}),
    (f"{MEDIA}/128k/playlist.m3u8", FOREVER, {"class-media-playlist", *OF_ASSET}),
    (f"{MEDIA}/multivariant.m3u8", FOREVER, {"class-multivariant-playlist", *OF_ASSET}),
    (f"{MEDIA}/manifest.mpd", FOREVER, {"class-mpd", *OF_ASSET}),
    (f"{MEDIA}/waveform.json", FOREVER, {"class-waveform", *OF_ASSET}),
    (f"{MEDIA}/chapters.json", FOREVER, {"class-chapters", *OF_ASSET}),
    (f"{MEDIA}/artwork-320.jpg", FOREVER, {"class-artwork", *OF_ASSET}),
    ("/first-light.m3u8", ENTRY, {"class-entry-playlist", *OF_ENTRY}),
    ("/first-light.mpd", ENTRY, {"class-entry-mpd", *OF_ENTRY}),
    ("/first-light.json", ENTRY, {"class-metadata", *OF_ENTRY}),
    ("/v1/assets", LIST, {"class-public-api"}),
    ("/", PAGE, {"class-page"}),
    ("/missing.m3u8", ("max-age=5",) * 3, set()),
    (f"{MEDIA}/128k/99999.m4s", ("max-age=5",) * 3, set()),
    ("/v1/assets?limit=x", ("no-store",) * 3, set()),
    ("/healthz", ("no-store",) * 3, set()),
]
GROWN: list[tuple[str, Said, set[str]]] = [
    ("/first-light.m3u8", PROVISIONAL, {"class-provisional-entry", *OF_ENTRY}),
    ("/first-light.json", PROVISIONAL, {"class-provisional-entry", *OF_ENTRY}),
    (f"{GROWING}/multivariant.m3u8", GROWS, {"class-growing-playlist", *OF_ASSET}),
    (f"{GROWING}/128k/playlist.m3u8", GROWS, {"class-growing-playlist", *OF_ASSET}),
    (
        f"{GROWING}/128k/init.mp4",
        ("max-age=60, stale-if-error=30",) * 3,
        {"class-provisional-init", *OF_ASSET},
    ),
    (f"{MEDIA}/128k/00000.m4s", FOREVER, {"class-segment", *OF_ASSET}),
    (f"{MEDIA}/128k/00001.m4s", ("max-age=5",) * 3, set()),
]


async def assert_said(origin: Origin, path: str, said: Said, tags: set[str]) -> None:
    for method in ("GET", "HEAD"):
        headers = (await origin.ask(method, path)).headers
        names = ("Cache-Control", "CDN-Cache-Control", "Surrogate-Control")
        assert tuple(headers[name] for name in names) == said
        assert set(headers.get("Cache-Tag", "").split(",")) - {""} == tags
        assert set(headers.get("Surrogate-Key", "").split()) == tags


@pytest.mark.parametrize(("path", "said", "tags"), PUBLISHED, ids=[row[0] for row in PUBLISHED])
async def test_what_is_published(origin: Origin, path: str, said: Said, tags: set[str]) -> None:
    await assert_said(origin, path, said, tags)


@asynccontextmanager
async def growing(segments: int) -> AsyncIterator[Origin]:
    """An origin of an asset that has so many segments yet."""
    finished = publish(MemoryStore())
    asset = GrowingAsset.of(finished, MemoryStore())
    asset.start(segments)
    async with both_paths(create_app(asset.store, purged=True)) as paths:
        yield Origin(paths.hot_port, finished, turns=3)


@pytest.mark.parametrize(("path", "said", "tags"), GROWN, ids=[row[0] for row in GROWN])
async def test_what_grows_lives_for_seconds(path: str, said: Said, tags: set[str]) -> None:
    """Whether or not a purger is there."""
    async with growing(1) as origin:
        await assert_said(origin, path, said, tags)


@pytest.mark.parametrize("path", ["/first-light.m3u8", "/first-light.mpd", "/first-light.json"])
async def test_cdns_keep_entries_for_a_day_only_where_a_purger_is_configured(path: str) -> None:
    store = MemoryStore()
    asset = publish(store)
    async with both_paths(create_app(store, purged=True)) as paths:
        headers = (await Origin(paths.hot_port, asset).ask("GET", path)).headers
        names = ("Cache-Control", "CDN-Cache-Control", "Surrogate-Control")
        assert tuple(headers[name] for name in names) == PURGED


async def test_what_is_broken_is_not_stored() -> None:
    store = MemoryStore()
    asset = publish(store)
    store.put(layout.entry_key("first-light"), b"{")
    async with both_paths(create_app(store)) as paths:
        origin = Origin(paths.hot_port, asset, turns=3)
        answer = await origin.ask("GET", "/first-light.m3u8")
        assert (answer.status, answer.headers["Cache-Control"]) == (500, "no-store")
