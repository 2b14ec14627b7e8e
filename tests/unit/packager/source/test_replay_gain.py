from pathlib import Path

import pytest

from manifests.index import ReplayGain
from packager.source.container import open_source
from packager.source.replay_gain import parse_replay_gain, read_replay_gain
from packager.source.tags import read_tags
from tests.sources.sine import write_sine

TAGS = {
    "REPLAYGAIN_TRACK_GAIN": "-6.52 dB",
    "REPLAYGAIN_TRACK_PEAK": "1.023456",
    "REPLAYGAIN_ALBUM_GAIN": "+0.50 dB",
    "REPLAYGAIN_ALBUM_PEAK": "0.98",
}
READ = ReplayGain(-6.52, 1.023456, 0.5, 0.98)


def read(path: Path, *codec: str, **tags: str) -> ReplayGain:
    flags = [part for name, value in tags.items() for part in ("-metadata", f"{name}={value}")]
    with open_source(write_sine(path, *codec, *flags)) as source:
        assert not [name for name in read_tags(source.container) if "gain" in name]
        return read_replay_gain(source.container)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("t.flac", ()),
        ("t.mp3", ()),  # TXXX frames
        ("t.mka", ("-c:a", "flac")),
        ("t.ogg", ("-c:a", "libopus")),
        ("t.wv", ()),
        ("t.aiff", ("-write_id3v2", "1")),
    ],
)
def test_every_container_gives_the_same_numbers(
    tmp_path: Path, name: str, codec: tuple[str, ...]
) -> None:
    assert read(tmp_path / name, *codec, **TAGS) == READ


def test_an_mp4_has_them_as_freeform_items_of_itunes(tmp_path: Path) -> None:
    path = write_sine(tmp_path / "t.m4a", "-metadata", "title=x")
    item = freeform("replaygain_track_gain", "-6.52 dB") + freeform("REPLAYGAIN_TRACK_PEAK", "0.5")
    data = path.read_bytes()
    for box in (b"ilst", b"meta", b"udta", b"moov"):  # moov is last, so no offset changes
        at = data.index(box) - 4
        size = int.from_bytes(data[at : at + 4], "big")
        inside = item if box == b"ilst" else b""
        grown = (size + len(item)).to_bytes(4, "big") + data[at + 4 : at + size] + inside
        data = data[:at] + grown + data[at + size :]
    path.write_bytes(data)
    with open_source(path) as source:
        found = read_replay_gain(source.container)
        assert read_tags(source.container) == {"title": "x"}
    assert found == ReplayGain(track_gain_db=-6.52, track_peak=0.5)


def freeform(name: str, value: str) -> bytes:
    parts = (
        (b"mean", bytes(4) + b"com.apple.iTunes"),
        (b"name", bytes(4) + name.encode()),
        (b"data", b"\0\0\0\x01" + bytes(4) + value.encode()),
    )
    inside = b"".join((8 + len(body)).to_bytes(4, "big") + kind + body for kind, body in parts)
    return (8 + len(inside)).to_bytes(4, "big") + b"----" + inside


def test_opus_has_its_own(tmp_path: Path) -> None:
    own = {"R128_TRACK_GAIN": "-2944", "R128_ALBUM_GAIN": "0"}  # -11.5 dB towards -23 LUFS
    assert read(tmp_path / "t.opus", **own) == ReplayGain(-6.5, None, 5.0, None)
    both = own | {"REPLAYGAIN_TRACK_GAIN": "+9 dB"}
    assert read(tmp_path / "u.opus", **both) == ReplayGain(-6.5, None, 5.0, None)


def test_without_tags_nothing_is_said(tmp_path: Path) -> None:
    assert read(tmp_path / "t.flac") == ReplayGain()


@pytest.mark.parametrize(
    ("text", "gain_db"),
    [
        ("-6.5 dB", -6.5),
        ("-6,5dB", -6.5),
        ("+6.5 DB", 6.5),
        ("6", 6.0),
        ("60 dB", 60.0),
        ("60.1 dB", None),
        ("-99999", None),
        ("", None),
        ("loud", None),
        ("nan dB", None),
        ("inf", None),
        ("1e3 dB", None),
        ("-6.5 dB or so", None),
        ("\u0663 dB", None),
        ("9" * 1_000, None),
    ],
)
def test_a_gain_is_a_number_that_can_be(text: str, gain_db: float | None) -> None:
    assert parse_replay_gain({"replaygain_track_gain": text}).track_gain_db == gain_db
    assert parse_replay_gain({"replaygain_album_gain": text}).album_gain_db == gain_db


@pytest.mark.parametrize(
    ("text", "peak"),
    [("1", 1.0), ("0.988553", 0.988553), ("32", 32.0), ("0", None), ("-1", None), ("33", None)],
)
def test_a_peak_is_a_level_that_can_be(text: str, peak: float | None) -> None:
    assert parse_replay_gain({"replaygain_track_peak": text}).track_peak == peak


@pytest.mark.parametrize("text", ["1.5", "32768000", "x", "", "-40000"])
def test_a_gain_of_opus_is_a_whole_number(text: str) -> None:
    assert parse_replay_gain({"r128_track_gain": text}).track_gain_db is None


@pytest.mark.parametrize(
    ("reference", "gain_db"),
    [
        ("89.0 dB", -6.0),
        ("83 dB", 0.0),
        ("-18.00 LUFS", -6.0),
        ("-23 LUFS", -1.0),
        ("whatever", -6.0),
        ("-99999 LUFS", None),
    ],
)
def test_gains_are_towards_one_reference(reference: str, gain_db: float | None) -> None:
    tags = {"replaygain_track_gain": "-6 dB", "replaygain_reference_loudness": reference}
    assert parse_replay_gain(tags).track_gain_db == gain_db
