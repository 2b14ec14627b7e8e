"""What a child may send, on the grid of a ladder of two rungs."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.chapters import Chapter
from manifests.index import Loudness, ReplayGain, Silence
from packager.encoding.boundaries import Timeline, front_padding
from packager.encoding.encoded import ChunkId, EncodedChunk
from packager.extras import NO_EXTRAS, Extras
from packager.ladder import choose
from packager.limits import Limits
from packager.plan import Finding, Plan
from packager.sandbox.expectation import Expectation, check_plan
from packager.sandbox.values import Misfit
from packager.sound.waveform import WaveformBuilder
from packager.source.cover import ArtworkSet, Cover
from packager.source.facts import Probe

LIMITS = Limits(duration_s=200)
PROBE = Probe("wav", "pcm_s16le", 44_100, 2, 16, 1_411_200, True, 44_100 * 70, 44_100 * 70, False)
LADDER, NOTES = choose(PROBE)
PLAN = Plan(
    probe=PROBE,
    tags={},
    ladder=LADDER,
    codec_configs={rung.name: b"\x12\x10" for rung in LADDER.rungs},
    expected_samples=PROBE.samples,
    notes=NOTES,
    versions={},
)


def chunks_of(samples: int) -> list[EncodedChunk]:
    timeline = Timeline(LADDER, front_padding(PLAN.expected_samples), samples)
    return [
        EncodedChunk(rung, cut, (b"x",) * (cut.end_frame - cut.first_frame), 1)
        for cut in map(timeline.chunk, range(timeline.chunk_count))
        for rung in LADDER.rungs
    ]


def accept(chunks: list[EncodedChunk], done: frozenset[ChunkId] = frozenset()) -> None:
    expected = Expectation(PLAN, LIMITS, done)
    for chunk in chunks:
        expected.check_chunk(chunk)


@given(st.integers(1, 200 * 44_100))
def test_the_chunks_of_any_length_are_accepted(samples: int) -> None:
    accept(chunks_of(samples))


def test_what_is_done_is_not_expected() -> None:
    done = frozenset({("128k", 0), ("320k", 1)})
    rest = [
        chunk
        for chunk in chunks_of(PROBE.samples)
        if (chunk.rung.name, chunk.cut.number) not in done
    ]
    accept(rest, done)
    with pytest.raises(Misfit):
        accept(chunks_of(PROBE.samples), done)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda chunks: chunks[1:],
        lambda chunks: [chunks[0], *chunks],
        lambda chunks: chunks[::-1],
        lambda chunks: [replace(chunks[0], units=(b"x" * 4_000, *chunks[0].units[1:]))],
        lambda chunks: chunks[3:] + chunks[:3],
        lambda _: chunks_of(44_100 * 201),
        lambda chunks: chunks[:3] + chunks_of(44_100 * 69)[6:],
        lambda chunks: chunks[:4] + chunks_of(44_100 * 50)[4:],
    ],
)
def test_another_order_is_refused(
    spoil: Callable[[list[EncodedChunk]], list[EncodedChunk]],
) -> None:
    with pytest.raises(Misfit):
        accept(spoil(chunks_of(PROBE.samples)))


def finding_of(samples: int) -> Finding:
    builder = WaveformBuilder(44_100, 2)
    builder.feed(np.zeros((2, samples), np.float32))
    waveform = builder.finish()
    return Finding(
        timeline=Timeline(LADDER, front_padding(PLAN.expected_samples), samples),
        loudness=Loudness(-14.0, 5.0, -1.0),
        silence=Silence(0, 0),
        waveform_json=waveform.to_json(),
        waveform_binary=waveform.to_binary(),
        replay_gain=ReplayGain(None, None, None, None),
        chapters=(),
        artwork=ArtworkSet(),
        notes=(),
    )


def find(samples: int, found: Finding) -> None:
    expected = Expectation(PLAN, LIMITS, ())
    for chunk in chunks_of(samples):
        expected.check_chunk(chunk)
    expected.check_finding(found)


@pytest.mark.parametrize("samples", [1, 44_100, PROBE.samples - 1, PROBE.samples + 44_100])
def test_what_was_found_belongs_to_the_chunks(samples: int) -> None:
    find(samples, finding_of(samples))


@pytest.mark.parametrize(
    "found",
    [
        finding_of(PROBE.samples - 1),
        finding_of(PROBE.samples - 44_100 * 60),
        finding_of(PROBE.samples + 44_100 * 60),
        finding_of(0),
        replace(finding_of(PROBE.samples), timeline=Timeline(LADDER, 5, PROBE.samples)),
        replace(
            finding_of(PROBE.samples),
            artwork=ArtworkSet((Cover(96, 96, 96, b"<script>", media_type="text/html"),)),
        ),
        replace(finding_of(PROBE.samples), waveform_json=b"<html>"),
        replace(finding_of(PROBE.samples), waveform_binary=b""),
        replace(finding_of(PROBE.samples), loudness=Loudness(1e15, 5.0, 1e15)),
        replace(finding_of(PROBE.samples), replay_gain=ReplayGain(None, -1.0, None, None)),
        replace(finding_of(PROBE.samples), chapters=(Chapter("a\n#b", 0, 1_000),)),
        replace(finding_of(PROBE.samples), notes=("a\nb",)),
        replace(finding_of(PROBE.samples), silence=Silence(-1, 0)),
        replace(finding_of(PROBE.samples), silence=Silence(PROBE.samples, 1)),
    ],
)
def test_another_finding_is_refused(found: Finding) -> None:
    with pytest.raises(Misfit):
        find(PROBE.samples, found)


@pytest.mark.parametrize(
    "change",
    [
        {"probe": replace(PROBE, sample_rate_hz=1)},
        {"probe": replace(PROBE, channels=9)},
        {"probe": replace(PROBE, samples=0)},
        {"probe": replace(PROBE, samples=44_100 * 201)},
        {"probe": replace(PROBE, channels=1)},
        {"ladder": replace(LADDER, rungs=LADDER.rungs[:1])},
        {"ladder": replace(LADDER, frames_per_segment=1)},
        {"notes": ("Call this number.",)},
        {"expected_samples": 0},
        {"expected_samples": 44_100 * 201},
        {"tags": {"title": "x\ud800y"}},
        {"versions": {"x": "\n"}},
        {"probe": replace(PROBE, codec="\n")},
        {"codec_configs": {}},
        {"codec_configs": MappingProxyType({**PLAN.codec_configs, "../x": b"x"})},
        {"codec_configs": dict.fromkeys(PLAN.codec_configs, b"")},
        {"codec_configs": dict.fromkeys(PLAN.codec_configs, bytes(1_000))},
    ],
)
def test_another_plan_is_refused(change: dict[str, Any]) -> None:
    check_plan(PLAN, LIMITS, NO_EXTRAS)
    with pytest.raises(Misfit):
        check_plan(replace(PLAN, **change), LIMITS, NO_EXTRAS)


def test_a_plan_has_what_was_asked_for() -> None:
    with pytest.raises(Misfit):
        check_plan(PLAN, LIMITS, Extras(lossless=True))
