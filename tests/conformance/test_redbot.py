"""REDbot, which knows RFC 9110 and RFC 9111 by heart, finds nothing wrong with any class of object.

It asks a server in a process of its own for what a packager made, and for each address twice, so
that the second answer may come by the hot path.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from urllib.request import urlopen

import pytest
from obstore.store import LocalStore

from cdn.policy.object_class import ObjectClass
from manifests import layout
from packager.extras import Extras
from packager.package import package
from tests.acceptance.listening import CHAPTERS, clip
from tests.conformance.redbot_said import Said, said_of
from tests.servers.seaweedfs import Bucket, free_ports
from tests.servers.soundbridge import TIMEOUT_S, running, serving, soundbridge_here, url_said
from tests.sources.growing_asset import GrowingAsset

MEDIA, GROWING = "/media/asset/{revision}", "/growing/growing-asset/{revision}"
PATHS = {
    200: [
        "/", "/v1/assets", "/healthz", "/readyz", "/.well-known/jwks.json",
        "/knolls.m3u8", "/knolls.packed.m3u8", "/knolls.mpd", "/knolls.json",
        "/steering/knolls", "/t/{token}/knolls.m3u8", f"/t/{{token}}{MEDIA}/128k/00001.m4s",
        *(
            f"{MEDIA}/{name}"
            for name in (
                "128k/00001.m4s", "128k/init.mp4", "128k/playlist.m3u8", "multivariant.m3u8",
                "128k/00001.aac", "packed.m3u8", "manifest.mpd", "waveform.json", "waveform.dat",
                "chapters.json", "hls-chapters.json", "artwork-320.jpg",
            )
        ),
        "/growing.m3u8", "/growing.json", "/media/growing-asset/{revision}/128k/00000.m4s",
        f"{GROWING}/multivariant.m3u8", f"{GROWING}/128k/playlist.m3u8",
        f"{GROWING}/128k/init.mp4",
    ],
    401: ["/t/x/knolls.m3u8"],
    403: ["/t/{token}/growing.m3u8"],
    404: ["/nowhere", "/missing.m3u8", f"{MEDIA}/128k/99999.m4s", f"{GROWING}/128k/none.m3u8"],
    500: ["/broken.m3u8"],
}  # fmt: skip
UNTAGGED = {
    ObjectClass.PROBE,
    ObjectClass.TOKEN_CHECK,  # it ends by itself, soon, and has nothing in it
    ObjectClass.STEERING,  # nor is it kept by anybody
    ObjectClass.NOT_FOUND,
    ObjectClass.CLIENT_ERROR,
    ObjectClass.SERVER_ERROR,
    ObjectClass.PRIVATE,  # of the API: test_redbot_api
}
"""What nobody purges."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("redbot")


@pytest.fixture(scope="module")
def revision(folder: Path) -> str:
    """Fill a store with an asset, with one that grows, and with an entry that is broken."""
    store = LocalStore(folder / "store", mkdir=True)
    source = clip("knolls.ogg", folder / "clip.flac", 13, {"title": "Knolls", **CHAPTERS})
    made = package(
        source,
        store,
        asset_id="asset",
        playback_id="knolls",
        created_at="2026-01-02T03:04:05Z",
        extras=Extras(lossless=True, packed_audio=True),
    )
    where, index = made.entry.where, made.index
    contents = {name: store.get(where.key(name)).bytes().to_bytes() for name in index.objects()}
    inits = {each.rung: contents[layout.init_name(each.rung)] for each in index.renditions}
    entry = replace(made.entry, playback_id="growing", asset_id="growing-asset")
    GrowingAsset(store, entry, index, contents, inits).start(1)
    store.put(layout.entry_key("broken"), b"{")
    return where.revision


@pytest.fixture(scope="module")
def partial(folder: Path, revision: str) -> Iterator[str]:
    """A list in which tracks may be missing: that of a server with a bucket that is down."""
    del revision
    (port,) = free_ports(1)
    stores = ("--store", folder / "store", "--store", "s3://gone")
    environment = Bucket("gone", f"http://127.0.0.1:{port}").environment
    with running("serve", *stores, "--port", "0", environment=environment) as server:
        url = f"{url_said(server)}/v1/assets"

        def ask(_turn: int) -> bytes:
            with urlopen(url, timeout=TIMEOUT_S) as response:  # noqa: S310 our own server
                content: bytes = response.read()
                return content

        with ThreadPoolExecutor() as threads:  # the bucket is waited for until it is known to fail
            assert all(b'"complete":false' in each for each in threads.map(ask, range(4)))
        yield url


@pytest.fixture(scope="module")
def said(folder: Path, revision: str, partial: str) -> list[Said]:
    key = soundbridge_here("token", "new-key", folder / "signing.pem")
    (folder / "key.json").write_text(key.stdout)
    options = ("--signing-key", folder / "signing.pem", "--for", "1h")
    token = soundbridge_here("token", "sign", "knolls", *options).stdout.strip()
    paths = [
        path.format(revision=revision, token=token) for each in PATHS.values() for path in each
    ]
    assets = files("origin.web") / "dist" / "assets"
    paths += [f"/assets/{each.name}" for each in assets.iterdir()]
    rules = {
        "SOUNDBRIDGE_PLAYBACK_KEYS": str(folder / "key.json"),
        "SOUNDBRIDGE_PATHWAY": "here=http://127.0.0.1:1/",
    }
    with serving(folder / "store", environment=rules) as url:
        return said_of([*(f"{url}{path}" for path in paths), partial], [*paths, "/v1/assets"])


@pytest.mark.long
def test_redbot_has_seen_every_class_of_object(said: list[Said]) -> None:
    tags = {tag for each in said for tag in each.tags}
    assert {f"class-{each}" for each in ObjectClass if each not in UNTAGGED} <= tags
    assert {each.status for each in said} == set(PATHS)


def test_redbot_finds_nothing_bad(said: list[Said]) -> None:
    assert [note for each in said for note in each.of_level("bad")] == []


def test_redbot_warns_of_nothing(said: list[Said]) -> None:
    assert [note for each in said for note in each.of_level("warning")] == []


def test_redbot_found_what_is_good_about_segments(said: list[Said]) -> None:
    """So it did try ranges, conditions and codings."""
    names = {note["name"] for each in said for note in each.notes if note["level"] == "good"}
    assert {"RANGE_CORRECT", "INM_304", "CONNEG_GZIP_GOOD"} <= names
