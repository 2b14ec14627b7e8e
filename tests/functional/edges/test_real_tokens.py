"""Tokens that the program issues, checked by an edge that asks the program."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from obstore.store import LocalStore

from cdn.edge.plan import Address, Edge
from manifests import layout
from tests.functional.edges.asking import ask
from tests.functional.edges.kinds import CACHING, KINDS
from tests.functional.supervising import Server, supervised, until
from tests.servers.edges.running import RunningEdge
from tests.servers.soundbridge import soundbridge_here
from tests.sources.published import PublishedAsset, publish


@dataclass
class Site:
    """A server whose tokens an edge checks."""

    folder: Path
    asset: PublishedAsset
    server: Server
    edge: RunningEdge

    def sign(self, *limits: str, playback_id: str | None = None) -> str:
        """Return a token for what plays here."""
        about = playback_id or self.asset.entry.playback_id
        key = ("--signing-key", str(self.folder / "signing.pem"))
        done = soundbridge_here("token", "sign", about, *key, *limits)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def checks(self) -> int:
        """Return how often the server was asked about tokens."""
        mark = f"/mark-{time.monotonic_ns()}"
        ask(self.server.url, mark)
        paths = until(lambda: mark in (found := self._paths()) and found)
        return sum(path.startswith("/opens/") for path in paths)

    def _paths(self) -> list[str]:
        return [event["path"] for event in self.server.events("request")]


@pytest.fixture(scope="module", params=CACHING)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("tokens")
    asset = publish(LocalStore(folder / "store", mkdir=True))
    made = soundbridge_here("token", "new-key", folder / "signing.pem")
    (folder / "key.json").write_text(made.stdout)
    options = ("--workers", "1", "--playback-keys", str(folder / "key.json"))
    with ExitStack() as running:
        server = running.enter_context(supervised(folder / "store", folder / "log", *options))
        plan = Edge(host="listen.example", origins=[Address(*server.address)], checks_tokens=True)
        edge = running.enter_context(KINDS[request.param](plan, folder / "edge"))
        yield Site(folder, asset, server, edge)


def test_everything_of_an_asset_plays_and_is_checked_twice(site: Site) -> None:
    """Once for the entry, and once for the asset; what is about them has a scope of its own."""
    token = site.sign("--for", "1h")
    names = [layout.MULTIVARIANT, layout.playlist_name("128k"), layout.init_name("128k")]
    names += [layout.segment_name("128k", number) for number in range(3)]
    paths = ["/first-light.m3u8", *(f"{site.asset.path}/{name}" for name in names)]
    before = site.checks()
    found = [ask(site.edge.url, f"/t/{token}{path}") for path in paths]
    assert {each.status for each in found} == {200}
    assert found[-1].body == site.asset.contents[names[-1]]
    assert {each.fields["cache-control"].split(",")[0] for each in found} == {"private"}
    assert site.checks() == before + 2


def test_another_listener_is_given_the_same_copy(site: Site) -> None:
    path = f"{site.asset.path}/{layout.segment_name('320k', 1)}"
    assert ask(site.edge.url, f"/t/{site.sign('--for', '1h')}{path}").status == 200
    assert ask(site.edge.url, f"/t/{site.sign('--for', '2h')}{path}").is_hit


def test_nothing_else_opens_it(site: Site) -> None:
    path = f"{site.asset.path}/{layout.segment_name('320k', 0)}"
    good = site.sign("--for", "1h")
    assert ask(site.edge.url, f"/t/{good}{path}").status == 200
    signature = good.rpartition(".")[0] + ".AAAA"
    other = site.sign("--for", "1h", playback_id="another")
    assert ask(site.edge.url, f"/t/{signature}{path}").status == 401
    assert ask(site.edge.url, f"/t/{other}{path}").status == 403
    assert ask(site.edge.url, path).status == 401


def test_a_token_is_worth_nothing_when_it_has_ended(site: Site) -> None:
    path = f"{site.asset.path}/{layout.segment_name('128k', 0)}"
    brief = site.sign("--for", "2s")
    assert ask(site.edge.url, f"/t/{brief}{path}").status == 200
    ended = until(
        lambda: (found := ask(site.edge.url, f"/t/{brief}{path}")).status != 200 and found
    )
    assert ended.status == 401


def test_a_token_opens_its_scope_alone(site: Site) -> None:
    waveform = f"{site.asset.path}/{layout.WAVEFORM_JSON}"
    sound = f"{site.asset.path}/{layout.segment_name('128k', 1)}"
    about, play = (site.sign("--for", "1h", "--scope", scope) for scope in ("about", "play"))
    assert ask(site.edge.url, f"/t/{about}{waveform}").status == 200
    assert ask(site.edge.url, f"/t/{about}{sound}").status == 403
    assert ask(site.edge.url, f"/t/{play}{sound}").status == 200
    assert ask(site.edge.url, f"/t/{play}{waveform}").status == 403


def test_a_token_of_one_site_is_of_no_use_on_another(site: Site) -> None:
    """What nginx keeps of one page's check is not taken for another page's."""
    path = f"{site.asset.path}/{layout.segment_name('128k', 2)}"
    bound = site.sign("--for", "1h", "--referrer", "good.example")
    for _ in range(2):
        here = ask(site.edge.url, f"/t/{bound}{path}", Origin="https://good.example")
        assert here.status == 200
        assert "Origin" in here.fields["vary"]
        assert ask(site.edge.url, f"/t/{bound}{path}", Origin="https://evil.example").status == 403
        assert ask(site.edge.url, f"/t/{bound}{path}").status == 403
