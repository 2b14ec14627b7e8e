"""hls.js in Chromium, and Chromium's own player, play under a token from start to end.

Under one that is bound to a site, they do so on pages of that site alone.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.hls_js import PLAY, TROUBLES, module
from tests.acceptance.listening import Track, clip, package
from tests.servers.soundbridge import serving, soundbridge_here

TIMEOUT_MS: Final = 60_000
PLAY_WITH_HLS_JS: Final = f"""async ([module, uri]) => {{
    const {{default: Hls}} = await import(module);
    const audio = document.createElement('audio');
    const hls = new Hls();
    const troubles = ({TROUBLES})(Hls, hls, audio);
    hls.loadSource(uri);
    hls.attachMedia(audio);
    await ({PLAY})(Hls, hls, audio);
    return {{troubles, at: audio.currentTime}};
}}"""
PLAY_NATIVELY: Final = """async ([_, uri]) => {
    const audio = document.createElement('audio');
    const ended = new Promise((resolve) => {
        audio.addEventListener('ended', resolve);
        audio.addEventListener('error', resolve);
    });
    audio.src = uri;
    audio.playbackRate = 4;
    audio.play().catch(() => {});
    await ended;
    return {troubles: audio.error ? [audio.error.message] : [], at: audio.currentTime};
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("guarded")


@pytest.fixture(scope="module")
def quiet(folder: Path) -> Track:
    source = clip("knolls.ogg", folder / "clip.flac", 20.5, {"title": "Knolls"})
    return package(source, folder / "store")


@pytest.fixture(scope="module")
def guarded(folder: Path, quiet: Track) -> Iterator[str]:
    del quiet
    made = soundbridge_here("token", "new-key", folder / "signing.pem")
    (folder / "key.json").write_text(made.stdout)
    rules = {
        "SOUNDBRIDGE_PLAYBACK_KEYS": str(folder / "key.json"),
        "SOUNDBRIDGE_REQUIRE_TOKENS": "1",
    }
    with serving(folder / "store", environment=rules) as url:
        yield url


@pytest.fixture
def guarded_page(browser: Browser, guarded: str) -> Iterator[Page]:
    context = browser.new_context(base_url=guarded)
    context.set_default_timeout(TIMEOUT_MS)
    yield context.new_page()
    context.close()


def token_for(folder: Path, track: Track, *options: str) -> str:
    key = ("--signing-key", folder / "signing.pem")
    signed = soundbridge_here("token", "sign", track.playback_id, *key, "--for", "1h", *options)
    return signed.stdout.strip()


@pytest.mark.long_if("native")
@pytest.mark.parametrize("play", [PLAY_WITH_HLS_JS, PLAY_NATIVELY], ids=["hls.js", "native"])
def test_it_plays_to_the_end_under_a_token(
    guarded_page: Page, folder: Path, quiet: Track, play: str
) -> None:
    token = token_for(folder, quiet)
    asked: list[str] = []
    guarded_page.goto("/")
    guarded_page.on("request", lambda request: asked.append(request.url))
    entry = f"/t/{token}/{quiet.playback_id}.m3u8"
    played: dict[str, Any] = guarded_page.evaluate(play, [module(), entry])
    assert played["troubles"] == []
    assert played["at"] == pytest.approx(quiet.duration_s, abs=0.1)
    media = [url for url in asked if "/media/" in url]
    assert len(media) > 4
    assert all(f"/t/{token}/media/" in url for url in media)


def test_hls_js_says_that_it_was_refused(guarded_page: Page, quiet: Track) -> None:
    guarded_page.goto("/")
    entry = f"/t/no.such.token/{quiet.playback_id}.m3u8"
    played = guarded_page.evaluate(PLAY_WITH_HLS_JS, [module(), entry])
    assert played == {"troubles": ["manifestLoadError"], "at": 0}


class BlankPage(BaseHTTPRequestHandler):
    """A page of another site, with nothing in it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Sites:
    """The address of what plays, and of a page of another site, as ours lets none of others in."""

    guarded: str
    elsewhere: str


@pytest.fixture(scope="module")
def sites(guarded: str) -> Iterator[Sites]:
    with ThreadingHTTPServer(("127.0.0.1", 0), BlankPage) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield Sites(guarded, f"http://localhost:{server.server_port}/")
        server.shutdown()
        serving.join()


@dataclass(frozen=True)
class Bound:
    """A track, and the folder with the key of its tokens."""

    folder: Path
    track: Track

    def entry(self, site: str) -> str:
        """Return where it plays, on pages of a site."""
        token = token_for(self.folder, self.track, "--referrer", site)
        return f"/t/{token}/{self.track.playback_id}.m3u8"


@pytest.fixture
def bound(folder: Path, quiet: Track) -> Bound:
    return Bound(folder, quiet)


def assert_refused_on(page: Page, where: str, play: str, said: list[str]) -> None:
    """Expect a page to hear nothing of what plays on another."""
    page.goto(where)
    refused = page.evaluate(play, said)
    assert (len(refused["troubles"]), refused["at"]) == (1, 0)


@pytest.mark.long_if("native", "same-site")
@pytest.mark.parametrize("site", ["127.0.0.1", "localhost"], ids=["same-site", "cross-site"])
@pytest.mark.parametrize("play", [PLAY_WITH_HLS_JS, PLAY_NATIVELY], ids=["hls.js", "native"])
def test_a_token_that_is_bound_to_a_site_plays_on_its_pages_alone(
    guarded_page: Page, sites: Sites, bound: Bound, play: str, site: str
) -> None:
    """What a browser has kept of one does not let it play on the other."""
    pages = [f"{sites.guarded}/", sites.elsewhere]
    on, not_on = pages if site == "127.0.0.1" else reversed(pages)
    said = [f"{sites.guarded}{module()}", f"{sites.guarded}{bound.entry(site)}"]
    assert_refused_on(guarded_page, not_on, play, said)
    guarded_page.goto(on)
    played = guarded_page.evaluate(play, said)
    assert played["troubles"] == []
    assert played["at"] == pytest.approx(bound.track.duration_s, abs=0.1)
    assert_refused_on(guarded_page, not_on, play, said)
