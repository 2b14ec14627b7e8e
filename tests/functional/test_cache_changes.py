"""When players see that an entry has changed while the cache that tells of changes was away.

Nobody is told of the change here: Valkey was not there to be told. Two servers share it, each a
program of its own, and both have the entry in memory.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from obstore.store import LocalStore

from manifests import layout
from tests.functional.supervising import Server, hearing, until
from tests.servers.valkey import Valkey, valkey
from tests.sources.published import publish

UNHEARD_S = 2.0
"""How long an entry may be given, fresh and then stale, by who hears of no changes."""
SILENT_S = 3.0
"""After what silence a cache counts as gone; it is asked for a sign of life each second."""
LATE_S = 3.0
"""How much later all may be on a busy machine; far less than the 10 s of who hears of changes."""
BEFORE, AFTER = b"/before-asset/", b"/after-asset/"


@dataclass
class Origin:
    """Two servers, their cache and their store, in which ``/plays.m3u8`` can change."""

    cache: Valkey
    servers: list[Server]
    store: LocalStore
    folder: Path

    def play(self, playback_id: str) -> None:
        """Let the entry play what another one plays."""
        entry = publish(self.store, playback_id).entry
        self.store.put(layout.entry_key("plays"), replace(entry, playback_id="plays").to_json())

    def played(self) -> list[bytes]:
        """What each server says that the entry plays."""
        return [server.get("/plays.m3u8") for server in self.servers]

    def all_play(self, which: bytes) -> bool:
        return all(which in playlist for playlist in self.played())

    def all_hear(self, times: int) -> bool:
        return all(len(server.events("listening for changes")) == times for server in self.servers)

    def none_hears(self) -> bool:
        return all(server.events("not listening for changes") for server in self.servers)


@pytest.fixture
def origin(tmp_path: Path, folder: Path, store: LocalStore) -> Iterator[Origin]:
    with (
        valkey(tmp_path) as cache,
        hearing(folder, tmp_path / "one", cache.url) as one,
        hearing(folder, tmp_path / "other", cache.url) as other,
    ):
        origin = Origin(cache, [one, other], store, folder)
        origin.play("before")
        assert origin.all_play(BEFORE)
        yield origin


def kill(cache: Valkey) -> None:
    cache.kill()


def pause(cache: Valkey) -> None:
    cache.pause()


@pytest.mark.long
@pytest.mark.long_if("pause")
@pytest.mark.parametrize(("away", "within_s"), [(kill, UNHEARD_S), (pause, SILENT_S + UNHEARD_S)])
def test_a_change_is_seen_in_time_while_nobody_tells_of_it(
    origin: Origin, away: Callable[[Valkey], None], within_s: float
) -> None:
    away(origin.cache)
    assert origin.all_play(BEFORE)
    origin.play("after")
    changed_s = time.monotonic()
    until(lambda: origin.all_play(AFTER))
    assert time.monotonic() - changed_s < within_s + LATE_S
    for _ in range(20):
        assert origin.all_play(AFTER), "what was seen once is not taken back"


@pytest.mark.long
def test_what_was_read_while_nobody_told_is_read_anew_once_somebody_does(origin: Origin) -> None:
    """It would else be fresh for as long as what changes are heard of."""
    origin.cache.kill()
    until(origin.none_hears)
    assert origin.all_play(BEFORE)
    origin.play("after")
    origin.cache.start()
    until(lambda: origin.all_hear(2))
    heard_s = time.monotonic()
    until(lambda: origin.all_play(AFTER))
    assert time.monotonic() - heard_s < LATE_S


@pytest.mark.long
def test_a_change_that_was_told_to_nobody_is_seen_in_time(origin: Origin) -> None:
    origin.cache.pause()
    until(origin.none_hears)
    origin.cache.resume()
    until(lambda: origin.all_hear(2))
    assert origin.all_play(BEFORE)
    origin.play("after")
    changed_s = time.monotonic()
    until(lambda: origin.all_play(AFTER))
    assert time.monotonic() - changed_s < 11.0 + LATE_S, "as is promised where a message was lost"
