from decimal import Decimal

import pytest

from manifests.attribute_values import Resolution
from manifests.define import Define
from manifests.errors import ManifestError
from manifests.key import Key, KeyMethod
from manifests.media import Media, MediaType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from manifests.session_data import SessionData, SessionDataFormat
from manifests.start import Start
from manifests.steering import ContentSteering
from manifests.variant import IFrameVariant, NoCaptions, Variant

VARIANT = Variant("128k/playlist.m3u8", bandwidth_bps=130_000)

EVERYTHING = MultivariantPlaylist(
    variants=(
        Variant(
            "v.m3u8",
            bandwidth_bps=2_000_000,
            average_bandwidth_bps=1_800_000,
            codecs=("avc1.4d401e", "mp4a.40.2"),
            score=Decimal("1.5"),
            resolution=Resolution(1280, 720),
            frame_rate=Decimal("29.970"),
            hdcp_level="NONE",
            video_range="SDR",
            audio="sound",
            closed_captions=NoCaptions.NONE,
            stable_variant_id="v",
            pathway_id="cdn-a",
        ),
    ),
    media=(
        Media(
            MediaType.AUDIO,
            "sound",
            "Deutsch",
            uri="de/playlist.m3u8",
            language="de",
            default=True,
            autoselect=True,
            channels="2",
            sample_rate_hz=48_000,
            characteristics=("public.accessibility.describes-video",),
        ),
    ),
    i_frame_variants=(IFrameVariant("i.m3u8", bandwidth_bps=9),),
    session_data=(
        SessionData("com.example.title", "Ein Lied", language="de"),
        SessionData("com.example.data", uri="data.bin", format=SessionDataFormat.RAW),
    ),
    session_keys=(Key(KeyMethod.AES_128, "key", bytes(15) + b"\1"),),
    steering=ContentSteering("steering.json", "cdn-a"),
    defines=(Define(name="host", value="a.example"),),
    start=Start(Decimal(1)),
    independent_segments=True,
)


def test_every_tag_has_its_line() -> None:
    assert EVERYTHING.render().split("\n") == [
        "#EXTM3U",
        "#EXT-X-VERSION:8",
        '#EXT-X-DEFINE:NAME="host",VALUE="a.example"',
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-START:TIME-OFFSET=1",
        '#EXT-X-CONTENT-STEERING:SERVER-URI="steering.json",PATHWAY-ID="cdn-a"',
        '#EXT-X-SESSION-DATA:DATA-ID="com.example.title",VALUE="Ein Lied",LANGUAGE="de"',
        '#EXT-X-SESSION-DATA:DATA-ID="com.example.data",URI="data.bin",FORMAT=RAW',
        '#EXT-X-SESSION-KEY:METHOD=AES-128,URI="key",IV=0x00000000000000000000000000000001',
        (
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Deutsch",URI="de/playlist.m3u8",'
            'LANGUAGE="de",DEFAULT=YES,AUTOSELECT=YES,SAMPLE-RATE=48000,'
            'CHARACTERISTICS="public.accessibility.describes-video",CHANNELS="2"'
        ),
        (
            "#EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1800000,"
            'CODECS="avc1.4d401e,mp4a.40.2",SCORE=1.5,RESOLUTION=1280x720,HDCP-LEVEL=NONE,'
            'VIDEO-RANGE=SDR,STABLE-VARIANT-ID="v",PATHWAY-ID="cdn-a",AUDIO="sound",'
            "CLOSED-CAPTIONS=NONE,FRAME-RATE=29.970"
        ),
        "v.m3u8",
        '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9,URI="i.m3u8"',
        "",
    ]
    assert parse_playlist(EVERYTHING.render().encode()) == EVERYTHING


def test_a_prefix_goes_in_front_of_every_relative_uri() -> None:
    moved = EVERYTHING.with_uri_prefix("media/a/b/")

    assert moved.variants[0].uri == "media/a/b/v.m3u8"
    assert moved.media[0].uri == "media/a/b/de/playlist.m3u8"
    assert moved.i_frame_variants[0].uri == "media/a/b/i.m3u8"
    assert [data.uri for data in moved.session_data] == [None, "media/a/b/data.bin"]
    assert moved.session_keys[0].uri == "media/a/b/key"
    assert moved.steering == ContentSteering("media/a/b/steering.json", "cdn-a")


@pytest.mark.parametrize(
    "uri", ["https://cdn.example/a.m3u8", "/a.m3u8", "//cdn.example/a", "data:,x", "{$base}/a.m3u8"]
)
def test_a_prefix_leaves_absolute_uris_alone(uri: str) -> None:
    playlist = MultivariantPlaylist((Variant(uri, bandwidth_bps=1),))
    assert playlist.with_uri_prefix("media/") == playlist


def test_a_prefix_goes_in_front_of_a_path_with_a_colon_further_on() -> None:
    playlist = MultivariantPlaylist((Variant("a/b:c.m3u8", bandwidth_bps=1),))
    assert playlist.with_uri_prefix("media/").variants[0].uri == "media/a/b:c.m3u8"


@pytest.mark.parametrize(
    ("playlist", "version"),
    [
        (MultivariantPlaylist((VARIANT,)), 1),
        (MultivariantPlaylist((VARIANT,), defines=(Define(imported="a"),)), 8),
        (MultivariantPlaylist((VARIANT,), defines=(Define(query_parameter="a"),)), 11),
        (
            MultivariantPlaylist((Variant("a", bandwidth_bps=1, req_video_layout="CH-STEREO"),)),
            12,
        ),
    ],
)
def test_the_version_is_the_lowest_that_knows_it_all(
    playlist: MultivariantPlaylist, version: int
) -> None:
    assert playlist.required_version == version
    assert ("#EXT-X-VERSION" in playlist.render()) == (version > 1)


@pytest.mark.parametrize(
    ("kind", "instream_id", "version"),
    [
        (MediaType.CLOSED_CAPTIONS, "CC1", 1),
        (MediaType.CLOSED_CAPTIONS, "SERVICE9", 7),
        (MediaType.AUDIO, "A1", 13),
    ],
)
def test_an_instream_id_needs_its_version(kind: MediaType, instream_id: str, version: int) -> None:
    media = Media(kind, "group", "name", instream_id=instream_id)
    assert MultivariantPlaylist((VARIANT,), (media,)).required_version == version


def test_a_name_that_would_end_its_quotes_is_refused() -> None:
    media = Media(MediaType.AUDIO, "sound", 'a",URI="https://elsewhere.example')
    with pytest.raises(ManifestError, match="double quote"):
        MultivariantPlaylist((VARIANT,), (media,)).render()
