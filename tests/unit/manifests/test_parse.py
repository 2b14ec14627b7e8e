import time
from decimal import Decimal

import pytest

from manifests.errors import ManifestError
from manifests.key import Key, KeyMethod
from manifests.lines import MAX_PLAYLIST_BYTES, Tag, Uri, lex
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from manifests.segment import ByteRange, InitializationSection

MEDIA = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n"
MULTIVARIANT = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n"


def media(body: str) -> MediaPlaylist:
    playlist = parse_playlist((MEDIA + body).encode())
    assert isinstance(playlist, MediaPlaylist)
    return playlist


def refusal(text: str | bytes) -> ManifestError:
    with pytest.raises(ManifestError) as caught:
        parse_playlist(text.encode() if isinstance(text, str) else text)
    return caught.value


def test_lines_keep_their_numbers() -> None:
    assert lex(b"#EXTM3U\r\n\r\n# comment\n#EXTINF:6,a:b\n a.m4s \n#EXT-X-GAP") == [
        Tag(1, "EXTM3U", ""),
        Tag(4, "EXTINF", "6,a:b"),
        Uri(5, "a.m4s"),
        Tag(6, "EXT-X-GAP", ""),
    ]


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"\xef\xbb\xbf#EXTM3U\n", 1, "byte order mark"),
        (b"#EXTM3U\n\xff", 2, "not UTF-8"),
        (b"#EXTM3U\n\n#EXTINF:6,\x00", 3, r"U\+0000"),
        (b"#EXTM3U\n#EXTINF:6,\ta", 2, r"U\+0009"),
        (b"#EXTM3U\n#\xc2\x85", 2, r"U\+0085"),
        (b"#EXTM3U\r#EXT-X-ENDLIST", 1, r"U\+000D"),
    ],
)
def test_text_that_no_playlist_may_hold_is_refused(data: bytes, line: int, message: str) -> None:
    with pytest.raises(ManifestError, match=message) as caught:
        lex(data)
    assert (caught.value.line, caught.value.section) == (line, "RFC 8216 §4.1")


def test_a_playlist_beyond_the_size_limit_is_refused() -> None:
    assert "larger" in refusal(b"#" * (MAX_PLAYLIST_BYTES + 1)).message


@pytest.mark.parametrize("text", ["", "\n#EXTM3U\n", "a.m4s\n", "#EXT-X-ENDLIST\n", "a\n#EXTM3U"])
def test_the_first_line_must_be_the_mark(text: str) -> None:
    error = refusal(text)
    assert (error.line, error.tag, error.section) == (1, "EXTM3U", "RFC 8216 §4.3.1.1")


@pytest.mark.parametrize("text", ["#EXTM3U\n", "#EXTM3U\na.m4s\n", "#EXTM3U\n#EXT-X-VERSION:3\n"])
def test_a_playlist_of_neither_kind_is_refused(text: str) -> None:
    assert "nothing tells" in refusal(text).message


def test_mixed_kinds_are_refused_where_the_second_begins() -> None:
    error = refusal(MULTIVARIANT + "#EXTINF:6,\nb.m4s\n")
    assert (error.line, error.tag, error.section) == (4, "EXTINF", "RFC 8216 §4.1")


@pytest.mark.parametrize(
    ("body", "line", "tag", "message"),
    [
        ("#EXT-X-TARGETDURATION:6\n", 3, "EXT-X-TARGETDURATION", "appears twice"),
        ("#EXT-X-VERSION:x\n", 3, "EXT-X-VERSION", "whole number"),
        ("#EXT-X-PLAYLIST-TYPE:LIVE\n", 3, "EXT-X-PLAYLIST-TYPE", "neither VOD nor EVENT"),
        ("a.m4s\n", 3, "EXTINF", "no EXTINF"),
        ("#EXTINF:6,\n", 3, "EXTINF", "no URI"),
        ("#EXTINF:6,\na.m4s\n#EXTINF:6,\n#EXT-X-ENDLIST\n", 5, "EXTINF", "no URI"),
        ("#EXTINF:6,\n#EXTINF:6,\na.m4s\n", 4, "EXTINF", "appears twice"),
        ("#EXTINF:-1,\na.m4s\n", 3, "EXTINF", "decimal number"),
        ("#EXTINF:,\na.m4s\n", 3, "EXTINF", "decimal number"),
        ("#EXT-X-BYTERANGE:x\n", 3, "EXT-X-BYTERANGE", "byte range"),
        ("#EXT-X-PROGRAM-DATE-TIME:now\n", 3, "EXT-X-PROGRAM-DATE-TIME", "date and time"),
        ('#EXT-X-KEY:METHOD=ROT13,URI="k"\n', 3, "EXT-X-KEY", "one of AES-128"),
        ("#EXT-X-KEY:METHOD=AES-128\n", 3, "EXT-X-KEY", "URI is missing"),
        ('#EXT-X-MAP:BYTERANGE="1@0"\n', 3, "EXT-X-MAP", "URI is missing"),
        ('#EXT-X-DEFINE:NAME="a"\n', 3, "EXT-X-DEFINE", "belong together"),
        ('#EXT-X-DEFINE:VALUE="a"\n', 3, "EXT-X-DEFINE", "exactly one of"),
        ('#EXT-X-DEFINE:IMPORT="a",VALUE="a"\n', 3, "EXT-X-DEFINE", "belong together"),
        ("#EXTINF:6,\na\n#EXT-X-MEDIA-SEQUENCE:1\n", 5, "EXT-X-MEDIA-SEQUENCE", "before the first"),
    ],
)
def test_nonsense_in_a_media_playlist_is_refused_with_its_place(
    body: str, line: int, tag: str, message: str
) -> None:
    error = refusal(MEDIA + body)
    assert (error.line, error.tag) == (line, tag)
    assert message in error.message
    assert error.section


@pytest.mark.parametrize(
    ("body", "line", "tag", "message"),
    [
        ("b.m3u8\n", 4, "EXT-X-STREAM-INF", "follows no"),
        ("#EXT-X-STREAM-INF:BANDWIDTH=1\n", 4, "EXT-X-STREAM-INF", "no URI"),
        (
            "#EXT-X-STREAM-INF:BANDWIDTH=1\n#EXT-X-STREAM-INF:BANDWIDTH=1\n",
            5,
            "EXT-X-STREAM-INF",
            "before this one",
        ),
        ('#EXT-X-STREAM-INF:CODECS="a"\n', 4, "EXT-X-STREAM-INF", "BANDWIDTH is missing"),
        ('#EXT-X-MEDIA:TYPE=AUDIO,NAME="a"\n', 4, "EXT-X-MEDIA", "GROUP-ID is missing"),
        (
            '#EXT-X-SESSION-KEY:METHOD=NONE,URI="k"\n',
            4,
            "EXT-X-SESSION-KEY",
            "one of",
        ),
        (
            '#EXT-X-CONTENT-STEERING:SERVER-URI="a"\n' * 2,
            5,
            "EXT-X-CONTENT-STEERING",
            "appears twice",
        ),
    ],
)
def test_nonsense_in_a_multivariant_playlist_is_refused_with_its_place(
    body: str, line: int, tag: str, message: str
) -> None:
    error = refusal(MULTIVARIANT + body)
    assert (error.line, error.tag) == (line, tag)
    assert message in error.message
    assert error.section


def test_a_media_playlist_without_target_duration_is_refused() -> None:
    error = refusal("#EXTM3U\n#EXTINF:6,\na.m4s\n")
    assert (error.tag, error.section) == ("EXT-X-TARGETDURATION", "RFC 8216 §4.3.3.1")


def test_extinf_is_read_with_and_without_its_comma_and_title() -> None:
    playlist = media("#EXTINF:5.99,a, b\na\n#EXTINF:6\nb\n#EXTINF: 6 ,\nc\n")
    assert [(one.duration_s, one.title) for one in playlist.segments] == [
        (Decimal("5.99"), "a, b"),
        (Decimal(6), ""),
        (Decimal(6), ""),
    ]


def test_spaces_at_the_end_of_a_line_change_nothing() -> None:
    playlist = media(
        "#EXT-X-PLAYLIST-TYPE:VOD \n#EXT-X-BYTERANGE:9@0 \n#EXTINF:6 ,\na  \n#EXT-X-ENDLIST \n"
    )
    assert playlist.end_list
    assert playlist.playlist_type is PlaylistType.VOD
    assert [(one.uri, one.byte_range) for one in playlist.segments] == [("a", ByteRange(9, 0))]


def test_segments_are_given_the_map_and_keys_in_force() -> None:
    playlist = media(
        '#EXT-X-KEY:METHOD=AES-128,URI="k1"\n#EXT-X-MAP:URI="i"\n#EXTINF:6,\na\n'
        '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k2",KEYFORMAT="x"\n#EXTINF:6,\nb\n'
        '#EXT-X-KEY:METHOD=AES-128,URI="k3"\n#EXTINF:6,\nc\n'
        '#EXT-X-KEY:METHOD=NONE\n#EXT-X-MAP:URI="j",BYTERANGE="9@1"\n#EXTINF:6,\nd\n'
    )
    one, three = (Key(KeyMethod.AES_128, uri) for uri in ("k1", "k3"))
    two = Key(KeyMethod.SAMPLE_AES, "k2", keyformat="x")
    encrypted = InitializationSection("i", keys=(one,))

    assert [segment.keys for segment in playlist.segments] == [(one,), (one, two), (two, three), ()]
    assert [segment.init for segment in playlist.segments] == [
        *[encrypted] * 3,
        InitializationSection("j", ByteRange(9, 1)),
    ]


def test_sequences_and_a_discontinuity_are_read() -> None:
    playlist = media(
        "#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-DISCONTINUITY-SEQUENCE:2\n"
        "#EXT-X-DISCONTINUITY\n#EXT-X-GAP\n#EXTINF:6,\na\n#EXTINF:6,\nb\n"
    )
    assert (playlist.media_sequence, playlist.discontinuity_sequence) == (7, 2)
    assert [segment.discontinuity for segment in playlist.segments] == [True, False]
    assert [segment.gap for segment in playlist.segments] == [True, False]


def test_a_bit_rate_lasts_but_says_nothing_of_byte_ranges() -> None:
    playlist = media(
        "#EXT-X-BITRATE:128\n#EXTINF:6,\na\n#EXT-X-BYTERANGE:9\n#EXTINF:6,\nb\n#EXTINF:6,\nc\n"
    )
    assert [segment.bitrate_kbps for segment in playlist.segments] == [128, None, 128]


def test_the_declared_version_is_kept_but_does_not_count() -> None:
    playlist = media("#EXT-X-VERSION: 9\n")
    assert playlist.version == 9
    assert playlist == media("")


def test_codecs_and_groups_of_a_variant_are_read() -> None:
    playlist = parse_playlist(
        b'#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="mp4a.40.2, avc1.4d401e",AUDIO="a",'
        b'CLOSED-CAPTIONS="cc"\n#EXT-X-FUTURE\n# between\n\na.m3u8\n'
    )
    assert isinstance(playlist, MultivariantPlaylist)
    (variant,) = playlist.variants
    assert (variant.uri, variant.codecs) == ("a.m3u8", ("mp4a.40.2", "avc1.4d401e"))
    assert (variant.audio, variant.closed_captions) == ("a", "cc")


def test_two_hundred_thousand_lines_are_no_trouble() -> None:
    count = 100_000
    before = time.process_time()

    playlist = media("#EXTINF:5.990748,\n00000.m4s\n" * count)

    assert len(playlist.segments) == count
    assert time.process_time() - before < 30  # about one second; quadratic work would take minutes
