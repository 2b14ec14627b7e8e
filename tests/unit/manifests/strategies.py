"""Playlists of every shape that can be written, for property tests."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from manifests.attribute_values import Resolution
from manifests.date_range import DateRange
from manifests.define import Define
from manifests.key import Key, KeyMethod
from manifests.media import Media, MediaType
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.segment import ByteRange, InitializationSection, Segment
from manifests.session_data import SessionData, SessionDataFormat
from manifests.start import Start
from manifests.steering import ContentSteering
from manifests.variant import IFrameVariant, NoCaptions, Variant

WHOLE = st.integers(0, (1 << 64) - 1)
TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12)
QUOTED = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters='"'), max_size=12
)
URIS = TEXT.filter(lambda text: bool(text) and text == text.strip(" ") and text[0] != "#")
SECONDS = st.decimals(0, 10**9, places=6) | st.integers(0, 100).map(Decimal)
SIGNED = st.decimals(-(10**6), 10**6, places=3)
TOKENS = st.from_regex(r"[A-Z0-9-]{1,8}", fullmatch=True)
LISTS = st.lists(st.from_regex(r"[a-z0-9.]{1,8}", fullmatch=True), max_size=3).map(tuple)
ZONES = st.integers(-720, 720).map(lambda minutes: timezone(timedelta(minutes=minutes)))
NAIVE_DATES = st.datetimes(datetime(1970, 1, 1))  # noqa: DTZ001 - without a zone, on purpose
DATES = NAIVE_DATES | st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis wants its bounds without a zone
    timezones=ZONES,
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


KEYS = st.builds(
    Key,
    st.sampled_from(KeyMethod),
    uri=QUOTED,
    iv=maybe(st.binary(min_size=16, max_size=16)),
    keyformat=st.sampled_from(["identity", "com.apple.streamingkeydelivery", "x"]),
    keyformatversions=st.sampled_from(["1", "1/2"]),
)
KEY_SETS = st.lists(KEYS, max_size=3, unique_by=lambda key: key.keyformat).map(tuple)
BYTE_RANGES = st.builds(ByteRange, WHOLE, maybe(WHOLE))
INITS = st.builds(InitializationSection, QUOTED, maybe(BYTE_RANGES), KEY_SETS)
STARTS = st.builds(Start, SIGNED, st.booleans())
DEFINES = (
    st.builds(Define, name=QUOTED, value=QUOTED)
    | st.builds(Define, imported=QUOTED)
    | st.builds(Define, query_parameter=QUOTED)
)
SCTE35 = maybe(st.binary(min_size=1, max_size=8))
CLIENT_ATTRIBUTES = st.lists(
    st.tuples(
        st.from_regex(r"X-[A-Z0-9-]{1,8}", fullmatch=True),
        QUOTED | SIGNED | st.binary(min_size=1, max_size=8),
    ),
    max_size=2,
    unique_by=lambda attribute: attribute[0],
).map(tuple)
DATE_RANGES = st.builds(
    DateRange,
    QUOTED,
    start_date=maybe(DATES),
    class_name=maybe(QUOTED),
    cue=LISTS,
    end_date=maybe(DATES),
    duration_s=maybe(SECONDS),
    planned_duration_s=maybe(SECONDS),
    scte35_cmd=SCTE35,
    scte35_out=SCTE35,
    scte35_in=SCTE35,
    end_on_next=st.booleans(),
    client_attributes=CLIENT_ATTRIBUTES,
)


@st.composite
def segments(draw: st.DrawFn) -> tuple[Segment, ...]:
    """Draw segments whose sticky tags change only in ways that tags can say."""
    init, bitrate_kbps = draw(maybe(INITS)), draw(maybe(WHOLE))
    drawn = []
    for _ in range(draw(st.integers(0, 4))):
        init = draw(st.just(init) | INITS)
        byte_range = draw(maybe(BYTE_RANGES))
        if byte_range is None:
            bitrate_kbps = draw(st.just(bitrate_kbps) | WHOLE)
        drawn.append(
            Segment(
                draw(URIS),
                draw(SECONDS),
                title=draw(TEXT),
                byte_range=byte_range,
                init=init,
                keys=draw(KEY_SETS),
                gap=draw(st.booleans()),
                bitrate_kbps=bitrate_kbps if byte_range is None else None,
                discontinuity=draw(st.booleans()),
                program_date_time=draw(maybe(DATES)),
            )
        )
    return tuple(drawn)


MEDIA_PLAYLISTS = st.builds(
    MediaPlaylist,
    WHOLE,
    segments(),
    playlist_type=maybe(st.sampled_from(PlaylistType)),
    end_list=st.booleans(),
    independent_segments=st.booleans(),
    i_frames_only=st.booleans(),
    media_sequence=WHOLE,
    discontinuity_sequence=WHOLE,
    start=maybe(STARTS),
    defines=st.lists(DEFINES, max_size=2).map(tuple),
    date_ranges=st.lists(DATE_RANGES, max_size=2).map(tuple),
)

STREAM_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "bandwidth_bps": WHOLE,
    "average_bandwidth_bps": maybe(WHOLE),
    "codecs": LISTS,
    "supplemental_codecs": maybe(QUOTED),
    "score": maybe(SECONDS),
    "resolution": maybe(st.builds(Resolution, st.integers(0, 9999), st.integers(0, 9999))),
    "hdcp_level": maybe(TOKENS),
    "allowed_cpc": maybe(QUOTED),
    "video_range": maybe(TOKENS),
    "req_video_layout": maybe(QUOTED),
    "stable_variant_id": maybe(QUOTED),
    "video": maybe(QUOTED),
    "pathway_id": maybe(QUOTED),
    "name": maybe(QUOTED),
}
VARIANTS = st.builds(
    Variant,
    URIS,
    audio=maybe(QUOTED),
    subtitles=maybe(QUOTED),
    closed_captions=maybe(QUOTED | st.just(NoCaptions.NONE)),
    frame_rate=maybe(SECONDS),
    **STREAM_FIELDS,
)
I_FRAME_VARIANTS = st.builds(IFrameVariant, QUOTED, **STREAM_FIELDS)
MEDIA = st.builds(
    Media,
    st.sampled_from(MediaType),
    QUOTED,
    QUOTED,
    uri=maybe(QUOTED),
    language=maybe(QUOTED),
    assoc_language=maybe(QUOTED),
    stable_rendition_id=maybe(QUOTED),
    default=st.booleans(),
    autoselect=st.booleans(),
    forced=st.booleans(),
    instream_id=maybe(QUOTED),
    bit_depth=maybe(WHOLE),
    sample_rate_hz=maybe(WHOLE),
    characteristics=LISTS,
    channels=maybe(QUOTED),
)
SESSION_DATA = st.builds(
    SessionData,
    QUOTED,
    value=maybe(QUOTED),
    uri=maybe(QUOTED),
    format=st.sampled_from(SessionDataFormat),
    language=maybe(QUOTED),
)
MULTIVARIANT_PLAYLISTS = st.builds(
    MultivariantPlaylist,
    st.lists(VARIANTS, min_size=1, max_size=3).map(tuple),
    media=st.lists(MEDIA, max_size=2).map(tuple),
    i_frame_variants=st.lists(I_FRAME_VARIANTS, max_size=2).map(tuple),
    session_data=st.lists(SESSION_DATA, max_size=2).map(tuple),
    session_keys=st.lists(KEYS, max_size=2).map(tuple),
    steering=maybe(st.builds(ContentSteering, QUOTED, maybe(QUOTED))),
    defines=st.lists(DEFINES, max_size=2).map(tuple),
    start=maybe(STARTS),
    independent_segments=st.booleans(),
)
