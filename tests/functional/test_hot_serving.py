"""What a server gives again is what is there: it says so, and ends with what it was made of."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from obstore.store import LocalStore

from manifests import layout
from origin.cache.running import telling
from tests.servers.soundbridge import running, url_said
from tests.servers.valkey import Valkey
from tests.sources.published import PublishedAsset, publish

REST_S = 0.02
"""After which a connection is at rest, so that the next request may be answered at once."""
AT_ONCE_S = 5.0
"""Far below the time that an entry is fresh where changes are heard of."""


@pytest.fixture
def connection(tmp_path: Path, asset: PublishedAsset, cache: Valkey) -> Iterator[HTTPConnection]:
    del asset
    options = ("--store", tmp_path / "store", "--port", "0", "--cache", cache.url)
    with running("serve", *options) as server:
        address = urlsplit(url_said(server))
        with closing(HTTPConnection(address.hostname or "", address.port, timeout=30)) as opened:
            yield opened


def told(connection: HTTPConnection, path: str) -> tuple[bytes, str | None]:
    """Ask as a player does, between two requests of which some time passes."""
    time.sleep(REST_S)
    connection.request("GET", path)
    response = connection.getresponse()
    return response.read(), response.headers["Cache-Status"]


def test_what_is_given_again_says_that_it_was_in_memory(
    connection: HTTPConnection, asset: PublishedAsset
) -> None:
    path = f"{asset.path}/128k/00001.m4s"
    told(connection, "/healthz")  # a connection is not at rest when it is made
    content, first = told(connection, path)
    assert content == asset.contents["128k/00001.m4s"]
    assert first is not None
    assert first.endswith("fwd=uri-miss")
    assert {told(connection, path) for _ in range(20)} == {(content, "soundbridge; hit")}


async def test_it_ends_with_what_it_was_made_of(
    connection: HTTPConnection, asset: PublishedAsset, store: LocalStore, cache: Valkey
) -> None:
    other = publish(store, "second-light")
    before = {told(connection, "/first-light.m3u8")[0] for _ in range(20)}
    assert len(before) == 1
    moved = replace(asset.entry, asset_id=other.entry.asset_id)
    store.put(layout.entry_key("first-light"), moved.to_json())
    async with telling(cache.url) as tell:
        await tell([layout.entry_key("first-light")])
    begun_s = time.monotonic()
    while told(connection, "/first-light.m3u8")[0] in before:
        assert time.monotonic() - begun_s < AT_ONCE_S
