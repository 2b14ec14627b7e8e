"""The page's own modules, in the browser that runs them, on what the packager writes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Error, Page, Route

import origin.web
from packager.sound.waveform import WaveformBuilder
from packager.source import blurhash
from tests.players.chromium import chromium

SRC = Path(origin.web.__file__).parent / "src"
PAGE = "http://page.invalid/"
READ = """async ([bytes, count]) => {
    const {readPeaks, toBars} = await import('/waveform.js');
    const peaks = readPeaks(new Uint8Array(bytes).buffer);
    return [[...peaks], [...toBars(peaks, count)]];
}"""
DRAW = """async hash => {
    const {drawBlurhash} = await import('/blurhash.js');
    return [...drawBlurhash(hash, 32, 32).data];
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        opened = browser.new_page()
        opened.route(f"{PAGE}**", serve_source)
        opened.goto(PAGE)
        yield opened


def serve_source(route: Route) -> None:
    name = route.request.url.removeprefix(PAGE)
    if name:
        route.fulfill(path=SRC / name, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html>", content_type="text/html")


@pytest.mark.parametrize(
    ("duration_s", "clock", "spoken"),
    [
        (0, "0:00", "0 seconds"),
        (1.999, "0:01", "1 second"),
        (61, "1:01", "1 minute 1 second"),
        (600, "10:00", "10 minutes"),
        (3727.5, "1:02:07", "1 hour 2 minutes 7 seconds"),
        (-3, "0:00", "0 seconds"),
    ],
)
def test_times_are_written_and_spoken(
    page: Page, duration_s: float, clock: str, spoken: str
) -> None:
    said = page.evaluate(
        "async s => { const m = await import('/clock.js'); return [m.clock(s), m.spoken(s)]; }",
        duration_s,
    )
    assert said == [clock, spoken]


def waveform(level: npt.NDArray[np.float32]) -> bytes:
    builder = WaveformBuilder(44_100, 2)
    builder.feed(np.stack([level, level]))
    return builder.finish().to_binary()


def read(page: Page, data: bytes, count: int) -> Any:
    return page.evaluate(READ, [list(data), count])


def test_the_packagers_waveform_is_read(page: Page) -> None:
    loud, quiet = np.full(44_100, 0.5, np.float32), np.full(44_100, 0.125, np.float32)
    peaks, bars = read(page, waveform(np.concatenate([loud, quiet])), 4)
    assert peaks[0] == pytest.approx(0.5, abs=0.01)
    assert peaks[-1] == pytest.approx(0.125, abs=0.01)
    assert bars == pytest.approx([1, 1, 0.25, 0.25], abs=0.02)


def test_sixteen_bits_and_two_channels_are_read(page: Page) -> None:
    header = np.array([2, 0, 44_100, 256, 2, 2], "<i4").tobytes()
    pixels = np.array([[-8192, 4096, -1, 1], [0, 16_384, -32_768, 0]], "<i2").tobytes()
    peaks, _ = read(page, header + pixels, 1)
    assert peaks == [0.25, 1]


def test_silence_and_nothing_at_all_draw_no_bars(page: Page) -> None:
    assert read(page, waveform(np.zeros(44_100, np.float32)), 3)[1] == [0, 0, 0]
    assert read(page, np.array([2, 1, 44_100, 256, 0, 1], "<i4").tobytes(), 2)[1] == [0, 0]


@pytest.mark.parametrize("damage", ["version", "length"])
def test_what_is_no_waveform_is_refused(page: Page, damage: str) -> None:
    data = bytearray(waveform(np.zeros(44_100, np.float32)))
    if damage == "version":
        data[0] = 1
    else:
        del data[-1]
    with pytest.raises(Error, match="not a waveform of version 2"):
        read(page, bytes(data), 1)


def test_the_packagers_placeholder_looks_like_the_picture(page: Page) -> None:
    rows, columns = np.mgrid[0:32, 0:32] / 31
    picture = np.stack([255 * columns, 255 * rows, 128 + 0 * rows], axis=-1).astype(np.uint8)
    drawn = np.array(page.evaluate(DRAW, blurhash.encode(picture))).reshape(32, 32, 4)
    assert (drawn[..., 3] == 255).all()
    assert np.abs(drawn[..., :3] - picture.astype(int)).mean() < 16


@pytest.mark.parametrize("text", ["LEHV6nWB2y", "é" * 28], ids=["short", "foreign"])
def test_what_is_no_blurhash_is_refused(page: Page, text: str) -> None:
    with pytest.raises(Error, match="not a blurhash"):
        page.evaluate(DRAW, text)


RUNGS_BPS = [130_000, 260_000, 320_000]


@pytest.mark.parametrize(
    ("situation", "decision"),
    [
        ((2, 2_000_000, 9, 1_900_000), None),
        ((2, 200_000, 9, 1_800_000), {"level": 0, "abandon": True}),
        ((2, 200_000, 9, 200_000), {"level": 0, "abandon": False}),  # it ends in a second
        ((2, 310_000, 1.5, 1_000_000), {"level": 0, "abandon": True}),  # 1 would come too late
        ((2, 310_000, 1.5, 200_000), {"level": 1, "abandon": False}),
        ((2, 330_000, 9, 1_000_000), None),
        ((2, 330_000, 1.5, 100_000), {"level": 1, "abandon": False}),
        ((0, 50_000, 1, 700_000), None),
        ((2, 0, 9, 1_000_000), {"level": 0, "abandon": False}),  # nothing else would come, either
    ],
)
def test_a_rung_is_left_when_the_connection_does_not_carry_it(
    page: Page, situation: tuple[float, ...], decision: dict[str, Any] | None
) -> None:
    said = page.evaluate(
        """async ([level, rate_bps, ahead_s, left_bits, bitrates_bps]) => {
            const {decide} = await import('/down_switch.js');
            return decide({bitrates_bps, level, left_bits, duration_s: 6, rate_bps, ahead_s});
        }""",
        [*situation, RUNGS_BPS],
    )
    assert said == decision


AGAIN = """async ([failed, code, would]) => {
    const {retrying} = await import('/retrying.js');
    const usual = {maxLoadTimeMs: 7, errorRetry: {maxNumRetry: 6, maxRetryDelayMs: 8000}};
    const {fragLoadPolicy: {default: policy}} = retrying({fragLoadPolicy: {default: usual}});
    const {errorRetry: how} = policy;
    const kept = policy.maxLoadTimeMs === 7 && how.maxRetryDelayMs === 8000;
    return [kept, how.shouldRetry(how, failed, false, code === null ? undefined : {code}, would)];
}"""


@pytest.mark.parametrize(
    ("situation", "again"),
    [
        ([0, 0, False], True),  # the connection ended
        ([1, 0, False], False),  # and once more: hls.js takes another rung
        ([0, 404, False], False),
        ([0, None, False], False),  # what came cannot be parsed
        ([3, 503, True], True),  # as hls.js has it
    ],
)
def test_a_segment_that_was_cut_is_asked_for_once_more(
    page: Page, situation: list[int | bool | None], *, again: bool
) -> None:
    assert page.evaluate(AGAIN, situation) == [True, again]
