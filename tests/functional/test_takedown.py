"""Taking a track down, as the README tells it: what is deleted plays from memory until a reload."""

import signal
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from obstore.store import LocalStore

from manifests.layout import entry_key
from tests.functional.supervising import Server, hearing, until
from tests.servers.soundbridge import TIMEOUT_S
from tests.servers.valkey import Valkey
from tests.sources.published import publish


@pytest.mark.long
def test_what_was_taken_down_is_gone_after_a_reload(
    store: LocalStore, folder: Path, cache: Valkey, tmp_path: Path
) -> None:
    """Also where its segments are in the shared cache: no index lists them any more."""
    asset, other = publish(store), publish(store, "stays")
    entry = f"/{asset.entry.playback_id}.m3u8"
    paths = [f"{asset.path}/{name}" for name in ("128k/00001.m4s", "128k/playlist.m3u8")]
    with hearing(folder, tmp_path / "log", cache.url) as server:
        for path in (*paths, entry):
            assert server.get(path)
        where = asset.entry.where
        for key in (entry_key(asset.entry.playback_id), where.key("index.json")):
            store.delete(key)
        for name in asset.contents:
            store.delete(where.key(name))
        assert server.get(paths[0]) == asset.contents["128k/00001.m4s"], "it is in memory"
        before = server.workers
        server.signal(signal.SIGHUP)
        until(lambda: not before & server.workers)
        assert [status(server, path) for path in (*paths, entry)] == [404] * 3
        assert server.get(f"{other.path}/128k/00001.m4s")


def status(server: Server, path: str) -> int:
    with closing(HTTPConnection(*server.address, timeout=TIMEOUT_S)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status
