from datetime import UTC, datetime
from decimal import Decimal

import pytest

from manifests.date_range import DateRange
from manifests.define import Define
from manifests.errors import ManifestError
from manifests.key import Key, KeyMethod
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.segment import ByteRange, InitializationSection, Segment
from manifests.start import Start

INIT = InitializationSection("init.mp4")
KEY = Key(KeyMethod.AES_128, "key")
OTHER_FORMAT = Key(KeyMethod.SAMPLE_AES, "skd://key", keyformat="com.apple.streamingkeydelivery")
IV = bytes(range(16))
SIX = Decimal(6)


def lines(*segments: Segment) -> list[str]:
    text = MediaPlaylist(6, segments).render()
    assert text.endswith("\n")
    return text.removesuffix("\n").split("\n")


def body(*segments: Segment) -> list[str]:
    written = lines(*segments)
    return written[written.index("#EXT-X-TARGETDURATION:6") + 1 :]


def test_an_event_playlist_that_has_just_begun() -> None:
    playlist = MediaPlaylist(6, playlist_type=PlaylistType.EVENT, independent_segments=True)
    assert playlist.render() == (
        "#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-TARGETDURATION:6\n"
        "#EXT-X-PLAYLIST-TYPE:EVENT\n"
    )


def test_every_tag_of_the_playlist_has_its_line() -> None:
    playlist = MediaPlaylist(
        6,
        i_frames_only=True,
        end_list=True,
        media_sequence=7,
        discontinuity_sequence=2,
        start=Start(Decimal("-12.5"), precise=True),
        defines=(Define(query_parameter="token"),),
        date_ranges=(
            DateRange(
                "ad",
                datetime(2024, 2, 29, tzinfo=UTC),
                duration_s=Decimal("0.5"),
                client_attributes=(("X-A", "b"), ("X-N", Decimal(-1)), ("X-H", b"\x0f")),
            ),
        ),
    )
    assert playlist.render().split("\n") == [
        "#EXTM3U",
        "#EXT-X-VERSION:11",
        '#EXT-X-DEFINE:QUERYPARAM="token"',
        "#EXT-X-START:TIME-OFFSET=-12.5,PRECISE=YES",
        "#EXT-X-TARGETDURATION:6",
        "#EXT-X-I-FRAMES-ONLY",
        "#EXT-X-MEDIA-SEQUENCE:7",
        "#EXT-X-DISCONTINUITY-SEQUENCE:2",
        (
            '#EXT-X-DATERANGE:ID="ad",START-DATE="2024-02-29T00:00:00.000Z",DURATION=0.5,'
            'X-A="b",X-N=-1,X-H=0x0F'
        ),
        "#EXT-X-ENDLIST",
        "",
    ]


def test_every_tag_of_a_segment_has_its_line() -> None:
    assert body(
        Segment(
            "a.m4s",
            Decimal("5.990748"),
            title="Intro, part 1",
            byte_range=ByteRange(1000, 0),
            init=InitializationSection("all.mp4", ByteRange(700, 0)),
            gap=True,
            discontinuity=True,
            program_date_time=datetime(2024, 2, 29, tzinfo=UTC),
        )
    ) == [
        "#EXT-X-DISCONTINUITY",
        '#EXT-X-MAP:URI="all.mp4",BYTERANGE="700@0"',
        "#EXT-X-PROGRAM-DATE-TIME:2024-02-29T00:00:00.000Z",
        "#EXT-X-GAP",
        "#EXT-X-BYTERANGE:1000@0",
        "#EXTINF:5.990748,Intro, part 1",
        "a.m4s",
    ]


def test_tags_that_stay_in_force_are_written_where_they_change() -> None:
    assert body(
        Segment("a", SIX, init=INIT, bitrate_kbps=128),
        Segment("b", SIX, init=INIT, bitrate_kbps=128),
        Segment("c", SIX, init=INIT, bitrate_kbps=130),
    ) == [
        '#EXT-X-MAP:URI="init.mp4"',
        "#EXT-X-BITRATE:128",
        *("#EXTINF:6,", "a", "#EXTINF:6,", "b"),
        "#EXT-X-BITRATE:130",
        *("#EXTINF:6,", "c"),
    ]


def test_keys_come_before_the_map_that_they_encrypt_and_after_one_in_the_clear() -> None:
    encrypted = InitializationSection("init.mp4", keys=(KEY,))
    key = '#EXT-X-KEY:METHOD=AES-128,URI="key"'
    map_ = '#EXT-X-MAP:URI="init.mp4"'

    assert body(Segment("a", SIX, init=encrypted, keys=(KEY,)))[:2] == [key, map_]
    assert body(Segment("a", SIX, init=INIT, keys=(KEY,)))[:2] == [map_, key]


def test_keys_end_with_none() -> None:
    assert body(Segment("a", SIX, keys=(KEY,)), Segment("b", SIX))[3:] == [
        "#EXT-X-KEY:METHOD=NONE",
        "#EXTINF:6,",
        "b",
    ]


def test_a_key_format_that_goes_takes_the_others_along_and_they_come_again() -> None:
    both = (KEY, OTHER_FORMAT)
    assert body(Segment("a", SIX, keys=both), Segment("b", SIX, keys=(KEY,)))[4:6] == [
        "#EXT-X-KEY:METHOD=NONE",
        '#EXT-X-KEY:METHOD=AES-128,URI="key"',
    ]


@pytest.mark.parametrize(
    ("segment", "version"),
    [
        (Segment("a", SIX), 1),
        (Segment("a", SIX, keys=(KEY,)), 1),
        (Segment("a", SIX, keys=(Key(KeyMethod.AES_128, "key", IV),)), 2),
        (Segment("a", Decimal("5.99")), 3),
        (Segment("a", SIX, byte_range=ByteRange(1)), 4),
        (Segment("a", SIX, keys=(OTHER_FORMAT,)), 5),
        (Segment("a", SIX, keys=(Key(KeyMethod.AES_128, "key", keyformatversions="2"),)), 5),
        (Segment("a", SIX, init=INIT), 6),
    ],
)
def test_the_version_is_the_lowest_that_knows_the_segment(segment: Segment, version: int) -> None:
    playlist = MediaPlaylist(6, (segment,))

    assert playlist.required_version == version
    assert (f"#EXT-X-VERSION:{version}" in lines(segment)) == (version > 1)


@pytest.mark.parametrize(
    ("playlist", "version"),
    [
        (MediaPlaylist(6, i_frames_only=True), 4),
        (MediaPlaylist(6, (Segment("a", SIX, init=INIT),), i_frames_only=True), 5),
        (MediaPlaylist(6, defines=(Define(name="a", value="b"),)), 8),
        (MediaPlaylist(6, defines=(Define(imported="a"),)), 8),
        (MediaPlaylist(6, defines=(Define(query_parameter="a"),)), 11),
    ],
)
def test_the_version_is_the_lowest_that_knows_the_playlist(
    playlist: MediaPlaylist, version: int
) -> None:
    assert playlist.required_version == version


def test_the_keys_of_the_map_count_for_the_version() -> None:
    init = InitializationSection("init.mp4", keys=(OTHER_FORMAT,))
    assert MediaPlaylist(6, (Segment("a", SIX, init=init),)).required_version == 6
    assert MediaPlaylist(6, (Segment("a", SIX, init=init),), i_frames_only=True).render()


@pytest.mark.parametrize(
    ("segments", "message"),
    [
        ([Segment("a", SIX, init=INIT), Segment("b", SIX)], "without initialization section"),
        ([Segment("a", SIX, bitrate_kbps=1), Segment("b", SIX)], "unknown bit rate"),
        ([Segment("a", SIX, keys=(KEY, KEY))], "one key of each KEYFORMAT"),
        ([Segment("a", SIX, title="x\ny")], "control characters"),
        ([Segment("a", Decimal(-1))], "decimal number"),
        ([Segment("", SIX)], "as a URI"),
        ([Segment("#a", SIX)], "as a URI"),
        ([Segment(" a", SIX)], "as a URI"),
        ([Segment("a\nb", SIX)], "as a URI"),
    ],
)
def test_what_tags_cannot_say_is_refused(segments: list[Segment], message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        lines(*segments)
