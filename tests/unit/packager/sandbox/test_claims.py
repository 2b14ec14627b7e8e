"""What a child may say of a source, and what nobody would have to believe."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from manifests.chapters import Chapter
from manifests.index import Loudness, ReplayGain
from manifests.rendition import Rung
from packager.encoding.encode import codec_config
from packager.extras import Extras
from packager.ladder import choose
from packager.sandbox import claims
from packager.sandbox.values import Misfit
from packager.sound.waveform import WaveformBuilder
from packager.source.artwork import make_artwork
from packager.source.cover import ArtworkSet
from packager.source.facts import Probe
from packager.source.text import clean

PROBE = Probe("wav", "pcm_s16le", 44_100, 2, 16, 1_411_200, True, 44_100, 44_100, False)
LADDER, _ = choose(PROBE, Extras(lossless=True))
AAC, FLAC = LADDER.rungs[0], LADDER.rungs[-1]


def picture() -> bytes:
    output = io.BytesIO()
    Image.linear_gradient("L").save(output, "PNG")
    return output.getvalue()


COVER = picture()


def drawn(samples: int) -> tuple[bytes, bytes]:
    builder = WaveformBuilder(44_100, 2)
    builder.feed(np.zeros((2, samples), np.float32))
    waveform = builder.finish()
    return waveform.to_binary(), waveform.to_json()


WAVEFORM = drawn(60_000)


@given(st.text(), st.integers(1, 12))
def test_what_is_clean_stays_as_it_is(text: str, longest: int) -> None:
    once = clean(text, longest)
    assert clean(once, longest) == once
    if once:
        claims.check_tags({"title": once})


@pytest.mark.parametrize(
    "tags",
    [
        {"title": "x\ud800y"},
        {"title": "x" * 1_001},
        {"title": "two\nlines"},
        {"title": ""},
        {"../title": "x"},
        {f"tag_{n}": "x" for n in range(65)},
    ],
)
def test_tags_that_were_not_cleaned(tags: dict[str, str]) -> None:
    with pytest.raises(Misfit):
        claims.check_tags(tags)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_what_encoders_say_of_themselves(rate_hz: int, channels: int) -> None:
    ladder, _ = choose(
        replace(PROBE, sample_rate_hz=rate_hz, channels=channels), Extras(lossless=True)
    )
    for rung in ladder.rungs:
        claims.check_config(codec_config(ladder, rung), ladder, rung)


@pytest.mark.parametrize(
    ("rung", "config"),
    [
        (AAC, b""),
        (AAC, b"\xff" * 5),
        (AAC, b"\x12\x08"),  # one channel
        (AAC, b"\x11\x90"),  # 48 kHz
        (AAC, b"\x12\x14"),  # frames of 960 samples
        (AAC, b"\x12\x10" + bytes(300)),
        (FLAC, b"\x12\x10"),
        (FLAC, codec_config(LADDER, FLAC)[:-1] + b"\x01"),
    ],
)
def test_another_decoder_than_a_rung_needs(rung: Rung, config: bytes) -> None:
    with pytest.raises(Misfit):
        claims.check_config(config, LADDER, rung)


@settings(max_examples=30)
@given(st.integers(1, 3_000_000))
def test_any_sound_is_drawn(samples: int) -> None:
    claims.check_waveform(*drawn(samples), samples, 44_100)


@pytest.mark.parametrize("samples", [64 * 8192 + n for n in (-1, 0, 1)])
def test_a_waveform_whose_pixels_just_fit(samples: int) -> None:
    claims.check_waveform(*drawn(samples), samples, 44_100)


@pytest.mark.parametrize(
    ("binary", "as_json"),
    [
        (b"", WAVEFORM[1]),
        (WAVEFORM[0], b"<html>"),
        (WAVEFORM[0] + b"x", WAVEFORM[1]),
        (WAVEFORM[0][:-1] + b"\x05", WAVEFORM[1]),
        drawn(70_000),
    ],
)
def test_a_waveform_of_something_else(binary: bytes, as_json: bytes) -> None:
    with pytest.raises(Misfit):
        claims.check_waveform(binary, as_json, 60_000, 44_100)


def test_a_cover_of_ours_is_believed() -> None:
    claims.check_artwork(make_artwork(COVER))
    claims.check_artwork(make_artwork(b"no picture"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: replace(made, covers=made.covers[:1]),
        lambda made: replace(made, covers=made.covers[:1] * 3),
        lambda made: replace(made, covers=(replace(made.covers[0], box_px=-5), *made.covers[1:])),
        lambda made: replace(made, covers=(replace(made.covers[0], width_px=97), *made.covers[1:])),
        lambda made: replace(
            made, covers=(replace(made.covers[0], data=b"<script>"), *made.covers[1:])
        ),
        lambda made: replace(
            made, covers=(replace(made.covers[0], media_type="text/html"), *made.covers[1:])
        ),
        lambda made: replace(made, placeholder="x\ud800"),
        lambda made: replace(made, placeholder=None),
        lambda made: replace(made, covers=()),
        lambda made: replace(made, notes=("x\nTWO",)),
    ],
)
def test_a_cover_that_is_none(spoil: Callable[[ArtworkSet], ArtworkSet]) -> None:
    with pytest.raises(Misfit):
        claims.check_artwork(spoil(make_artwork(COVER)))


@pytest.mark.parametrize("levels", [(1e15, 5.0, 0.0), (-14.0, -1.0, 0.0), (-14.0, 5.0, 1e15)])
def test_a_loudness_that_no_sound_has(levels: tuple[float, float, float]) -> None:
    claims.check_loudness(Loudness(None, None, None))
    claims.check_loudness(Loudness(-14.0, 5.0, -1.0))
    with pytest.raises(Misfit):
        claims.check_loudness(Loudness(*levels))


def test_a_gain_that_no_tag_says() -> None:
    claims.check_replay_gain(ReplayGain(-6.5, 0.9, None, None))
    with pytest.raises(Misfit):
        claims.check_replay_gain(ReplayGain(-6.5, -0.9, None, None))


@pytest.mark.parametrize("title", ["x\ud800", 'a"\n#EXT-X-ENDLIST\n\x00', "x" * 251])
def test_a_chapter_of_no_title(title: str) -> None:
    claims.check_chapters((Chapter("", 0, 1),))
    with pytest.raises(Misfit):
        claims.check_chapters((Chapter(title, 0, 1_000),))


def test_more_than_is_ever_found() -> None:
    with pytest.raises(Misfit):
        claims.check_chapters((Chapter("", 0, 1),) * 1_001)
    with pytest.raises(Misfit):
        claims.check_notes(("Too many.",) * 9)
    with pytest.raises(Misfit):
        claims.check_versions({f"library_{n}": "1" for n in range(33)})


@pytest.mark.parametrize(
    "change",
    [{"codec": "x\ny"}, {"container": ""}, {"bits_per_sample": 10**9}, {"notes": ("a\nb",)}],
)
def test_a_format_that_cannot_be(change: dict[str, Any]) -> None:
    claims.check_probe(PROBE)
    with pytest.raises(Misfit):
        claims.check_probe(replace(PROBE, **change))
