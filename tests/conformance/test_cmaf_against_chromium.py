"""Chromium takes our track through Media Source Extensions, and decodes it to the sample."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from manifests.index import Loudness
from tests.conformance.cmaf_track import MUSIC, SILENCE, make_track
from tests.players.chromium import WHOLE, chromium

SAMPLES = 5 * 44_100 + 77
BYTES = "() => { window.bytes = text => Uint8Array.from(atob(text), one => one.charCodeAt(0)); }"
APPEND = """async parts => {
    const audio = document.createElement('audio');
    const source = new MediaSource();
    const event = (target, name) => new Promise((resolve, reject) => {
        target.addEventListener(name, resolve, {once: true});
        target.addEventListener('error', () => reject(new Error(`no ${name}`)), {once: true});
    });
    audio.muted = true;
    audio.src = URL.createObjectURL(source);
    await event(source, 'sourceopen');
    const buffer = source.addSourceBuffer('audio/mp4; codecs="mp4a.40.2"');
    for (const part of parts) {
        buffer.appendBuffer(bytes(part));
        await event(buffer, 'updateend');
    }
    source.endOfStream();
    const ranges = [...Array(buffer.buffered.length).keys()]
        .map(at => [buffer.buffered.start(at), buffer.buffered.end(at)]);
    audio.currentTime = Math.max(0, audio.duration - 0.5);
    await audio.play();
    await event(audio, 'ended');
    return {ranges, played: audio.currentTime, error: audio.error};
}"""
DECODE = """async file => {
    const context = new OfflineAudioContext(1, 1, 44100);
    const decoded = await context.decodeAudioData(bytes(file).buffer);
    return decoded.length;
}"""


@pytest.fixture(name="page")
def _page() -> Iterator[Page]:
    with chromium(WHOLE) as browser:
        page = browser.new_page()
        page.evaluate(BYTES)
        yield page


def text(data: bytes) -> str:
    return b64encode(data).decode()


@pytest.mark.long_if("loudness1")
@pytest.mark.parametrize("loudness", [MUSIC, SILENCE])
def test_it_buffers_and_plays_to_the_end_and_decodes_exactly(
    loudness: Loudness, page: Page, tmp_path: Path
) -> None:
    track = make_track(SAMPLES, tmp_path, loudness=loudness)

    heard = page.evaluate(APPEND, [text(part) for part in (track.init, *track.segments)])

    ((start_s, end_s),) = heard["ranges"]
    assert start_s == 0
    assert end_s == pytest.approx(SAMPLES / 44_100, abs=0.001)
    assert heard["played"] == pytest.approx(end_s, abs=0.001)
    assert heard["error"] is None
    assert page.evaluate(DECODE, text(track.file)) == SAMPLES
