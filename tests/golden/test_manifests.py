"""The text of fixed presentations, byte for byte; ``UPDATE_GOLDEN=1`` writes it anew.

A change here is a change of what players are given: look at the difference before committing it.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from manifests import growing, layout
from manifests.chapters import Chapter
from manifests.dash import with_base_url
from manifests.date_range import DateRange
from manifests.index import Index, Loudness
from manifests.key import Key, KeyMethod
from manifests.layout import Revision
from manifests.media import Media, MediaType
from manifests.media_playlist import MediaPlaylist
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.packed_presentation import packed_documents
from manifests.parse import parse_playlist
from manifests.presentation import documents, multivariant_playlist
from manifests.rendition import Rung
from manifests.segment import InitializationSection, Segment
from manifests.steering import ContentSteering
from manifests.variant import Variant
from tests.unit.manifests.revisions import LADDER, index, with_lossless, with_packed_audio

HERE = Path(__file__).parent / "manifests"
SILENT = Loudness(None, None, None)

LOSSLESS = with_lossless(index(44_100 * 62 + 12_345))
PACKED = with_packed_audio(LOSSLESS)
REVISIONS: dict[str, Index] = {
    "stereo-44100": index(44_100 * 62 + 12_345),
    "mono-48000": index(48_000 * 13, rate_hz=48_000, channels=1, tags={}, loudness=SILENT),
    "ten-milliseconds": index(441, tags={}, loudness=SILENT),
    "lossless": LOSSLESS,
    "chapters": index(
        chapters=(
            Chapter('The "first" {$one}', 0, 441_000),
            Chapter("Zweites", 441_000, 44_101),
            Chapter("", 600_000, 44_100 * 20 - 600_000),
        )
    ),
}
INIT = InitializationSection("init.mp4")
NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)
LIVE_KEY = Key(KeyMethod.AES_128, "key/7", bytes(range(16)))
PLAYLISTS: dict[str, MediaPlaylist | MultivariantPlaylist] = {
    "growing.m3u8": growing.media_playlist(
        Revision("asset", "revision"),
        "128k",
        index().renditions[0].segments[:3],
        sample_rate_hz=44_100,
        target_duration_s=6,
        ended=False,
    ),
    "growing.multivariant.m3u8": growing.multivariant_playlist(
        [
            growing.ProvisionalRendition.of(
                Rung(name, bitrate_bps), channels=2, sample_rate_hz=44_100
            )
            for name, bitrate_bps in LADDER.items()
        ]
    ),
    "encrypted.m3u8": MediaPlaylist(
        6,
        (
            Segment("0.m4s", Decimal(6), init=INIT, keys=(LIVE_KEY,), program_date_time=NOON),
            Segment("1.m4s", Decimal(6), init=INIT, gap=True),
        ),
        date_ranges=(
            DateRange("a", NOON, class_name="com.example.show", end_on_next=True),
            DateRange("b", NOON, duration_s=Decimal("7.5"), client_attributes=(("X-HOST", "Eva"),)),
        ),
        end_list=True,
    ),
    "languages.m3u8": MultivariantPlaylist(
        (
            Variant("de.m3u8", bandwidth_bps=130_000, codecs=("mp4a.40.2",), audio="sound"),
            Variant(
                "https://b.example/de.m3u8",
                bandwidth_bps=130_000,
                codecs=("mp4a.40.2",),
                audio="sound",
                pathway_id="b",
            ),
        ),
        media=(
            Media(
                MediaType.AUDIO, "sound", "Deutsch", language="de", default=True, autoselect=True
            ),
            Media(
                MediaType.AUDIO, "sound", "English", "en.m3u8", "en", autoselect=True, channels="2"
            ),
        ),
        steering=ContentSteering("steering.json", "."),
        independent_segments=True,
    ),
}


def texts() -> Iterator[tuple[str, bytes]]:
    for name, revision in REVISIONS.items():
        found = documents(revision)
        entry = multivariant_playlist(revision).with_uri_prefix("media/asset/revision/")
        mpd = with_base_url(found["manifest.mpd"].decode(), "media/asset/revision/")
        yield f"{name}.multivariant.m3u8", found["multivariant.m3u8"]
        yield f"{name}.128k.m3u8", found["128k/playlist.m3u8"]
        yield f"{name}.entry.m3u8", entry.render().encode()
        yield f"{name}.manifest.mpd", found["manifest.mpd"]
        yield f"{name}.entry.mpd", mpd.encode()
        for document in (layout.CHAPTERS_JSON, layout.HLS_CHAPTERS_JSON):
            if document in found:
                yield f"{name}.{document}", found[document]
    for document, text in packed_documents(PACKED).items():
        if not document.startswith(("256k", "320k")):
            yield f"packed.{document.replace('/', '.')}", text
    for name, playlist in PLAYLISTS.items():
        yield name, playlist.render().encode()


TEXTS = dict(texts())


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_as_it_was(name: str) -> None:
    text = TEXTS[name]
    path = HERE / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text)
    assert text == path.read_bytes()


def test_nothing_is_left_over() -> None:
    assert {path.name for path in HERE.iterdir()} == set(TEXTS)


@pytest.mark.parametrize("name", PLAYLISTS)
def test_golden_playlists_parse_to_what_they_were_written_from(name: str) -> None:
    assert parse_playlist((HERE / name).read_bytes()) == PLAYLISTS[name]
