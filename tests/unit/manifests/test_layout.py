import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests import layout
from manifests.errors import ManifestError
from manifests.layout import Revision, TrackArtwork, check_id, new_id


def test_names_below_a_revision() -> None:
    assert layout.segment_name("128k", 7) == "128k/00007.m4s"
    assert layout.segment_name("128k", 123_456) == "128k/123456.m4s"
    assert layout.init_name("128k") == "128k/init.mp4"
    assert layout.playlist_name("128k") == "128k/playlist.m3u8"
    assert layout.chunk_record_name("128k", 7) == "128k/00007.json"
    assert layout.artwork_name(320) == "artwork-320.jpg"


def test_keys_below_the_store() -> None:
    revision = Revision("asset", "revision")
    assert revision.prefix == "media/asset/revision"
    assert revision.key(layout.INDEX) == "media/asset/revision/index.json"
    assert layout.entry_key("playback") == "entry/playback.json"
    artwork = TrackArtwork("track", "artwork")
    assert artwork.key(320, "0a") == "artwork/track/artwork/320-0a.jpg"


def test_all_that_players_read_is_below_the_prefixes_of_its_asset() -> None:
    where = Revision("asset", "r1")
    for key in (where.key("128k/init.mp4"), where.growing_key("128k/playlist.m3u8")):
        assert key.startswith(layout.prefixes_of("asset"))
        assert not key.startswith(layout.prefixes_of("ass"))
    with pytest.raises(ManifestError):
        layout.prefixes_of("../asset")


@pytest.mark.parametrize("value", ["a", "0", "a-b_c", "x" * 64])
def test_an_id_is_an_id(value: str) -> None:
    assert check_id(value) == value


@pytest.mark.parametrize(
    "value", ["", "-a", "_a", "A", "a.b", "..", "a/b", "x" * 65, "ä", "a\n", "\u0661", "%2e"]
)
def test_nothing_else_is_an_id(value: str) -> None:
    for refuse in (check_id, layout.entry_key):
        with pytest.raises(ManifestError, match="is not an id"):
            refuse(value)
    with pytest.raises(ManifestError, match="is not an id"):
        Revision(value, "r")
    with pytest.raises(ManifestError, match="is not an id"):
        Revision("a", value)
    for ids in ((value, "a"), ("a", value)):
        with pytest.raises(ManifestError, match="is not an id"):
            TrackArtwork(*ids)


def test_random_bytes_are_spelt_in_full() -> None:
    assert new_id(bytes(12)) == "0" * 20
    assert new_id(b"\xff" * 12) == "1" + "z" * 19
    assert new_id(b"\x01") == "01"
    assert check_id(new_id(bytes(range(12)))) == new_id(bytes(range(12)))
    assert new_id(b"\0\x01") != new_id(b"\x01\0")


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("song.flac", "song.flac"),
        ("Été à Paris (live).wav", "Été à Paris (live).wav"),
        ("e\u0301.wav", "\u00e9.wav"),
        ("a/b\\c#1?.mp3", "a-b-c-1-.mp3"),
        ("..", "source"),
        (".hidden", "hidden"),
        ("", "source"),
        ("50% off.ogg", "50- off.ogg"),
        ("line\nbreak.ogg", "line-break.ogg"),
        ("undecodable-\udcff.wav", "undecodable-.wav"),
        ("no ending", "no ending"),
        ("Dr. Who and the long tail", "Dr. Who and the long tail"),
        ("ü" * 200 + ".wav", "ü" * 90 + ".wav"),
    ],
)
def test_an_upload_keeps_its_name_as_far_as_it_is_safe(file_name: str, name: str) -> None:
    assert layout.source_key("a1", "u1", file_name) == f"sources/a1/u1/{name}"


@given(st.text())
def test_no_name_steps_out_of_its_folder(file_name: str) -> None:
    *folders, name = layout.source_key("a1", "u1", file_name).split("/")
    assert folders == ["sources", "a1", "u1"]
    assert name.strip(".")
    assert len(name.encode()) <= 255


@pytest.mark.parametrize(
    ("name", "following"),
    [
        ("128k/00000.m4s", "128k/00001.m4s"),
        ("flac/00099.aac", "flac/00100.aac"),
        ("128k/99999.m4s", "128k/100000.m4s"),
    ],
)
def test_segments_follow_each_other(name: str, following: str) -> None:
    assert layout.name_after(name) == following
