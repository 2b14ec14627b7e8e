"""A source with chapters, ReplayGain tags and much silence, from its file to what players read."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from manifests.chapters import Chapter, date_ranges
from manifests.index import ReplayGain, Silence
from manifests.media_playlist import MediaPlaylist
from manifests.parse import parse_playlist
from packager.limits import Limits
from packager.reading import Reading
from packager.sandbox.expectation import Expectation
from packager.sandbox.values import Misfit
from tests.functional.seeding import inspect
from tests.sources.audio import TRACK_RATE_HZ, converted, excerpt, heard
from tests.sources.package import InFolder, package_into

SOUND_S = 8
HEAD_S, TAIL_S = 3, 6
SAMPLES = (HEAD_S + SOUND_S + TAIL_S) * TRACK_RATE_HZ
COMMENTS = {
    "title": "Träumerei",
    "language": "de",
    "CHAPTER001": "00:00:00.000",
    "CHAPTER001NAME": 'Der "Anfang"',
    "CHAPTER002": "00:00:07.250",
    "CHAPTER002NAME": "Das Ende {$alles}",
    "CHAPTER003": "01:00:00.000",
    "CHAPTER003NAME": "Nach dem Ende",
    "REPLAYGAIN_TRACK_GAIN": "-6.52 dB",
    "REPLAYGAIN_TRACK_PEAK": "0.988553",
}


@pytest.fixture(scope="module")
def asset(tmp_path_factory: pytest.TempPathFactory) -> InFolder:
    folder = tmp_path_factory.mktemp("source")
    padded = f"adelay={HEAD_S}s:all=1,apad=pad_len={TAIL_S * TRACK_RATE_HZ}"
    loud = excerpt(folder / "loud.flac", samples=SOUND_S * TRACK_RATE_HZ)
    flags = [word for name, value in COMMENTS.items() for word in ("-metadata", f"{name}={value}")]
    return package_into(folder / "store", converted(loud, folder / "x.flac", "-af", padded, *flags))


def test_the_index_has_what_the_source_told(asset: InFolder) -> None:
    index = asset.index
    assert index.samples == SAMPLES
    assert index.chapters == (
        Chapter('Der "Anfang"', 0, 319_725),
        Chapter("Das Ende {$alles}", 319_725, SAMPLES - 319_725),
    )
    assert index.replay_gain == ReplayGain(track_gain_db=-6.52, track_peak=0.988553)
    assert index.tags == {"language": "de", "title": "Träumerei"}


def test_silence_is_in_the_index_and_its_creator_is_told(asset: InFolder) -> None:
    silence = asset.index.silence
    assert silence.head_ticks == pytest.approx(HEAD_S * TRACK_RATE_HZ, abs=2_000)
    assert silence.tail_ticks == pytest.approx(TAIL_S * TRACK_RATE_HZ, abs=2_000)
    head, tail = asset.index.notes
    assert head.startswith("The first 3.0 seconds are silent.")
    assert tail.startswith("The last 6.0 seconds are silent.")


def test_chapters_are_stored_in_both_kinds_of_json(asset: InFolder) -> None:
    assert json.loads(asset.read("chapters.json")) == {
        "version": "1.2.0",
        "chapters": [
            {"startTime": 0.0, "endTime": 7.25, "title": 'Der "Anfang"'},
            {"startTime": 7.25, "endTime": 17.0, "title": "Das Ende {$alles}"},
        ],
    }
    titles = [chapter["titles"] for chapter in json.loads(asset.read("hls-chapters.json"))]
    assert titles == [
        [{"language": "de", "title": 'Der "Anfang"'}],
        [{"language": "de", "title": "Das Ende {$alles}"}],
    ]


def test_every_rung_has_the_chapters_as_date_ranges(asset: InFolder) -> None:
    for rung in asset.rungs:
        playlist = parse_playlist(asset.playlist(rung).read_bytes())
        assert isinstance(playlist, MediaPlaylist)
        assert playlist.date_ranges == date_ranges(asset.index.chapters, TRACK_RATE_HZ)


def test_nothing_is_found_in_playlists_with_dates(asset: InFolder) -> None:
    assert inspect(asset.folder).findings == ()


def test_ffmpeg_hears_all_of_it_and_warns_of_nothing(asset: InFolder) -> None:
    assert heard(asset.playlist("256k"), channels=2).shape == (2, SAMPLES)


@pytest.mark.parametrize(
    "found",
    [
        {"chapters": (Chapter("x", 0, 44_101),)},
        {"chapters": (Chapter("x", 2**62, 1),)},
        {"chapters": (Chapter("x", 10, 10), Chapter("y", 0, 10))},
        {"silence": Silence(44_100, 1)},
        {"silence": Silence(-1, 0)},
    ],
    ids=["too long", "too late", "backwards", "too silent", "less than silent"],
)
def test_a_reader_is_not_believed_that_tells_of_another_sound(
    found: dict[str, Any], tmp_path: Path
) -> None:
    reading = Reading(excerpt(tmp_path / "second.wav", samples=44_100), Limits(), workers=1)
    expected = Expectation(reading.plan, Limits(), ())
    for chunk in reading.chunks():
        expected.check_chunk(chunk)
    finding = reading.finding()
    expected.check_finding(finding)
    with pytest.raises(Misfit):
        expected.check_finding(replace(finding, **found))
