"""What an operator sees of the cache of a real server with several workers, and of its end."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from socket import socket

import pytest
from obstore.store import LocalStore
from redis import Redis

from origin.cache.shared import NAMES
from tests.functional.asking import ask, get
from tests.functional.scraping import metrics
from tests.functional.supervising import Server, supervised, until
from tests.servers.valkey import Valkey
from tests.sources.published import PublishedAsset, publish

FOUND = "soundbridge_cache_requests_total"
READS = "soundbridge_shared_cache_reads_total,outcome="
ERRORS = "soundbridge_shared_cache_errors_total,kind="
OPEN = "soundbridge_shared_cache_open_circuits"
LISTENERS = "soundbridge_shared_cache_listeners"
MEMORY_HIT = "soundbridge; hit"
PLACES = {
    MEMORY_HIT: "outcome=hit,tier=memory",
    "soundbridge; hit; detail=absence": "outcome=absence,tier=memory",
    "soundbridge; fwd=uri-miss": "outcome=read,tier=store",
    "soundbridge-shared; fwd=uri-miss, soundbridge; fwd=uri-miss": "outcome=read,tier=store",
    "soundbridge-shared; hit, soundbridge; fwd=uri-miss": "outcome=hit,tier=shared",
}


class Listener:
    """A client on one connection, hence of one worker; ``told`` is what its answers said."""

    def __init__(self, client: socket) -> None:
        self._client = client
        self.told: Counter[str] = Counter()

    def ask(self, path: str) -> str:
        """Return where the answer to a request came from."""
        status = ask(self._client, get(path)).headers["cache-status"]
        self.told[PLACES[status]] += 1
        return status


@pytest.fixture
def server(folder: Path, asset: PublishedAsset, cache: Valkey, tmp_path: Path) -> Iterator[Server]:
    del asset
    options = ("--workers", "2", "--metrics-port", "0", "--cache", cache.url)
    with supervised(folder, tmp_path / "log", *options) as server:
        until(lambda: metrics(server).get(LISTENERS) == 2)
        yield server


@pytest.fixture
def listeners(server: Server, asset: PublishedAsset) -> Iterator[tuple[Listener, Listener]]:
    """One to each worker: whose first answer was not in memory, although somebody had it before."""
    path = f"{asset.path}/chapters.json"
    with ExitStack() as opened:

        def fresh() -> Listener | None:
            listener = Listener(opened.enter_context(closing(server.connect())))
            return listener if listener.ask(path) != MEMORY_HIT else None

        yield until(lambda: fresh() or False), until(lambda: fresh() or False)


def _found(server: Server, *classes: str) -> Counter[str]:
    """Return what was told of classes of answers, by outcome and tier."""
    found: Counter[str] = Counter()
    for name, value in metrics(server).items():
        for each in classes:
            if name.startswith(f"{FOUND},class={each},"):
                found[name.partition(f"{each},")[2]] += int(value)
    return found


@pytest.mark.long
def test_answers_count_where_they_say_they_came_from(
    server: Server, asset: PublishedAsset, listeners: tuple[Listener, Listener]
) -> None:
    one, other = listeners
    for listener in listeners:
        listener.told.clear()
        for _ in range(20):
            for name in ("128k/init.mp4", "320k/init.mp4", "artwork-320.jpg"):
                listener.ask(f"{asset.path}/{name}")
            listener.ask("/nobody.m3u8")
    told = one.told + other.told
    assert told["outcome=hit,tier=shared"] == 3, "the other worker finds what one has read"
    assert told["outcome=hit,tier=memory"] > 100
    classes = ("init", "artwork", "not-found")
    until(lambda: _found(server, *classes) == told)
    assert metrics(server)[f"{READS}hit"] >= 3
    os.kill(min(server.workers), signal.SIGKILL)
    until(lambda: metrics(server)["soundbridge_worker_restarts_total"] == 1)
    assert _found(server, *classes) == told


@pytest.mark.long
def test_what_was_read_ahead_and_used_counts(
    server: Server, asset: PublishedAsset, listeners: tuple[Listener, Listener]
) -> None:
    one, other = listeners
    segments = [f"{asset.path}/128k/0000{number}.m4s" for number in range(3)]
    one.ask(segments[0])
    until(lambda: metrics(server)["soundbridge_cache_reads_ahead_total"] == 1)
    assert metrics(server)["soundbridge_cache_reads_ahead_used_total"] == 0
    assert one.ask(segments[1]) == MEMORY_HIT
    assert one.ask(segments[1]) == MEMORY_HIT
    until(lambda: metrics(server)["soundbridge_cache_reads_ahead_used_total"] == 1)
    until(lambda: metrics(server)["soundbridge_cache_memory_bytes"] > 3 * 96_000)
    held = metrics(server)
    assert held["soundbridge_cache_memory_limit_bytes"] == 2 * 85_000_000  # of 100 MB each
    assert held["soundbridge_cache_memory_objects"] >= 4
    assert held["soundbridge_cache_evictions_total"] == 0
    before = held["soundbridge_cache_memory_bytes"]
    other.ask(f"{asset.path}/320k/00002.m4s")
    until(lambda: metrics(server)["soundbridge_cache_memory_bytes"] >= before + 240_000)


@pytest.mark.long
def test_a_cache_that_dies_is_seen_and_so_is_its_return(
    server: Server, cache: Valkey, store: LocalStore, listeners: tuple[Listener, Listener]
) -> None:
    cold = (
        f"{publish(store, f'more-{number}').path}/{name}"
        for number in range(1_000)
        for name in ("128k/init.mp4", "320k/init.mp4", "waveform.dat")
    )
    cache.kill()
    until(lambda: [listener.ask(next(cold)) for listener in listeners] and _both_are_open(server))
    seen = metrics(server)
    assert seen[LISTENERS] == 0
    assert seen[f"{ERRORS}unreachable"] >= 6, "three of each worker"
    assert seen[f"{READS}failed"] >= 6
    until(lambda: [listener.ask(next(cold)) for listener in listeners] and _not_asked(server) > 4)
    cache.start()
    until(lambda: [listener.ask(next(cold)) for listener in listeners] and _are_well(server))


def _both_are_open(server: Server) -> bool:
    return metrics(server)[OPEN] == 2


def _not_asked(server: Server) -> float:
    return metrics(server)[f"{READS}not_asked"]


def _are_well(server: Server) -> bool:
    seen = metrics(server)
    return (seen[OPEN], seen[LISTENERS]) == (0, 2)


@pytest.mark.long
def test_values_that_somebody_else_has_put_there_are_seen(
    server: Server, asset: PublishedAsset, cache: Valkey, listeners: tuple[Listener, Listener]
) -> None:
    assert metrics(server)[f"{ERRORS}wrong"] == 0
    one, other = listeners
    one.ask(f"{asset.path}/waveform.dat")
    with closing(Redis.from_url(cache.url)) as client:
        pattern = f"{NAMES}*waveform.dat:{16 * '?'}"
        client.set(until(lambda: next(client.scan_iter(pattern), False)), b"something else")
    other.ask(f"{asset.path}/waveform.dat")
    assert other.told["outcome=read,tier=store"] == 2
    until(lambda: metrics(server)[f"{ERRORS}wrong"] >= 1)
