"""Two edges in front of one origin, one of which dies while somebody listens.

What plays moves to the other within the time of a segment, and nothing is heard of it.
"""

import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Route

import origin.web
from tests.acceptance.listening import Track, clip, package
from tests.acceptance.two_edges import (
    PACE_BYTES_PER_S,
    SEGMENT,
    SEGMENT_S,
    Asked,
    Surroundings,
    listening,
    play_plainly,
    says_it_is_on,
    silent_since,
    surroundings,
    used,
)
from tests.acceptance.watching import open_page, wait_for_position, wait_for_sound, watched
from tests.servers.failing_edges import Edge
from tests.servers.soundbridge import soundbridge_here

STOCK: Final = Path(origin.web.__file__).parent / "node_modules/hls.js/dist/hls.mjs"
SRC: Final = Path(origin.web.__file__).parent / "src"
PATHWAYS: Final = ("pathways.js", "retrying.js")
RATE: Final = 2
HLS_JS_AHEAD_S: Final = 30
"""What it keeps at the least, if the connection brings it."""
LONG_S: Final = 70
FLOAT_STEREO_BYTES: Final = 8


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = {".mjs": "text/javascript", ".js": "text/javascript", ".html": "text/html"}  # noqa: RUF012 its base's

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


PLAY_AS_THE_PAGE: Final = """async ([uri, isMoved]) => {
    const [{default: Hls}, {Pathways}] =
        await Promise.all(['/hls.mjs', '/pathways.js'].map((module) => import(module)));
    const audio = document.createElement('audio');
    document.body.replaceChildren(audio);
    const pathways = new Pathways(Hls);
    const ahead = {maxBufferLength: 10, maxMaxBufferLength: 10};
    const hls = new Hls({...ahead, ...pathways.config()});
    Object.assign(window, {hls, Hls});
    pathways.follow(hls);
    hls.on(Hls.Events.FRAG_LOADING, function move(_, {frag}) {
        if (!isMoved || frag.sn === 'initSegment') return;
        hls.off(Hls.Events.FRAG_LOADING, move);
        setTimeout(() => { hls.pathwayPriority = hls.pathways.toReversed(); });
    });
    hls.loadSource(uri);
    hls.attachMedia(audio);
    audio.autoplay = true;
}"""
"""As the page does; where it ``isMoved``, to the other pathway while the first segment comes."""
REST: Final = "() => hls.inFlightFragments.main.state === 'IDLE' && hls.media.currentTime > 0"
UNHEARD_S: Final = 38
"""Where nothing is in the browser while hls.js rests that began at the beginning."""
PATIENCE_MS: Final = 4_000
"""Of the page, where there is another pathway."""
HLS_JS_PATIENCE_MS: Final = 9_000
LOOKS_MS: Final = 1_100
"""In which the page looks twice for a load that has stopped."""
FAIL_TO_RELOAD: Final = """() => hls.trigger(Hls.Events.ERROR, {
    type: Hls.ErrorTypes.NETWORK_ERROR, details: Hls.ErrorDetails.LEVEL_LOAD_TIMEOUT, fatal: false,
    error: new Error('as of a playlist that grows'),
    context: {type: 'level', level: hls.loadLevel, pathwayId: hls.levels[hls.loadLevel].pathwayId},
})"""


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


def play_on_page(page: Page, track: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    play_at(page, RATE)
    page.get_by_role("button", name="Play").click()


def play_as_the_page(page: Page, plain: str, entry: str) -> None:
    """Play an entry in a page that has nothing but what moves between pathways."""
    page.goto(f"{plain}/")
    page.evaluate(PLAY_AS_THE_PAGE, [entry, False])


def play_at(page: Page, rate: int) -> None:
    page.evaluate(f"document.querySelector('audio').playbackRate = {rate}")


def is_of_sound(edge: Edge, request: Request) -> bool:
    return edge.host in request.url and SEGMENT.search(request.url) is not None


def entry_of(around: Surroundings, track: Track) -> str:
    return f"{around.url}/{track.playback_id}.m3u8"


def first_named(around: Surroundings, entry: str) -> Edge:
    """Return the edge on which players of an entry begin."""
    with urllib.request.urlopen(entry) as answer:  # noqa: S310 our own server
        return around.edge_of(re.findall(r"^http.*", answer.read().decode(), re.MULTILINE)[0])


def wait_for_ahead(page: Page, ahead_s: float) -> None:
    page.wait_for_function(
        "s => { const {buffered, currentTime} = document.querySelector('audio');"
        " return buffered.length === 1 && buffered.end(0) - currentTime >= s; }",
        arg=ahead_s,
    )


def assert_nothing_was_heard(page: Page) -> None:
    seen = watched(page)
    assert seen["starved"] == 0
    assert not any(trouble["fatal"] for trouble in seen["troubles"])
    assert "bufferStalledError" not in {trouble["details"] for trouble in seen["troubles"]}


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
def test_who_is_told_to_move_while_a_segment_hangs_does_not_go_back(
    listener: Page, around: Surroundings, track: Track, asked: Asked
) -> None:
    """What hangs was asked for before: that is no fault of the pathway to which one went."""
    play_on_page(listener, track)
    edge = used(listener, around, asked)
    play_at(listener, 1)  # it is asked for some seconds later, then, and fails after it was told
    with listener.expect_request(partial(is_of_sound, around.other_than(edge))):
        edge.hang_within(0)
        hung_s = time.monotonic()
    play_at(listener, RATE)
    wait_for_position(listener, 34)
    assert_nothing_was_heard(listener)
    assert around.edge_of(asked.last) is not edge
    assert silent_since(asked, edge, hung_s) < 3 * SEGMENT_S


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
    entry = entry_of(around, track)
    edge = first_named(around, entry)
    other = around.other_than(edge)
    edge.bytes_per_s = PACE_BYTES_PER_S
    around.steering.die()  # which would have it go elsewhere, by what happened before
    other.hang()
    listener.goto(f"{plain}/")
    with listener.expect_event(
        "requestfinished", lambda request: bool(SEGMENT.search(request.url))
    ):
        listener.evaluate(PLAY_AS_THE_PAGE, [entry, True])
    other.come_back()
    wait_for_position(listener, 7)
    assert edge.host in asked.segments[0][1]
    assert all(other.host in url for _, url in asked.segments[1:])


@pytest.mark.long
@pytest.mark.parametrize("first", ["silent", "empty"])
def test_where_no_other_pathway_is_left_what_comes_late_is_waited_for(
    listener: Page, plain: str, around: Surroundings, track: Track, first: str
) -> None:
    entry = entry_of(around, track)
    edge = first_named(around, entry)
    other = around.other_than(edge)
    around.steering.die()
    edge.hang()
    other.hang()
    if first == "empty":
        listener.route(f"{edge.url}/**", lambda route: route.fulfill(status=404))
    seen: list[str] = []
    listener.on("request", lambda request: seen.append(request.url))
    listener.clock.install()
    listener.goto(f"{plain}/")
    with listener.expect_request(f"{other.url}/**", timeout=PATIENCE_MS):  # hls.js has 10 s
        with listener.expect_request(f"{edge.url}/**"):
            listener.evaluate(PLAY_AS_THE_PAGE, [entry, False])
        if first == "silent":
            listener.clock.run_for(PATIENCE_MS)
    listener.clock.run_for(HLS_JS_PATIENCE_MS)
    other.come_back()
    wait_for_position(listener, 0.1)
    playlists = [url for url in seen if url.startswith(other.url) and url.endswith(".m3u8")]
    assert len(playlists) == len(set(playlists))


@pytest.mark.long
def test_an_initialization_section_that_comes_after_its_segment_is_waited_for(
    listener: Page, plain: str, around: Surroundings, track: Track
) -> None:
    entry = entry_of(around, track)
    other = around.other_than(first_named(around, entry))
    around.steering.die()
    play_as_the_page(listener, plain, entry)
    listener.wait_for_function(REST)
    held: list[Route] = []
    listener.route(f"{other.url}/**/init.mp4", lambda route: held.append(route))  # noqa: PLW0108 Playwright
    with listener.expect_event("requestfinished", partial(is_of_sound, other)):
        listener.evaluate(
            "at_s => { hls.pathwayPriority = hls.pathways.toReversed();"
            " hls.media.currentTime = at_s; }",
            UNHEARD_S,
        )
    listener.wait_for_timeout(LOOKS_MS)
    asked = len(held)
    listener.unroute_all()  # what is held goes on
    assert asked == 1
    wait_for_position(listener, UNHEARD_S + 0.5)


@pytest.mark.long
def test_a_segment_that_hangs_is_given_up_though_its_pathway_was_left_for_a_playlist(
    listener: Page, plain: str, around: Surroundings, track: Track
) -> None:
    entry = entry_of(around, track)
    edge = first_named(around, entry)
    around.steering.die()
    edge.hang_within(100_000)
    listener.clock.install()
    play_as_the_page(listener, plain, entry)
    listener.wait_for_function("() => hls.inFlightFragments.main?.frag?.stats.loaded > 0")
    listener.evaluate(FAIL_TO_RELOAD)
    with listener.expect_request(partial(is_of_sound, around.other_than(edge))):
        listener.clock.run_for(PATIENCE_MS + LOOKS_MS)


@pytest.mark.long
def test_edges_that_are_started_anew_one_after_the_other_do_not_end_it(
    listener: Page, plain: str, around: Surroundings, track: Track
) -> None:
    """hls.js alone does not come back for five minutes, and gives up where it has left all."""
    entry = entry_of(around, track)
    edge = first_named(around, entry)
    around.steering.die()
    play_as_the_page(listener, plain, entry)
    listener.wait_for_function(REST)
    for dying, heard_s in ((edge, 20), (around.other_than(edge), UNHEARD_S)):
        dying.die()
        listener.evaluate("at_s => { hls.media.currentTime = at_s; }", heard_s)
        wait_for_position(listener, heard_s + 0.3)
        dying.come_back()


@pytest.mark.long
def test_what_has_failed_and_is_not_wanted_any_more_does_not_fail_again(
    listener: Page, plain: str, around: Surroundings, track: Track
) -> None:
    around.steering.die()
    listener.clock.install()
    play_as_the_page(listener, plain, entry_of(around, track))
    listener.wait_for_function(REST)
    listener.route(SEGMENT, lambda route: route.fulfill(status=503))
    listener.evaluate(
        "at_s => { window.failed = []; hls.media.currentTime = at_s;"
        " hls.on(Hls.Events.ERROR, (_, {details}) => {"
        "     failed.push(details); hls.media.currentTime = 1; }); }",
        UNHEARD_S,
    )
    listener.wait_for_function("() => failed.length > 0")
    listener.clock.run_for(PATIENCE_MS + LOOKS_MS)
    assert "fragLoadTimeOut" not in listener.evaluate("failed")


@pytest.mark.long
def test_hls_js_as_it_comes_goes_on_elsewhere_when_an_edge_dies(
    listener: Page, plain: str, around: Surroundings, track: Track, asked: Asked
) -> None:
    around.pace(PACE_BYTES_PER_S)
    play_plainly(listener, plain, entry_of(around, track))
    edge = used(listener, around, asked)
    dying_s = time.monotonic()
    edge.die()
    wait_for_position(listener, 20)
    assert_nothing_was_heard(listener)
    assert_it_moved(around, asked, edge, dying_s)


@pytest.mark.long
def test_hls_js_as_it_comes_hears_of_an_edge_that_says_nothing_before_it_has_played_all(
    listener: Page, plain: str, around: Surroundings, long_track: Track, asked: Asked
) -> None:
    """It waits for what was begun for two minutes; a steering manifest takes it away from there."""
    around.pace(PACE_BYTES_PER_S)
    play_plainly(listener, plain, entry_of(around, long_track))
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
    wait_for_position(bearer, 20)
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
    entry = entry_of(around, track)
    heard = tmp_path / "heard.f32"
    pcm = ("--no-config", "--no-video", "--untimed", "--ao=pcm", "--ao-pcm-waveheader=no")
    subprocess.run(["mpv", *pcm, f"--ao-pcm-file={heard}", entry], check=True, timeout=60)
    frames = heard.stat().st_size / FLOAT_STEREO_BYTES
    assert frames == pytest.approx(track.samples, abs=track.padding_samples)
