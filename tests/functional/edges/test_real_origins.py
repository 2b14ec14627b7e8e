"""Edges in front of two real servers of one store, of which one dies, and then both."""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from obstore.store import LocalStore

from cdn.edge.plan import Address, Edge
from manifests import layout
from tests.functional.edges.asking import ask, ask_at_once, seen
from tests.functional.edges.kinds import KINDS
from tests.functional.supervising import Server, supervised, until
from tests.servers.edges.running import RunningEdge
from tests.sources.published import PublishedAsset, publish

SEEN_S: Final = 1.0
OPTIONS: Final = ("--workers", "1", "--cdn-is-purged")


@dataclass
class Site:
    """Two servers of one store, and the edge in front of them."""

    folder: Path
    asset: PublishedAsset
    origins: list[Server]
    edge: RunningEdge

    @property
    def store(self) -> LocalStore:
        return LocalStore(self.folder / "store")

    def fetches(self, path: str) -> int:
        """Return how often both have been asked for a path, all that came until now."""
        for origin in self.origins:
            _wait_for_log(origin)
        return sum(_paths(origin).count(path) for origin in self.origins)


def _wait_for_log(origin: Server) -> None:
    mark = f"/mark-{time.monotonic_ns()}"
    ask(origin.url, mark)
    until(lambda: mark in _paths(origin))


def _reload(origin: Server) -> None:
    before = origin.workers
    origin.signal(signal.SIGHUP)
    until(lambda: not before & origin.workers)


def _paths(origin: Server) -> list[str]:
    return [event["path"] for event in origin.events("request")]


@pytest.fixture(scope="module")
def site(caching_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    asset = publish(LocalStore(folder / "store", mkdir=True))
    with ExitStack() as running:
        origins = [
            running.enter_context(supervised(folder / "store", folder / f"{name}.log", *OPTIONS))
            for name in ("one", "two")
        ]
        addresses = [Address(*origin.address) for origin in origins]
        plan = Edge(host="listen.example", origins=addresses)
        edge = running.enter_context(KINDS[caching_kind](plan, folder / "edge"))
        yield Site(folder, asset, origins, edge)


def test_five_hundred_listeners_of_what_is_new_cost_one_fetch(site: Site) -> None:
    path = f"{site.asset.path}/{layout.segment_name('320k', 0)}"
    whole = site.asset.contents[layout.segment_name("320k", 0)]
    answers = ask_at_once(site.edge.url, path, 500)
    assert {(each.status, each.body) for each in answers} == {(200, whole)}
    assert site.fetches(path) == 1


def test_everything_of_an_asset_is_given_from_the_edge_the_second_time(site: Site) -> None:
    paths = [f"{site.asset.path}/{name}" for name in site.asset.contents]
    paths += [f"/{site.asset.entry.playback_id}.{each}" for each in ("m3u8", "mpd", "json")]
    first = [ask(site.edge.url, path, Accept_Encoding="br") for path in paths]
    second = [ask(site.edge.url, path, Accept_Encoding="br") for path in paths]
    assert {each.status for each in first} == {200}
    assert [each.body for each in first] == [each.body for each in second]
    assert all(each.is_hit for each in second)


def test_an_entry_is_seen_a_second_after_its_purge(site: Site) -> None:
    path = "/another.json"
    publish(site.store, "another", title="Old")
    assert b"Old" in ask(site.edge.url, path).body
    publish(site.store, "another", title="New", changed_at="2026-02-03T04:05:06Z")
    until(lambda: all(b"New" in ask(origin.url, path).body for origin in site.origins))
    assert b"Old" in ask(site.edge.url, path).body, "the edge was told to keep it for a day"
    begun_s = time.monotonic()
    site.edge.dropped(path, tag="asset-another-asset")
    assert seen(site.edge, path, lambda found: b"New" in found.body)
    assert time.monotonic() - begun_s < SEEN_S


@pytest.mark.long
def test_what_was_taken_back_is_gone_a_second_after_its_purge(site: Site) -> None:
    withdrawn = publish(site.store, "withdrawn")
    names = [layout.segment_name("128k", 0), layout.playlist_name("128k")]
    paths = ["/withdrawn.m3u8", *(f"{withdrawn.path}/{name}" for name in names)]
    assert {ask(site.edge.url, path).status for path in paths} == {200}
    site.store.delete(layout.entry_key("withdrawn"))
    for name in withdrawn.contents:
        site.store.delete(withdrawn.entry.where.key(name))
    site.store.delete(withdrawn.entry.where.key(layout.INDEX))
    for origin in site.origins:
        _reload(origin)
    assert {ask(site.edge.url, path).status for path in paths} == {200}, "nothing is forgotten yet"
    begun_s = time.monotonic()
    site.edge.dropped(*paths, tag="asset-withdrawn-asset")
    for path in paths:
        assert seen(site.edge, path, lambda found: found.status == 404)
    assert time.monotonic() - begun_s < SEEN_S


@pytest.fixture
def doomed(caching_kind: str, tmp_path: Path) -> Iterator[Site]:
    """A site whose servers a test kills."""
    asset = publish(LocalStore(tmp_path / "store", mkdir=True))
    with ExitStack() as running:
        origins = [
            running.enter_context(
                supervised(tmp_path / "store", tmp_path / f"{name}.log", "--workers", "1")
            )
            for name in ("one", "two")
        ]
        plan = Edge(host="listen.example", origins=[Address(*origin.address) for origin in origins])
        edge = running.enter_context(KINDS[caching_kind](plan, tmp_path / "edge"))
        yield Site(tmp_path, asset, origins, edge)


def test_listeners_notice_nothing_of_servers_that_die(doomed: Site) -> None:
    """One of two: the other one answers. Both: what was heard before goes on, and entries too."""
    path = doomed.asset.path
    heard = [f"{path}/{layout.segment_name('128k', each)}" for each in range(2)]
    heard += ["/first-light.m3u8", f"{path}/{layout.playlist_name('128k')}"]
    assert {ask(doomed.edge.url, each).status for each in heard} == {200}
    _kill(doomed.origins[0])
    others = [f"{path}/{layout.segment_name('320k', each)}" for each in range(3)]
    assert {ask(doomed.edge.url, each).status for each in others} == {200}
    _kill(doomed.origins[1])
    assert {ask(doomed.edge.url, each).status for each in [*heard, *others]} == {200}
    unheard = ask(doomed.edge.url, f"{path}/{layout.segment_name('128k', 2)}")
    assert unheard.status in {502, 503, 504}


def _kill(origin: Server) -> None:
    origin.signal_all(signal.SIGKILL)
    origin.process.wait()
    until(lambda: not origin.workers)
