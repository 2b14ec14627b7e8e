"""hls.js in Chromium, and Chromium's own player, play under a token from start to end."""

from collections.abc import Iterator
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


@pytest.mark.long_if("native")
@pytest.mark.parametrize("play", [PLAY_WITH_HLS_JS, PLAY_NATIVELY], ids=["hls.js", "native"])
def test_it_plays_to_the_end_under_a_token(
    guarded_page: Page, folder: Path, quiet: Track, play: str
) -> None:
    key = ("--signing-key", folder / "signing.pem")
    token = soundbridge_here("token", "sign", quiet.playback_id, *key, "--for", "1h").stdout.strip()
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
