"""Facts of initialization sections: ours, other people's, and what cannot be walked."""

import struct

import pytest

from manifests.boxes import read_init
from manifests.boxes.box import box, full_box
from manifests.boxes.brands import Brands
from manifests.boxes.data_reference import DataReference
from manifests.boxes.edit_list import Edit, EditList
from manifests.boxes.elementary_stream import ElementaryStream
from manifests.boxes.handler import Handler
from manifests.boxes.media_header import MediaHeader
from manifests.boxes.movie_extends import MovieExtendsHeader, TrackExtends
from manifests.boxes.movie_header import MovieHeader
from manifests.boxes.sample_entry import encode_aac
from manifests.boxes.sample_group import RollRecovery
from manifests.boxes.sample_table import SampleTable
from manifests.boxes.track_header import TrackHeader
from manifests.errors import ManifestError
from manifests.index import Loudness

FTYP = Brands("iso6", ("iso6", "cmfc"), 512).encode("ftyp")
MVHD = MovieHeader(1000, 5).encode(next_track_id=3)
AAC = encode_aac(
    ElementaryStream(bytes.fromhex("1210"), 1536, 140_288, 128_000),
    channels=1,
    sample_rate_hz=48_000,
)
VIDEO = full_box("stsd", 0, 0, struct.pack(">I", 1), box("avc1", bytes(78)))
FLAC = full_box(
    "stsd",
    0,
    0,
    struct.pack(">I", 1),
    box("fLaC", struct.pack(">6xH8xHH4xI", 1, 6, 24, 48000 << 16)),
)
DINF = box("dinf", DataReference.encode())


def track(
    stsd: bytes, *, track_id: int = 1, media: str = "soun", table: bytes = b"", more: bytes = b""
) -> bytes:
    stbl = box("stbl", stsd, SampleTable.encode_empty(), table)
    clock = MediaHeader(44_100, 6).encode()
    mdia = box("mdia", clock, Handler(media).encode(), box("minf", DINF, stbl))
    return box("trak", TrackHeader(track_id, 7).encode(), mdia, more)


def test_everything_that_a_track_says() -> None:
    edits = (Edit(441_000, 1024),)
    more = box("edts", EditList(edits).encode()) + box(
        "udta", bytes.fromhex("0000001e6c756474 00000016746c6f7500000000 0000 00000000 01 01af13")
    )
    table = full_box("sgpd", 1, 0, b"prol", struct.pack(">II", 2, 0)) + RollRecovery(-1).encode()
    mvex = box("mvex", MovieExtendsHeader(8).encode(), TrackExtends(1, 1024, 9).encode())
    data = FTYP + box("moov", MVHD, track(AAC, table=table, more=more), mvex)

    facts = read_init(data)
    sound = facts.sound

    assert (facts.size_bytes, facts.major_brand, facts.brands) == (
        len(data),
        "iso6",
        ("iso6", "cmfc"),
    )
    assert (facts.movie_timescale, facts.mvhd_duration_ticks) == (1000, 5)
    assert facts.fragment_duration_ticks == 8
    assert facts.has_movie_extends
    assert facts.movie_extends_is_last
    assert sound is not None
    assert sound is facts.track(1)
    assert (sound.track_id, sound.media, sound.timescale) == (1, "soun", 44_100)
    assert (sound.tkhd_duration_ticks, sound.mdhd_duration_ticks) == (7, 6)
    assert sound.edits == edits
    assert (sound.coding, sound.codec, sound.encryption_scheme) == ("mp4a", "mp4a.40.2", None)
    assert sound.average_bitrate_bps == 128_000
    assert sound.self_contained
    assert (sound.sample_count, sound.roll_distance) == (0, -1)
    assert sound.loudness == Loudness(-14.0, None, None)
    assert (sound.default_duration_ticks, sound.default_size_bytes) == (1024, 9)


def test_the_decoder_knows_rate_and_channels_better_than_the_entry() -> None:
    sound = read_init(box("moov", MVHD, track(AAC))).sound

    assert sound is not None
    assert (sound.sample_rate_hz, sound.channels) == (44_100, 2)


def test_without_a_decoder_configuration_the_entry_counts() -> None:
    sound = read_init(box("moov", MVHD, track(FLAC))).sound

    assert sound is not None
    assert (sound.codec, sound.sample_rate_hz, sound.channels) == ("fLaC", 48_000, 6)
    assert sound.average_bitrate_bps is None


def test_a_plain_movie_without_brands() -> None:
    facts = read_init(box("free") + box("moov", MVHD, track(AAC)))

    assert (facts.major_brand, facts.brands) == (None, ())
    assert not facts.has_movie_extends
    assert not facts.movie_extends_is_last
    assert facts.fragment_duration_ticks is None
    assert facts.sound is not None
    assert facts.sound.default_duration_ticks is None
    assert (facts.sound.edits, facts.sound.loudness) == ((), None)
    assert facts.sound.roll_distance is None


def test_several_tracks_and_the_first_of_each_box() -> None:
    extends = box("mvex", TrackExtends(2, 512).encode(), box("leva"))
    picture = track(VIDEO, track_id=1, media="vide")
    movie = box("moov", MVHD, picture, extends, track(AAC, track_id=2))

    facts = read_init(FTYP + Brands("qt  ", ()).encode("ftyp") + movie + box("moov"))

    assert facts.major_brand == "iso6"
    assert [one.track_id for one in facts.tracks] == [1, 2]
    assert not facts.movie_extends_is_last
    assert (facts.tracks[0].coding, facts.tracks[0].codec) == ("avc1", "avc1")
    assert (facts.tracks[0].sample_rate_hz, facts.tracks[0].channels) == (None, None)
    assert facts.sound is facts.tracks[1]
    assert facts.tracks[1].default_duration_ticks == 512
    assert facts.track(3) is None


def test_a_track_without_a_data_reference_keeps_its_data() -> None:
    mdia = box(
        "mdia",
        MediaHeader(44_100).encode(),
        Handler("soun").encode(),
        box("minf", box("stbl", AAC, SampleTable.encode_empty())),
    )
    facts = read_init(box("moov", MVHD, box("trak", TrackHeader(1).encode(), mdia)))

    assert facts.tracks[0].self_contained


@pytest.mark.parametrize(
    ("data", "tag", "message"),
    [
        (b"", "moov", "is missing"),
        (FTYP, "moov", "is missing"),
        (b"#EXTM3U\n#EXT-X-VERSION:7\n", "0x4d33550a", None),
        (box("moov"), "moov", "has no mvhd box"),
        (box("moov", MVHD, box("trak")), "trak", "has no tkhd box"),
        (box("moov", MVHD, box("trak", TrackHeader(1).encode())), "trak", "has no mdia box"),
        (box("moov", full_box("mvhd", 0, 0)), "mvhd", "needs 8 more bytes and 0 are left"),
    ],
)
def test_what_cannot_be_walked(data: bytes, tag: str, message: str | None) -> None:
    with pytest.raises(ManifestError, match=message) as raised:
        read_init(data)

    assert raised.value.tag == tag
