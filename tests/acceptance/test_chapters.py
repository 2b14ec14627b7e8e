"""Chapters reach players: hls.js places them on its timeline, and plays on as without them."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.hls_js import PLAY, TROUBLES, module
from tests.acceptance.listening import CHAPTERS, Track, clip, package
from tests.servers.soundbridge import serving

DURATION_S: Final = 20.3
READ: Final = f"""async ([module, uri]) => {{
    const {{default: Hls}} = await import(module);
    const audio = document.createElement('audio');
    const hls = new Hls();
    const troubles = ({TROUBLES})(Hls, hls, audio);
    const session = new Promise((resolve) =>
        hls.on(Hls.Events.MANIFEST_LOADED, (_, {{sessionData}}) => resolve(sessionData)));
    const level = new Promise((resolve) =>
        hls.on(Hls.Events.LEVEL_LOADED, (_, {{details: {{dateRanges, fragments}}}}) => resolve({{
            dates: fragments.map((one) => one.programDateTime),
            ranges: Object.values(dateRanges).map(
                (one) => [one.class, one.startTime, one.duration, one.attr['X-TITLE']]),
        }})));
    const played = ({PLAY})(Hls, hls, audio);
    hls.loadSource(uri);
    hls.attachMedia(audio);
    const {{dates, ranges}} = await level;
    const named = (await session)['com.apple.hls.chapters'];
    const chapters = await (await fetch(new URL(named.URI, new URL(uri, location)))).json();
    await played;
    const at = audio.currentTime;
    hls.destroy();
    return {{troubles, chapters, dates, ranges, at}};
}}"""


@pytest.fixture(scope="module")
def chaptered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Track]]:
    folder = tmp_path_factory.mktemp("chapters")
    source = clip("battle-epic.ogg", folder / "clip.flac", DURATION_S, CHAPTERS)
    made = package(source, folder / "store")
    with serving(folder / "store") as url:
        yield url, made


@pytest.fixture
def page(browser: Browser, chaptered: tuple[str, Track]) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(chaptered[0])
    yield page
    page.close()


@pytest.mark.long
def test_hls_js_finds_the_chapters_and_plays_to_the_end(
    page: Page, chaptered: tuple[str, Track]
) -> None:
    _, made = chaptered
    found: dict[str, Any] = page.evaluate(READ, [module(), f"/{made.playback_id}.m3u8"])
    assert found["troubles"] == []
    assert found["ranges"] == [
        ["io.soundbridge.chapter", 0, 7.25, "Eins"],
        [
            "io.soundbridge.chapter",
            pytest.approx(7.25, abs=1e-3),
            pytest.approx(DURATION_S - 7.25),
            "Zwei",
        ],
    ]
    assert all(found["dates"])  # every segment has its date
    assert [chapter["titles"][0]["title"] for chapter in found["chapters"]] == ["Eins", "Zwei"]
    assert found["at"] == pytest.approx(made.duration_s, abs=0.03)
