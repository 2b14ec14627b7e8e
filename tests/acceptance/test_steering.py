"""Two edges in front of one origin, one of which dies while somebody listens.

What plays moves to the other within the time of a segment, and nothing is heard of it.
"""

import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request

import origin.web
from tests.acceptance.listening import Track, clip, package
from tests.acceptance.watching import (
    WATCH,
    open_page,
    wait_for_position,
    wait_for_sound,
    watched,
)
from tests.servers.edge import Edge, edges
from tests.servers.soundbridge import running, soundbridge_here, url_said

SEGMENT: Final = re.compile(r"/\w+/\d+\.m4s$")
SEGMENT_S: Final = 6
STOCK: Final = Path(origin.web.__file__).parent / "node_modules/hls.js/dist/hls.mjs"
SRC: Final = Path(origin.web.__file__).parent / "src"
PATHWAYS: Final = ("pathways.js", "retrying.js")
HOSTS: Final = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
RATE: Final = 2
PACE_BYTES_PER_S: Final = 120_000
"""Three times what the best rung is."""
HLS_JS_AHEAD_S: Final = 30
"""What it keeps at the least, if the connection brings it."""
LONG_S: Final = 70
FLOAT_STEREO_BYTES: Final = 8
PLAY: Final = """async ([module, uri, rate]) => {
    const {default: Hls} = await import(module);
    const audio = document.createElement('audio');
    document.body.replaceChildren(audio);
    const hls = new Hls();
    window.hls = hls;
    hls.on(Hls.Events.ERROR, (_, {details, fatal}) => document.dispatchEvent(
        new CustomEvent('playbacktrouble', {detail: {details, fatal}})));
    hls.loadSource(uri);
    hls.attachMedia(audio);
    audio.autoplay = true;
    audio.defaultPlaybackRate = audio.playbackRate = rate;
}"""
"""As the simplest of pages would, with hls.js as it comes; nothing is set."""


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = {".mjs": "text/javascript", ".js": "text/javascript", ".html": "text/html"}  # noqa: RUF012 its base's

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@dataclass
class Surroundings:
    """An origin, and what leads to it: two edges, and where players ask which one to use."""

    url: str
    edges: dict[str, Edge]
    steering: Edge

    def edge_of(self, url: str) -> Edge:
        return self.edges[str(urlsplit(url).hostname)]

    def other_than(self, edge: Edge) -> Edge:
        (other,) = (each for each in self.edges.values() if each is not edge)
        return other

    def name_of(self, edge: Edge) -> str:
        """Return which pathway leads through an edge."""
        return "ab"[list(self.edges).index(edge.host)]

    def pace(self, bytes_per_s: float) -> None:
        """Have both bring no more, so that not all has come before anything happens."""
        for edge in self.edges.values():
            edge.bytes_per_s = bytes_per_s

    def restore(self) -> None:
        for edge in (*self.edges.values(), self.steering):
            edge.come_back()
            edge.bytes_per_s = None


PLAY_AND_MOVE: Final = """async (uri) => {
    const [{default: Hls}, {Pathways}] =
        await Promise.all(['/hls.mjs', '/pathways.js'].map((module) => import(module)));
    const audio = document.createElement('audio');
    document.body.replaceChildren(audio);
    const pathways = new Pathways(Hls);
    const hls = new Hls(pathways.config());
    pathways.follow(hls);
    hls.on(Hls.Events.FRAG_LOADING, function move(_, {frag}) {
        if (frag.sn === 'initSegment') return;
        hls.off(Hls.Events.FRAG_LOADING, move);
        setTimeout(() => { hls.pathwayPriority = hls.pathways.toReversed(); });
    });
    hls.loadSource(uri);
    hls.attachMedia(audio);
    audio.autoplay = true;
}"""
"""As the page does, and is sent to the other pathway while the first segment is on its way."""


@dataclass
class Asked:
    """Which segments a page asks for, where, and when."""

    segments: list[tuple[float, str]] = field(default_factory=list)

    def note(self, request: Request) -> None:
        if SEGMENT.search(request.url):
            self.segments.append((time.monotonic(), request.url))

    @property
    def last(self) -> str:
        return self.segments[-1][1]


@contextmanager
def surroundings(store: Path, *options: str) -> Iterator[Surroundings]:
    with edges(*HOSTS) as opened:
        first, second, steering = opened
        pathways = [
            f"--pathway={name}={each.url}" for name, each in zip("ab", opened, strict=False)
        ]
        steered = (*pathways, f"--steering-url={steering.url}", "--steering-ttl=10")
        with running("serve", "--store", store, "--port", "0", *steered, *options) as server:
            url = url_said(server)
            for edge in opened:
                edge.origin_port = urlsplit(url).port
            yield Surroundings(url, {each.host: each for each in (first, second)}, steering)


@pytest.fixture(scope="module")
def long_track(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Track:
    clipped = tmp_path_factory.mktemp("long") / "clip.flac"
    return package(clip("battle-epic.ogg", clipped, LONG_S, {"title": "Long"}), store)


@pytest.fixture(scope="module")
def served(track: Track, store: Path) -> Iterator[Surroundings]:
    del track
    with surroundings(store) as opened:
        yield opened


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with an empty page, and hls.js as npm brings it.

    It has to be a real one: what is not of the loopback network may load nothing from there.
    """
    folder = tmp_path_factory.mktemp("plain")
    (folder / "index.html").write_text("<!doctype html><title>plain</title>")
    shutil.copy(STOCK, folder)
    for module in PATHWAYS:
        shutil.copy(SRC / module, folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def around(served: Surroundings) -> Iterator[Surroundings]:
    yield served
    served.restore()


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def listener(browser: Browser, around: Surroundings, asked: Asked) -> Iterator[Page]:
    yield from listening(browser, around.url, asked)


def listening(browser: Browser, url: str, asked: Asked) -> Iterator[Page]:
    context = browser.new_context(base_url=url)
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.on("request", asked.note)
    yield page
    page.unroute_all(behavior="wait")
    context.close()


def play_on_page(page: Page, track: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    page.evaluate(f"document.querySelector('audio').playbackRate = {RATE}")
    page.get_by_role("button", name="Play").click()


def play_plainly(page: Page, plain: str, entry: str, source: str = "/hls.mjs") -> None:
    """Play with hls.js, as it comes or as it is elsewhere, on a page that has nothing else."""
    page.goto(f"{plain}/")
    page.evaluate(PLAY, [source, entry, 1])
    page.evaluate(WATCH)


def wait_for_ahead(page: Page, ahead_s: float) -> None:
    page.wait_for_function(
        "s => { const {buffered, currentTime} = document.querySelector('audio');"
        " return buffered.length === 1 && buffered.end(0) - currentTime >= s; }",
        arg=ahead_s,
    )


def silent_since(asked: Asked, edge: Edge, dead_s: float) -> float:
    """Return how long after the death of an edge the first segment was asked for elsewhere."""
    elsewhere = [at_s for at_s, url in asked.segments if at_s > dead_s and edge.host not in url]
    return elsewhere[0] - dead_s


def assert_nothing_was_heard(page: Page) -> None:
    seen = watched(page)
    assert seen["starved"] == 0
    assert not any(trouble["fatal"] for trouble in seen["troubles"])
    assert "bufferStalledError" not in {trouble["details"] for trouble in seen["troubles"]}


def says_it_is_on(pathway: str, request: Request) -> bool:
    """Tell whether a player that has been steered asks again, from a pathway."""
    parts = urlsplit(request.url)
    said = dict(parse_qsl(parts.query))
    is_asked = parts.path.startswith("/steering/") and "session" in said
    return is_asked and said["_HLS_pathway"] == pathway


def used(page: Page, around: Surroundings, asked: Asked) -> Edge:
    """Return the edge that is used once the player has been told which one to use."""
    wait_for_position(page, 3)
    return around.edge_of(asked.last)


def assert_it_moved(around: Surroundings, asked: Asked, edge: Edge, dead_s: float) -> None:
    """Show that segments come from the other edge, and soon did."""
    assert silent_since(asked, edge, dead_s) < SEGMENT_S
    after = [url for at_s, url in asked.segments if at_s > dead_s + SEGMENT_S]
    assert after
    assert all(around.other_than(edge).host in url for url in after)


def test_the_page_goes_on_elsewhere_when_an_edge_dies_within_a_segment(
    listener: Page, around: Surroundings, track: Track, asked: Asked
) -> None:
    play_on_page(listener, track)
    edge = used(listener, around, asked)
    dying_s = time.monotonic()
    with listener.expect_request(partial(says_it_is_on, around.name_of(around.other_than(edge)))):
        edge.die_within(40_000)
    wait_for_position(listener, 26)
    assert_nothing_was_heard(listener)
    assert_it_moved(around, asked, edge, dying_s)


@pytest.mark.long
@pytest.mark.parametrize("size_bytes", [0, 100_000], ids=["between answers", "within one"])
def test_the_page_goes_on_elsewhere_when_an_edge_says_nothing_any_more(
    listener: Page, around: Surroundings, track: Track, asked: Asked, size_bytes: int
) -> None:
    play_on_page(listener, track)
    # Else a lower one would be asked for, and never begin.
    listener.evaluate("document.querySelector('sound-player').choose('320k')")
    edge = used(listener, around, asked)
    edge.hang_within(size_bytes)
    hung_s = time.monotonic()
    wait_for_position(listener, 34)
    assert_nothing_was_heard(listener)
    after = [url for at_s, url in asked.segments if at_s > hung_s + SEGMENT_S]
    assert after
    assert all(around.other_than(edge).host in url and "/320k/" in url for url in after)


@pytest.mark.long
def test_an_edge_dies_while_nobody_tells_where_to_go(
    listener: Page, around: Surroundings, track: Track, asked: Asked
) -> None:
    around.steering.die()
    play_on_page(listener, track)
    edge = used(listener, around, asked)
    dying_s = time.monotonic()
    edge.die_within(40_000)
    wait_for_position(listener, 26)
    assert_nothing_was_heard(listener)
    assert_it_moved(around, asked, edge, dying_s)


@pytest.mark.long
def test_what_ends_before_the_playlist_of_another_pathway_comes_stops_nothing(
    listener: Page, plain: str, around: Surroundings, track: Track, asked: Asked
) -> None:
    """hls.js alone would wait for it for ever, if it is the first."""
    entry = f"{around.url}/{track.playback_id}.m3u8"
    with urllib.request.urlopen(entry) as answer:  # noqa: S310 our own server
        first = str(
            urlsplit(re.findall(r"^http.*", answer.read().decode(), re.MULTILINE)[0]).hostname
        )
    edge = around.edges[first]
    other = around.other_than(edge)
    edge.bytes_per_s = PACE_BYTES_PER_S
    around.steering.die()  # which would have it go elsewhere, by what happened before
    other.hang()
    listener.goto(f"{plain}/")
    with listener.expect_event(
        "requestfinished", lambda request: bool(SEGMENT.search(request.url))
    ):
        listener.evaluate(PLAY_AND_MOVE, entry)
    other.come_back()
    wait_for_position(listener, 7)
    assert edge.host in asked.segments[0][1]
    assert all(other.host in url for _, url in asked.segments[1:])


@pytest.mark.long
def test_hls_js_as_it_comes_goes_on_elsewhere_when_an_edge_dies(
    listener: Page, plain: str, around: Surroundings, track: Track, asked: Asked
) -> None:
    around.pace(PACE_BYTES_PER_S)
    play_plainly(listener, plain, f"{around.url}/{track.playback_id}.m3u8")
    edge = used(listener, around, asked)
    dying_s = time.monotonic()
    edge.die()
    wait_for_position(listener, 38)
    assert_nothing_was_heard(listener)
    assert_it_moved(around, asked, edge, dying_s)


@pytest.mark.long
def test_hls_js_as_it_comes_hears_of_an_edge_that_says_nothing_before_it_has_played_all(
    listener: Page, plain: str, around: Surroundings, long_track: Track, asked: Asked
) -> None:
    """It waits for what was begun for two minutes; a steering manifest takes it away from there."""
    around.pace(PACE_BYTES_PER_S)
    play_plainly(listener, plain, f"{around.url}/{long_track.playback_id}.m3u8")
    wait_for_ahead(listener, HLS_JS_AHEAD_S)
    edge = around.edge_of(asked.last)
    edge.hang()
    wait_for_sound(listener, LONG_S - 1)
    assert_nothing_was_heard(listener)
    assert around.other_than(edge).host in asked.last


@pytest.fixture
def under_token(track: Track, tmp_path: Path) -> str:
    """The path of the track, but for its end, under a token whose key is in ``key.json``."""
    made = soundbridge_here("token", "new-key", tmp_path / "signing.pem")
    (tmp_path / "key.json").write_text(made.stdout)
    key = ("--signing-key", tmp_path / "signing.pem")
    signed = soundbridge_here("token", "sign", track.playback_id, *key, "--for", "1h")
    return f"/t/{signed.stdout.strip()}/{track.playback_id}"


@pytest.fixture
def guarded(under_token: str, store: Path, tmp_path: Path) -> Iterator[Surroundings]:
    del under_token
    with surroundings(store, f"--playback-keys={tmp_path / 'key.json'}", "--require-tokens") as it:
        yield it


@pytest.fixture
def bearer(browser: Browser, guarded: Surroundings, asked: Asked) -> Iterator[Page]:
    yield from listening(browser, guarded.url, asked)


@pytest.mark.long
def test_under_a_token_what_plays_moves_to_a_clone_that_keeps_the_token(
    bearer: Page, plain: str, guarded: Surroundings, under_token: str, asked: Asked
) -> None:
    front = guarded.steering  # as the name of a site leads to some edge
    guarded.pace(PACE_BYTES_PER_S)
    front.bytes_per_s = PACE_BYTES_PER_S
    play_plainly(bearer, plain, f"{front.url}{under_token}.m3u8")
    wait_for_position(bearer, 3)
    assert {urlsplit(url).hostname for _, url in asked.segments} == {front.host}
    dying_s = time.monotonic()
    front.die()
    wait_for_position(bearer, 38)
    assert_nothing_was_heard(bearer)
    assert silent_since(asked, front, dying_s) < SEGMENT_S
    assert guarded.edges.keys() & {urlsplit(asked.last).hostname}
    token = under_token.rpartition("/")[0]
    assert all(f"{token}/media/" in url for _, url in asked.segments)


@pytest.mark.parametrize("dead", [None, 0, 1], ids=["all well", "a dead", "b dead"])
def test_players_that_know_nothing_of_pathways_play_them(
    around: Surroundings, track: Track, tmp_path: Path, dead: int | None
) -> None:
    if dead is not None:
        list(around.edges.values())[dead].die()
    entry = f"{around.url}/{track.playback_id}.m3u8"
    heard = tmp_path / "heard.f32"
    pcm = ("--no-config", "--no-video", "--untimed", "--ao=pcm", "--ao-pcm-waveheader=no")
    subprocess.run(["mpv", *pcm, f"--ao-pcm-file={heard}", entry], check=True, timeout=60)
    frames = heard.stat().st_size / FLOAT_STEREO_BYTES
    assert frames == pytest.approx(track.samples, abs=track.padding_samples)
