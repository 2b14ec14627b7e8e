"""``--cdn-is-purged``: how long CDNs are told to keep entries, and nothing else."""

import asyncio
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from obstore.store import LocalStore

from manifests.layout import entry_key
from origin.app import create_app
from origin.cache.record import PURGED_AFTER_S
from origin.cache.tiered import TieredReader
from origin.stores.reader import StoreReader
from origin.telemetry.process import Telemetry
from tests.servers.counting import AsItWas, until
from tests.servers.soundbridge import running, url_said
from tests.sources.published import publish

NAMES = ("Cache-Control", "CDN-Cache-Control", "Surrogate-Control")
STALE = "stale-while-revalidate=60, stale-if-error=86400"
A_MINUTE = (f"max-age=60, {STALE}",) * 3
A_DAY = (f"max-age=60, s-maxage=86400, {STALE}", *(f"max-age=86400, {STALE}",) * 2)


def said(url: str) -> tuple[str, ...]:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 our own server
        return tuple(str(answer.headers[name]) for name in NAMES)


@pytest.mark.long_unless("options0")
@pytest.mark.parametrize(
    ("options", "environment", "lifetime"),
    [
        ((), {}, A_MINUTE),
        (("--cdn-is-purged",), {}, A_DAY),
        ((), {"SOUNDBRIDGE_CDN_IS_PURGED": "true"}, A_DAY),
        ((), {"SOUNDBRIDGE_CDN_IS_PURGED": "false"}, A_MINUTE),
    ],
)
def test_entries_are_kept_for_a_day_where_they_are_purged(
    tmp_path: Path,
    options: tuple[str, ...],
    environment: dict[str, str],
    lifetime: tuple[str, ...],
) -> None:
    asset = publish(LocalStore(tmp_path))
    serve: list[str | Path] = ["serve", "--store", tmp_path, "--port", "0", *options]
    with running(*serve, environment=environment) as process:
        url = url_said(process)
        for form in ("m3u8", "mpd", "json"):
            for _ in range(3):  # the last of them from memory
                assert said(f"{url}/{asset.entry.playback_id}.{form}") == lifetime
        assert said(f"{url}{asset.path}/128k/00001.m4s")[0].endswith("max-age=31536000, immutable")


def test_what_a_purge_came_before_is_not_kept_for_a_day(tmp_path: Path) -> None:
    """Once an entry has changed and been purged, a CDN asks anew, and keeps what it is given."""
    store = LocalStore(tmp_path)
    entry, other = publish(store).entry, publish(store, "other").entry
    with running("serve", "--store", tmp_path, "--port", "0", "--cdn-is-purged") as process:
        url = f"{url_said(process)}/{entry.playback_id}.json"
        assert said(url) == A_DAY
        for asset_id in (other.asset_id, entry.asset_id) * 3:
            changed = replace(entry, asset_id=asset_id, revision=other.revision)
            store.put(entry_key(entry.playback_id), changed.to_json())
            with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 our own server
                assert asset_id in answer.headers["Cache-Tag"]
                assert answer.headers["Cache-Control"] == A_DAY[0]


def test_what_is_given_for_want_of_the_store_is_not_kept_for_a_day(tmp_path: Path) -> None:
    asset = publish(LocalStore(tmp_path))
    path = tmp_path / entry_key(asset.entry.playback_id)
    with running("serve", "--store", tmp_path, "--port", "0", "--cdn-is-purged") as process:
        url = f"{url_said(process)}/{asset.entry.playback_id}.json"
        assert said(url) == A_DAY
        path.unlink()
        path.symlink_to(path)
        assert said(url) == A_MINUTE, "what is there cannot be read"


async def test_what_is_answered_late_may_have_been_purged_and_is_not_kept_for_a_day() -> None:
    """Its entry was read in time, and its index came long after."""
    store = AsItWas()
    entry = publish(store).entry
    reader = TieredReader(StoreReader(store), purged=True)
    app = create_app(store, purged=True, reader=reader)
    async with TestClient(TestServer(app)) as client:
        path = f"/{entry.playback_id}.json"
        store.gated = entry.where.key("index.json")
        store.gate.clear()
        late = asyncio.create_task(client.get(path))
        await until(lambda: store.waiting == 1)
        await asyncio.sleep(PURGED_AFTER_S + 0.1)
        store.gate.set()
        answers = [await late, await client.get(path)]
        assert [each.headers["Cache-Control"] for each in answers] == [A_MINUTE[0], A_DAY[0]]
    await reader.close()


async def test_what_was_being_read_when_a_purge_came_is_not_kept_for_a_day() -> None:
    """A CDN that asks once more, now purged, may be given what a slow store said before."""
    store, telemetry = AsItWas(), Telemetry()
    entry, other = publish(store).entry, publish(store, "other").entry
    key, path = entry_key(entry.playback_id), f"/{entry.playback_id}.json"
    changed = replace(entry, asset_id=other.asset_id, revision=other.revision)
    counted = telemetry.metrics.registry.get_sample_value
    app = create_app(store, purged=True, telemetry=telemetry)
    async with TestClient(TestServer(app)) as client:
        store.gate.clear()
        early = asyncio.create_task(client.get(path))
        await until(lambda: store.waiting == 1)
        store.put(key, changed.to_json())
        late = asyncio.create_task(client.get(path))
        await until(lambda: counted("soundbridge_cache_joined_reads_total") == 1)
        store.gate.set()
        answers = [await early, await late, await client.get(path)]
        said = [answer.headers["Cache-Control"] for answer in answers]
    assert said == [A_DAY[0], A_MINUTE[0], A_DAY[0]]
